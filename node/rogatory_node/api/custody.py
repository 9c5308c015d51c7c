"""The custody of evidence over the node's socket: the chain, notes, and erasing what must go.

* ``GET /case/custody`` shows items and chain; that the case was read is noted as when letters are shown.
* ``POST /case/custody`` notes what was done to an item; ``POST /case/custody/erase`` has one or all erased, for a
  reason. ``GET /retention`` lists cases that closed long ago and still hold evidence.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection

from rogatory_node.api.asking import case_of, number, read, text
from rogatory_node.api.context import Node, Problem, Route, acting, read_json, say
from rogatory_node.api.offnetwork import Outside, outside, who_is
from rogatory_node.casebook import custody as book
from rogatory_node.casebook.actors import Acting, ActorError, ForbiddenError
from rogatory_node.casework.custody import chain
from rogatory_node.casework.custody.actions import NOTED, WORDS
from rogatory_node.i18n import later
from rogatory_node.services import cases
from rogatory_node.services.reading import Opening, Reading
from rogatory_protocol.ids import Digest, Id16
from rogatory_protocol.limits import DAY_SECONDS

_AID_DIGITS: Final = 64


def custody_of(node: Node) -> book.Custody:
    """Return what is done with the evidence of this node's cases."""
    return book.Custody(me=node.own.aid, sealer=node.own.sealer, wall=node.sending.wall)


async def show(node: Node, request: web.Request) -> web.Response:
    """Show items and chain of a case. Query: ``case``."""
    case = await read(node, case_of, request.query.get("case", ""))
    view = await read(node, custody_of(node).view, case)
    own = node.own.aid.hex()
    came = await read(node, lambda connection: _came(node, connection, case, own))
    if came:
        opening = Opening(letters=came, role=acting(request))
        await node.writer.execute(Reading(sealer=node.own.sealer).opened, opening)
    return say({"case": case.hex(), **told(node, view, await outside(node))})


def _came(node: Node, connection: Connection, case: Id16, own: str) -> tuple[Digest, ...]:
    sources = custody_of(node).sources(connection, case)
    return tuple(Digest(bytes.fromhex(each.digest)) for each in sources if each.sender != own)


async def note(node: Node, request: web.Request) -> web.Response:
    """Note what was done to an item."""
    body = await read_json(request)
    case = await read(node, case_of, text(body, "case") or "")
    given = body.get("words")
    words = given if isinstance(given, Mapping) and all(isinstance(each, str) for each in given.values()) else {}
    at = body.get("at")
    command = book.Noting(
        case=case,
        item=text(body, "item") or "",
        action=text(body, "action") or "",
        at=None if at is None else number(at, "at", 0, 2**40),
        words=dict(words),
        by=Acting(role=acting(request)),
    )
    return say({"case": case.hex(), "item": await noted(node, command)})


async def erase(node: Node, request: web.Request) -> web.Response:
    """Have an item erased."""
    body = await read_json(request)
    case = await read(node, case_of, text(body, "case") or "")
    word, why, by = text(body, "item") or "", text(body, "why") or "", Acting(role=acting(request))
    view = await read(node, custody_of(node).view, case)
    keys = [each.key for each in view.items if each.key not in view.gone] if word == chain.ALL else [word]
    for key in keys:
        await erased(node, book.Erasing(case=case, item=key, why=why, by=by))
    return say({"case": case.hex(), "item": word, "erased": keys})


async def retention(node: Node, request: web.Request) -> web.Response:
    """List cases that closed long ago and still hold evidence. Query: ``days``."""
    days = number(request.query.get("days"), "days", 0, 36_500)
    before = int(node.sending.wall()) - days * DAY_SECONDS
    found = await read(node, custody_of(node).kept_longer, before)
    named = {each.case: await read(node, cases.reference, each.case) for each in found}
    return say({"cases": [_kept(each, named[each.case]) for each in found]})


def _kept(each: book.Kept, own_ref: str | None) -> dict[str, Any]:
    told = {"case": each.case.hex(), "own_ref": own_ref, "closed": each.closed_at}
    return told | {"items": list(each.items), "held": each.held}


