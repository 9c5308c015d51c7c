"""What the disk has changed is named."""

import os
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from desk import Came, World, came, node, own, url, world
from pairs import AIDS, SEALS, draft, taken_in
from sqlalchemy import Connection, Table, delete, select, update

from rogatory_node.api.context import Node
from rogatory_node.services.expiring import Expiring
from rogatory_node.services.scrubbing import Report, scrub
from rogatory_node.services.sending import Sending
from rogatory_node.storage.tables import audit, blobs, evidence, letters, log_leaves, statements
from rogatory_protocol.ids import Digest, Id16

__all__ = ["came", "node", "own", "url", "world"]

Change = Callable[[Connection], object]


class Kept:
    """A node that holds a letter that came, one that left with an attachment, and evidence of both kinds."""

    def __init__(self, node: Node) -> None:
        self.node = node

    async def do(self, change: Change) -> None:
        def kind(connection: Connection, commands: list[None]) -> list[None]:
            change(connection)
            return [None for _ in commands]

        await self.node.writer.execute(kind, None)

    async def scrubbed(self) -> Report:
        async with self.node.readers.connect() as connection:
            return await connection.run_sync(partial(scrub, sealer=self.node.own.sealer, folder=self.node.blobs))

    async def found(self, change: Change) -> list[tuple[str, str]]:
        await self.do(change)
        return [(each.where, each.why) for each in (await self.scrubbed()).findings]


@pytest.fixture
async def kept(node: Node, world: World, came: Came) -> Kept:
    await came(conv=Id16(uuid.uuid4().bytes))
    signs: dict[str, Any] = {"me": AIDS["XA"], "signer": SEALS["XA"], "sealer": node.own.sealer}
    sent = draft(1, files=[taken_in(node.blobs, os.urandom(2_500_000))], life=60)
    await node.writer.execute(Sending(**signs, wall=lambda: 1_800_000_100.0).queue, sent)
    await node.writer.execute(Expiring(**signs, wall=lambda: 1_800_000_200.0).expire, 9)
    return Kept(node)


async def test_nothing_is_found_where_nothing_is_wrong(kept: Kept) -> None:
    report = await kept.scrubbed()
    assert report.findings == []
    assert {"letters": 2, "evidence": 2, "blobs": 1}.items() <= report.read.items()
    assert report.read["audit"] > 4
    assert report.read["log_leaves"] > 4


def flipped(raw: bytes) -> bytes:
    return raw[:-3] + bytes((raw[-3] ^ 1,)) + raw[-2:]


def flip(table: Table, column: str) -> Change:
    def change(connection: Connection) -> None:
        row = connection.execute(select(table)).first()
        assert row is not None
        here = [each == getattr(row, each.name) for each in table.primary_key]
        connection.execute(update(table).where(*here).values({column: flipped(getattr(row, column))}))

    return change


@pytest.mark.parametrize(
    ("table", "column", "where"),
    [
        (letters, "raw_sealed", "letters"),
        (letters, "parts_sealed", "letters"),
        (evidence, "raw_sealed", "evidence"),
        (statements, "digest", "statements"),
        (log_leaves, "leaf", "log_leaves"),
        (audit, "leaf", "audit"),
    ],
)
async def test_one_flipped_bit_is_found(kept: Kept, table: Table, column: str, where: str) -> None:
    found = await kept.found(flip(table, column))
    assert (where, "damaged") in found
    assert {place for place, _ in found} == {where}


async def test_a_row_in_the_place_of_another_is_found(kept: Kept) -> None:
    def swap(connection: Connection) -> None:
        first, second = connection.execute(select(letters.c.digest, letters.c.raw_sealed)).all()
        for row, other in ((first, second), (second, first)):
            connection.execute(
                update(letters).where(letters.c.digest == row.digest).values(raw_sealed=other.raw_sealed)
            )

    assert await kept.found(swap) == [("letters", "damaged"), ("letters", "damaged")]


async def test_missing_rows_are_found_by_the_audit_log(kept: Kept) -> None:
    assert await kept.found(lambda conn: conn.execute(delete(evidence))) == [("evidence", "missing")] * 2


async def test_a_cut_audit_log_is_found(kept: Kept) -> None:
    last = select(audit.c.n).order_by(audit.c.n.desc()).limit(1).scalar_subquery()
    assert ("audit", "damaged") in await kept.found(lambda conn: conn.execute(delete(audit).where(audit.c.n == last)))


async def test_evidence_that_the_audit_log_does_not_tell_of_is_found(kept: Kept) -> None:
    def forget(connection: Connection) -> None:
        connection.execute(update(audit).where(audit.c.ev == "evidence.issued").values(ev="evidence.other"))

    assert ("evidence", "not-in-audit") in await kept.found(forget)


async def test_a_cut_log_of_a_registry_is_found(kept: Kept) -> None:
    assert ("log_leaves", "missing") in await kept.found(lambda conn: conn.execute(delete(log_leaves)))


async def test_changed_and_missing_attachments_are_found(kept: Kept) -> None:
    async with kept.node.readers.connect() as connection:
        name = (await connection.execute(select(blobs.c.path))).scalar_one()
    path = kept.node.blobs.root / name
    content = path.read_bytes()
    path.write_bytes(flipped(content))
    assert [(each.where, each.what, each.why) for each in (await kept.scrubbed()).findings] == [
        ("blobs", name, "damaged")
    ]
    path.unlink()
    assert [(each.where, each.why) for each in (await kept.scrubbed()).findings] == [("blobs", "missing")]


async def test_findings_name_digests_and_nothing_else(kept: Kept) -> None:
    await kept.do(flip(letters, "raw_sealed"))
    (finding,) = (await kept.scrubbed()).findings
    assert len(Digest(bytes.fromhex(finding.what))) == 32
