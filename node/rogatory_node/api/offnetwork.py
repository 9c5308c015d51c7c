"""Partners that are not on the network, over the node's socket: entering letters, lists of cases, and joining.

* ``POST /recorded`` enters one letter; ``POST /recorded/list`` a table of open cases, whole or not at all.
* ``GET /recorded`` shows what was entered in a case; ``GET /partners`` the partners; ``POST /partners/join`` moves the
  cases of one to the authority that it became.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from rogatory_node.api.asking import case_of, members, number, octets, read, recipient, spelled, text
from rogatory_node.api.cases import who
from rogatory_node.api.context import Node, Problem, Route, acting, read_json, say
from rogatory_node.casebook import offnetwork as book
from rogatory_node.casebook.actors import Acting
from rogatory_node.casework import caselist
from rogatory_node.casework.channels import CHANNELS
from rogatory_node.i18n import SOURCE, later
from rogatory_node.services import reading
from rogatory_node.services.intake import Taken
from rogatory_node.services.reading import Attachment
from rogatory_node.services.uploads import UploadUnknownError
from rogatory_protocol.attachment import VerifiedBlob
from rogatory_protocol.ids import Aid, Id16


def book_of(node: Node) -> book.OffNetwork:
    """Return what is done with partners that are not on the network."""
    return book.OffNetwork(me=node.own.aid, sealer=node.own.sealer, wall=node.sending.wall)


Outside = Mapping[str, book.Partner]
"""Partners that are not on the network, by the digits that stand for them."""


async def outside(node: Node) -> Outside:
    """Return the partners that are not on the network."""
    return {each.id.hex(): each for each in await read(node, book_of(node).listed)}


def who_is(node: Node, digits: str, strangers: Outside) -> dict[str, Any]:
    """Say how an authority, or a partner that is none, is called here."""
    found = strangers.get(digits)
    if found is None:
        return who(node, Aid(bytes.fromhex(digits)))
    return {"aid": digits, "cc": found.cc, "name": {SOURCE: found.name}, "self": False}


async def record(node: Node, request: web.Request) -> web.Response:
    """Enter a letter that came or went by another way."""
    body, role = await read_json(request), acting(request)
    word, form, upload = text(body, "case"), body.get("form"), text(body, "scan")
    case = None if word is None else await read(node, case_of, word)
    wanted = [] if upload is None else [Id16(octets(upload, 16, "scan"))]
    try:
        scans = node.uploads.take(wanted)
    except UploadUnknownError as error:
        raise Problem(409, error.code, later("An attachment is not here any more.")) from None
    entered = entered_of(body, form if isinstance(form, Mapping) else {}, scans)
    recording = book.Recording(case=case, letters=(entered,), role=role, own_ref=text(body, "own_ref"))
    try:
        ((found,),) = [await recorded(node, [recording])]
    except BaseException:
        node.uploads.restore(wanted, scans)
        raise
    return say({"case": found.hex(), "unproved": True}, 201)


def entered_of(body: Mapping[str, Any], form: Mapping[str, Any], scans: Sequence[Taken]) -> book.Entered:
    """Return a letter as it was entered.

    Raises:
        Problem: A field is not of its kind.
    """
    return book.Entered(
        cc=text(body, "partner") or "",
        name=text(body, "name") or "",
        outgoing=body.get("outgoing") is True,
        form=form,
        channel=text(body, "channel") or "",
        at=number(body.get("at"), "at", 0, 2**40),
        scan=scans[0] if scans else None,
    )


async def record_list(node: Node, request: web.Request) -> web.Response:
    """Enter a table of open cases."""
    body, role = await read_json(request), acting(request)
    today = datetime.fromtimestamp(node.sending.wall(), UTC).date()
    rows, bad = await asyncio.to_thread(caselist.read, text(body, "table") or "", today=today)
    if bad or not rows:
        told = [{"line": each.line, "what": caselist.BAD[each.what], "args": dict(each.values)} for each in bad]
        return say({"cases": [], "bad": told, "rows": len(rows)})
    if body.get("check") is True:
        return say({"cases": [], "bad": [], "rows": len(rows)})
    found = await recorded(node, recordings(rows, role))
    return say({"cases": [case.hex() for case in found], "bad": [], "rows": len(rows)}, 201)


def recordings(rows: Sequence[caselist.Row], role: str, by: Acting | None = None) -> list[book.Recording]:
    """Return what enters the rows of a table."""
    return [_recording(row, role, by) for row in rows]


def _recording(row: caselist.Row, role: str, by: Acting | None) -> book.Recording:
    shared: dict[str, Any] = {"cc": row.state, "name": row.name, "channel": row.channel}
    letters = [book.Entered(**shared, outgoing=row.outgoing, form=row.form, at=row.sent_at)]
    if row.acknowledged_at is not None:
        reference = row.partner_reference if row.outgoing else row.own_reference
        form = {"kind": "acknowledgement"} | ({"reference": reference} if reference else {})
        at = max(row.acknowledged_at, row.sent_at)
        letters.append(book.Entered(**shared, outgoing=not row.outgoing, form=form, at=at))
    return book.Recording(case=None, letters=tuple(letters), role=role, own_ref=row.own_reference, by=by)


async def recorded(node: Node, given: Sequence[book.Recording]) -> list[Id16]:
    """Enter letters and return their cases.

    Raises:
        Problem: Something does not fit.
        ActorError: Who does it is unknown or may not.
    """
    try:
        return await node.writer.execute(book_of(node).record, given)
    except book.LetterUnfitError as error:
        what = later("“{field}” does not fit.")
        known = later("Ways: {known}. A State is two capital letters; the date is past; the form has its kind.")
        raise Problem(422, error.code, what, known, field=error.field, known=", ".join(CHANNELS)) from None
    except book.CaseOfAnotherError as error:
        raise Problem(409, error.code, later("This is no case with that partner.")) from None


async def show(node: Node, request: web.Request) -> web.Response:
    """Show what was entered in a case. Query: ``case``."""
    case = await read(node, case_of, request.query.get("case", ""))
    found = await read(node, book_of(node).shown, case)
    return say({"case": case.hex(), "unproved": bool(found), "letters": [told(node, each) for each in found]})


def told(node: Node, each: book.Shown) -> dict[str, Any]:
    """Return a letter that was entered as JSON."""
    scan = each.scan
    return {
        "letter": each.digest.hex(),
        "partner": partner_told(node, each.partner),
        "outgoing": each.outgoing,
        "kind": each.kind,
        "channel": each.channel,
        "at": each.at,
        "recorded": each.recorded_at,
        "role": each.role,
        "form": dict(each.form),
        "scan": None if scan is None else {"name": scan.name, "size": scan.sz, "sha256": scan.h.hex()},
    }


def partner_told(node: Node, partner: book.Partner) -> dict[str, Any]:
    """Return a partner as JSON."""
    joined = None if partner.aid is None else who(node, partner.aid)
    return {"id": partner.id.hex(), "cc": partner.cc, "name": partner.name, "joined": joined}


async def scan(node: Node, request: web.Request) -> web.StreamResponse:
    """Stream the scan of a letter that was entered."""
    case = await read(node, case_of, request.query.get("case", ""))
    digest = octets(request.match_info["letter"], 32, "letter")
    found = next((each for each in await read(node, book_of(node).shown, case) if each.digest == digest), None)
    if found is None or found.scan is None or found.path is None:
        raise Problem(404, "attachment.unknown", later("There is no such attachment."))
    held = Attachment(
        blob=VerifiedBlob(found.scan), path=found.path, stored_bytes=found.scan.stored, outgoing=found.outgoing
    )
    chunks = reading.plain(node.blobs, held)
    reply = web.StreamResponse()
    reply.content_type = "application/octet-stream"
    reply.content_length = found.scan.sz
    await reply.prepare(request)
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        await reply.write(chunk)
    await reply.write_eof()
    return reply


async def partners(node: Node, request: web.Request) -> web.Response:
    """List the partners that are not on the network, or were not."""
    found = await read(node, book_of(node).listed)
    return say({"partners": [partner_told(node, each) for each in found]})


async def join(node: Node, request: web.Request) -> web.Response:
    """Move the cases of a partner to the authority that it became."""
    body, role = await read_json(request), acting(request)
    partner = Aid(octets(body.get("partner"), 32, "partner"))
    entry = recipient(node, await spelled(members(node), text(body, "to") or ""))
    try:
        moved = await node.writer.execute(book_of(node).join, book.Joining(partner=partner, aid=entry.aid, role=role))
    except book.PartnerUnknownError as error:
        raise Problem(404, error.code, later("There is no such partner, or it joined as another authority.")) from None
    return say({"authority": who(node, entry.aid), "cases": moved})


ROUTES: Final = (
    Route("POST", "/recorded", record),
    Route("POST", "/recorded/list", record_list),
    Route("GET", "/recorded", show),
    Route("GET", "/recorded/{letter}/scan", scan),
    Route("GET", "/partners", partners),
    Route("POST", "/partners/join", join),
)