async def noted(node: Node, command: book.Noting) -> str:
    """Write a note and return the key of its item.

    Raises:
        Problem: It cannot be written.
    """
    try:
        return await node.writer.execute(custody_of(node).note, command)
    except (book.CustodyError, ActorError) as error:
        raise problem_of(error) from None


async def erased(node: Node, command: book.Erasing) -> None:
    """Erase an item: what allows it, the file, and what says that it is gone, in this order.

    Raises:
        Problem: It must stay.
    """
    try:
        found = await node.writer.execute(custody_of(node).erase, command)
        if found is not None:
            await asyncio.to_thread(node.blobs.erase, found[2])
        await node.writer.execute(custody_of(node).erased, command)
    except (book.CustodyError, ActorError) as error:
        raise problem_of(error) from None


def problem_of(error: Exception) -> Problem:
    """Return how a refusal is told."""
    if isinstance(error, book.NoteUnfitError):
        what = later("The note does not fit: {words}")
        known = later("Actions: {actions}. Words: {known}.")
        values = {
            "words": ", ".join(error.words),
            "actions": ", ".join(sorted(NOTED)),
            "known": ", ".join(sorted(WORDS)),
        }
        return Problem(422, error.code, what, known, **values)
    if isinstance(error, ForbiddenError):
        return Problem(403, error.code, later("This token may not do that."))
    found = _TOLD.get(type(error))
    return Problem(*found) if found else Problem(403, "actor", later("This token may not do that."))


_TOLD: Final[Mapping[type[Exception], tuple[int, str, str]]] = {
    book.ItemUnknownError: (404, book.ItemUnknownError.code, later("The case has no such item, or it is gone.")),
    book.HeldError: (409, book.HeldError.code, later("The item is under a legal hold.")),
    book.OwedError: (409, book.OwedError.code, later("The item must be returned; it cannot be erased.")),
    book.TravellingError: (
        409,
        book.TravellingError.code,
        later("The attachment is not yet everywhere where it must be, or not here whole."),
    ),
}


# --- Telling ----------------------------------------------------------------------------------------------------------


def told(node: Node, view: chain.Custody, strangers: Outside) -> dict[str, Any]:
    """Return items and chain as JSON."""
    now = int(node.sending.wall())
    owed = dict(view.to_return)
    destroy = dict(view.to_destroy)
    return {
        "items": [
            {
                "item": each.key,
                "letter": each.letter or None,
                "name": each.name,
                "size": None if each.file is None else each.file.size,
                "sha256": None if each.file is None else each.file.sha256,
                "verified": None if each.file is None else each.file.verified,
                "told": dict(each.told),
                "labels": list(each.labels),
                "purpose": each.purpose or None,
                "return_by": owed.get(each.key),
                "destroy_after": destroy.get(each.key),
                "overdue": any(chain.overdue(by, now) for by in (owed.get(each.key), destroy.get(each.key)) if by),
                "held": each.key in view.held,
                "gone": each.key in view.gone,
            }
            for each in view.items
        ],
        "chain": [
            {
                "item": each.item,
                "action": each.action,
                "at": each.at,
                "by": _named(node, each.by, strangers),
                "to": [_named(node, part, strangers) for part in each.to.split(", ") if part],
                "letter": each.letter or None,
                "proved": each.proved,
                "words": dict(each.words),
                "odd": each.odd or None,
            }
            for each in view.links
        ],
    }


def _named(node: Node, word: str, strangers: Outside) -> Any:
    """Return an authority as it is called here, and any other word as it stands."""
    if len(word) == _AID_DIGITS and all(sign in "0123456789abcdef" for sign in word):
        return who_is(node, word, strangers)
    return word


ROUTES: Final = (
    Route("GET", "/case/custody", show),
    Route("POST", "/case/custody", note),
    Route("POST", "/case/custody/erase", erase),
    Route("GET", "/retention", retention),
)
