"""A node that is shown a live copy of itself stops signing; nobody else can stop it."""

import asyncio
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from rogatory_node.delivery.boots import COPY, Boots, Self, foreign, known_in
from rogatory_node.delivery.peers import Peers
from rogatory_node.storage.tables import boots
from rogatory_node.transport.reaching import Outward
from rogatory_protocol.card import OneTimeKeys, build_one_time_keys
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Id16, Kid
from rogatory_protocol.limits import DAY_SECONDS
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.suite import SigningKey

PRIVATE = Outward(allow_private=True)

SEAL, OTHER = (SigningKey(hashlib.sha512(name).digest()) for name in (b"seal", b"other"))
ME, PEER = Aid(b"\x0a" * 32), Aid(b"\x0b" * 32)
STARTED = 1_800_000_000


def boot(n: int) -> Id16:
    return Id16(bytes((n,)) * 16)


def seal_key(aid: Aid, kid: Kid, _ts: int) -> bytes:
    if (aid, kid) != (ME, SEAL.kid):
        raise RefusedError(Code.NOT_GOOD, "key")
    return SEAL.public


SELF = Self(aid=ME, boot=boot(1), started=STARTED, seal_key=seal_key)


def shown(n: int, *, aid: Aid = ME, ts: int = STARTED + 1, key: SigningKey = SEAL) -> bytes:
    content = OneTimeKeys(aid=aid, peer=PEER, link=bytes(32), boot=boot(n), ts=ts, kh=bytes(32))
    return sign(key, Context.OTKEYS, build_one_time_keys(content))


def test_a_boot_signed_by_our_key_after_our_start_is_a_copy() -> None:
    found = foreign(shown(2), SELF)
    assert found is not None
    assert found.boot == boot(2)


@pytest.mark.parametrize(
    "raw",
    [
        shown(1),
        shown(2, ts=STARTED),
        shown(2, ts=STARTED - 500),
        shown(2, aid=PEER),
        shown(2, key=OTHER),
        shown(2)[:-1],
        b"",
        shown(2).replace(SEAL.kid, OTHER.kid),
    ],
    ids=["ourselves", "at_start", "before", "another", "another_key", "cut", "empty", "kid"],
)
def test_nothing_else_is(raw: bytes) -> None:
    assert foreign(raw, SELF) is None


def made(halted: list[str], known: set[Id16], now: float = STARTED) -> Boots:
    async def is_known(each: Id16) -> bool:
        return each in known

    return Boots(SELF, known=is_known, halt=halted.append, wall=lambda: now)


async def test_a_replica_in_our_database_is_no_copy() -> None:
    halted: list[str] = []
    found = made(halted, {boot(2)})
    await found.judge(shown(2))
    assert halted == []
    await found.judge(shown(3))
    assert halted == [COPY]


def test_the_two_newest_boots_of_a_peer_are_shown_for_a_day() -> None:
    halted: list[str] = []
    found = made(halted, set())
    raws = [shown(n, ts=STARTED + n) for n in range(1, 13)]
    for raw in raws:
        found.note(ME, raw)
        found.note(ME, raw)
    assert found.others(ME) == [raws[-1], raws[-2]]
    assert found.others(PEER) == []
    found._wall = lambda: STARTED + DAY_SECONDS + 1.0
    assert found.others(ME) == []


async def test_a_boot_is_looked_up_in_the_database(nodes: Any) -> None:
    node = await nodes("XA")

    def put(connection: Any, commands: list[Id16]) -> list[None]:
        connection.execute(boots.insert(), [{"boot": each, "started_at": 1} for each in commands])
        return [None for _ in commands]

    await node.office.writer.execute(put, boot(5))
    known = known_in(node.office.readers)
    assert [await known(boot(n)) for n in (5, 6)] == [True, False]


async def test_P28_two_live_copies_are_shown_to_each_other_by_their_peer(nodes: Any, gates: Any, until: Any) -> None:
    a, b = await nodes("XA"), await nodes("XB")
    gate, halted = gates(), {n: [] for n in (1, 2)}

    def boots_of(node: Any, n: int, halt: Any) -> Boots:
        me = Self(aid=node.aid, boot=boot(n), started=0, seal_key=node.office.seal_key)
        return Boots(me, known=known_in(node.office.readers), halt=halt)

    def peers_of(node: Any, found: Boots, n: int, ways: Any) -> Peers:
        office = replace(node.office, boot=boot(n), you=found.others)
        return Peers(
            office,
            node.identity,
            ways.get,
            followed=lambda: ways,
            outward=PRIVATE,
            parts=[found.join],
        )

    theirs = peers_of(b, boots_of(b, 9, print), 9, {})
    await gate.open(b, theirs.accept)
    ways = {b.aid: ((gate.url,), (gate.pin,))}
    copies = [peers_of(a, boots_of(a, n, halted[n].append), n, ways) for n in (1, 2)]
    runs = [asyncio.ensure_future(each.run()) for each in (theirs, copies[0])]
    await until(lambda: bool(theirs.status()))
    await until(lambda: theirs.status()[0].links, 1)
    runs.append(asyncio.ensure_future(copies[1].run()))
    # Whoever comes second learns of the first.
    await until(lambda: halted[2] == [COPY])
    for each in (*copies, theirs):
        await each.stop()
    await asyncio.gather(*runs)
