"""Officers let old letters go back, and own letters go before all is back; both stand in the audit log."""

from typing import Any

import pytest
from lost import TS, XA, XB, XC, founded, read, returned
from pairs import SEALS, draft
from sqlalchemy import Connection, select, update

from rogatory_node.services.recovering import Recovering
from rogatory_node.services.releasing import RELEASED_SECONDS, Asked, Held, Override, Release, Releasing
from rogatory_node.services.resyncing import Resyncing
from rogatory_node.services.returning import Returned
from rogatory_node.services.sending import HeldError, Sending
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit, cases, peers
from rogatory_node.storage.writer import Writer
from rogatory_protocol.audit import parse_leaf
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Digest, Id16
from rogatory_protocol.limits import DAY_SECONDS

SEALER = RowSealer(bytes(32))
LATER = TS + 30 * DAY_SECONDS
CONV = Id16(b"\xc0" * 16)


def releasing(now: int = LATER) -> Releasing:
    return Releasing(wall=lambda: now)


async def given(writer: Writer, digest: Digest, now: int = LATER) -> tuple[bool, bool]:
    """Whether XB gives XA the letter, and whether it withholds it."""
    found = await read(writer, lambda c: Resyncing(me=XB, sealer=SEALER, wall=lambda: now).find(c, XA, digest))
    return found.letter is not None, found.withheld


async def leaves(writer: Writer, name: str) -> list[tuple[Any, str]]:
    def look(connection: Connection) -> list[tuple[Any, str]]:
        found = connection.execute(select(audit.c.leaf).where(audit.c.ev == name).order_by(audit.c.n)).scalars()
        return [(leaf.obj, leaf.who) for leaf in map(parse_leaf, found)]

    found: list[tuple[Any, str]] = await read(writer, look)
    return found


async def taken(writer: Writer) -> Returned:
    await founded(writer)
    back = returned(1, Level.COMPLETE)
    await writer.execute(Recovering(me=XB, sealer=SEALER).take_back, back)
    return back


async def test_an_old_letter_is_given_after_an_officer_released_it_and_for_some_days(writer: Writer) -> None:
    digest = (await taken(writer)).digest
    assert await given(writer, digest) == (False, True)
    for _ in range(2):
        await writer.execute(releasing().asked, Asked(letter=digest, peer=XA))
    assert await leaves(writer, "letter.withheld") == [(digest, XA.hex())]
    held: Held = await read(writer, releasing().held)
    [request] = held.requests
    assert (request.letter, request.peer, request.written, request.released) == (digest, XA, TS, None)
    assert await given(writer, digest) == (False, True)
    release = Release(peer=XA, letters=(digest,), role="head of desk")
    assert await writer.execute(releasing().release, release) == (digest,)
    assert await writer.execute(releasing().release, release) == ()
    assert await leaves(writer, "letter.released") == [(digest, "head of desk")]
    assert await given(writer, digest) == (True, False)
    assert (await read(writer, releasing().held)).requests[0].released == LATER
    over = LATER + RELEASED_SECONDS
    assert await given(writer, digest, over) == (False, True)
    assert (await read(writer, releasing(over).held)).requests[0].released is None


async def test_SEC_what_nobody_asked_for_is_not_released(writer: Writer) -> None:
    digest = (await taken(writer)).digest
    await writer.execute(releasing().asked, Asked(letter=digest, peer=XA))
    other = Release(peer=XC, letters=(digest,), role="duty")
    unknown = Release(peer=XA, letters=(Digest(bytes(32)),), role="duty")
    for each in (other, unknown):
        assert await writer.execute(releasing().release, each) == ()
    assert await given(writer, digest) == (False, True)


async def test_a_held_conversation_goes_after_an_override_until_the_next_restore(writer: Writer) -> None:
    await founded(writer)
    sending = Sending(me=XA, signer=SEALS["XA"], sealer=SEALER, wall=lambda: TS)
    digest = await writer.execute(sending.queue, draft(1))

    def unsynced(connection: Connection, since: list[int]) -> list[None]:
        if not connection.execute(select(peers.c.aid)).all():
            connection.execute(peers.insert(), {"aid": XB})
        connection.execute(update(peers).values(unsynced=since[-1]))
        return [None for _ in since]

    async def due() -> list[Digest]:
        return [each.digest for each in await read(writer, lambda c: sending.due(c, XB))]

    await writer.execute(unsynced, TS + 1)
    assert await due() == []
    case = Id16(await read(writer, lambda c: c.execute(select(cases.c.id)).scalar_one()))
    held: Held = await read(writer, releasing().held)
    assert [(each.peer, each.since, each.letters) for each in held.peers] == [(XB, TS + 1, 1)]
    assert [(each.case, each.letters) for each in held.cases] == [(case, 1)]
    override = Override(case=case, role="head of desk")
    assert await writer.execute(releasing().override, override) == (XB,)
    assert await leaves(writer, "conversation.overridden") == [(CONV.ljust(32, b"\0"), "head of desk")]
    assert await due() == [digest]
    more = await writer.execute(sending.queue, draft(2))
    assert await due() == [digest, more]
    held = await read(writer, releasing().held)
    assert held.cases == ()
    await writer.execute(unsynced, LATER + 1)
    assert await due() == []
    with pytest.raises(HeldError):
        await writer.execute(sending.queue, draft(3))
