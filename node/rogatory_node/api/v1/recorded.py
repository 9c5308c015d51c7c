"""Letters outside the network, for programs: entering one, a table of open cases, and what was entered."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec
from sqlalchemy import Connection

from rogatory_node.api.asking import case_of, read
from rogatory_node.api.context import Problem
from rogatory_node.api.offnetwork import book_of, entered_of, partner_told, recorded, recordings, told
from rogatory_node.api.v1.endpoint import Call, Endpoint, Model
from rogatory_node.casebook import offnetwork as book
from rogatory_node.casebook.actors import ActorError, load, require
from rogatory_node.casebook.sight import thing_of
from rogatory_node.casework import caselist
from rogatory_node.casework.roles import Action
from rogatory_node.i18n import later, translate
from rogatory_protocol.ids import Id16

MAX_TABLE: Final = 2 * 1024 * 1024
_PROBLEMS: Final = {"offnetwork.unfit": 422, "offnetwork.case": 409, "case.unknown": 404, "case.ambiguous": 409}


class Partners(Model):
    """Partners that are not on the network; ``joined`` is the authority that one became."""

    partners: list[dict[str, Any]]


class RecordedLetter(Model):
    """A letter that came or went by another way.

    ``at``: Unix time of the day; ``form``: what it says, with its kind.
    """

    partner: Annotated[str, msgspec.Meta(max_length=2)]
    name: Annotated[str, msgspec.Meta(max_length=book.MAX_NAME)]
    channel: Annotated[str, msgspec.Meta(max_length=64)]
    at: Annotated[int, msgspec.Meta(ge=0, le=2**40)]
    form: dict[str, Any]
    outgoing: bool = False
    case: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    own_ref: Annotated[str, msgspec.Meta(max_length=128)] | None = None


class RecordedIn(Model):
    """The case in which a letter was entered."""

    case: str


class RecordedTable(Model):
    """A table of open cases (CSV); with ``check`` nothing is taken in."""

    table: Annotated[str, msgspec.Meta(max_length=MAX_TABLE)]
    check: bool = False


class BadRow(Model):
    """What is wrong with a line of a table."""

    line: int
    code: str
    text: str


class TakenIn(Model):
    """The cases that were taken in, or what is wrong; never some of them."""

    cases: list[str]
    rows: int
    bad: list[BadRow]


class RecordedLetters(Model):
    """What was entered in a case: nothing proves it."""

    case: str
    letters: list[dict[str, Any]]


async def partners(call: Call) -> Partners:
    """List partners."""
    found = await read(call.node, book_of(call.node).listed)
    return Partners(partners=[partner_told(call.node, each) for each in found])


async def record(call: Call) -> RecordedIn:
    """Enter a letter."""
    body = msgspec.to_builtins(call.body)
    case = None if body["case"] is None else await read(call.node, case_of, body["case"])
    letter = entered_of(body, body["form"], [])
    recording = book.Recording(case=case, letters=(letter,), role="", own_ref=body["own_ref"], by=call.acting)
    return RecordedIn(case=(await _recorded(call, [recording]))[0].hex())


async def table(call: Call) -> TakenIn:
    """Take in a table of open cases, whole or not at all."""
    today = datetime.fromtimestamp(call.node.sending.wall(), UTC).date()
    rows, bad = await asyncio.to_thread(caselist.read, call.body.table, today=today)
    if bad or call.body.check:
        wrong = [
            BadRow(
                line=each.line,
                code=each.what,
                text=translate(caselist.BAD[each.what], call.language).format(**each.values),
            )
            for each in bad
        ]
        return TakenIn(cases=[], rows=len(rows), bad=wrong)
    found = await _recorded(call, recordings(rows, "", call.acting))
    return TakenIn(cases=[case.hex() for case in found], rows=len(rows), bad=[])


async def shown(call: Call) -> RecordedLetters:
    """Show what was entered in a case."""
    case = await read(call.node, case_of, call.path["case"])

    def work(connection: Connection) -> list[book.Shown]:
        actor = load(connection, call.acting, now=int(call.node.sending.wall()))
        require(actor, Action.CASE_READ, thing_of(connection, call.node.own.sealer, actor, case))
        return book_of(call.node).shown(connection, case)

    try:
        found = await read(call.node, work)
    except ActorError:
        raise Problem(404, "case.unknown", later("There is no such case.")) from None
    return RecordedLetters(case=case.hex(), letters=[told(call.node, each) for each in found])


async def _recorded(call: Call, given: list[book.Recording]) -> list[Id16]:
    try:
        return await recorded(call.node, given)
    except ActorError:
        raise Problem(403, "forbidden", later("This token may not do that.")) from None


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/partners",
        name="listPartners",
        action=Action.CASE_LIST,
        summary="Partners that are not on the network, or were not.",
        handler=partners,
        answer=Partners,
    ),
    Endpoint(
        method="POST",
        path="/recorded",
        name="recordLetter",
        action=Action.CASE_ACKNOWLEDGE,
        summary="Enter a letter that came or went by another way; nothing proves it.",
        handler=record,
        body=RecordedLetter,
        answer=RecordedIn,
        status=201,
        problems=_PROBLEMS,
    ),
    Endpoint(
        method="POST",
        path="/recorded/table",
        name="recordTable",
        action=Action.CASE_ACKNOWLEDGE,
        summary="Take in a table (CSV) of open cases, whole or not at all.",
        handler=table,
        body=RecordedTable,
        answer=TakenIn,
        problems={"offnetwork.unfit": 422},
    ),
    Endpoint(
        method="GET",
        path="/cases/{case}/recorded",
        name="getRecorded",
        action=Action.CASE_READ,
        summary="What was entered by hand in a case; nothing proves it.",
        handler=shown,
        answer=RecordedLetters,
        problems={"case.unknown": 404, "case.ambiguous": 409},
    ),
)
