"""What is given back is between the two alone, and the past is not given away."""

from typing import Any

from lost import TS, XA, XB, XC, founded, read, returned
from pairs import SEALS
from sqlalchemy import Connection, select

from rogatory_node.services.recovering import Recovering
from rogatory_node.services.resuming import Resuming
from rogatory_node.services.resyncing import Listing, Resyncing, Role, Served
from rogatory_node.services.sending import Sending
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit
from rogatory_node.storage.writer import Writer
from rogatory_protocol.audit import parse_leaf
from rogatory_protocol.copies import Copy
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.limits import DAY_SECONDS

SEALER = RowSealer(bytes(32))
GIVING = {aid: Resyncing(me=aid, sealer=SEALER, wall=lambda: TS + 7 * DAY_SECONDS) for aid in (XA, XB)}


async def page(writer: Writer, me: Aid, **asked: Any) -> Any:
    listing = Listing(**({"since": 0, "cursor": 0, "most": 2} | asked))
    return await read(writer, lambda connection: GIVING[me].page(connection, listing))


async def found(writer: Writer, me: Aid, peer: Aid, digest: Digest, days: int = 7) -> Copy | None:
    giving = Resyncing(me=me, sealer=SEALER, wall=lambda: TS + days * DAY_SECONDS)

    def look(connection: Connection) -> Copy | None:
        rows = giving.find(connection, peer, digest)
        return None if rows is None else giving.opened(rows)

    copy: Copy | None = await read(writer, look)
    return copy


async def recipient(writer: Writer) -> list[Any]:
    """XB holds three letters of XA."""
    await founded(writer)
    back = [returned(n, Level.STORED, Level.COMPLETE) for n in (1, 2, 3)]
    for each in back:
        await writer.execute(Recovering(me=XB, sealer=SEALER).take_back, each)
    return back


async def sender(writer: Writer) -> Any:
    """XA holds a letter to XB, with its evidence."""
    await founded(writer)
    back = returned(1, Level.COMPLETE, role=Role.SENDER)
    await writer.execute(Resuming(me=XA, sealer=SEALER, wall=lambda: TS).resume, back)
    await writer.execute(Sending(me=XA, signer=SEALS["XA"], sealer=SEALER).settle, back.evidence[0])
    return back


async def test_pages_rise_to_the_end(writer: Writer) -> None:
    back = await recipient(writer)
    first = await page(writer, XB, peer=XA, role=Role.SENDER)
    assert first.following == 2
    last = await page(writer, XB, peer=XA, role=Role.SENDER, cursor=2)
    assert last.following is None
    assert set(first.rows + last.rows) == {(each.digest, (30, 35)) for each in back}
    assert (await page(writer, XB, peer=XA, role=Role.SENDER, since=TS + 6)).rows == ()


async def test_a_sent_letter_is_listed_to_its_recipient_before_it_is_answered(writer: Writer) -> None:
    await founded(writer)
    back = returned(1, Level.COMPLETE, role=Role.SENDER)
    await writer.execute(Resuming(me=XA, sealer=SEALER, wall=lambda: TS).resume, back)
    assert (await page(writer, XA, peer=XB, role=Role.RECIPIENT)).rows == ((back.digest, ()),)


async def test_SEC_nobody_is_given_what_lies_between_others(writer: Writer) -> None:
    back = await recipient(writer)
    for role in Role:
        assert (await page(writer, XB, peer=XC, role=role)).rows == ()
    assert (await page(writer, XB, peer=XA, role=Role.RECIPIENT)).rows == ()
    assert await found(writer, XB, XC, back[0].digest) is None
    assert await found(writer, XB, XA, Digest(bytes(32))) is None


async def test_both_sides_give_letter_parts_and_evidence(writer: Writer) -> None:
    back = await sender(writer)
    copy = await found(writer, XA, XB, back.digest)
    assert copy == Copy(letter=back.letter.raw, parts=back.letter.parts_raw, evidence=(back.evidence[0].raw,))
    assert await found(writer, XA, XC, back.digest) is None


async def test_SEC_of_an_old_letter_only_the_evidence_is_given(writer: Writer) -> None:
    back = (await recipient(writer))[0]
    proofs = tuple(each.raw for each in back.evidence)
    assert await found(writer, XB, XA, back.digest, days=7) == Copy(
        letter=back.letter.raw, parts=back.letter.parts_raw, evidence=proofs
    )
    assert await found(writer, XB, XA, back.digest, days=8) == Copy(evidence=proofs)


async def test_a_letter_that_is_given_is_a_leaf_that_names_the_asker(writer: Writer) -> None:
    await founded(writer)
    digest = Digest(b"\x01" * 32)
    await writer.execute(GIVING[XB].served, Served(letter=digest, peer=XA))
    rows = select(audit.c.leaf).where(audit.c.ev == "letter.served")
    leaf = parse_leaf(await read(writer, lambda connection: connection.execute(rows).scalar_one()))
    assert (leaf.obj, leaf.who) == (digest, XA.hex())
