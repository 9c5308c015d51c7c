"""Attachments cross a link, also one that breaks, and end in evidence 35; what is not good ends in 90 code 15."""

import asyncio
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pairs import Node, draft, joined, node, taken_in, until
from sqlalchemy import select

from rogatory_node.services.intake import Taken
from rogatory_node.storage.blobs import SEALED_CHUNK_BYTES, BlobReader
from rogatory_node.storage.errors import DamagedError
from rogatory_node.storage.tables import blobs, evidence, outbox
from rogatory_protocol.attachment import VerifiedBlob
from rogatory_protocol.limits import MIB

CONTENT = hashlib.shake_256(b"exhibit").digest(6 * MIB + 12_345)


def stored(at: Node, each: Taken, name: str) -> bytes:
    """What the recipient holds of an attachment, opened."""
    blob = VerifiedBlob(each.entry)
    with at.office.blobs.read(name, stored_bytes=each.entry.stored) as reader:
        return b"".join(blob.read(n, reader.chunk(n)) for n in range(each.entry.n))


async def said(at: Node, alarm: str) -> bool:
    await asyncio.sleep(0)
    return alarm in at.alarms


async def names(at: Node) -> list[str]:
    return [row.path for row in await at.rows(select(blobs).order_by(blobs.c.idx))]


async def test_three_attachments_arrive_and_evidence_35_comes_back(tmp_path: Path, url: str) -> None:
    contents = [CONTENT, b"", b"a page"]
    async with node("XA", tmp_path) as a, node("XB", tmp_path, url=url) as b, joined(a, b, tmp_path) as both:
        taken = [taken_in(a.office.blobs, content) for content in contents]
        await a.queue(draft(1, files=taken))
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        await until(lambda: b.count(evidence, evidence.c.ackd), 2)
        assert [stored(b, *each) for each in zip(taken, await names(b), strict=True)] == contents
        assert await a.count(evidence) == 2
        assert a.alarms + b.alarms == []


@dataclass
class Reads:
    """The chunks that were read to be served; each read of *bad* fails, at *cut* the line is cut first."""

    seen: list[int] = field(default_factory=list)
    bad: int = -1
    cut: int = -1
    abort: Callable[[], None] = lambda: None


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    reads, chunk = Reads(), BlobReader.chunk

    def read(self: BlobReader, index: int) -> bytes:
        reads.seen.append(index)
        if index == reads.cut:
            reads.abort()
        if index == reads.bad:
            raise DamagedError("x", index)
        return chunk(self, index)

    monkeypatch.setattr(BlobReader, "chunk", read)
    return reads


@pytest.mark.parametrize("cut", range(7))
async def test_DLV_23_a_transfer_goes_on_after_the_line_was_cut(tmp_path: Path, reads: Reads, cut: int) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        taken = taken_in(a.office.blobs, CONTENT)
        await a.queue(draft(1, files=[taken]))
        loop, reads.cut = asyncio.get_running_loop(), cut
        async with joined(a, b, tmp_path) as both, asyncio.timeout(20):
            reads.abort = lambda: void(loop.call_soon_threadsafe(both.a.abort))
            await both.over.wait()
        reads.cut, first = -1, len(reads.seen)
        async with joined(a, b, tmp_path):
            await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        assert stored(b, taken, (await names(b))[0]) == CONTENT
        again = set(reads.seen[:first]) & set(reads.seen[first : first + taken.entry.n])
        assert len(again) <= 8  # those that were asked for and not written


def void(_: object) -> None:
    return None


async def test_a_transfer_goes_on_after_both_nodes_began_anew(tmp_path: Path, reads: Reads, url: str) -> None:
    reads.bad = 4
    async with node("XA", tmp_path) as a, node("XB", tmp_path, url=url) as b:
        taken = taken_in(a.office.blobs, CONTENT)
        await a.queue(draft(1, files=[taken]))
        async with joined(a, b, tmp_path):
            await until(lambda: b.count(blobs, blobs.c.next_index == 4), 1)
    reads.bad = -1
    reads.seen.clear()
    async with node("XA", tmp_path) as a, node("XB", tmp_path, url=url) as b:
        async with joined(a, b, tmp_path):
            await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        assert reads.seen[:3] == [4, 5, 6]
        assert stored(b, taken, (await names(b))[0]) == CONTENT


async def test_a_part_that_the_disk_changed_comes_again(tmp_path: Path, reads: Reads) -> None:
    reads.bad = 4
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        taken = taken_in(a.office.blobs, CONTENT)
        await a.queue(draft(1, files=[taken]))
        async with joined(a, b, tmp_path):
            await until(lambda: b.count(blobs, blobs.c.next_index == 4), 1)
        (name,) = await names(b)
        with (b.office.blobs.root / f"{name}.part").open("r+b") as file:
            file.seek(2 * SEALED_CHUNK_BYTES + 5)
            file.write(b"xx")
        reads.bad = -1
        reads.seen.clear()
        async with joined(a, b, tmp_path):
            await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        assert reads.seen[:5] == [2, 3, 4, 5, 6]
        assert stored(b, taken, name) == CONTENT


async def test_a_chunk_that_came_broken_is_asked_for_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chunk, spoilt = BlobReader.chunk, iter([3])

    def read(self: BlobReader, index: int) -> bytes:
        sealed = chunk(self, index)
        return bytes(len(sealed)) if index == 3 and next(spoilt, None) else sealed

    monkeypatch.setattr(BlobReader, "chunk", read)
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as both:
        await a.queue(draft(1, files=[taken_in(a.office.blobs, CONTENT)]))
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        assert next(spoilt, None) is None


async def test_DLV_22_a_blob_that_changed_at_the_sender_is_refused_by_evidence(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        taken = taken_in(a.office.blobs, CONTENT)
        with (a.office.blobs.root / taken.blob).open("r+b") as file:
            file.seek(3 * SEALED_CHUNK_BYTES)
            file.write(b"\0\0\0\0")
        await a.queue(draft(1, files=[taken]))
        async with joined(a, b, tmp_path):
            await until(lambda: a.count(outbox, outbox.c.state == "incomplete"), 1)
            await until(lambda: b.count(evidence, evidence.c.ackd), 2)
        assert await a.count(evidence, evidence.c.lvl == 90, evidence.c.code == "15") == 1
        assert os.listdir(b.office.blobs.root) == []
        assert "attachment.broken" in b.alarms
        async with joined(a, b, tmp_path):  # nothing of it is asked for again
            await a.queue(draft(2))
            await until(lambda: b.count(evidence, evidence.c.ackd), 3)
        assert b.alarms.count("attachment.broken") == 1


async def test_a_blob_that_the_sender_lost_is_asked_for_again_on_the_next_link(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        taken = taken_in(a.office.blobs, CONTENT)
        lost = a.office.blobs.root / taken.blob
        lost.rename(tmp_path / "lost")
        await a.queue(draft(1, files=[taken]))
        async with joined(a, b, tmp_path):
            await until(lambda: said(a, "attachment.damaged"), True)
        (tmp_path / "lost").rename(lost)
        async with joined(a, b, tmp_path):
            await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
