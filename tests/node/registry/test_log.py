"""A log whose checkpoints are durable before anybody sees them."""

import asyncio

import pytest
from offices import NOW, Authority, Registry, follow
from sqlalchemy import select

from rogatory_keys.directory import Directory
from rogatory_node.services.trust_store import leaves_of
from rogatory_node.storage.audit_log import Event
from rogatory_node.storage.errors import StorageFailedError
from rogatory_node.storage.tables import audit, checkpoints
from rogatory_protocol.checkpoint import Checkpoint
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.tiles import LeafKind, encode_leaf


def leaf(who: Authority) -> bytes:
    return encode_leaf(LeafKind.STATEMENT, who.newest.raw)


async def test_leaf_zero_is_the_registrys_own_statement(house) -> None:
    assert house.log.head is None
    assert await house.log.found([each.raw for each in house.registry.chain])
    assert not await house.log.found([each.raw for each in house.registry.chain])
    assert house.log.head.size == 1
    Checkpoint.open(house.log.head.raw, house.registry.log_keys.public)
    with pytest.raises(RefusedError):
        await other_house_found(house)


async def other_house_found(house) -> None:
    south = Registry("south")
    await house.trust.take(house.registry.aid, south.head(), south.leaves)


async def test_every_append_is_one_checkpoint_that_a_follower_takes(house) -> None:
    await house.found()
    follower = Directory(follow(house.registry))
    known = 0
    for name in ("A", "B", "C"):
        house.time += 1
        await house.log.append([leaf(Authority(name))], [Event(ev="registry.test", obj=None, who="head")])
        async with house.readers.connect() as connection:
            leaves = await connection.run_sync(leaves_of, house.registry.aid, known, house.log.head.size)
        assert follower.apply(house.registry.aid, house.log.head.raw, leaves, now=int(house.time)) == []
        known = house.log.head.size
    async with house.readers.connect() as connection:
        assert len((await connection.execute(select(audit).where(audit.c.ev == "registry.test"))).all()) == 3


async def test_the_log_goes_on_after_a_restart(house) -> None:
    await house.found()
    await house.log.append([leaf(Authority("A"))])
    before = house.log.head
    await house.start()
    assert house.log.head == before
    await house.log.append([leaf(Authority("B"))])
    assert house.log.head.size == 3


async def test_DIR_09_what_followers_would_ignore_does_not_go_in(house) -> None:
    await house.found()
    before = house.log.head
    forged = Authority("A").newest.raw.replace(b"Authority A", b"Authority B")
    gap = Authority("C")
    gap.renew()
    for raw in (b"\xff", encode_leaf(LeafKind.STATEMENT, forged), leaf(house.registry), leaf(gap)):
        with pytest.raises(RefusedError):
            await house.log.append([raw])
    assert house.log.head == before


async def test_DIR_21_a_checkpoint_that_was_not_stored_is_never_seen(house) -> None:
    await house.found()
    before = house.log.head
    house.writer.close()
    with pytest.raises(StorageFailedError):
        await house.log.append([leaf(Authority("A"))])
    assert house.log.head == before
    async with house.readers.connect() as connection:
        rows = (await connection.execute(select(checkpoints.c.size, checkpoints.c.root))).all()
    assert len({row.size for row in rows}) == len(rows) == 1


async def test_DIR_21_appends_at_once_have_one_root_for_each_size(house) -> None:
    await house.found()
    await asyncio.gather(*(house.log.append([leaf(Authority(f"N{n}"))]) for n in range(5)))
    async with house.readers.connect() as connection:
        rows = (await connection.execute(select(checkpoints.c.size))).all()
    assert sorted(row.size for row in rows) == [1, 2, 3, 4, 5, 6]


async def test_the_checkpoint_is_signed_anew_before_a_day_is_over(house) -> None:
    assert not await house.log.renew()
    await house.found()
    first = house.log.head
    house.time += 12 * 3_600 - 1
    assert not await house.log.renew()
    house.time += 1
    assert await house.log.renew()
    assert (house.log.head.size, house.log.head.root) == (first.size, first.root)
    assert house.log.head.time == int(house.time)
    await house.start()
    assert house.log.head.time == int(house.time)


async def test_a_clock_that_went_back_signs_nothing(house) -> None:
    await house.found()
    house.time -= 61
    with pytest.raises(RefusedError) as caught:
        await house.log.append([leaf(Authority("A"))])
    assert caught.value.code is Code.FUTURE
    house.time += 1
    await house.log.append([leaf(Authority("A"))])
    assert house.log.head.time == NOW + 10
