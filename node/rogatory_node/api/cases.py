"""Cases over the API: the inbox, a case with its letters, what people answer, and attachments (B.9, B.12.3, B.13).

* Content of a letter that came leaves only after the audit leaf that says in which role it was opened is durable.
* An answer is given once; asking again tells what was said.
* An attachment streams out only when it was verified.
"""

import asyncio
import base64
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection

from rogatory_node.api.asking import case_of, number, octets, read, text
from rogatory_node.api.context import Node, Problem, Route, acting, read_json, say
from rogatory_node.api.letters import queue
from rogatory_node.i18n import later
from rogatory_node.services import cases, composing, deciding, reading
from rogatory_node.services.answering import AnswerError, Issue, Issued
from rogatory_node.storage.errors import StorageError
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Aid, Digest, Id16

log = logging.getLogger(__name__)

_GROUP: Final = 256  # answers that wait for the writer together


def _reading(node: Node) -> reading.Reading:
    return reading.Reading(sealer=node.own.sealer)


def _cases(node: Node) -> cases.Cases:
    return cases.Cases(me=node.own.aid)


def who(node: Node, aid: Aid) -> dict[str, Any]:
    """Say how an authority is called here; one that the directory does not know has its digits only."""
    if aid == node.own.aid:
        content = node.own.statement.content
        return {"aid": aid.hex(), "cc": content.cc, "name": dict(content.name), "self": True}
    entry = node.trust.entry(aid)
    known: dict[str, Any] = {} if entry is None else {"cc": entry.listing.cc, "name": dict(entry.listing.name)}
    return {"aid": aid.hex(), "cc": None, "name": {}, "self": False} | known


# --- Looking ----------------------------------------------------------------------------------------------------------


async def inbox(node: Node, request: web.Request) -> web.Response:
    """List the cases in which something is to be done. Query: ``after`` of the last page, ``most``."""
    most = number(request.query.get("most", cases.MOST_CASES), "most", 1, cases.MOST_CASES)
    after = _place(request.query.get("after"))
    page = await read(node, lambda connection: _cases(node).inbox(connection, after=after, most=most))
    end = page.next
    return say(
        {
            "cases": [_waiting(node, each) for each in page.cases],
            "next": None if end is None else f"{end[0]}.{end[1]}.{end[2].hex()}",
        }
    )


def _place(mark: str | None) -> cases.Place | None:
    if mark is None:
        return None
    urg, _, rest = mark.partition(".")
    since, _, case = rest.partition(".")
    return number(urg, "after", 0, 3), number(since, "after", 0, 2**62), Id16(octets(case, 16, "after"))


def _waiting(node: Node, each: cases.Waiting) -> dict[str, Any]:
    needs = {"take": each.untaken > 0, "decide": each.undecided, "attachments": each.arriving > 0}
    return {
        "case": each.id.hex(),
        "conversation": each.conv.hex(),
        "own_ref": each.own_ref,
        "flagged": each.flagged,
        "parties": [who(node, aid) for aid in each.parties if aid != node.own.aid],
        "urgency": each.urg,
        "since": each.since,
        "needs": [name for name, needed in needs.items() if needed],
        "untaken": each.untaken,
        "arriving": each.arriving,
        "letters": each.letters,
    }


async def show(node: Node, request: web.Request) -> web.Response:
    """Show letters of a case. Query: ``case``, and ``letter`` for one, or ``after`` and ``most`` for a page."""
    case = await read(node, case_of, request.query.get("case", ""))
    return say(await shown(node, case, acting(request), request.query))


