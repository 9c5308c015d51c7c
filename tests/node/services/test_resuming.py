"""A restored sender has its letters back and goes on above their numbers."""

from typing import Any

from lost import TS, XA, founded, read, returned
from pairs import SEALS, draft
from sqlalchemy import Connection, select

from rogatory_node.services.resuming import Resuming
from rogatory_node.services.resyncing import Role
from rogatory_node.services.returning import Outcome
from rogatory_node.services.sending import Sending
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import letters, outbox, sequences
from rogatory_node.storage.writer import Writer
from rogatory_protocol.evidence import Level

SEALER = RowSealer(bytes(32))
LATER = TS + 3_600
RESUMING = Resuming(me=XA, sealer=SEALER, wall=lambda: LATER)
SENDING = Sending(me=XA, signer=SEALS["XA"], sealer=SEALER, wall=lambda: LATER)


def numbers(connection: Connection) -> list[Any]:
    return list(connection.execute(select(sequences.c.seq, sequences.c.digest)).all())


async def test_DLV_06_numbers_are_raised_and_never_lowered(writer: Writer) -> None:
    await founded(writer)
    back = {n: returned(n, Level.COMPLETE, role=Role.SENDER) for n in (1, 2, 3)}
    highest = []
    for n in (2, 1, 3):
        await writer.execute(RESUMING.resume, back[n])
        highest.append((await read(writer, numbers))[0][0])
    assert highest == [2, 2, 3]
    assert await read(writer, numbers) == [(3, back[3].digest)]
    digest = await writer.execute(SENDING.queue, draft(4))
    row = await read(writer, lambda c: c.execute(select(letters).where(letters.c.digest == digest)).one())
    assert (row.seq, row.prev) == (4, back[3].digest)


async def test_evidence_that_came_back_settles_the_letter(writer: Writer) -> None:
    await founded(writer)
    back = returned(1, Level.COMPLETE, role=Role.SENDER)
    assert await writer.execute(RESUMING.resume, back) == Outcome(letter=True)
    await writer.execute(SENDING.settle, back.evidence[0])
    assert await read(writer, lambda c: c.execute(select(outbox.c.state)).scalars().all()) == ["complete"]
    assert await writer.execute(RESUMING.resume, back) == Outcome()


async def test_a_letter_past_its_deadline_is_only_offered_once_more(writer: Writer) -> None:
    await founded(writer)
    late = Resuming(me=XA, sealer=SEALER, wall=lambda: TS + 90 * 86_400)
    await writer.execute(late.resume, returned(1, Level.STORED, role=Role.SENDER))
    assert await read(writer, lambda c: c.execute(select(outbox.c.state)).scalars().all()) == ["expired"]


async def test_a_letter_that_is_kept_back_keeps_its_number_back(writer: Writer) -> None:
    await founded(writer)
    kept = returned(1, Level.COMPLETE, role=Role.SENDER, whole=False)
    assert await writer.execute(RESUMING.resume, kept) == Outcome(unknown=True, withheld=True)
    refused = returned(2, Level.REFUSED, role=Role.SENDER, whole=False)
    assert await writer.execute(RESUMING.resume, refused) == Outcome(unknown=True)
    assert await read(writer, numbers) == []


async def test_another_letter_with_the_same_id_is_not_overwritten(writer: Writer) -> None:
    await founded(writer)
    mine = await writer.execute(SENDING.queue, draft(1))
    other = returned(1, Level.COMPLETE, role=Role.SENDER)
    assert other.digest != mine
    assert await writer.execute(RESUMING.resume, other) == Outcome(unknown=True, withheld=True)
