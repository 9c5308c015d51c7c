"""A history that proves longer than ours begins a new epoch, visibly; a claim alone does nothing."""

import hashlib
from typing import Any

from lost import XA, XC, head
from sqlalchemy import Connection, select

from rogatory_node.services.restoring import Declared, Ended, declare, ended, prove
from rogatory_node.services.trust_store import get_meta
from rogatory_node.storage import audit_log
from rogatory_node.storage.tables import audit, peers
from rogatory_node.storage.writer import Writer
from rogatory_protocol.audit import Head, parse_leaf
from rogatory_protocol.ids import Aid
from rogatory_protocol.rcbor import encode

SOURCE = iter(range(1, 1_000))


def random(n: int) -> bytes:
    return hashlib.shake_256(next(SOURCE).to_bytes(2)).digest(n)


def proving(connection: Connection, groups: list[tuple[Head, ...]]) -> list[bool]:
    return [prove(connection, heads, now=7, random=random) for heads in groups]


def ending(connection: Connection, runs: list[Ended]) -> list[None]:
    return ended(connection, runs, random=random)


def state(connection: Connection, commands: list[None]) -> list[Any]:
    leaves = [(row.epoch, parse_leaf(row.leaf)) for row in connection.execute(select(audit).order_by("epoch", "n"))]
    waited = {Aid(row.aid): row.unsynced for row in connection.execute(select(peers))}
    return [(leaves, audit_log.head(connection), get_meta(connection, "inc"), waited) for _ in commands]


async def founded(writer: Writer) -> Head:
    def found(connection: Connection, commands: list[None]) -> list[Head]:
        connection.execute(peers.insert(), [{"aid": aid} for aid in (XA, XC)])
        return [audit_log.found(connection, now=1, random=random) for _ in commands]

    return await writer.execute(found, None)


def bound(*heads: Head) -> bytes:
    return hashlib.sha256(encode([each.value() for each in heads])).digest()


async def test_DLV_07_a_longer_own_head_begins_an_epoch_that_names_both(writer: Writer) -> None:
    own = await founded(writer)
    assert not await writer.execute(proving, (own,))
    assert not await writer.execute(proving, ())
    assert await writer.execute(proving, (head(5), head(9), head(3)))
    leaves, newest, inc, waited = await writer.execute(state, None)
    assert [(epoch, leaf.n, leaf.ev) for epoch, leaf in leaves] == [(0, 0, "log.founded"), (1, 0, "restore")]
    assert leaves[1][1].obj == bound(own, head(9))
    assert (newest.epoch, newest.size) == (1, 1)
    assert len(inc) == 16
    assert waited == {XA: 7, XC: 7}


async def test_longer_heads_that_come_later_are_bound_when_the_run_ends(writer: Writer) -> None:
    own = await founded(writer)
    await writer.execute(proving, (head(5),))
    inc = (await writer.execute(state, None))[2]
    for size in (4, 8, 6, 12):
        assert not await writer.execute(proving, (head(size),))
    await writer.execute(ending, Ended(peer=XA, complete=True, now=8))
    await writer.execute(ending, Ended(peer=XC, complete=False, now=9))
    leaves, _, inc_after, waited = await writer.execute(state, None)
    assert [leaf.ev for _, leaf in leaves] == ["log.founded", "restore", "restore", "restore.synced"]
    assert leaves[2][1].obj == bound(own, head(5), head(12))
    assert leaves[3][1].obj == XA
    assert waited == {XA: None, XC: 7}
    assert inc_after == inc


async def test_a_second_restore_goes_above_what_was_shown(writer: Writer) -> None:
    await founded(writer)
    assert await writer.execute(proving, (head(5, epoch=3),))
    assert (await writer.execute(state, None))[1].epoch == 4


async def test_a_head_that_was_grown_over_is_still_proof(writer: Writer) -> None:
    own = await founded(writer)

    def grow(connection: Connection, commands: list[int]) -> list[None]:
        events = [audit_log.Event(ev="letter.stored", obj=None, who="node")] * 4
        audit_log.append(connection, events, now=2, random=random)
        return [None for _ in commands]

    await writer.execute(grow, 4)
    assert (await writer.execute(state, None))[1].size == 5
    assert not await writer.execute(proving, (own,))
    assert await writer.execute(proving, (head(3),))
    assert (await writer.execute(state, None))[1].epoch == 1


def declaring(connection: Connection, commands: list[str]) -> list[Any]:
    return [declare(connection, Declared(role=role, now=8), random=random) for role in commands]


async def test_STO_10_a_person_who_put_a_backup_back_begins_an_epoch_once(writer: Writer) -> None:
    own = await founded(writer)
    before = (await writer.execute(state, None))[2]
    begun = await writer.execute(declaring, "operator")
    assert (begun.epoch, begun.peers, begun.repeated) == (1, 2, False)
    leaves, newest, inc, waited = await writer.execute(state, None)
    assert [(epoch, leaf.n, leaf.ev, leaf.who) for epoch, leaf in leaves[1:]] == [(1, 0, "restore", "operator")]
    assert leaves[1][1].obj == bound(own)
    assert before != inc == begun.inc
    assert waited == {XA: 8, XC: 8}
    again = await writer.execute(declaring, "operator")
    assert (again.epoch, again.inc, again.repeated) == (1, inc, True)
    assert await writer.execute(state, None) == (leaves, newest, inc, waited)
    # What peers show of the lost history is bound by a further leaf, and begins no other epoch.
    assert not await writer.execute(proving, (head(9),))
    await writer.execute(ending, Ended(peer=XA, complete=True, now=9))
    leaves, newest, _, waited = await writer.execute(state, None)
    assert [leaf.ev for epoch, leaf in leaves if epoch == 1] == ["restore", "restore", "restore.synced"]
    assert leaves[2][1].obj == bound(own, head(9))
    assert waited == {XA: None, XC: 8}
    # A later backup put back is another restore.
    assert (await writer.execute(declaring, "operator")).epoch == 2
