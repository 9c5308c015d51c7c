"""Translations over the node's socket: which letters are in which languages, and what was ordered.

* ``GET /case/translations`` shows letters with their languages, and orders; ``POST /case/translations`` orders one;
  ``POST /case/translations/end`` ends an order and gives the form of the letter that brings the translation.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection

from rogatory_node.api.asking import case_of, number, octets, read, text
from rogatory_node.api.context import Node, Problem, Route, acting, read_json, say
from rogatory_node.api.custody import custody_of
from rogatory_node.casebook import translations as book
from rogatory_node.casework import translations
from rogatory_node.i18n import later
from rogatory_node.services import reading
from rogatory_node.services.reading import Opening, Reading
from rogatory_protocol.ids import Digest, Id16

_WORDS: Final = ("translator", "document", "note", "certified", "machine")


def _book(node: Node) -> book.Translations:
    return book.Translations(sealer=node.own.sealer, wall=node.sending.wall)


async def show(node: Node, request: web.Request) -> web.Response:
    """Show letters with their languages and translations, and what was ordered. Query: ``case``."""
    case = await read(node, case_of, request.query.get("case", ""))
    sources = await read(node, lambda connection: list(custody_of(node).sources(connection, case)))
    came = tuple(Digest(bytes.fromhex(each.digest)) for each in sources if each.sender != node.own.aid.hex())
    if came:
        opening = Opening(letters=came, role=acting(request))
        await node.writer.execute(Reading(sealer=node.own.sealer).opened, opening)
    orders = await read(node, _book(node).listed, case)
    written = [asdict(each) for each in translations.written(sources)]
    return say({"case": case.hex(), "letters": written, "orders": _orders(orders)})


async def order(node: Node, request: web.Request) -> web.Response:
    """Order a translation."""
    body = await read_json(request)
    case = await read(node, case_of, text(body, "case") or "")
    due = body.get("due")
    ordering = book.Ordering(
        case=case,
        letter=await _letter(node, case, text(body, "letter")),
        language=text(body, "language") or "",
        due_at=None if due is None else number(due, "due", 0, 2**40),
        words={name: text(body, name) or "" for name in _WORDS},
        role=acting(request),
    )
    try:
        made = await node.writer.execute(_book(node).order, ordering)
    except book.OrderUnfitError as error:
        raise Problem(422, error.code, later("The language or the letter does not fit.")) from None
    return say({"case": case.hex(), "order": _order(made)}, 201)


async def end(node: Node, request: web.Request) -> web.Response:
    """End an order: the translation is there, or is not needed any more."""
    body = await read_json(request)
    case = await read(node, case_of, text(body, "case") or "")
    outcome = book.CANCELLED if body.get("cancelled") is True else book.DONE
    ending = book.Ending(
        case=case,
        order=Id16(octets(body.get("order"), 16, "order")),
        outcome=outcome,
        words={name: text(body, name) or "" for name in _WORDS},
        role=acting(request),
    )
    try:
        ended = await node.writer.execute(_book(node).end, ending)
    except book.OrderUnknownError as error:
        raise Problem(404, error.code, later("There is no such order, or it has ended.")) from None
    except book.OrderUnfitError as error:
        raise Problem(422, error.code, later("The language or the letter does not fit.")) from None
    letter = ended.letter.hex()
    form = translations.letter_form(
        letter,
        document=ended.words.get("document") or letter,
        language=ended.language,
        translator=ended.words.get("translator", ""),
        certified=bool(ended.words.get("certified")),
        machine=bool(ended.words.get("machine")),
    )
    return say({"case": case.hex(), "order": _order(ended), "form": form if outcome == book.DONE else None})


async def _letter(node: Node, case: Id16, word: str | None) -> Digest:
    """Return the letter that a word names, or the first request of the case."""

    def find(connection: Connection) -> Digest | None:
        if word is not None:
            return reading.letter_of(connection, case, word)
        sources = custody_of(node).sources(connection, case)
        return next((Digest(bytes.fromhex(each.digest)) for each in sources if each.kind == "request"), None)

    try:
        found = await read(node, find)
    except reading.LetterUnknownError as error:
        raise Problem(404, error.code, later("The case has no such letter.")) from None
    if found is None:
        raise Problem(404, reading.LetterUnknownError.code, later("The case has no such letter."))
    return found


def _orders(orders: Iterable[book.Order]) -> list[dict[str, Any]]:
    return [_order(each) for each in orders]


def _order(each: book.Order) -> dict[str, Any]:
    return {
        "order": each.id.hex(),
        "letter": each.letter.hex(),
        "language": each.language,
        "ordered": each.ordered_at,
        "due": each.due_at,
        "ended": each.ended_at,
        "outcome": each.outcome,
        "words": dict(each.words),
    }


ROUTES: Final = (
    Route("GET", "/case/translations", show),
    Route("POST", "/case/translations", order),
    Route("POST", "/case/translations/end", end),
)
