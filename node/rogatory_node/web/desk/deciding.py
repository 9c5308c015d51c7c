"""Accepting and refusing: the authority's formal answer to the requests of a case (evidence 50 and 51).

* A refusal names its ground and gives its reasons in a sealed letter; evidence carries the code alone.
* The letter is looked at before anything is signed: what cannot be sent stops the decision.
* It cannot be taken back, so it asks for a proof of the last minutes.
"""

from collections.abc import Sequence
from os import urandom
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from rogatory_node.casework.grounds import GROUNDS
from rogatory_node.casework.roles import Action
from rogatory_node.i18n import later
from rogatory_node.services import cases, composing, deciding, reading
from rogatory_node.services.answering import AnswerError, Issue
from rogatory_node.services.sending import HeldError
from rogatory_node.web.desk import case as page
from rogatory_node.web.desk import rendering, telling
from rogatory_node.web.desk.case import Case
from rogatory_node.web.desk.context import Ask, Refused
from rogatory_node.web.desk.serving import see_other
from rogatory_protocol.evidence import Level

ACCEPT, REFUSE = "accept", "refuse"
NOTHING: Final = later("Nothing in this case waits for a decision.")
_MOST: Final = 100
_ID_BYTES: Final = 16


async def show(ask: Ask) -> web.StreamResponse:
    """Ask for the decision."""
    case = await page.of(ask, Action.CASE_DECIDE)
    return await _form(ask, case, await _waiting(ask, case))


async def _form(ask: Ask, case: Case, waiting: Sequence[reading.Shown], wrong: str = "") -> web.StreamResponse:
    return rendering.page(
        ask,
        "decide.html",
        422 if wrong else 200,
        case=case.id.hex(),
        requests=[
            (telling.kind_name(ask, each.kind), telling.authority(ask, each.sender), each.ts) for each in waiting
        ],
        grounds=[(code, ground.label) for code, ground in GROUNDS.items()],
        outcome=ask.field("outcome"),
        ground=ask.field("ground"),
        reasons=ask.field("reasons"),
        wrong=wrong,
    )


async def _waiting(ask: Ask, case: Case) -> list[reading.Shown]:
    """Return the requests that wait for a decision, or whatever waits there.

    Raises:
        Refused: Nothing waits.
    """
    me, read = ask.desk.own.aid, reading.Reading(sealer=ask.desk.own.sealer)

    def found(connection: Connection) -> list[reading.Shown]:
        digests = cases.Cases(me=me).undecided(connection, case.id)[:_MOST]
        return [read.one(connection, case.id, digest) for digest in digests]

    letters = await ask.desk.read(found)
    if not letters:
        raise Refused(409, NOTHING)
    return [each for each in letters if each.kind == composing.REQUEST] or letters


async def take(ask: Ask) -> web.StreamResponse:
    """Sign the decision, and send the reasons."""
    case = await page.of(ask, Action.CASE_DECIDE)
    waiting = await _waiting(ask, case)
    accepts, ground, reasons = ask.field("outcome") == ACCEPT, ask.field("ground") or None, ask.field("reasons")
    wrong = _wrong(ask.field("outcome"), ground, reasons)
    if wrong:
        return await _form(ask, case, waiting, wrong)
    ground = None if accepts else ground
    orders = (
        deciding.reasoning(waiting, ground=ground, reasons=reasons, lang=ask.language, letter_id=urandom(_ID_BYTES))
        if reasons
        else []
    )
    for order in orders:
        if composing.examine(order, me=ask.desk.own.aid, names=())[1]:
            return await _form(ask, case, waiting, later("The letter cannot be sent as it is."))
    level = Level.ACCEPTED if accepts else Level.DECLINED
    role = case.permit.role.value
    try:
        for each in waiting:
            issue = Issue(letter=each.digest, level=level, role=role, ground=ground)
            await ask.desk.write(ask.desk.answering.issue, issue)
        for order in orders:
            await _send(ask, order)
    except AnswerError:
        raise Refused(409, later("This was decided or refused already.")) from None
    except HeldError:
        raise Refused(409, later("The recipient has not given back what a restore lost.")) from None
    for sender in {each.sender for each in waiting}:
        ask.desk.wake(sender)
    return see_other(f"/case/{case.id.hex()}")


def _wrong(outcome: str, ground: str | None, reasons: str) -> str:
    if outcome not in (ACCEPT, REFUSE):
        return later("Choose one of the two.")
    if outcome == REFUSE and ground not in GROUNDS:
        return later("A refusal names its ground.")
    if outcome == REFUSE and not reasons:
        return later("A refusal gives its reasons.")
    return ""


async def _send(ask: Ask, order: composing.Order) -> None:
    sending = ask.desk.approvals.sending
    draft = composing.compose(order, me=ask.desk.own.aid, random=sending.random)
    await ask.desk.write(sending.queue, draft)
