"""A restored recipient has its letters and its own words back, once, and signs nothing a second time."""

from lost import KEYS, TS, XA, XB, founded, read, returned, said
from sqlalchemy import Connection, func, select

from rogatory_node.services.recovering import Recovering
from rogatory_node.services.resyncing import Role
from rogatory_node.services.returning import Lost, Outcome, judge, lacking
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit, evidence, letters, seen
from rogatory_node.storage.writer import Writer
from rogatory_protocol.copies import Copy
from rogatory_protocol.evidence import Level

RECOVERING = Recovering(me=XB, sealer=RowSealer(bytes(32)), wall=lambda: TS + 86_400 * 30)


def counts(connection: Connection) -> list[int]:
    tables = (letters, evidence, seen)
    return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


async def test_DLV_08_letter_and_evidence_come_back_once(writer: Writer) -> None:
    await founded(writer)
    back = returned(1, Level.STORED, Level.COMPLETE, Level.TAKEN)
    whole = Outcome(letter=True, evidence=3)
    assert await writer.execute(RECOVERING.take_back, back) == whole
    assert await writer.execute(RECOVERING.take_back, back) == Outcome()
    assert await read(writer, counts) == [1, 3, 1]

    def bytes_of(connection: Connection) -> set[bytes]:
        rows = connection.execute(select(evidence).where(evidence.c.ackd, evidence.c.direction == "out"))
        return {RECOVERING.sealer.open("evidence", "raw_sealed", row.digest, row.raw_sealed) for row in rows}

    assert await read(writer, bytes_of) == {proof.raw for proof in back.evidence}
    leaves = select(audit.c.ev, func.count()).group_by(audit.c.ev)
    found = dict(await read(writer, lambda connection: [tuple(row) for row in connection.execute(leaves)]))
    assert found == {"log.founded": 1, "letter.recovered": 1, "evidence.recovered": 3}


async def test_later_levels_of_a_letter_that_is_there_come_back_without_it(writer: Writer) -> None:
    await founded(writer)
    await writer.execute(RECOVERING.take_back, returned(1, Level.COMPLETE))
    later = returned(1, Level.COMPLETE, Level.TAKEN, whole=False)
    assert await writer.execute(RECOVERING.take_back, later) == Outcome(evidence=1)
    assert await read(writer, counts) == [1, 2, 1]


async def test_evidence_of_a_letter_that_is_kept_back_is_not_taken_alone(writer: Writer) -> None:
    await founded(writer)
    kept = returned(1, Level.COMPLETE, whole=False)
    assert await writer.execute(RECOVERING.take_back, kept) == Outcome(withheld=True)
    assert await read(writer, counts) == [0, 0, 0]
    lost = Lost(peer=XA, role=Role.RECIPIENT, rows=[(kept.digest, (35,))])
    assert await read(writer, lambda connection: lacking(connection, XB, lost)) == [kept.digest]


async def test_a_refusal_comes_back_without_a_letter(writer: Writer) -> None:
    await founded(writer)
    refused = returned(1, Level.REFUSED, whole=False)
    assert await writer.execute(RECOVERING.take_back, refused) == Outcome(evidence=1)
    assert await read(writer, counts) == [0, 1, 1]
    lost = Lost(peer=XA, role=Role.RECIPIENT, rows=[(refused.digest, (90,))])
    assert await read(writer, lambda connection: lacking(connection, XB, lost)) == []


async def test_evidence_of_one_level_is_never_held_twice(writer: Writer) -> None:
    await founded(writer)
    back = returned(1, Level.COMPLETE)
    await writer.execute(RECOVERING.take_back, back)
    again = judge(
        Copy(evidence=(said(back.digest, Level.COMPLETE, ts=TS + 9),)),
        me=XB, peer=XA, role=Role.RECIPIENT, digest=back.digest, keys=KEYS,
    )  # fmt: skip
    assert again.evidence[0].digest != back.evidence[0].digest
    assert await writer.execute(RECOVERING.take_back, again) == Outcome()
    assert await read(writer, counts) == [1, 1, 1]
