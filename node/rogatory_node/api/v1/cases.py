"""Cases for programs: lists, search, and one case with its requests, measures and history.

* Everybody sees what the table of roles lets him see; of other cases it is not said that they are there.
* A page continues after a place: what comes in meanwhile shifts nothing.
* An auditor opens a case for a reason, which is noted with a leaf of the audit log before he sees it.
"""

from typing import Annotated, Final, Literal

import msgspec
from sqlalchemy import Connection

from rogatory_node.api.asking import read
from rogatory_node.api.context import Node, Problem
from rogatory_node.api.v1.endpoint import Call, Endpoint, Model, Page
from rogatory_node.casebook.actors import Actor, ForbiddenError, Permit, event, require
from rogatory_node.casebook.entries import NEVER, Entry
from rogatory_node.casebook.inbox import CLOSED, Inbox, Place, View, Wanted
from rogatory_node.casebook.offnetwork import unproved
from rogatory_node.casebook.readings import Reading, Readings
from rogatory_node.casebook.searching import Searching
from rogatory_node.casebook.showing import Clock, NotYetError, Whole, called, own_references, whole
from rogatory_node.casebook.sight import Sight, condition, sight_of, thing_of
from rogatory_node.casebook.words import Macs
from rogatory_node.casework.life.case import Kept, Oral, Request
from rogatory_node.casework.roles import Action, Role
from rogatory_node.i18n import later
from rogatory_node.services.cases import CaseAmbiguousError, CaseUnknownError, find
from rogatory_node.storage.book_tables import CODE
from rogatory_protocol.ids import Aid, Id16

AID: Final = r"^[0-9a-f]{64}$"
MARK: Final = r"^(?:[0-9]{1,18}|[0-9]{1,18}\.[0-9]{1,2}\.(?:-?[0-9]{1,18}|never)\.[0-9]{1,18})$"
_NEVER: Final = "never"
_Code = Annotated[str, msgspec.Meta(max_length=CODE)]


class CasesAsked(Page):
    """What a list is narrowed to; with ``q`` it is a search, the newest case first."""

    after: Annotated[str, msgspec.Meta(pattern=MARK)] | None = None
    most: Annotated[int, msgspec.Meta(ge=1, le=100)] = 50
    view: Literal["action", "waiting", "all"] = "all"
    counterpart: Annotated[str, msgspec.Meta(pattern=AID)] | None = None
    type: _Code | None = None
    state: _Code | None = None
    grade: _Code | None = None
    due_before: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None
    q: Annotated[str, msgspec.Meta(max_length=1000)] | None = None


class CaseLine(Model):
    """A case as a list shows it.

    ``attention``: 2 we have to act, 1 others have, 0 nobody has. ``unproved``: it holds letters entered by hand.
    """

    case: str
    conversation: str
    own_ref: str | None
    counterpart: str | None
    side: str | None
    type: str | None
    state: str | None
    grade: str
    attention: int
    open: bool
    due_at: int | None
    due_rule: str | None
    owes: list[str]
    letters: int
    unread: int
    opened_at: int
    changed_at: int
    answered_at: int | None
    closed_at: int | None
    reference: str | None
    summary: str | None
    unproved: bool


class CaseLines(Model):
    """Some cases, and the mark behind which the next page starts."""

    cases: list[CaseLine]
    next: str | None


class UnreadLetter(Model):
    """A letter that cannot be shown yet, and a code why."""

    letter: str
    reason: str


class CaseWhole(Model):
    """A case: its line, its requests, and the letters that belong to none."""

    line: CaseLine
    requests: list[Request]
    informal: dict[str, list[str]]
    orals: list[Oral]
    kept: list[Kept]
    unread: list[UnreadLetter]
    clocks: list[Clock]


class CaseReason(Model):
    """Why the case is opened; an auditor says it."""

    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


async def cases(call: Call) -> CaseLines:
    """List or search cases."""

    def work(connection: Connection) -> CaseLines:
        seen = sight_of(connection, call.node.own.sealer, call.actor, Action.CASE_LIST)
        return lines(connection, call.node, call.query, seen)

    return await read(call.node, work)


def lines(connection: Connection, node: Node, asked: CasesAsked, seen: Sight | None = None) -> CaseLines:
    """Return a page of a list or of what a search found, of what somebody sees; of everything without."""
    only = None if seen is None else condition(seen)
    if asked.q is not None:
        searching = Searching(sealer=node.own.sealer, macs=Macs(node.own.sealer))
        before = _place(asked.after)
        after = before if isinstance(before, int) else None
        found = searching.find(connection, asked.q, after=after, most=asked.most, only=only)
        own = None if after is not None else called(connection, node.own.sealer, asked.q.strip(), only)
        shown = found.cases if own is None else (own, *(each for each in found.cases if each.case != own.case))
        return _lines(connection, shown, None if found.next is None else str(found.next))
    wanted = Wanted(
        counterpart=None if asked.counterpart is None else Aid(bytes.fromhex(asked.counterpart)),
        type=asked.type,
        state=asked.state,
        grade=asked.grade,
        due_before=asked.due_before,
        sight=seen,
    )
    place = _place(asked.after)
    page = Inbox(sealer=node.own.sealer).page(
        connection,
        View(asked.view),
        wanted,
        after=place if isinstance(place, Place) else None,
        most=asked.most,
    )
    end = page.next
    mark = None if end is None else f"{end.now}.{end.step}.{_NEVER if end.due_at >= NEVER else end.due_at}.{end.n}"
    return _lines(connection, page.cases, mark)


