"""Over real sockets: a node whose database is an older copy has its letters, its words and its numbers back."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pairs import AIDS, Joined, Node, draft, joined, node, taken_in, until
from sqlalchemy import Connection, select

from rogatory_node.delivery import resync as module
from rogatory_node.delivery.resync import Resync
from rogatory_node.delivery.session import Session
from rogatory_node.delivery.views import Views
from rogatory_node.services.answering import Issue
from rogatory_node.services.recovering import Recovering
from rogatory_node.services.resuming import Resuming
from rogatory_node.services.resyncing import Resyncing
from rogatory_node.storage import audit_log
from rogatory_node.storage.tables import audit, blobs, evidence, letters, meta, outbox, peers, sequences
from rogatory_protocol.copies import kid_in, open_copy
from rogatory_protocol.errors import Code
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Digest
from rogatory_protocol.limits import DAY_SECONDS
from rogatory_protocol.link.frames import Frame, Type

XA, XB = AIDS["XA"], AIDS["XB"]


def resync_of(node: Node, wall: Callable[[], float] = time.time) -> Resync:
    common: dict[str, Any] = {"me": node.office.me, "sealer": node.office.sending.sealer}
    return Resync(Resyncing(**common, wall=wall), Recovering(**common), Resuming(**common), node.office)


@asynccontextmanager
async def linked(a: Node, b: Node, root: Path) -> AsyncIterator[Joined]:
    """Join two nodes as the composition root does, and keep what each was shown of the other."""
    parts, views = {}, []
    for own, other in ((a, b), (b, a)):
        shown = await Views.open(
            writer=own.office.writer, readers=own.office.readers, wall=time.time, alarm=own.office.alarm
        )
        own.office = replace(own.office, audit=shown.head_of, quoted=shown.quoted)
        resync = resync_of(own)
        shown.meets = resync.met
        parts[other.office.me] = (shown.join, resync.join)
        views.append(shown)

    def prepare(session: Session) -> None:
        for join in parts[session.line.peer]:
            join(session)

    async with joined(a, b, root, prepare=prepare) as both:
        yield both
        for shown in views:
            await shown.write()


def back_up(root: Path, name: str) -> None:
    (root / "old").mkdir()
    for file in root.glob(f"{name}.db*"):
        shutil.copy(file, root / "old" / file.name)


def restore(root: Path, name: str) -> None:
    for file in root.glob(f"{name}.db*"):
        file.unlink()
    for file in (root / "old").glob(f"{name}.db*"):
        shutil.copy(file, root / file.name)


async def send(both: Joined, a: Node, n: int, **more: Any) -> Digest:
    [digest] = await a.queue(draft(n, **more))
    both.wake()
    await until(lambda: a.count(outbox, outbox.c.letter == digest, outbox.c.state == "complete"), 1)
    return digest


async def said(node: Node) -> dict[bytes, tuple[Any, ...]]:
    """Own evidence as it was signed."""
    rows = await node.rows(select(evidence).where(evidence.c.direction == "out"))
    opened = node.office.sending.sealer.open
    return {row.digest: (row.lvl, row.ts, opened("evidence", "raw_sealed", row.digest, row.raw_sealed)) for row in rows}


async def events(node: Node, name: str) -> int:
    return await node.count(audit, audit.c.ev == name)


async def back(node: Node) -> int:
    """How many peers gave everything back."""
    return await events(node, "restore.synced")


async def test_DLV_08_a_restored_recipient_has_letters_and_its_own_words_back(tmp_path: Path) -> None:
    async with node("XB", tmp_path):
        pass
    back_up(tmp_path, "XB")
    async with node("XA", tmp_path) as a:
        async with node("XB", tmp_path) as b, linked(a, b, tmp_path) as both:
            first = await send(both, a, 1)
            await send(both, a, 2, files=[taken_in(a.office.blobs, b"exhibit")])
            issue = Issue(letter=first, level=Level.TAKEN, role="duty", ground=None, note=None)
            await b.office.writer.execute(b.answering.issue, issue)
            both.wake()
            await until(lambda: a.count(evidence, evidence.c.lvl == 40), 1)
            await send(both, a, 3)
            before, inc = await said(b), await b.rows(select(meta.c.value).where(meta.c.key == "inc"))
        heard = await a.count(evidence)
        restore(tmp_path, "XB")
        async with node("XB", tmp_path) as b, linked(a, b, tmp_path):
            assert await b.count(letters) == 0
            await until(lambda: back(b), 1)
            assert await b.count(letters) == 3
            assert await said(b) == before
            await until(lambda: b.count(blobs, blobs.c.verified), 1)  # what is lost is pulled anew
            assert await said(b) == before
            assert await events(b, "restore") >= 1
            assert await events(b, "letter.recovered") == 3
            epochs = {row.epoch for row in await b.rows(select(audit.c.epoch).where(audit.c.ev == "letter.recovered"))}
            assert epochs == {1}
            assert await b.rows(select(meta.c.value).where(meta.c.key == "inc")) != inc
            assert await b.count(peers, peers.c.unsynced.is_not(None)) == 0
            assert b.alarms.count("audit.restored") == 1
        assert await events(a, "letter.served") == 3
        assert await a.count(evidence) == heard
        assert await a.count(outbox, outbox.c.state == "complete") == 3


async def test_DLV_06_a_restored_sender_goes_on_above_its_numbers(tmp_path: Path) -> None:
    async with node("XB", tmp_path) as b:
        async with node("XA", tmp_path) as a, linked(a, b, tmp_path) as both:
            await send(both, a, 1)
        back_up(tmp_path, "XA")
        async with node("XA", tmp_path) as a, linked(a, b, tmp_path) as both:
            lost = [await send(both, a, n) for n in (2, 3)]
        restore(tmp_path, "XA")
        async with node("XA", tmp_path) as a, linked(a, b, tmp_path) as both:
            await until(lambda: back(a), 1)
            assert await a.count(letters) == 3
            assert await a.count(outbox, outbox.c.state == "complete") == 3
            [row] = await a.rows(select(sequences))
            assert (row.seq, row.digest) == (3, lost[-1])
            digest = await send(both, a, 4)
            [row] = await b.rows(select(letters).where(letters.c.digest == digest))
            assert (row.seq, row.prev) == (4, lost[-1])
            assert await events(a, "restore") >= 1
        assert await b.count(letters) == 4
        assert await b.count(evidence) == 4


async def test_STO_10_a_log_that_has_grown_over_what_was_lost_is_noticed(tmp_path: Path) -> None:
    def grow(connection: Connection, commands: list[int]) -> list[None]:
        leaf = audit_log.Event(ev="letter.opened", obj=None, who="desk")
        audit_log.append(connection, [leaf] * commands[0], now=2, random=lambda n: bytes(n))
        return [None]

    async with node("XB", tmp_path) as b:
        async with node("XA", tmp_path) as a, linked(a, b, tmp_path) as both:
            await send(both, a, 1)
        back_up(tmp_path, "XA")
        async with node("XA", tmp_path) as a, linked(a, b, tmp_path) as both:
            for n in (2, 3):
                await send(both, a, n)
        restore(tmp_path, "XA")
        async with node("XA", tmp_path) as a:
            await a.office.writer.execute(grow, 100)
            async with linked(a, b, tmp_path):
                await until(lambda: back(a), 1)
            assert await a.count(letters) == 3
            assert a.alarms.count("audit.longer_abroad") == 1
            assert a.alarms.count("audit.restored") == 1
            # It is settled: the same claim on the next link is no news.
            async with linked(a, b, tmp_path) as both:
                await send(both, a, 4)
            assert a.alarms.count("audit.longer_abroad") == 1


async def test_nothing_is_asked_for_while_nothing_was_lost(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        for n in (1, 2):
            async with linked(a, b, tmp_path) as both:
                await send(both, a, n)
        for each in (a, b):
            assert await events(each, "letter.served") == 0
            assert each.alarms == []


# Attacks


@asynccontextmanager
async def asking(
    asker: Node, b: Node, root: Path, wall: Callable[[], float] = time.time, serving: Resync | None = None
) -> AsyncIterator[Session]:
    """A link on which the asker says what it likes; only the other side serves."""
    resync, ready = serving or resync_of(b, wall), asyncio.Event()

    async def open_(_body: dict[str, Any]) -> None:
        ready.set()

    def prepare(session: Session) -> None:
        if session.line.peer == XB:
            session.on_ready.append(open_)
        else:
            resync.join(session)

    async with joined(asker, b, root, prepare=prepare) as both:
        async with asyncio.timeout(10):
            await ready.wait()
        yield both.a


def page(role: str = "sender", cursor: int = 0, most: int = 512) -> dict[str, Any]:
    return {"as": role, "since": 0, "cursor": cursor, "max": most}


def code(frame: Frame) -> Code:
    assert frame.type is Type.ERROR
    return Code(frame.body["code"])


async def delivered(a: Node, b: Node, root: Path, *numbers: int) -> list[Digest]:
    async with joined(a, b, root) as both:
        return [await send(both, a, n) for n in numbers]


async def test_SEC_a_third_authority_gets_nothing_of_what_lies_between_two(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, node("XC", tmp_path) as c:
        [digest] = await delivered(a, b, tmp_path, 1)
        async with asking(c, b, tmp_path) as session:
            assert code(await session.line.inquire(Type.FETCH, digest)) is Code.NOT_FOUND
            for role in ("sender", "recipient"):
                assert (await session.line.inquire(Type.SYNC, page(role))).body == {"rows": (), "next": None}
        assert await events(b, "letter.served") == 0


async def test_SEC_of_an_old_letter_only_the_evidence_leaves(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        [digest] = await delivered(a, b, tmp_path, 1)
        proofs = [each[2] for each in (await said(b)).values()]
        for days in (8, 0):
            async with asking(a, b, tmp_path, lambda days=days: time.time() + days * DAY_SECONDS) as session:  # type: ignore[misc]
                frame = await session.line.inquire(Type.FETCH, digest)
                key = session.keys.key(kid_in(frame.body))
                assert key is not None
                copy = open_copy(frame.body, key, me=XA, letter=digest)
            assert list(copy.evidence) == proofs
            assert ((copy.letter is None), (copy.parts is None)) == (days > 0, days > 0)
            assert await events(b, "letter.served") == (days == 0)


async def test_SEC_one_run_an_hour_and_its_pages_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        await delivered(a, b, tmp_path, 1, 2, 3)
        async with asking(a, b, tmp_path) as session:
            ask = session.line.inquire
            assert code(await ask(Type.SYNC, page(cursor=1))) is Code.LINK_LIMIT
            assert (await ask(Type.SYNC, page(most=2))).body["next"] == 2
            refused = await ask(Type.SYNC, page(most=2))
            assert code(refused) is Code.LINK_LIMIT
            assert 3_500 < refused.body["retry"] <= 3_600
            assert code(await ask(Type.SYNC, page(cursor=1, most=2))) is Code.LINK_LIMIT
            last = await ask(Type.SYNC, page(cursor=2, most=2))
            assert (len(last.body["rows"]), last.body["next"]) == (1, None)
            assert code(await ask(Type.SYNC, page(cursor=2, most=2))) is Code.LINK_LIMIT
            monkeypatch.setattr(module, "RUN_SECONDS", 0)
            assert (await ask(Type.SYNC, page(most=2))).type is Type.LIST


async def test_SEC_more_copies_than_keys_wait_for_keys(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        [digest] = await delivered(a, b, tmp_path, 1)
        async with asking(a, b, tmp_path) as session:
            kids = set()
            for _ in range(20):
                frame = await session.line.inquire(Type.FETCH, digest)
                kids.add(kid_in(frame.body))
                session.keys.used(kid_in(frame.body))
            assert len(kids) == 20
        assert await events(b, "letter.served") == 20


async def test_STO_10_an_asker_that_restarts_within_its_first_page_goes_on_at_once(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        await delivered(a, b, tmp_path, 1, 2, 3)
        serving = resync_of(b)
        async with asking(a, b, tmp_path, serving=serving) as session:
            assert (await session.line.inquire(Type.SYNC, page(most=2))).body["next"] == 2
        async with asking(a, b, tmp_path, serving=serving) as session:
            assert (await session.line.inquire(Type.SYNC, page(most=2))).body["next"] == 2
            assert code(await session.line.inquire(Type.SYNC, page(most=2))) is Code.LINK_LIMIT
            assert (await session.line.inquire(Type.SYNC, page(cursor=2, most=2))).body["next"] is None
        async with asking(a, b, tmp_path, serving=serving) as session:
            assert code(await session.line.inquire(Type.SYNC, page(most=2))) is Code.LINK_LIMIT
