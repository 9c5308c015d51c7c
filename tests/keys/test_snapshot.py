"""Snapshots of a directory. What one restores is tested with the directory."""

import hashlib
import time

import pytest

from rogatory_keys.authority import Authority, Listing
from rogatory_keys.directory import Directory
from rogatory_keys.errors import SnapshotError
from rogatory_keys.replay import Followed, Local
from rogatory_keys.snapshot import dump, load
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.rcbor import encode
from rogatory_protocol.signed import Context, sign_many
from rogatory_protocol.statement import accept
from rogatory_protocol.statement_fields import Content, Period, Root, build
from rogatory_protocol.suite import SigningKey

NOW = 1_800_000_000
LOCAL = Local(followed=(Followed(aid=Aid(b"r" * 32), scope=("*",)),), own=(Aid(b"o" * 32), "XA", ("mla",)))
ROOT, SEAL, NODE = (SigningKey(hashlib.sha512(name).digest()) for name in (b"root", b"seal", b"node"))


def long_chain(length: int) -> Authority:
    """Make a chain in memory: verifying so many statements is not what a restart does."""
    content = Content(
        ver=1,
        prev=None,
        ts=NOW,
        exp=NOW + 1,
        name={"en": "Office"},
        cc="XA",
        roles=("mla",),
        root=Root(k=1, keys=(ROOT.public,)),
        seal=(Period(pub=SEAL.public, nb=NOW, na=NOW),),
        node=(Period(pub=NODE.public, nb=NOW, na=NOW),),
    )
    newest = accept(sign_many([ROOT], Context.AUTHORITY, build(content)), None, latest=NOW)
    authority = Authority(aid=newest.aid, newest=newest)
    authority.extend(newest)
    authority.digests = [Digest(hashlib.sha256(n.to_bytes(4, "big")).digest()) for n in range(length)]
    authority.stamps = list(range(NOW, NOW + length))
    authority.roots *= length
    authority.listings *= length - 1
    authority.listings.append(Listing(name=(("en", "Bureau"),), cc="XA", roles=()))
    return authority


def test_DIR_25_hundred_thousand_statements_load_in_a_second() -> None:
    authority = long_chain(100_000)
    directory = Directory(LOCAL)
    directory.state.authorities[authority.aid] = authority
    data = dump(directory)
    begin = time.process_time()
    restored = load(data, LOCAL)

    assert time.process_time() - begin < 1
    assert len(restored.state.owners) == 100_000
    assert restored.state.authorities[authority.aid] == authority


def test_empty_directory_is_restored() -> None:
    assert load(dump(Directory(LOCAL)), LOCAL).state == Directory(LOCAL).state


@pytest.mark.parametrize(
    "local",
    [
        Local(followed=LOCAL.followed),
        Local(followed=(), own=LOCAL.own),
        Local(followed=(Followed(aid=Aid(b"r" * 32), scope=("XA",)),), own=LOCAL.own),
    ],
)
def test_state_of_another_configuration_is_refused(local: Local) -> None:
    with pytest.raises(SnapshotError):
        load(dump(Directory(LOCAL)), local)


def test_blocking_an_authority_needs_no_replay() -> None:
    blocked = Local(followed=LOCAL.followed, own=LOCAL.own, blocked=frozenset({Aid(b"b" * 32)}))

    assert load(dump(Directory(LOCAL)), blocked).state.local == blocked


@pytest.mark.parametrize("body", [b"", encode([]), encode([1]), encode({}), encode(7), b"\xff"])
def test_DIR_03_state_that_makes_no_sense_is_refused_though_whole(body: bytes) -> None:
    with pytest.raises(SnapshotError):
        load(hashlib.sha256(body).digest() + body, LOCAL)


def test_every_damaged_byte_is_noticed() -> None:
    data = dump(Directory(LOCAL))
    for at in range(len(data)):
        with pytest.raises(SnapshotError):
            load(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], LOCAL)
