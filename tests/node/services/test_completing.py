"""The last blob of a letter brings evidence 35, a broken one 90 code 15: each once, with its rows or not at all."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pairs import AIDS, SEALS, draft, key_of, taken_in
from sqlalchemy import Connection, select

from rogatory_node.services.completing import Completing, Ended, Missing, Progress
from rogatory_node.services.receiving import Judged, Receiving
from rogatory_node.services.sending import Draft
from rogatory_node.storage import audit_log
from rogatory_node.storage.blobs import BlobFolder
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit, blobs, evidence
from rogatory_protocol import letter
from rogatory_protocol.audit import Head
from rogatory_protocol.evidence import Level
from rogatory_protocol.evidence import parse as parse_evidence
from rogatory_protocol.ids import Digest
from rogatory_protocol.signed import Context, sign

R = TypeVar("R")
NOW = 1_800_000_000
XA, XB = AIDS["XA"], AIDS["XB"]
COMMON: dict[str, Any] = {"me": XB, "signer": SEALS["XB"], "sealer": RowSealer(bytes(32)), "wall": lambda: float(NOW)}
COMPLETING, RECEIVING = Completing(**COMMON), Receiving(**COMMON)


def transact(opened: WritingConnection, work: Callable[[Connection], R]) -> R:
    def whole(conn: Connection) -> R:
        with conn.begin():
            return work(conn)

    return opened.run(whole)


@pytest.fixture
def connection(database: str) -> Iterator[WritingConnection]:
    opened = open_writing(database)
    transact(opened, partial(audit_log.found, now=NOW, random=bytes))
    yield opened
    opened.close()


def store(connection: WritingConnection, each: Draft, seq: int = 1) -> Digest:
    """Store a letter of XA with its attachments still to come."""
    core = letter.Core(seq=seq, prev=None, ts=NOW, exp=NOW + 9, head=Head(epoch=0, size=1, root=bytes(32)))
    raw = sign(SEALS["XA"], Context.LETTER, letter.payload(letter.core_bytes(core), letter.body_bytes(each.body)))
    known = letter.accept(raw, each.parts, me=XB, suites=(1,), now=NOW, keys=key_of(SEALS))
    judged = Judged(peer=XA, digest=known.digest, letter=known)
    transact(connection, lambda conn: RECEIVING.commit(conn, [judged]))
    return known.digest


def files(tmp_path: Path, n: int, *, count: int = 2, urg: int = 1) -> Draft:
    folder = BlobFolder(tmp_path / "blobs")
    folder.prepare()
    return draft(n, urg=urg, files=[taken_in(folder, bytes((i,)) * 9_000) for i in range(count)])


def missing(connection: WritingConnection, most: int = 9) -> list[Missing]:
    rows = transact(connection, lambda conn: COMPLETING.missing(conn, XA, most=most))
    return [COMPLETING.entry(row) for row in rows]


def end(connection: WritingConnection, *ended: Ended) -> list[bool]:
    return transact(connection, lambda conn: COMPLETING.ended(conn, ended))


def levels(connection: WritingConnection) -> list[tuple[int, str | None]]:
    query = select(evidence.c.lvl, evidence.c.code).order_by(evidence.c.lvl)
    return [(row.lvl, row.code) for row in transact(connection, lambda conn: conn.execute(query).all())]


def ended(digest: Digest, index: int, *, good: bool = True) -> Ended:
    return Ended(place=(digest, index), peer=XA, good=good)


def test_what_is_missing_comes_most_urgent_first_with_its_entries(
    connection: WritingConnection, tmp_path: Path
) -> None:
    calm, urgent = files(tmp_path, 1, urg=0), files(tmp_path, 2, urg=2)
    first, second = store(connection, calm), store(connection, urgent, 2)
    found = missing(connection)
    assert [each.place for each in found] == [(second, 0), (second, 1), (first, 0), (first, 1)]
    assert [each.entry.sz for each in found] == [9_000] * 4
    assert [each.name for each in found[:2]] == [f"{second.hex()}-000", f"{second.hex()}-001"]
    assert len(missing(connection, most=3)) == 3
    assert transact(connection, lambda conn: COMPLETING.missing(conn, AIDS["XC"], most=9)) == []


def test_evidence_35_is_issued_by_the_last_blob_and_once(connection: WritingConnection, tmp_path: Path) -> None:
    digest = store(connection, files(tmp_path, 1))
    assert end(connection, ended(digest, 0)) == [False]
    assert [each.place for each in missing(connection)] == [(digest, 1)]
    assert end(connection, ended(digest, 1), ended(digest, 1)) == [True, False]
    assert end(connection, ended(digest, 1)) == [False]
    assert levels(connection) == [(30, None), (35, None)]
    assert missing(connection) == []
    names = transact(connection, lambda conn: conn.execute(select(audit.c.ev).order_by(audit.c.n)).scalars().all())
    assert names.count("evidence.issued") == 2
    assert names[-1] == "attachment.verified"


def test_a_broken_blob_ends_the_letters_transfers_and_a_group_is_judged_in_order(
    connection: WritingConnection, tmp_path: Path
) -> None:
    digest, other = store(connection, files(tmp_path, 1)), store(connection, files(tmp_path, 2, count=1), 2)
    results = end(connection, ended(digest, 0, good=False), ended(other, 0), ended(digest, 1, good=False))
    assert results == [True, True, False]
    assert levels(connection) == [(30, None), (30, None), (35, None), (90, "15")]
    assert missing(connection) == []


def test_progress_is_kept_until_the_blob_is_verified(connection: WritingConnection, tmp_path: Path) -> None:
    digest = store(connection, files(tmp_path, 1, count=1))

    def note(durable: int) -> int:
        step = Progress(place=(digest, 0), durable=durable)
        transact(connection, lambda conn: COMPLETING.progress(conn, [step]))
        return transact(connection, lambda conn: conn.execute(select(blobs.c.next_index)).scalar_one())

    assert [note(5), note(7)] == [5, 7]
    end(connection, ended(digest, 0))
    assert note(3) == missing_count(connection) == 1  # as many as it has chunks


def missing_count(connection: WritingConnection) -> int:
    return transact(connection, lambda conn: conn.execute(select(blobs.c.n)).scalar_one())


def test_what_the_peer_has_not_acknowledged_is_read_with_the_bytes_that_were_signed(
    connection: WritingConnection, tmp_path: Path
) -> None:
    digest = store(connection, files(tmp_path, 1, count=1))
    end(connection, ended(digest, 0))
    rows = transact(connection, lambda conn: COMPLETING.unacknowledged(conn, XA, most=9))
    found = [parse_evidence(raw) for raw in COMPLETING.opened(rows)]
    assert [each.content.lvl for each in found] == [Level.STORED, Level.COMPLETE]
    transact(connection, lambda conn: RECEIVING.acknowledged(conn, [[found[0].object.digest]]))
    left = transact(connection, lambda conn: COMPLETING.unacknowledged(conn, XA, most=9))
    assert [row.digest for row in left] == [found[1].object.digest]
    assert transact(connection, lambda conn: COMPLETING.unacknowledged(conn, XB, most=9)) == []
