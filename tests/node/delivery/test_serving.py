"""PULL is answered for the peer's own letters only, within the blob, and not without end."""

from dataclasses import replace
from pathlib import Path

import pytest
from pairs import AIDS, Node, draft, joined, node, taken_in, until

from rogatory_node.services.intake import Taken
from rogatory_node.services.sending import Draft
from rogatory_node.storage.tables import outbox
from rogatory_protocol.errors import Code
from rogatory_protocol.ids import Digest, Id16
from rogatory_protocol.limits import MIB
from rogatory_protocol.link.frames import Pull, Type


def to_another(each: Draft) -> Draft:
    return replace(each, body=replace(each.body, to=(AIDS["XC"],)))


async def sent(a: Node, n: int, *, other: bool = False) -> tuple[Digest, Taken]:
    taken = taken_in(a.office.blobs, b"x" * (2 * MIB))
    each = draft(n, files=[taken])
    (digest,) = await a.queue(to_another(each) if other else each)
    return digest, taken


@pytest.mark.parametrize("count", [1, 2])
async def test_DLV_21_what_is_not_the_peers_is_not_served(tmp_path: Path, count: int) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as both:
        (mine, my_blob), (foreign, foreign_blob) = await sent(a, 1), await sent(a, 2, other=True)
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        asks = [
            Pull(letter=foreign, blob=foreign_blob.entry.id, first=0, count=count),
            Pull(letter=mine, blob=foreign_blob.entry.id, first=0, count=count),
            Pull(letter=mine, blob=Id16(bytes(16)), first=0, count=count),
            Pull(letter=bytes(32), blob=my_blob.entry.id, first=0, count=count),
            Pull(letter=mine, blob=my_blob.entry.id, first=my_blob.entry.n, count=count),
            Pull(letter=mine, blob=my_blob.entry.id, first=my_blob.entry.n - 1, count=count + 1),
            Pull(letter=mine, blob=my_blob.entry.id, first=2**63, count=count),
        ]
        for ask in asks:
            answer = await both.b.line.inquire(Type.PULL, ask)
            assert (answer.type, answer.body["code"]) == (Type.ERROR, Code.NOT_FOUND)


async def test_a_blob_is_not_served_more_than_three_times_over(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as both:
        digest, taken = await sent(a, 1)
        both.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)
        stored = taken.entry.stored
        assert a.office.meter.admits(AIDS["XB"], digest, 0, count=2 * stored, stored=stored)
        body = Pull(letter=digest, blob=taken.entry.id, first=0, count=1)
        answer = await both.b.line.inquire(Type.PULL, body)
        assert (answer.type, answer.body["code"]) == (Type.ERROR, Code.QUOTA)
