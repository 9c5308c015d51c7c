"""Two nodes on a real socket: a letter leaves, is stored, and its evidence comes back, once."""

from pathlib import Path

import pytest
from pairs import draft, joined, node, until

from rogatory_node.storage.tables import evidence, letters, outbox


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
