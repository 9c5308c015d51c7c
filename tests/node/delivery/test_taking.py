"""Evidence leaves as soon as it is issued, and again on every link until it is acknowledged."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from pairs import Node, draft, joined, node, taken_in, until

from rogatory_node.delivery.quotas import Allowed
from rogatory_node.delivery.session import Session
from rogatory_node.services.answering import Issue
from rogatory_node.storage.tables import audit, evidence, letters, outbox
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.evidence import Level, parse
from rogatory_protocol.ids import Digest
from rogatory_protocol.link.connection import Received
from rogatory_protocol.link.frames import Type

ROLE = "duty officer"


async def issue(at: Node, *issues: Issue) -> None:
    for each in issues:
        await at.office.writer.execute(at.answering.issue, each)


def take(digest: Digest) -> Issue:
    return Issue(letter=digest, level=Level.TAKEN, role=ROLE)


async def test_what_an_officer_says_reaches_the_sender_on_the_live_link(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as both:
        one, other = await a.queue(draft(1), draft(2))
        both.wake()
        await until(lambda: b.count(letters), 2)
        decline = Issue(letter=other, level=Level.DECLINED, ground="not-dual", role=ROLE)
        await issue(b, take(one), Issue(letter=one, level=Level.ACCEPTED, role=ROLE), take(other), decline)
        both.b.wake()
        for level, count in ((40, 2), (50, 1), (51, 1)):
            await until(lambda level=level: a.count(evidence, evidence.c.lvl == level), count)  # type: ignore[misc]
        await until(lambda: b.count(evidence, evidence.c.ackd), 6)
        assert await a.count(outbox, outbox.c.state == "complete") == 2


def forgetful(counts: Counter[bytes]) -> Callable[[Session], None]:
    """Count what the dialler is told, and never acknowledge it."""

    def prepare(session: Session) -> None:
        async def ignore(event: Received) -> None:
            counts.update(event.frame.body)

        if session.dialled:
            session.handlers[Type.EVID] = ignore

    return prepare


async def test_evidence_is_repeated_on_each_link_until_it_is_acknowledged(tmp_path: Path) -> None:
    counts: Counter[bytes] = Counter()
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        (digest,) = await a.queue(draft(1))
        for n in range(3):
            async with joined(a, b, tmp_path, prepare=forgetful(counts)) as both:
                if n:
                    await issue(b, take(digest))
                both.b.wake()
                level = Level.TAKEN if n else Level.COMPLETE
                await until(lambda level=level: times(counts, level), n or 1)  # type: ignore[misc]
        assert len(counts) == 2
        assert await times(counts, Level.COMPLETE) >= 2
        async with joined(a, b, tmp_path):
            await until(lambda: b.count(evidence, evidence.c.ackd), 2)
            await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        assert await a.count(evidence) == 2


async def told(counts: Counter[bytes]) -> int:
    await asyncio.sleep(0)
    return len(counts)


async def times(counts: Counter[bytes], level: Level) -> int:
    await asyncio.sleep(0)
    return sum(count for raw, count in counts.items() if parse(raw).content.lvl is level)


async def test_an_emergency_is_taken_while_its_attachments_arrive(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        taken = taken_in(a.office.blobs, b"x" * 100_000)
        lost = a.office.blobs.root / taken.blob
        lost.rename(tmp_path / "lost")
        (digest,) = await a.queue(draft(0, files=[taken]))
        async with joined(a, b, tmp_path) as both:
            await until(lambda: a.count(outbox, outbox.c.state == "stored"), 1)
            await issue(b, take(digest))
            both.b.wake()
            await until(lambda: a.count(evidence, evidence.c.lvl == 40), 1)
        (tmp_path / "lost").rename(lost)
        async with joined(a, b, tmp_path):
            await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        assert await b.count(audit, audit.c.ev == "evidence.issued") == 3


async def test_an_envelope_that_cannot_be_opened_is_answered_for_each_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Padding is refused by evidence; what is known already gets its stored evidence instead."""

    def broken(*_args: object, **_options: object) -> None:
        raise RefusedError(Code.PADDING, "padding")

    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        async with joined(a, b, tmp_path) as both:
            await a.queue(draft(1))
            both.wake()
            await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
            monkeypatch.setattr("rogatory_node.delivery.taking.judge", broken)
            await a.queue(draft(2))
            both.wake()
            await until(lambda: a.count(outbox, outbox.c.state == "rejected"), 1)
        assert await a.count(evidence, evidence.c.lvl == 90, evidence.c.code == str(int(Code.PADDING))) == 1


async def test_letters_that_come_together_share_a_signature(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        await a.queue(*(draft(n) for n in range(1, 31)))
        counts: Counter[bytes] = Counter()
        async with joined(a, b, tmp_path, prepare=forgetful(counts)):
            await until(lambda: told(counts), 30)
        signatures = {parse(raw).object.signatures[0].sig for raw in counts}
        assert len(signatures) < 10


async def test_OVL_a_letter_beyond_the_days_quota_waits_at_its_sender(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        b.office.quotas.allowed = Allowed(letters=2)
        async with joined(a, b, tmp_path) as both:
            await a.queue(draft(1), draft(2), draft(3))
            both.wake()
            await until(lambda: a.count(outbox, outbox.c.last_code == int(Code.QUOTA)), 1)
            await until(lambda: a.count(outbox, outbox.c.state == "complete"), 2)
        assert await b.count(letters) == 2
        assert "quota.exceeded" in b.alarms


async def test_OVL_offers_beyond_the_days_quota_are_not_even_opened(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        b.office.quotas.allowed = Allowed(offers=0)
        async with joined(a, b, tmp_path) as both:
            await a.queue(draft(1))
            both.wake()
            await until(lambda: a.count(outbox, outbox.c.last_code == int(Code.QUOTA)), 1)
        assert await b.count(letters) == 0


async def test_OVL_attachments_beyond_the_days_quota_wait(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        b.office.quotas.allowed = Allowed(attachment_bytes=10)
        async with joined(a, b, tmp_path) as both:
            await a.queue(draft(1, files=[taken_in(a.office.blobs, b"exhibit")]))
            both.wake()
            await until(lambda: b.count(letters), 1)

            async def alarmed() -> int:
                await asyncio.sleep(0)
                return int("quota.exceeded" in b.alarms)

            await until(alarmed, 1)
        assert await b.count(evidence, evidence.c.lvl == 35) == 0


async def test_OVL_repeats_get_the_stored_evidence_when_the_quota_is_used_up(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        counts: Counter[bytes] = Counter()
        await a.queue(draft(1))
        for n in (1, 2):
            async with joined(a, b, tmp_path, prepare=forgetful(counts)) as both:
                both.wake()
                await until(lambda n=n: times(counts, Level.COMPLETE), n)  # type: ignore[misc]
            b.office.quotas.allowed = Allowed(letters=0)
        assert len(counts) == 1
