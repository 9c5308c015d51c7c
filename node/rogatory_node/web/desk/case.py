"""The page of a case: what it is, where it stands, every letter and what was said about it, and its proof.

* The same letters and evidence lie at the other authority: both see one history.
* That letters which came were opened is an audit leaf with role and person, durable before the page leaves.
* Who may not see the case is told that there is nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web
from sqlalchemy import Connection, select

from rogatory_node.casebook.actors import Actor, Permit, Refusal, Thing, event, may
from rogatory_node.casebook.entries import COLUMNS, Entry, opened
from rogatory_node.casebook.readings import Reading, Readings
from rogatory_node.casebook.sight import thing_of
from rogatory_node.casework.roles import Action
from rogatory_node.documents import formal
from rogatory_node.documents.page import Block, DocumentError
from rogatory_node.i18n import later
from rogatory_node.services import cases, reading
from rogatory_node.services.answering import AnswerError, Issue
from rogatory_node.services.cases import CaseError, Naming, ReferenceTakenError, ReferenceUnfitError
from rogatory_node.storage.book_tables import book_cases
from rogatory_node.storage.tables import cases as case_rows
from rogatory_node.web.desk import inbox, rendering, telling
from rogatory_node.web.desk.context import NOT_YOURS, Ask, Refused, nothing_here
from rogatory_node.web.desk.serving import see_other
from rogatory_node.web.status import LEVELS, STATES
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Aid, Digest, Id16

MOST_LETTERS: Final = 20
MAX_REASON: Final = 2_000
_MOST_BLOCKS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A letter as the page shows it."""

    shown: reading.Shown
    sender: str
    kind: str
    blocks: Sequence[Block]
    plain: str
    facts: Sequence["Said"]
    states: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said about a letter."""

    words: str
    who: str
    role: str
    at: int
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case that somebody may see, and the role in which he sees it."""

    id: Id16
    thing: Thing
    permit: Permit
    entry: Entry | None