async def shown(node: Node, case: Id16, role: str, query: Mapping[str, str]) -> dict[str, Any]:
    """Return letters of a case, opened in a role: ``letter`` for one, or ``after`` and ``most`` for a page.

    Raises:
        Problem: The case has no such letter, or the query is not as it should be.
    """
    try:
        page = await read(node, lambda connection: _page(node, connection, case, query))
    except reading.LetterUnknownError as error:
        raise Problem(404, error.code, later("The case has no such letter.")) from None
    came = tuple(each.digest for each in page.letters if not each.outgoing)
    if came:
        await node.writer.execute(_reading(node).opened, reading.Opening(letters=came, role=role))
    return {
        "case": case.hex(),
        "conversation": (await read(node, cases.conversation, case)).hex(),
        "own_ref": await read(node, cases.reference, case),
        "letters": [_letter(node, each) for each in page.letters],
        "next": None if page.next is None else page.next.hex(),
    }


def _page(node: Node, connection: Connection, case: Id16, query: Mapping[str, str]) -> reading.Page:
    word, after = query.get("letter"), query.get("after")
    if word is not None:
        digest = reading.letter_of(connection, case, word)
        return reading.Page(letters=(_reading(node).one(connection, case, digest),), next=None)
    start = None if after is None else Digest(octets(after, 32, "after"))
    most = number(query.get("most", reading.MOST_LETTERS), "most", 1, reading.MOST_LETTERS)
    return _reading(node).page(connection, case, after=start, most=most)


def _letter(node: Node, each: reading.Shown) -> dict[str, Any]:
    return {
        "letter": each.digest.hex(),
        "outgoing": each.outgoing,
        "from": who(node, each.sender),
        "to": [who(node, aid) for aid in each.to],
        "seq": each.seq,
        "missing_before": each.missing,
        "disagrees": each.disagrees,
        "written": each.ts,
        "until": each.exp,
        "stored": each.stored_at,
        "urgency": each.urg,
        "kind": each.kind,
        "lang": each.lang,
        "form": _form(each),
        "attachments": [_file(file) for file in each.files],
        "evidence": [_fact(node, fact) for fact in each.facts],
        "states": [{"to": who(node, aid), "state": state} for aid, state in each.states],
    }


def _form(each: reading.Shown) -> dict[str, Any]:
    try:
        return {"mt": each.form.mt, "text": each.form.data.decode()}
    except UnicodeDecodeError:
        return {"mt": each.form.mt, "base64": base64.b64encode(each.form.data).decode()}


def _file(file: reading.File) -> dict[str, Any]:
    return {
        "index": file.idx,
        "name": file.name,
        "mt": file.mt,
        "size": file.size,
        "sha256": file.sha256.hex(),
        "stored_bytes": file.stored_bytes,
        "arrived_bytes": file.arrived_bytes,
        "verified": file.verified,
    }


def _fact(node: Node, fact: reading.Fact) -> dict[str, Any]:
    return {
        "digest": fact.digest.hex(),
        "lvl": int(fact.lvl),
        "from": who(node, fact.issuer),
        "at": fact.at,
        "role": fact.role,
        "code": None if fact.code is None else fact.code if isinstance(fact.code, str) else int(fact.code),
        "note": fact.note,
    }


# --- Attachments ------------------------------------------------------------------------------------------------------


async def attachment(node: Node, request: web.Request) -> web.StreamResponse:
    """Stream the true bytes of an attachment."""
    digest = Digest(octets(request.match_info["letter"], 32, "letter"))
    index = number(request.match_info["index"], "index", 0, 255)
    return await sent(node, request, digest, index, acting(request))


