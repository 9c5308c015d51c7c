"""Two nodes on a real socket: a letter leaves, is stored, and its evidence comes back, once."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pairs import SEALS, Joined, Node, ShiftedClock, draft, joined, node, until

from rogatory_node.delivery import session as module
from rogatory_node.delivery.office import Office
from rogatory_node.delivery.session import Session
from rogatory_node.storage.tables import evidence, letters, outbox
from rogatory_protocol.audit import Head
from rogatory_protocol.ids import Digest


@pytest.mark.parametrize("count", [1, 40])
async def test_letters_cross_and_their_evidence_comes_back(tmp_path: Path, count: int) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        for n in range(count):
            await a.queue(draft(n))
        async with joined(a, b, tmp_path):
            await until(lambda: a.count(outbox, outbox.c.state == "complete"), count)
            await until(lambda: b.count(evidence, evidence.c.ackd), count)
        assert await b.count(letters) == count
        assert await a.count(evidence) == await b.count(evidence) == count


async def test_DLV_17_a_letter_queued_on_a_live_link_leaves_at_once(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as session:
        await a.queue(draft(1))
        session.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)


async def test_what_was_delivered_is_not_sent_again_on_the_next_link(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        await a.queue(draft(1))
        for n in (1, 2):
            async with joined(a, b, tmp_path) as session:
                await until(lambda: a.count(outbox, outbox.c.state == "complete"), n)
                if n == 1:
                    await a.queue(draft(2))
                    session.wake()
                    await until(lambda: a.count(outbox, outbox.c.state == "complete"), 2)
        assert await b.count(letters) == 2


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TICK_SECONDS", 0.01)


async def over(both: Joined) -> str:
    """Wait until the link has ended at the dialler, and say why."""
    async with asyncio.timeout(10):
        while "a" not in both.ends:
            await both.over.wait()
            both.over.clear()
    error = both.ends["a"]
    assert isinstance(error, ExceptionGroup)
    return str(error.exceptions[0])


@pytest.mark.usefixtures("quick")
async def test_a_link_on_which_nothing_happens_is_kept_by_heartbeats(tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with node("XA", tmp_path, clock=clock) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as both:
        await a.queue(draft(1))
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        heard = both.a.line.state._heard
        for _ in range(3):
            clock.seconds += 305
            async with asyncio.timeout(10):
                while both.a.line.state._heard < heard + 300:
                    await asyncio.to_thread(int)
            heard = both.a.line.state._heard
        assert both.ends == {}


@pytest.mark.usefixtures("quick")
async def test_a_peer_that_says_nothing_for_too_long_is_given_up(tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with node("XA", tmp_path, clock=clock) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as both:
        await a.queue(draft(1))
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        clock.seconds = 340
        assert "said nothing" in await over(both)


@pytest.mark.usefixtures("quick")
async def test_a_link_that_no_seal_key_stands_behind_is_closed(tmp_path: Path) -> None:
    clock = ShiftedClock()

    async def nothing() -> None:
        return

    def silence(session: Session) -> None:
        if not session.dialled:
            session._say_ready = nothing  # type: ignore[method-assign]

    async with (
        node("XA", tmp_path, clock=clock) as a,
        node("XB", tmp_path) as b,
        joined(a, b, tmp_path, prepare=silence) as both,
    ):
        assert not both.a.endorsed
        clock.seconds = 61
        assert "seal key" in await over(both)
        assert not both.a.endorsed


async def test_a_link_whose_one_time_keys_another_key_signed_is_not_endorsed(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        forged = replace(b.office, seal=SEALS["XC"])
        async with joined(a, replace_office(b, forged), tmp_path) as both:
            await a.queue(draft(1))
            both.wake()
            assert "not_good" in await over(both)
        assert not both.a.endorsed
        assert await b.count(letters) == 0


def replace_office(at: Node, office: Office) -> Node:
    return Node(office, at.identity, at.answering, at.alarms)


async def test_ready_says_what_the_office_says(tmp_path: Path) -> None:
    head, claim, digest = Head(epoch=0, size=7, root=bytes(32)), ("log.example", 5, bytes(32)), Digest(b"\7" * 32)
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def prepare(session: Session) -> None:
        async def hook(body: dict[str, Any]) -> None:
            heard.put_nowait(body)

        if session.dialled:
            session.on_ready.append(hook)

    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        office = replace(
            b.office,
            audit=lambda _: head,
            heads=lambda: [claim],
            card=lambda: digest,
            you=lambda _: [b"another boot"],
        )
        async with joined(a, replace_office(b, office), tmp_path, prepare=prepare), asyncio.timeout(10):
            body = await heard.get()
    assert (body["audit"], body["heads"], body["card"], body["you"]) == (head, (claim,), digest, (b"another boot",))


async def test_a_goodbye_leaves_nothing_running(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as both:
        await a.queue(draft(1))
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        await both.a.leave()
        assert "BYE" in await over(both)
