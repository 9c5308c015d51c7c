"""Checkpoints under the two lines of a log."""

import base64
import dataclasses
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from rogatory_protocol import note as n
from rogatory_protocol.checkpoint import Checkpoint, LogKeys, sign
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError

KEYS = LogKeys("log.xa.example/2026", bytes(range(64)))
OTHER = LogKeys("log.xa.example/2026", bytes(range(1, 65)))
ROOT = hashlib.sha256(b"tree").digest()
NOW = 1_800_000_000
RAW = sign(KEYS, 42, ROOT, NOW)


def refused(raw: bytes) -> Code:
    with pytest.raises(RefusedError) as caught:
        Checkpoint.open(raw, KEYS.public)
    return caught.value.code


def test_checkpoint_is_opened_as_it_was_signed() -> None:
    head = Checkpoint.open(RAW, KEYS.public)

    assert head == Checkpoint(raw=RAW, origin="log.xa.example/2026", size=42, root=ROOT, time=NOW)


def test_lines_are_those_of_the_published_formats() -> None:
    """Checked with the plain library, without any code of ours."""
    text, _, tail = RAW.partition(b"\n\n")
    plain, dated = (base64.b64decode(row.split(b" ")[2]) for row in tail.splitlines())
    name = b"log.xa.example/2026"

    Ed25519PublicKey.from_public_bytes(KEYS.public.ed).verify(plain[4:], text + b"\n")
    message = (
        b"subtree/v1\n\0" + bytes([len(name)]) + name + NOW.to_bytes(8, "big") + bytes([len(name)]) + name
        + bytes(8) + (42).to_bytes(8, "big") + ROOT
    )  # fmt: skip
    MLDSA44PublicKey.from_public_bytes(KEYS.public.ml).verify(dated[12:], message)
    assert plain[:4] == hashlib.sha256(name + b"\n\x01" + KEYS.public.ed).digest()[:4]
    assert dated[:4] == hashlib.sha256(name + b"\n\x06" + KEYS.public.ml).digest()[:4]


@pytest.mark.parametrize("line", [0, 1])
def test_DIR_19_one_of_two_lines_is_not_enough(line: int) -> None:
    note = n.parse(RAW)
    alone = dataclasses.replace(note, lines=(note.lines[line],))

    assert refused(n.compose(alone)) is Code.SIGNATURE


def test_DIR_19_repeated_line_is_refused() -> None:
    note = n.parse(RAW)

    assert refused(n.compose(dataclasses.replace(note, lines=note.lines + note.lines[1:]))) is Code.SIGNATURE


def test_lines_of_unknown_keys_are_ignored() -> None:
    note = n.parse(RAW)
    stranger = n.parse(sign(OTHER, 42, ROOT, NOW)).lines

    assert Checkpoint.open(n.compose(dataclasses.replace(note, lines=stranger + note.lines)), KEYS.public).size == 42


def test_DIR_06_lines_of_another_moment_are_refused() -> None:
    note, older = n.parse(RAW), n.parse(sign(KEYS, 41, ROOT, NOW))

    for lines in ((note.lines[0], older.lines[1]), (older.lines[0], note.lines[1])):
        assert refused(n.compose(dataclasses.replace(note, lines=lines))) is Code.SIGNATURE


def test_changed_date_is_refused() -> None:
    note = n.parse(RAW)
    dated = note.lines[1]
    moved = dataclasses.replace(dated, blob=(NOW + 1).to_bytes(8, "big") + dated.blob[8:])

    assert refused(n.compose(dataclasses.replace(note, lines=(note.lines[0], moved)))) is Code.SIGNATURE


def test_keys_of_another_log_are_refused() -> None:
    with pytest.raises(RefusedError) as caught:
        Checkpoint.open(sign(OTHER, 42, ROOT, NOW), KEYS.public)
    assert caught.value.code is Code.SIGNATURE


def test_another_origin_is_refused() -> None:
    assert refused(sign(LogKeys("log.xb.example", bytes(range(64))), 42, ROOT, NOW)) is Code.DISAGREE


@pytest.mark.parametrize(
    "text",
    [
        "log.xa.example/2026\n042\n{root}\n",
        "log.xa.example/2026\n0\n{root}\n",
        "log.xa.example/2026\n-1\n{root}\n",
        "log.xa.example/2026\n٤٢\n{root}\n",
        "log.xa.example/2026\n99999999999999999999\n{root}\n",
        "log.xa.example/2026\n\n{root}\n",
        "log.xa.example/2026\n42\nAAAA\n",
        "log.xa.example/2026\n42\n{root}\nextension\n",
        "log.xa.example/2026\n42\n",
        "log xa\n42\n{root}\n",
    ],
)
def test_DIR_28_malformed_head_is_refused_though_signed(text: str) -> None:
    text = text.format(root=base64.b64encode(ROOT).decode())
    raw = n.compose(n.Note(text=text, lines=KEYS.lines(text, 42, ROOT, NOW)))

    assert refused(raw) is Code.MALFORMED


@pytest.mark.parametrize(("size", "root", "time"), [(0, ROOT, NOW), (1, b"", NOW), (1, ROOT, 0), (1, ROOT, 2**63)])
def test_we_never_sign_what_is_no_head(size: int, root: bytes, time: int) -> None:
    with pytest.raises(LocalProtocolError):
        sign(KEYS, size, root, time)


def test_wrong_seed_is_our_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        LogKeys("log.xa.example", bytes(63))