async def sent(node: Node, request: web.Request, digest: Digest, index: int, role: str) -> web.StreamResponse:
    """Stream the true bytes of an attachment, opened in a role.

    Raises:
        Problem: There is none, or it has not arrived whole.
    """
    try:
        found = await read(node, lambda connection: _reading(node).attachment(connection, digest, index))
    except reading.NotVerifiedError as error:
        what = later("The attachment has not arrived whole; nothing of it is shown before it is verified.")
        raise Problem(409, error.code, what, later("Try again when it is complete.")) from None
    except reading.ReadingError as error:
        raise Problem(404, error.code, later("There is no such attachment.")) from None
    if not found.outgoing:
        opening = reading.Opening(letters=(digest,), role=role, what="attachment.opened")
        await node.writer.execute(_reading(node).opened, opening)
    chunks = reading.plain(node.blobs, found)
    first = await asyncio.to_thread(next, chunks, None)  # a missing or damaged file is still a refusal here
    reply = web.StreamResponse()
    reply.content_type = "application/octet-stream"
    reply.content_length = found.blob.entry.sz
    await reply.prepare(request)
    try:
        await _stream(reply, first, chunks)
    except (StorageError, RefusedError) as error:
        # The answer has begun: breaking off is the only way left to say that it is not whole.
        log.error("attachment.damaged", extra={"letter": digest.hex(), "index": index, "kind": type(error).__name__})
        if request.transport is not None:
            request.transport.abort()
    return reply


async def _stream(reply: web.StreamResponse, first: bytes | None, chunks: Iterator[bytes]) -> None:
    chunk = first
    while chunk is not None:
        if chunk:
            await reply.write(chunk)
        chunk = await asyncio.to_thread(next, chunks, None)
    await reply.write_eof()


# --- Answering --------------------------------------------------------------------------------------------------------


async def reference(node: Node, request: web.Request) -> web.Response:
    """Give a case this authority's own reference, or take it away."""
    body = await read_json(request)
    case = await read(node, case_of, text(body, "case") or "")
    await _name(node, case, text(body, "reference"), acting(request))
    return say({"case": case.hex(), "own_ref": await read(node, cases.reference, case)})


async def _name(node: Node, case: Id16, chosen: str | None, role: str) -> None:
    try:
        await node.writer.execute(_cases(node).name, cases.Naming(case=case, reference=chosen, role=role))
    except cases.ReferenceTakenError as error:
        raise Problem(409, error.code, later("Another case has the reference “{word}”."), word=chosen) from None
    except cases.ReferenceUnfitError as error:
        what = later("A reference is one line of 1 to {most} characters.")
        raise Problem(400, error.code, what, most=cases.MAX_REFERENCE) from None


async def acknowledge(node: Node, request: web.Request) -> web.Response:
    """Say that somebody in the named role has taken charge of the letters of a case that nobody had (evidence 40)."""
    body = await read_json(request)
    case = await read(node, case_of, text(body, "case") or "")
    return say(await taken(node, case, acting(request), text(body, "reference")))


async def taken(node: Node, case: Id16, role: str, chosen: str | None) -> dict[str, Any]:
    """Take charge of a case in a role, with an own reference for it if one is chosen.

    Raises:
        Problem: The reference cannot be given, or a letter cannot be taken.
    """
    if chosen is not None:
        await _name(node, case, chosen, role)
    digests = await read(node, _cases(node).untaken, case)
    issued = await _issue(node, [Issue(letter=digest, level=Level.TAKEN, role=role) for digest in digests])
    own_ref = await read(node, cases.reference, case)
    return {"case": case.hex(), "own_ref": own_ref, "evidence": [_issued(each) for each in issued]}


async def decide(node: Node, request: web.Request) -> web.Response:
    """Accept or refuse the requests of a case (evidence 50 or 51); reasons go in a letter of kind ``decision``."""
    body = await read_json(request)
    case = await read(node, case_of, text(body, "case") or "")
    return say(await decided(node, case, acting(request), body))


async def decided(node: Node, case: Id16, role: str, body: dict[str, Any]) -> dict[str, Any]:
    """Decide in a role: ``ground`` and ``reason``, ``letter`` for one of them, ``id`` of the letter of reasons.

    Raises:
        Problem: Nothing waits, the ground is none, or the letter cannot be sent; nothing is decided then.
    """
    ground, reasons = text(body, "ground"), text(body, "reason")
    if ground is not None and ground not in deciding.GROUNDS:
        what = later("“{ground}” is no ground of refusal. The grounds are: {known}")
        raise Problem(400, "ground.unknown", what, ground=ground, known=", ".join(deciding.GROUNDS))
    waiting = await _to_decide(node, case, text(body, "letter"))
    explaining = _explaining(node, waiting, ground, reasons, body) if reasons else []
    level = Level.ACCEPTED if ground is None else Level.DECLINED
    issued = await _issue(node, [Issue(letter=each.digest, level=level, role=role, ground=ground) for each in waiting])
    queued = [await queue_once(node, order) for order in explaining]
    return {
        "case": case.hex(),
        "evidence": [_issued(each) for each in issued],
        "letters": [digest.hex() for digest in queued],
    }


