"""Who is dialled, who gives way, and how soon a peer that was away has its letters."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from rogatory_node.delivery.peers import Peers, State, Way
from rogatory_node.delivery.session import Session
from rogatory_node.services import peering
from rogatory_node.storage.tables import evidence, letters, outbox, peers
from rogatory_node.transport.link import Link, LinkError, dial
from rogatory_node.transport.reaching import Outward
from rogatory_protocol.ids import Aid
from rogatory_protocol.limits import DAY_SECONDS
from rogatory_protocol.link.frames import Type

PRIVATE = Outward(allow_private=True)


@asynccontextmanager
async def serving(node: Any, ways: dict[Aid, Way], **options: Any) -> AsyncIterator[Peers]:
    """Run the peers of a node."""
    options.setdefault("outward", PRIVATE)
    found = Peers(node.office, node.identity, ways.get, draw=lambda: 0.0, **options)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(found.run())
        try:
            yield found
        finally:
            await found.stop()


class Pair:
    """XA, which dials, and XB, which listens or does not."""

    def __init__(self, a: Any, b: Any, gate: Any) -> None:
        self.a, self.b, self.gate = a, b, gate

    @property
    def way(self) -> dict[Aid, Way]:
        return {self.b.aid: ((self.gate.url,), (self.gate.pin,))}

    async def delivered(self) -> int:
        return int(await self.a.count(outbox, outbox.c.state == "complete"))


@pytest.fixture
async def pair(nodes: Any, gates: Any) -> Pair:
    return Pair(await nodes("XA"), await nodes("XB"), gates())


def links(peers: Peers, aid: Aid) -> int:
    return next((row.links for row in peers.status() if row.aid == aid), 0)


def state(peers: Peers, aid: Aid) -> State | None:
    return next((row.state for row in peers.status() if row.aid == aid), None)


async def test_a_letter_that_waited_is_delivered_at_the_start(pair: Pair, until: Any) -> None:
    await pair.a.queue(pair.b.aid, 1)
    async with serving(pair.b, {}) as theirs:
        await pair.gate.open(pair.b, theirs.accept)
        async with serving(pair.a, pair.way) as ours:
            await until(pair.delivered, 1)
            assert state(ours, pair.b.aid) is State.LINKED
            assert await pair.a.count(peers, peers.c.last_auth.is_not(None)) == 1
            assert await pair.b.count(peers, peers.c.network == "127.0.0.1") == 1


async def test_DLV_17_a_letter_for_a_peer_never_seen_before_is_dialled_for_at_once(pair: Pair, until: Any) -> None:
    async with serving(pair.b, {}) as theirs, serving(pair.a, {}) as ours:
        await pair.gate.open(pair.b, theirs.accept)
        ours._addresses = pair.way.get
        await pair.a.queue(pair.b.aid, 1)
        ours.wake(pair.b.aid)
        await until(pair.delivered, 1)


async def test_DLV_17_a_peer_that_dials_us_has_its_letters_at_once(pair: Pair, until: Any) -> None:
    await pair.b.queue(pair.a.aid, 1)
    async with serving(pair.b, {}) as theirs:
        await until(lambda: state(theirs, pair.a.aid), State.NO_ADDRESS)
        await pair.gate.open(pair.b, theirs.accept)
        async with serving(pair.a, pair.way, followed=lambda: [pair.b.aid]):
            await until(lambda: pair.b.count(outbox, outbox.c.state == "complete"), 1)


async def test_P08_a_peer_that_was_killed_has_its_letters_within_two_seconds_of_its_return(
    pair: Pair, until: Any
) -> None:
    async with AsyncExitStack() as stack:
        theirs = await stack.enter_async_context(serving(pair.b, {}))
        await pair.gate.open(pair.b, theirs.accept)
        ours = await stack.enter_async_context(serving(pair.a, pair.way))
        await pair.a.queue(pair.b.aid, 1)
        ours.wake(pair.b.aid)
        await until(pair.delivered, 1)
        await pair.gate.close()
        await until(lambda: links(ours, pair.b.aid), 0)
        for n in (2, 3, 4):
            await pair.a.queue(pair.b.aid, n)
            ours.wake(pair.b.aid)
        await until(lambda: state(ours, pair.b.aid), State.UNREACHABLE)
        await pair.gate.open(pair.b, theirs.accept)
        back = time.monotonic()
        await until(pair.delivered, 4)
        assert time.monotonic() - back < 2
        assert await pair.b.count(letters) == 4


async def test_LNK_10_both_ends_dial_and_every_letter_has_one_effect(nodes: Any, gates: Any, until: Any) -> None:
    a, b = await nodes("XA"), await nodes("XB")
    gate_a, gate_b = gates(), gates()
    for n in range(1, 21):
        await a.queue(b.aid, n)
        await b.queue(a.aid, 100 + n)
    ways: dict[Aid, Way] = {}
    async with serving(a, ways) as ours, serving(b, ways) as theirs:
        await gate_a.open(a, ours.accept)
        await gate_b.open(b, theirs.accept)
        ways.update({a.aid: ((gate_a.url,), (gate_a.pin,)), b.aid: ((gate_b.url,), (gate_b.pin,))})
        ours.recheck()
        theirs.recheck()
        for node in (a, b):
            await until(lambda node=node: node.count(outbox, outbox.c.state == "complete"), 20)
        assert 1 <= links(ours, b.aid) <= 4
        for node in (a, b):
            assert await node.count(letters) == 40
            assert await node.count(evidence) == 40


async def test_a_peer_has_four_links_and_the_oldest_gives_way(pair: Pair, until: Any) -> None:
    async with serving(pair.b, {}) as theirs:
        await pair.gate.open(pair.b, theirs.accept)
        dialled = [await dial(pair.gate.url, pair.b.aid, pair.a.identity, pins=[pair.gate.pin]) for _ in range(5)]
        assert (await dialled[0].receive()).type is Type.READY
        with pytest.raises(LinkError):
            await dialled[0].receive()
        await until(lambda: links(theirs, pair.a.aid), 4)
        for link in dialled[1:]:
            assert (await link.receive()).type is Type.READY
            link.abort()
        await until(lambda: links(theirs, pair.a.aid), 0)


async def test_P29_a_link_is_closed_when_its_peer_is_no_longer_good(pair: Pair, until: Any) -> None:
    async with serving(pair.b, {}) as theirs:
        await pair.gate.open(pair.b, theirs.accept)
        async with serving(pair.a, pair.way, followed=lambda: [pair.b.aid]) as ours:
            await until(lambda: links(ours, pair.b.aid), 1)
            ours.recheck()
            assert links(ours, pair.b.aid) == 1
            pair.a.world.good.discard("XB")
            ours.recheck()
            await until(lambda: links(ours, pair.b.aid), 0)
            await until(lambda: links(theirs, pair.a.aid), 0)
            await until(lambda: state(ours, pair.b.aid), State.REFUSED)


async def test_a_peer_that_refused_is_dialled_at_once_when_the_directory_has_changed(pair: Pair, until: Any) -> None:
    async with serving(pair.b, {}) as theirs:
        await pair.gate.open(pair.b, theirs.accept)
        pair.a.world.good.discard("XB")
        async with serving(pair.a, pair.way, followed=lambda: [pair.b.aid]) as ours:
            # The longest draw: it would be five minutes.
            ours._draw = lambda: 0.999
            await until(lambda: state(ours, pair.b.aid), State.REFUSED)
            pair.a.world.good.add("XB")
            ours.recheck()
            await until(lambda: links(ours, pair.b.aid), 1)


async def test_LNK_27_no_private_address_is_dialled_unless_it_is_allowed(pair: Pair, until: Any) -> None:
    await pair.a.queue(pair.b.aid, 1)
    async with serving(pair.b, {}) as theirs:
        await pair.gate.open(pair.b, theirs.accept)
        async with serving(pair.a, pair.way, outward=Outward()) as ours:
            await until(lambda: state(ours, pair.b.aid), State.UNREACHABLE)
            assert links(theirs, pair.a.aid) == 0


@pytest.mark.parametrize(("days", "dialled"), [(29, True), (31, False)])
async def test_a_start_dials_the_peers_of_the_last_thirty_days(
    pair: Pair, until: Any, days: int, dialled: bool
) -> None:
    seen = peering.Seen(aid=pair.b.aid, at=int(time.time()) - days * DAY_SECONDS)
    await pair.a.office.writer.execute(peering.authenticated, seen)
    async with serving(pair.b, {}) as theirs:
        await pair.gate.open(pair.b, theirs.accept)
        other = pair.a.world.aids["XC"]
        ways = pair.way | {other: (("wss://127.0.0.1:1",), ())}
        async with serving(pair.a, ways, followed=lambda: [other]) as ours:
            ours.wake(pair.b.aid)
            await until(lambda: links(ours, pair.b.aid) if dialled else state(ours, other) is State.UNREACHABLE)
            assert links(theirs, pair.a.aid) == dialled
            assert state(ours, pair.b.aid) is (State.LINKED if dialled else State.IDLE)


async def test_the_end_says_bye_and_both_sides_are_without_links(pair: Pair, until: Any) -> None:
    async with serving(pair.b, {}) as theirs:
        await pair.gate.open(pair.b, theirs.accept)
        async with serving(pair.a, pair.way, followed=lambda: [pair.b.aid]) as ours:
            await until(lambda: links(theirs, pair.a.aid), 1)
            async with asyncio.timeout(2):
                await ours.stop()
            assert links(ours, pair.b.aid) == 0
        await until(lambda: links(theirs, pair.a.aid), 0)


async def test_a_run_that_is_cancelled_ends_every_link(pair: Pair, until: Any) -> None:
    async with serving(pair.b, {}) as theirs:
        await pair.gate.open(pair.b, theirs.accept)
        ours = Peers(
            pair.a.office,
            pair.a.identity,
            pair.way.get,
            followed=lambda: [pair.b.aid],
            outward=PRIVATE,
        )
        task = asyncio.create_task(ours.run())
        await until(lambda: links(theirs, pair.a.aid), 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: links(theirs, pair.a.aid), 0)


async def test_DLV_14_an_urgent_letter_behind_attachments_has_a_link_of_its_own(
    pair: Pair, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[Link] = []

    async def hold(link: Link) -> None:
        held.append(link)
        with pytest.raises(LinkError):
            await link.receive()

    # A peer that takes links and nothing else: whatever is on them waits.
    await pair.gate.open(pair.b, hold)
    await pair.a.queue(pair.b.aid, 1, urg=2)
    async with serving(pair.a, pair.way) as ours:
        await until(lambda: links(ours, pair.b.aid), 1)
        monkeypatch.setattr(Session, "moving", property(lambda self: True))
        await pair.a.queue(pair.b.aid, 2, urg=3)
        ours.wake(pair.b.aid)
        await until(lambda: len(held), 2)
        assert links(ours, pair.b.aid) == 2


async def test_LNK_16_a_peer_that_ends_every_link_before_ready_counts_as_refusing(pair: Pair, until: Any) -> None:
    accepted: list[float] = []

    async def close(link: Any) -> None:
        accepted.append(ours._peers[pair.b.aid].tried_at)
        link.abort()

    await pair.a.queue(pair.b.aid, 1)
    await pair.gate.open(pair.b, close)
    async with serving(pair.a, pair.way) as ours:
        await until(lambda: state(ours, pair.b.aid), State.REFUSED)
        await until(lambda: len(accepted), 2)
    # Never sooner than a second, however often it happens.
    assert accepted[1] - accepted[0] >= 1
