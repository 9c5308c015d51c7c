"""A registry that may be a restored backup signs nothing before it has compared."""

import pytest
from offices import Authority

from rogatory_node.registry.fence import LISTEN_SECONDS, FenceError, State
from rogatory_protocol.ids import Aid
from rogatory_protocol.tiles import LeafKind, encode_leaf


def leaf(who: Authority) -> bytes:
    return encode_leaf(LeafKind.STATEMENT, who.newest.raw)


def claim(house) -> tuple[str, int, bytes]:
    head = house.log.head
    return head.origin, head.size, head.root


async def with_members(house, count: int) -> list[Aid]:
    await house.found()
    members = [Authority(f"M{n}", f"X{'ABCDEFGH'[n]}") for n in range(count)]
    for each in members:
        house.registry.admit(each)
    house.registry.clock = int(house.time)
    await house.log.append(house.registry.leaves[1:])
    await house.start(compared=False)
    return [each.aid for each in members]


async def test_a_log_that_this_process_founded_needs_no_comparison(house) -> None:
    await house.start(compared=False)
    await house.found()
    await house.log.append([leaf(Authority("A"))])


async def test_a_log_that_is_founded_long_after_its_statement_is_shown_first(house) -> None:
    await house.start(compared=False)
    house.time += 3_600
    await house.found()
    assert house.fence.state is State.LISTENING
    house.monotonic += LISTEN_SECONDS
    assert house.fence.state is State.OPEN


async def test_DIR_21_nothing_is_signed_before_the_head_was_shown_for_a_while(house) -> None:
    await with_members(house, 0)
    before = house.log.head
    with pytest.raises(FenceError) as caught:
        await house.log.append([leaf(Authority("A"))])
    assert caught.value.state is State.LISTENING
    house.time += 13 * 3_600
    with pytest.raises(FenceError):
        await house.log.renew()
    assert house.log.head == before
    house.monotonic += LISTEN_SECONDS
    assert await house.log.renew()


@pytest.mark.parametrize(("members", "needed"), [(1, 1), (2, 1), (3, 2), (6, 3), (8, 3)])
async def test_DIR_21_members_must_hold_no_more(house, members: int, needed: int) -> None:
    aids = await with_members(house, members)
    house.monotonic += LISTEN_SECONDS
    assert (house.fence.needed, house.fence.state) == (needed, State.COMPARING)
    for each in aids[: needed - 1]:
        for _ in range(3):  # however often, it is one member
            house.fence.claimed(each, [claim(house)])
        assert house.fence.state is State.COMPARING
    house.fence.claimed(aids[needed - 1], [claim(house)])
    assert (house.fence.agreed, house.fence.state) == (needed, State.OPEN)
    await house.log.append([leaf(Authority("A"))])


async def test_who_claims_another_head_is_not_counted(house) -> None:
    (member,) = await with_members(house, 1)
    house.monotonic += LISTEN_SECONDS
    origin, size, root = claim(house)
    for other in ((origin, size + 1, root), (origin, size, bytes(32)), ("other.example", size, root)):
        house.fence.claimed(member, [other])
        assert house.fence.state is State.COMPARING
    house.fence.claimed(member, [(origin, size - 1, bytes(32))])
    assert house.fence.state is State.OPEN


async def test_DIR_21_a_larger_signed_head_forbids_whatever_anybody_says(house) -> None:
    (member,) = await with_members(house, 1)
    house.monotonic += LISTEN_SECONDS
    house.registry.state(Authority("lost").newest)
    house.fence.claimed(member, [claim(house)])
    assert house.fence.state is State.OPEN
    await house.log.hear(house.registry.head())
    assert (house.fence.state, house.fence.ahead.size) == (State.BEHIND, house.log.head.size + 1)
    with pytest.raises(FenceError):
        await house.fence.vouch("secretary")
    with pytest.raises(FenceError):
        await house.log.append([leaf(Authority("A"))])
    await house.trust.take(house.registry.aid, house.registry.head(), house.registry.leaves[-1:])
    assert house.fence.state is State.OPEN
    await house.log.append([leaf(Authority("A"))])


async def test_where_members_cannot_be_asked_a_person_vouches(house) -> None:
    await with_members(house, 4)
    house.monotonic += LISTEN_SECONDS
    assert house.fence.state is State.COMPARING
    await house.fence.vouch("secretary")
    assert house.fence.state is State.OPEN
    await house.log.append([leaf(Authority("A"))])