async def _to_decide(node: Node, case: Id16, word: str | None) -> list[reading.Shown]:
    """Return the letter that was named, or the requests of the case that wait, or whatever waits there."""

    def find(connection: Connection) -> list[reading.Shown]:
        if word is not None:
            digests = [reading.letter_of(connection, case, word)]
        else:
            digests = _cases(node).undecided(connection, case)[:_GROUP]
        return [_reading(node).one(connection, case, digest) for digest in digests]

    try:
        found = await read(node, find)
    except reading.LetterUnknownError as error:
        raise Problem(404, error.code, later("The case has no such letter.")) from None
    if not found:
        raise Problem(409, "decided", later("Nothing in this case waits for a decision."))
    return [each for each in found if each.kind == composing.REQUEST] or found


def _explaining(
    node: Node, decided: Sequence[reading.Shown], ground: str | None, reasons: str, body: dict[str, Any]
) -> list[composing.Order]:
    """Return the letters that give the reasons.

    Raises:
        Problem: The reasons cannot be sent, so nothing is decided either.
    """
    letter_id, lang = octets(body.get("id"), 16, "id"), text(body, "lang") or node.config.language
    orders = deciding.reasoning(decided, ground=ground, reasons=reasons, lang=lang, letter_id=letter_id)
    for order in orders:
        _, mistakes = composing.examine(order, me=node.own.aid, names=())
        if mistakes:
            listed = "; ".join(map(str, mistakes))
            raise Problem(422, "letter.unfit", later("The letter cannot be sent: {reasons}"), reasons=listed)
    return orders


async def queue_once(node: Node, order: composing.Order) -> Digest:
    """Queue a letter unless it was queued under its identifier before; return its digest."""
    found = await read(node, cases.own_letter, node.own.aid, order.id)
    return await queue(node, order) if found is None else found[0]


async def _issue(node: Node, issues: Sequence[Issue]) -> list[Issued]:
    issued: list[Issued] = []
    try:
        for start in range(0, len(issues), _GROUP):
            group = issues[start : start + _GROUP]
            issued += await asyncio.gather(*(node.writer.execute(node.answering.issue, each) for each in group))
    except AnswerError as error:
        raise _not_answered(error) from None
    for peer in {each.peer for each in issued}:
        node.wake(peer)
    return issued


_NOT_ANSWERED: Final = {
    "answer.unknown": (404, later("There is no such letter.")),
    "answer.own": (409, later("This is a letter of this authority itself.")),
    "answer.order": (409, later("This cannot be said about the letter any more: it was decided or refused already.")),
    "answer.malformed": (400, later("Role, ground or note is not as evidence wants it; a role has at most 32 bytes.")),
}


def _not_answered(error: AnswerError) -> Problem:
    status, what = _NOT_ANSWERED[error.code]
    return Problem(status, error.code, what)


def _issued(each: Issued) -> dict[str, Any]:
    return {
        "letter": each.letter.hex(),
        "lvl": int(each.level),
        "digest": each.evidence.hex(),
        "repeated": each.repeated,
    }


ROUTES: Final = (
    Route("GET", "/inbox", inbox),
    Route("GET", "/case", show),
    Route("POST", "/case/reference", reference),
    Route("POST", "/case/acknowledge", acknowledge),
    Route("POST", "/case/decide", decide),
    Route("GET", "/letters/{letter}/attachments/{index}", attachment),
)
