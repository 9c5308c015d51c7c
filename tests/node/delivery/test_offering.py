"""What an ERROR does to a letter by its code, and what evidence counts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pairs import AIDS, SEALS, Node, ShiftedClock, draft, joined, node, until
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.delivery.session import Session
from rogatory_node.services import fresh
from rogatory_node.services.sending import NEVER, Sending
from rogatory_node.storage.tables import audit, evidence, letters, outbox
from rogatory_protocol.audit import Head
from rogatory_protocol.evidence import Content, Level, payload
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.link.connection import Received
from rogatory_protocol.link.frames import Frame, Type
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.suite import SigningKey

HOUR = 3_600


def refusing(*codes: int, retry: int = HOUR, named: bool = True) -> tuple[Callable[[Session], None], list[Digest]]:
    """Make the listener refuse its first offers with these codes, and note every letter that it is offered."""
    left, seen = list(codes), []

    def prepare(session: Session) -> None:
        if session.dialled:
            return
        taken = session.handlers[Type.OFFER]

        async def refuse(event: Received) -> None:
            assert event.sealed is not None
            letters = event.sealed.header.ld
            seen.extend(letters)
            if not left:
                await taken(event)
                return
            body = {"code": left.pop(0), "retry": retry, "note": "", "ld": list(letters) if named else None}
            session.line.answer(event.frame.req, Type.ERROR, body)

        session.handlers[Type.OFFER] = refuse

    return prepare, seen


async def row(at: Node) -> tuple[str, int | None, int, int]:
    """State, code, seconds until the next attempt and attempts of the only letter."""
    (found,) = await at.rows(select(outbox))
    wait = found.next_attempt - int(at.office.wall())
    return found.state, found.last_code, wait, found.attempts


DELAYING = [5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 99]


@pytest.mark.parametrize(("code", "named"), [(code, code % 2 == 0) for code in DELAYING])
async def test_an_unsigned_refusal_delays_and_ends_nothing(tmp_path: Path, code: int, named: bool) -> None:
    prepare, _ = refusing(code, named=named)
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path, prepare=prepare) as both:
        await a.queue(draft(1))
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.attempts == 1), 1)
        state, noted, wait, _ = await row(a)
        assert state == "queued"
        assert HOUR - 5 < wait <= HOUR
        assert noted == (23 if code in {20, 21, 99} else code)


@pytest.mark.parametrize("code", [1, 2, 3, 4])
async def test_what_the_peer_cannot_read_is_rejected_and_marked_unsigned(tmp_path: Path, code: int) -> None:
    prepare, _ = refusing(code)
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path, prepare=prepare) as both:
        await a.queue(draft(1))
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "rejected"), 1)
        assert (await row(a))[1] == code
        assert await a.count(evidence) == 0
        assert await a.count(audit, audit.c.ev == "letter.rejected") == 1


async def test_DLV_10_a_lost_key_costs_only_another_key(tmp_path: Path) -> None:
    prepare, seen = refusing(8, 9)
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path, prepare=prepare) as both:
        await a.queue(draft(1))
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        assert len(seen) == 3
        assert len(set(seen)) == 1


async def test_the_second_decryption_failure_waits(tmp_path: Path) -> None:
    prepare, seen = refusing(9, 9)
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path, prepare=prepare) as both:
        await a.queue(draft(1))
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.attempts == 2), 1)
        assert (await row(a))[2] > HOUR - 5
        assert len(seen) == 2


async def test_a_delayed_letter_is_offered_again_when_its_time_has_come(tmp_path: Path) -> None:
    prepare, seen = refusing(17, retry=1)
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path, prepare=prepare) as both:
        await a.queue(draft(1))
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        assert len(seen) == 2


async def test_an_urgent_letter_goes_although_another_waits(tmp_path: Path) -> None:
    prepare, _ = refusing(17)
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path, prepare=prepare) as both:
        await a.queue(draft(1))
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.attempts == 1), 1)
        await a.queue(draft(0))
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        assert await a.count(outbox, outbox.c.state == "queued") == 1


def proof(about: Digest, *, signer: SigningKey = SEALS["XB"], issuer: Aid = AIDS["XB"], to: Aid = AIDS["XA"]) -> bytes:
    head = Head(epoch=0, size=1, root=bytes(32))
    content = Content(lvl=Level.COMPLETE, letter=about, issuer=issuer, to=to, ts=1_700_000_000, head=head)
    return sign(signer, Context.EVIDENCE, payload(content))


async def test_DLV_04_forged_evidence_is_ignored_loudly_and_the_good_beside_it_counts(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        prepare, _ = refusing(17)
        async with joined(a, b, tmp_path, prepare=prepare) as both:
            one, other = await a.queue(draft(1), draft(2))
            both.wake()
            await until(lambda: a.count(outbox, outbox.c.attempts == 1), 2)
            wrong = [
                proof(one, signer=SEALS["XC"]),
                proof(one, issuer=AIDS["XC"], signer=SEALS["XC"]),
                proof(one, to=AIDS["XC"]),
                proof(Digest(bytes(32))),
                proof(one)[:-1],
                b"no evidence",
            ]
            refused = await both.b.line.inquire(Type.EVID, tuple(wrong))
            assert refused.type is Type.ERROR
            assert await a.count(evidence) == 0
            mixed: Frame = await both.b.line.inquire(Type.EVID, (*wrong, proof(other)))
            assert mixed.type is Type.ACKD
            assert len(mixed.body) == 1
            assert await a.count(outbox, outbox.c.state == "complete") == 1
            assert len(a.alarms) == 2 * len(wrong)
            # The link goes on.
            await a.queue(draft(3))
            both.wake()
            await until(lambda: a.count(outbox, outbox.c.state == "complete"), 2)


async def test_what_two_links_share_is_offered_once(tmp_path: Path) -> None:
    held, offering = asyncio.Event(), asyncio.Event()
    offers: list[Digest] = []

    def prepare(session: Session) -> None:
        taken = session.handlers[Type.OFFER]

        async def late(event: Received) -> None:
            assert event.sealed is not None
            offers.extend(event.sealed.header.ld)
            offering.set()
            await held.wait()
            await taken(event)

        session.handlers[Type.OFFER] = late

    async with (
        node("XA", tmp_path) as a,
        node("XB", tmp_path) as b,
        joined(a, b, tmp_path, prepare=prepare) as one,
        joined(a, b, tmp_path, prepare=prepare) as two,
    ):
        one.a._beside.append(two.a)
        two.a._beside = one.a._beside
        await a.queue(draft(1), draft(2), draft(3))
        one.wake()
        two.wake()
        async with asyncio.timeout(10):
            await offering.wait()
        held.set()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 3)
    assert len(offers) == len(set(offers)) == 3


class LateReaders:
    """Readers whose answers come late: read at once, given when they may be."""

    def __init__(self, readers: AsyncEngine, may: asyncio.Event) -> None:
        self.readers, self.may, self.read = readers, may, asyncio.Event()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator["LateReaders"]:
        yield self

    async def run_sync(self, work: Callable[..., Any], *args: Any) -> Any:
        async with self.readers.connect() as connection:
            found = await connection.run_sync(work, *args)
        self.read.set()
        await self.may.wait()
        return found


async def test_what_another_link_had_answered_while_we_read_is_not_offered(tmp_path: Path) -> None:
    async with (
        node("XA", tmp_path) as a,
        node("XB", tmp_path) as b,
        joined(a, b, tmp_path) as one,
        joined(a, b, tmp_path) as two,
    ):
        one.a._beside.append(two.a)
        two.a._beside = one.a._beside
        offering = two.a._offering
        late = LateReaders(a.office.readers, asyncio.Event())
        offering._office = replace(offering._office, readers=late)  # type: ignore[arg-type]
        await a.queue(draft(1))
        reading = asyncio.create_task(offering._waiting())
        async with asyncio.timeout(10):
            await late.read.wait()
            one.wake()
            await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
            late.may.set()
            assert not one.a.offered
            assert await reading == []


async def expire(at: Node) -> None:
    (found,) = await at.office.writer.execute(at.office.expiring.expire, 9)
    assert found.state.value == "expired"


async def test_an_expired_letter_is_offered_once_more_and_never_again(tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with node("XA", tmp_path, clock=clock) as a, node("XB", tmp_path, clock=clock) as b:
        await a.queue(draft(1, life=100))
        clock.seconds = 102
        await expire(a)
        async with joined(a, b, tmp_path):
            await until(lambda: a.count(outbox, outbox.c.next_attempt == NEVER), 1)
        assert await a.count(outbox, outbox.c.state == "expired", outbox.c.last_code == 6) == 1
        assert await b.count(letters) == 0


async def test_DLV_18_a_recipient_in_whose_time_it_comes_takes_the_declaration_back(tmp_path: Path) -> None:
    clock = ShiftedClock()
    async with node("XA", tmp_path, clock=clock) as a, node("XB", tmp_path) as b:
        await a.queue(draft(1, life=100))
        clock.seconds = 102
        await expire(a)
        async with joined(a, b, tmp_path):
            await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        assert await a.count(evidence) == 2


LARGE = b"x" * 900_000


async def test_large_letters_wait_for_the_window_and_the_link_goes_on(tmp_path: Path) -> None:
    """Nine megabytes of letters while the peer answers none: what does not fit the window is offered after it."""
    held, seen = asyncio.Event(), []

    def prepare(session: Session) -> None:
        taken = session.handlers[Type.OFFER]

        async def late(event: Received) -> None:
            assert event.sealed is not None
            seen.extend(event.sealed.header.ld)
            if held.is_set():
                await taken(event)
            else:
                session.line.spawn(after(event))

        async def after(event: Received) -> None:
            await held.wait()
            await taken(event)

        session.handlers[Type.OFFER] = late

    async def offered() -> bool:
        await asyncio.sleep(0)
        return len(seen) >= 6

    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path, prepare=prepare) as both:
        await a.queue(*(draft(n, text=LARGE) for n in range(1, 11)))
        both.wake()
        await until(offered, True)
        assert len(seen) < 10
        held.set()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 10)
        assert both.ends == {}


async def test_a_letter_larger_than_the_peer_takes_does_not_stop_the_others(tmp_path: Path) -> None:
    def prepare(session: Session) -> None:
        async def small(_body: object) -> None:
            session.line.state.max_envelope_bytes = 100_000

        if session.dialled:
            session.on_ready.append(small)

    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path, prepare=prepare) as both:
        async with asyncio.timeout(10):
            while not both.a.endorsed:
                await asyncio.to_thread(int)
        await a.queue(draft(1, text=LARGE), draft(2))
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        assert a.alarms == ["letter.too_large_for_peer"]
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path):
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 2)


async def test_what_was_just_queued_is_offered_without_reading_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as both:
        monkeypatch.setattr(Sending, "sealed", None)  # reading would end the link
        for n in (1, 0):
            both.a.wake(await a.queue(draft(n)))
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 2)
        assert not both.ends


async def test_what_is_no_longer_in_memory_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "MOST_BYTES", 0)
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as both:
        both.a.wake(await a.queue(draft(1)))
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
