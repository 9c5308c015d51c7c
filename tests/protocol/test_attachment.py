"""Attachments: chunks, padding, and nothing released before the hash is verified."""

import dataclasses
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from rogatory_protocol import attachment
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Id16, padme
from rogatory_protocol.rcbor import encode

MIB = 2**20
KEY = b"k" * 32
PATTERN = hashlib.shake_256(b"exhibit").digest(5 * MIB)


def sealed(true: bytes, block: int = MIB, key: bytes = KEY) -> tuple[attachment.Entry, list[bytes]]:
    sealer = attachment.Sealer(key)
    chunks = [chunk for at in range(0, len(true), block) for chunk in sealer.update(true[at : at + block])]
    chunks += sealer.finish()
    entry = attachment.Entry(
        id=Id16(b"i" * 16), n=sealer.n, sz=sealer.sz, h=sealer.h, k=key, name="exhibit.pdf", mt="application/pdf"
    )
    return entry, chunks


def opened(entry: attachment.Entry, chunks: list[bytes]) -> attachment.VerifiedBlob:
    opener = attachment.Opener(entry)
    for n, chunk in enumerate(chunks):
        opener.take(n, chunk)
    return opener.finish()


SIZES = (0, 1, 4_095, 4_096, 4_097, MIB - 1, MIB, MIB + 1, 2 * MIB - 1, 2 * MIB, 3 * MIB + 5, 5 * MIB)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("block", [70_001, MIB, 3 * MIB])
def test_a_blob_comes_out_as_it_went_in(size: int, block: int) -> None:
    true = PATTERN[:size]
    entry, chunks = sealed(true, block)
    assert (entry.sz, entry.h) == (size, hashlib.sha256(true).digest())
    assert sum(map(len, chunks)) == entry.stored == attachment.stored_bytes(size)
    assert [len(chunk) for chunk in chunks] == [attachment.sealed_chunk_bytes(size, n) for n in range(entry.n)]
    assert attachment.parse_entry(attachment.entry_bytes(entry)) == entry
    blob = opened(entry, chunks)
    assert b"".join(blob.read(n, chunk) for n, chunk in enumerate(chunks)) == true


def test_every_block_size_gives_the_same_bytes() -> None:
    true = PATTERN[: 2 * MIB + 77]
    whole = sealed(true)[1]
    for block in (333_333, MIB - 1, MIB + 1, 5 * MIB):
        assert sealed(true, block)[1] == whole


def test_a_buffer_may_be_used_again() -> None:
    sealer, buffer = attachment.Sealer(KEY), bytearray(PATTERN[:MIB])
    chunks = sealer.update(buffer)
    buffer[:] = bytes(MIB)
    chunks += sealer.update(memoryview(b"end"))
    assert [*chunks, *sealer.finish()] == sealed(PATTERN[:MIB] + b"end")[1]


def test_chunks_are_those_of_the_specification() -> None:
    """Nonce: index as 11 bytes and the last flag; plaintext: true bytes and zeros up to padme."""
    known = json.loads((Path(os.environ["ROGATORY_VECTORS"]) / "rgt1.json").read_text())
    assert attachment.nonce(5, last=True).hex() == known["chunk_nonce_5_last"]
    true = PATTERN[: MIB + 10]
    chunks = sealed(true)[1]
    plain = true.ljust(padme(len(true)), b"\0")
    for n, chunk in enumerate(chunks):
        nonce = n.to_bytes(11, "big") + bytes([n == len(chunks) - 1])
        assert AESGCM(KEY).decrypt(nonce, chunk, None) == plain[n * MIB : (n + 1) * MIB]


def test_a_blob_key_depends_on_everything_that_a_clone_would_not_repeat() -> None:
    base: tuple[bytes, Id16, int, Id16] = (b"r" * 32, Id16(b"i" * 16), 1_800_000_000 * 10**9, Id16(b"b" * 16))
    keys = {attachment.blob_key(*base)}
    for n, other in enumerate((b"R" * 32, b"I" * 16, base[2] + 1, b"B" * 16)):
        changed: list[Any] = list(base)
        changed[n] = other
        keys.add(attachment.blob_key(*changed))
    assert len(keys) == 5
    with pytest.raises(LocalProtocolError):
        attachment.blob_key(b"short", *base[1:])