class ReasonError(Refused):
    """Who asks may see the case when he says why."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(403, later("Give a reason for opening this case."))


async def of(ask: Ask, action: Action = Action.CASE_READ, *, reason: str = "") -> Case:
    """Return the case of the address, if the person may do this to it.

    Raises:
        ReasonError: He may see it when he says why.
        Refused: There is none, or he must not see it, or not do this.
    """
    try:
        case = Id16(bytes.fromhex(ask.path["case"]))
    except ValueError:
        raise nothing_here() from None
    actor = ask.actor
    assert actor is not None  # the table says so

    def found(connection: Connection) -> tuple[Thing, Entry | None]:
        if connection.execute(select(case_rows.c.id).where(case_rows.c.id == case)).one_or_none() is None:
            raise nothing_here()
        row = connection.execute(select(*COLUMNS).where(book_cases.c.case == case)).one_or_none()
        sealer = ask.desk.own.sealer
        thing = thing_of(connection, sealer, actor, case, reason=reason)
        return thing, None if row is None else opened(sealer, row)

    thing, entry = await ask.desk.read(found)
    seen = may(actor, Action.CASE_READ, thing)
    if isinstance(seen, Refusal):
        raise ReasonError if seen.reason == "reason" else nothing_here()
    permit = may(actor, action, thing)
    if isinstance(permit, Refusal):
        raise Refused(403, NOT_YOURS)
    return Case(id=case, thing=thing, permit=permit, entry=entry)


def role_of(actor: Actor, permit: Permit) -> str:
    """Return how the audit log calls who acts: role and identifier."""
    return event("", actor, role=permit.role).who


async def show(ask: Ask) -> web.StreamResponse:
    """Show the case; an auditor is asked why first."""
    try:
        return await _shown(ask, await of(ask))
    except ReasonError:
        return see_other(f"{ask.request.path}/open")


async def ask_reason(ask: Ask) -> web.StreamResponse:
    """Ask an auditor why he opens the case."""
    return _reason(ask)


def _reason(ask: Ask, wrong: str = "") -> web.StreamResponse:
    return rendering.page(ask, "case_reason.html", 422 if wrong else 200, case=ask.path["case"], wrong=wrong)


async def open_for_reason(ask: Ask) -> web.StreamResponse:
    """Note the reason, sealed, with a leaf of the audit log; then show the case."""
    reason = ask.field("reason")[:MAX_REASON]
    if not reason:
        return _reason(ask, later("Give a reason for opening this case."))
    case, desk = await of(ask, reason=reason), ask.desk
    note = Reading(case=case.id, reason=reason, by=ask.acting)
    await desk.write(Readings(sealer=desk.own.sealer, wall=desk.wall).note, note)
    return await _shown(ask, case)


async def _shown(ask: Ask, case: Case, wrong: str = "") -> web.StreamResponse:
    actor, desk = ask.actor, ask.desk
    assert actor is not None  # the table says so
    read = reading.Reading(sealer=desk.own.sealer)
    after = ask.query("after")

    book = cases.Cases(me=desk.own.aid)

    def found(connection: Connection) -> tuple[reading.Page, str | None, int, int, tuple[Aid, ...]]:
        start = None if after is None else reading.letter_of(connection, case.id, after)
        page = read.page(connection, case.id, after=start, most=MOST_LETTERS)
        untaken, undecided = (len(each(connection, case.id)) for each in (book.untaken, book.undecided))
        return page, cases.reference(connection, case.id), untaken, undecided, book.others(connection, case.id)

    try:
        page, reference, untaken, undecided, others = await desk.read(found)
    except reading.LetterUnknownError:
        raise nothing_here() from None
    came = tuple(each.digest for each in page.letters if not each.outgoing)
    if came:
        await desk.write(read.opened, reading.Opening(letters=came, role=role_of(actor, case.permit)))
    entry = case.entry
    return rendering.page(
        ask,
        "case.html",
        422 if wrong else 200,
        case=case.id.hex(),
        line=None if entry is None else inbox.line(ask, entry, {case.id: reference or ""}),
        others=[telling.authority(ask, aid) for aid in others],
        reference=reference or "",
        letters=[_letter(ask, each) for each in page.letters],
        more=None if page.next is None else f"/case/{case.id.hex()}?after={page.next.hex()}",
        untaken=untaken,
        takes=untaken > 0 and isinstance(may(actor, Action.CASE_ACKNOWLEDGE, case.thing), Permit),
        decides=undecided > 0 and isinstance(may(actor, Action.CASE_DECIDE, case.thing), Permit),
        wrong=wrong,
        size=telling.size,
        clean=telling.clean,
    )


def _letter(ask: Ask, each: reading.Shown) -> Seen:
    blocks, plain = _form(ask, each)
    return Seen(
        shown=each,
        sender=telling.authority(ask, each.sender),
        kind=telling.kind_name(ask, each.kind),
        blocks=blocks,
        plain=plain,
        facts=[_said(ask, fact) for fact in each.facts],
        states=[(telling.authority(ask, aid), STATES.get(state, state)) for aid, state in each.states],
    )


def _form(ask: Ask, each: reading.Shown) -> tuple[Sequence[Block], str]:
    """Return the parts of a letter's form in the reader's language, or its text where it is no form."""
    try:
        form = json.loads(each.form.data)
        if isinstance(form, Mapping):
            return formal.page(form, (ask.language,)).blocks[:_MOST_BLOCKS], ""
    except (ValueError, RecursionError, DocumentError):
        pass
    return (), telling.clean(each.form.data.decode(errors="replace")[:20_000], lines=True)


def _said(ask: Ask, fact: reading.Fact) -> Said:
    return Said(
        words=LEVELS.get(int(fact.lvl), str(int(fact.lvl))),
        who=telling.authority(ask, fact.issuer),
        role=telling.clean(fact.role or ""),
        at=fact.at,
        note=telling.clean(fact.note or ""),
    )


# --- Taking charge ----------------------------------------------------------------------------------------------------


async def acknowledge(ask: Ask) -> web.StreamResponse:
    """Say that a person has taken charge, under a reference of our own if one is given (evidence 40)."""
    case = await of(ask, Action.CASE_ACKNOWLEDGE)
    desk, actor = ask.desk, ask.actor
    assert actor is not None  # the table says so
    book = cases.Cases(me=desk.own.aid, wall=desk.wall)
    if chosen := ask.field("reference"):
        naming = Naming(case=case.id, reference=chosen, role=role_of(actor, case.permit))
        try:
            await desk.write(book.name, naming)
        except CaseError as error:
            return await _shown(ask, case, _WRONG.get(type(error), later("The reference cannot be given.")))
    untaken: list[Digest] = await desk.read(book.untaken, case.id)
    try:
        issues = [Issue(letter=each, level=Level.TAKEN, role=case.permit.role.value) for each in untaken]
        issued = [await desk.write(desk.answering.issue, each) for each in issues]
    except AnswerError:
        return await _shown(ask, case, later("This was decided or refused already."))
    for peer in {each.peer for each in issued}:
        desk.wake(peer)
    return see_other(f"/case/{case.id.hex()}")


_WRONG: Final[Mapping[type[CaseError], str]] = {
    ReferenceTakenError: later("Another case has this reference."),
    ReferenceUnfitError: later("A reference is one line of 1 to 128 characters."),
}