def _place(mark: str | None) -> Place | int | None:
    if mark is None:
        return None
    if "." not in mark:
        return int(mark)
    now, step, due_at, n = mark.split(".")
    return Place(now=int(now), step=int(step), due_at=NEVER if due_at == _NEVER else int(due_at), n=int(n))


def _lines(connection: Connection, shown: tuple[Entry, ...], mark: str | None) -> CaseLines:
    named = own_references(connection, shown)
    by_hand = unproved(connection, [each.case for each in shown])
    told = [line(each, named.get(each.case), unproved=each.case in by_hand) for each in shown]
    return CaseLines(cases=told, next=mark)


def line(each: Entry, own_ref: str | None, *, unproved: bool) -> CaseLine:
    """Return a case as a list shows it."""
    return CaseLine(
        case=each.case.hex(),
        conversation=each.conv.hex(),
        own_ref=own_ref,
        counterpart=None if each.counterpart is None else each.counterpart.hex(),
        side=each.side,
        type=each.type,
        state=each.state,
        grade=each.grade,
        attention=each.attention,
        open=each.rank != CLOSED,
        due_at=each.due_at,
        due_rule=each.due_rule,
        owes=list(each.owes),
        letters=each.letters,
        unread=each.unread,
        opened_at=each.opened_at,
        changed_at=each.changed_at,
        answered_at=each.answered_at,
        closed_at=each.closed_at,
        reference=each.reference,
        summary=each.summary,
        unproved=unproved,
    )


async def case(call: Call) -> CaseWhole:
    """Return one case."""

    def work(connection: Connection) -> tuple[Permit, Whole]:
        return seen_by(connection, call.node, call.actor, call.path["case"], call.query.reason)

    permit, found = await read(call.node, work)
    if permit.role is Role.AUDITOR:
        reading = Reading(case=found.entry.case, reason=call.query.reason, by=call.acting)
        await call.node.writer.execute(Readings(sealer=call.node.own.sealer).note, reading)
    return told(found)


async def opened_by(call: Call, action: Action = Action.CASE_READ) -> tuple[Id16, Role, str]:
    """Return the case of the path, in which role the caller acts, and how the audit log calls him.

    An auditor's ``reason`` is noted.

    Raises:
        Problem: There is no such case, as far as the caller may know, or he may not do this to it.
    """
    reason = getattr(call.query, "reason", "")

    def work(connection: Connection) -> tuple[Id16, Permit]:
        try:
            case = find(connection, call.path["case"])
        except (CaseUnknownError, CaseAmbiguousError):
            raise _unknown() from None
        permit = _allowed(connection, call.node, call.actor, case, reason)
        if action is Action.CASE_READ:
            return case, permit
        return case, require(call.actor, action, thing_of(connection, call.node.own.sealer, call.actor, case))

    case, permit = await read(call.node, work)
    if permit.role is Role.AUDITOR:
        reading = Reading(case=case, reason=reason, by=call.acting)
        await call.node.writer.execute(Readings(sealer=call.node.own.sealer).note, reading)
    return case, permit.role, event("", call.actor, role=permit.role).who


def seen_by(connection: Connection, node: Node, actor: Actor, named: str, reason: str) -> tuple[Permit, Whole]:
    """Return a case that somebody may read, with what allows it.

    Raises:
        Problem: There is no such case, as far as he may know; or he has to give a reason; or the book is not there yet.
    """
    try:
        identifier = find(connection, named)
    except (CaseUnknownError, CaseAmbiguousError):
        raise _unknown() from None
    permit = _allowed(connection, node, actor, identifier, reason)
    try:
        return permit, whole(connection, node.own.sealer, identifier)
    except NotYetError as error:
        raise Problem(409, error.code, later("The book has not read this case yet."), later("Try again.")) from None


def _allowed(connection: Connection, node: Node, actor: Actor, identifier: Id16, reason: str) -> Permit:
    try:
        thing = thing_of(connection, node.own.sealer, actor, identifier, reason=reason)
        return require(actor, Action.CASE_READ, thing)
    except ForbiddenError as error:
        if error.refusal.reason == "reason":
            raise Problem(403, "reason", later("Give a reason for opening this case.")) from None
        raise _unknown() from None


def _unknown() -> Problem:
    return Problem(404, "case.unknown", later("There is no such case."))


def told(found: Whole) -> CaseWhole:
    """Return a case as it is told."""
    return CaseWhole(
        line=line(found.entry, found.own_ref, unproved=found.unproved),
        requests=list(found.folded.requests),
        informal={letter: list(cites) for letter, cites in found.folded.informal.items()},
        orals=list(found.folded.orals),
        kept=list(found.folded.kept),
        unread=[UnreadLetter(letter=letter, reason=reason) for letter, reason in found.unread.items()],
        clocks=list(found.clocks),
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/cases",
        name="listCases",
        action=Action.CASE_LIST,
        summary="List or search cases: the most urgent first, or with `q` the newest.",
        handler=cases,
        query=CasesAsked,
        answer=CaseLines,
    ),
    Endpoint(
        method="GET",
        path="/cases/{case}",
        name="getCase",
        action=Action.CASE_READ,
        summary="Return one case: requests, measures, states, history, clocks.",
        handler=case,
        query=CaseReason,
        answer=CaseWhole,
        problems={"case.unknown": 404, "case.not-yet": 409, "reason": 403},
    ),
)