def test_LET_23_only_padded_sizes_are_seen() -> None:
    sizes = {attachment.stored_bytes(sz) - 16 * attachment.chunk_count(sz) for sz in range(65_537)}
    assert sizes == {padme(sz) for sz in range(4_096, 65_537)}
    assert len(sizes) < 70


def test_ENC_12_sizes_end_at_two_to_the_forty() -> None:
    sz = 2**40
    assert attachment.chunk_count(sz) == attachment.MAX_CHUNKS
    entry = dataclasses.replace(sealed(b"")[0], sz=sz, n=attachment.MAX_CHUNKS)
    assert attachment.parse_entry(attachment.entry_bytes(entry)) == entry
    with pytest.raises(LocalProtocolError):
        attachment.entry_bytes(dataclasses.replace(entry, sz=sz + 1))


def test_a_wrong_number_of_chunks_is_refused() -> None:
    entry = sealed(PATTERN[: 2 * MIB])[0]
    for n in (entry.n - 1, entry.n + 1):
        with pytest.raises(RefusedError) as caught:
            attachment.parse_entry(encode(dataclasses.asdict(entry) | {"n": n}))
        assert caught.value.code is Code.ATTACHMENT


@pytest.mark.parametrize("name", ["", "a/b", "a\\b", "a\0b", "a\nb", "a\x7fb", "a\x85b", "n" * 256])
def test_ATT_01_names_that_are_paths_or_hold_controls_are_refused(name: str) -> None:
    with pytest.raises(RefusedError) as caught:
        attachment.parse_entry(encode(dataclasses.asdict(sealed(b"x")[0]) | {"name": name}))
    assert caught.value.code is Code.MALFORMED


def test_the_key_of_a_blob_is_not_shown() -> None:
    assert repr(KEY) not in repr(sealed(b"x")[0])


@pytest.mark.parametrize(
    "game", ["swap", "drop first", "repeat", "other blob", "last flag", "cut", "longer", "zero chunk", "flip"]
)
def test_LET_25_chunk_games_are_refused_at_that_chunk(game: str) -> None:
    entry, chunks = sealed(PATTERN[: 3 * MIB])
    other = sealed(PATTERN[: 3 * MIB], key=b"o" * 32)[1]
    last_early = attachment.seal_chunk(KEY, 1, last=True, plain=PATTERN[MIB : 2 * MIB])
    bad = {
        "swap": chunks[2],
        "drop first": chunks[2],
        "repeat": chunks[0],
        "other blob": other[1],
        "last flag": last_early,
        "cut": chunks[1][:-1],
        "longer": chunks[1] + b"\0",
        "zero chunk": b"",
        "flip": bytes([chunks[1][0] ^ 1]) + chunks[1][1:],
    }[game]
    opener = attachment.Opener(entry)
    opener.take(0, chunks[0])
    with pytest.raises(RefusedError) as caught:
        opener.take(1, bad)
    assert caught.value.code is Code.ATTACHMENT
    # The same index is asked for once more, and the good chunk is taken.
    opener.take(1, chunks[1])
    opener.take(2, chunks[2])
    assert opener.finish().entry == entry


def test_LET_25_chunks_out_of_order_missing_or_too_many_are_our_own_fault() -> None:
    entry, chunks = sealed(PATTERN[: 2 * MIB])
    opener = attachment.Opener(entry)
    with pytest.raises(LocalProtocolError):
        opener.take(1, chunks[1])
    opener.take(0, chunks[0])
    with pytest.raises(LocalProtocolError):
        opener.finish()
    opener.take(1, chunks[1])
    with pytest.raises(LocalProtocolError):
        opener.take(2, chunks[1])


def test_LET_22_padding_that_is_not_zero_is_refused() -> None:
    entry, _ = sealed(b"true")
    chunk = attachment.seal_chunk(KEY, 0, last=True, plain=b"true" + bytes(4_091) + b"\1")
    with pytest.raises(RefusedError) as caught:
        attachment.Opener(entry).take(0, chunk)
    assert caught.value.code is Code.ATTACHMENT


def test_LET_26_a_wrong_hash_releases_nothing() -> None:
    """Every chunk verifies, only the signed hash does not: there is no object that could read the blob."""
    entry, chunks = sealed(PATTERN[: MIB + 3])
    opener = attachment.Opener(dataclasses.replace(entry, h=b"\0" * 32))
    for n, chunk in enumerate(chunks):
        assert opener.take(n, chunk) is None  # type: ignore[func-returns-value]
    with pytest.raises(RefusedError) as caught:
        opener.finish()
    assert caught.value.code is Code.ATTACHMENT


def _times(x: int, y: int) -> int:
    """Multiply in the field of GCM, whose bits run backwards."""
    z = 0
    for n in range(128):
        if y >> (127 - n) & 1:
            z ^= x
        x = x >> 1 ^ (0xE1 << 120 if x & 1 else 0)
    return z


def _inverse(x: int) -> int:
    """Return x to the power 2^128 - 2."""
    result, power = 1 << 127, x
    for _ in range(127):
        power = _times(power, power)
        result = _times(result, power)
    return result


def _tag_parts(key: bytes, nonce: bytes, body: bytes) -> tuple[int, int]:
    """Return the hash key and the tag by which a key authenticates *body* as ciphertext."""
    plain = AESGCM(key).encrypt(nonce, body, None)[:-16]
    tag = AESGCM(key).encrypt(nonce, plain, None)[-16:]
    stream = AESGCM(key).encrypt(nonce, bytes(16), None)
    # H = E_k(0): recovered from two tags whose difference is H^2 times a known block.
    one = AESGCM(key).encrypt(nonce, (int.from_bytes(stream[:16], "big") ^ 1 << 127).to_bytes(16, "big"), None)
    zero = AESGCM(key).encrypt(nonce, stream[:16], None)
    square = int.from_bytes(one[-16:], "big") ^ int.from_bytes(zero[-16:], "big")
    root = square
    for _ in range(127):
        root = _times(root, root)
    return root, int.from_bytes(tag, "big")


def test_LET_12_one_ciphertext_with_two_readings_is_exposed_by_the_signed_hash() -> None:
    """AES-GCM does not commit to its key: a chunk is made that verifies under two keys; only one reading is signed."""
    other, nonce = b"o" * 32, attachment.nonce(0, last=True)
    body = bytearray(PATTERN[:4_096])
    body[-16:] = bytes(16)
    (h1, t1), (h2, t2) = _tag_parts(KEY, nonce, bytes(body)), _tag_parts(other, nonce, bytes(body))
    # The last block enters each tag times H^2; choose it so that both tags are equal.
    joint = _times(h1, h1) ^ _times(h2, h2)
    body[-16:] = _times(t1 ^ t2, _inverse(joint)).to_bytes(16, "big")
    tag = _tag_parts(KEY, nonce, bytes(body))[1]
    assert tag == _tag_parts(other, nonce, bytes(body))[1]
    chunk = bytes(body) + tag.to_bytes(16, "big")

    readings = [attachment.open_chunk(key, 0, last=True, sealed=chunk) for key in (KEY, other)]
    assert readings[0] != readings[1]
    signed = hashlib.sha256(readings[0]).digest()
    base = sealed(readings[0])[0]
    opened(base, [chunk])
    with pytest.raises(RefusedError) as caught:
        opened(dataclasses.replace(base, k=other, h=signed), [chunk])
    assert caught.value.code is Code.ATTACHMENT


def test_a_sealer_seals_one_plaintext() -> None:
    sealer = attachment.Sealer(KEY)
    list(sealer.finish())
    with pytest.raises(LocalProtocolError):
        sealer.finish()
    with pytest.raises(LocalProtocolError):
        sealer.update(b"more")


def test_a_verified_blob_notices_a_changed_file() -> None:
    entry, chunks = sealed(b"true")
    blob = opened(entry, chunks)
    for changed in (bytes(len(chunks[0])), b""):
        with pytest.raises(RefusedError):
            blob.read(0, changed)
    with pytest.raises(LocalProtocolError):
        attachment.sealed_chunk_bytes(entry.sz, 1)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_LET_01_any_flipped_bit_of_a_chunk_is_refused(data: st.DataObject) -> None:
    entry, (chunk,) = sealed(b"true bytes")
    where = data.draw(st.integers(0, 8 * len(chunk) - 1))
    flipped = bytearray(chunk)
    flipped[where // 8] ^= 1 << where % 8
    with pytest.raises(RefusedError):
        opened(entry, [bytes(flipped)])
