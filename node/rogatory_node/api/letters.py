"""Sending over the API: uploads of attachments, a check, the letter, and waiting for evidence (B.8, B.9, B.12.1).

* ``POST /uploads/{upload}`` streams a file in, sealed to disk as it comes; the same identifier is the same upload.
* ``POST /letters/check`` says to whom and how urgent, everything that is wrong, and what a letter lacks; it changes
  nothing, and nothing it finds in a form stops a letter here: that is for those who send.
* ``POST /letters`` queues the letter once, whatever is repeated: its identifier is chosen by who sends it.
* ``GET /letters/{letter}/wait`` answers when the evidence is there, was refused, or the time is over.
"""

import asyncio
import base64
import binascii
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from rogatory_keys.directory import Entry
from rogatory_node.api import law, required
from rogatory_node.api.asking import case_of, members, number, octets, read, recipient, several, spelled, text
from rogatory_node.api.context import Node, Problem, Route, read_blocks, read_json, say
from rogatory_node.casebook import publications, treaties
from rogatory_node.casework import checking
from rogatory_node.i18n import SOURCE, later
from rogatory_node.services import awaiting, cases, composing, sending, uploads
from rogatory_node.services.intake import ChangedError, Intake, Taken
from rogatory_protocol.errors import LocalProtocolError
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Aid, Digest, Id16, digits_of
from rogatory_protocol.limits import DAY_SECONDS, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, MAX_RECIPIENTS, MIB

MAX_WAIT_SECONDS: Final = 25.0  # of one answer; who waits longer asks again
REQUEST: Final = "request"
_LOOK_SECONDS: Final = 0.1
_GATHER_BYTES: Final = 4 * MIB  # for one step of the thread that seals
_DEFAULT_TYPE: Final = "application/octet-stream"


# --- What a sender asks for -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a sender asks for, before its attachments are looked at."""

    order: composing.Order
    to: tuple[Entry, ...]
    case: Id16 | None


async def _asked(node: Node, body: Mapping[str, Any], letter_id: Id16) -> _Asked:
    word = text(body, "case")
    case = None if word is None else await read(node, case_of, word)
    words: Sequence[Any] = several(body, "to", MAX_RECIPIENTS)
    if case is not None and not words:
        others = await read(node, cases.Cases(me=node.own.aid).others, case)
        words = [aid.hex() for aid in others]
    to = {entry.aid: entry for entry in [recipient(node, await spelled(members(node), each)) for each in words]}
    days = number(body.get("life_days", composing.DEFAULT_LIFE_DAYS), "life_days", 1, composing.MAX_LIFE_DAYS)
    order = composing.Order(
        id=letter_id,
        to=tuple(to),
        form=_form(body),
        conv=None if case is None else await read(node, cases.conversation, case),
        lang=text(body, "lang") or node.config.language,
        life_seconds=days * DAY_SECONDS,
    )
    return _Asked(order=order, to=tuple(to.values()), case=case)


def _form(body: Mapping[str, Any]) -> bytes:
    try:
        return base64.b64decode(text(body, "request") or "", validate=True)
    except (binascii.Error, ValueError):
        raise Problem(400, "field", later("“{name}” must be base64."), name="request") from None


# --- Uploads --------------------------------------------------------------------------------------------------------


async def upload(node: Node, request: web.Request) -> web.Response:
    """Take a file in. Query: ``name``, ``size``, and ``mt`` for its media type."""
    chosen = Id16(octets(request.match_info["upload"], 16, "upload"))
    size = number(request.query.get("size"), "size", 0, MAX_ATTACHMENT_BYTES)
    name, mt = request.query.get("name", ""), request.query.get("mt") or _DEFAULT_TYPE
    try:
        known = node.uploads.known(chosen, name=name, mt=mt, size=size)
        opening = None if known else node.uploads.begin(chosen, name=name, mt=mt, size=size)
    except uploads.UploadTakenError as error:
        raise Problem(409, error.code, later("This upload is on its way, or is another file.")) from None
    except uploads.UploadsFullError as error:
        what = later("Too many attachments wait for their letters.")
        raise Problem(503, error.code, what, later("Send or discard some of them first.")) from None
    if opening is None:
        assert known is not None  # it is one or the other
        return say(_upload(chosen, known))
    return say(_upload(chosen, await _take_in(node, chosen, opening, request)), 201)


async def _take_in(node: Node, chosen: Id16, opening: Callable[[], Intake], request: web.Request) -> Taken:
    try:
        intake = await asyncio.to_thread(opening)
        try:
            taken = await _fed(intake, request)
        except Exception:
            # Not on cancellation: a thread may be writing still; the next start sweeps the part.
            await asyncio.to_thread(intake.abandon)
            raise
    except ChangedError as error:
        node.uploads.drop(chosen)
        what = later("The attachment changed while it was sent: {got} bytes came instead of {expected}.")
        following = later("Close the program that writes it and send again.")
        raise Problem(409, error.code, what, following, got=error.got, expected=error.expected) from None
    except LocalProtocolError:
        node.uploads.drop(chosen)
        raise Problem(400, "attachment", later("The attachment's name or media type cannot be sent.")) from None
    except BaseException:
        node.uploads.drop(chosen)
        raise
    node.uploads.complete(chosen, taken)
    return taken


async def _fed(intake: Intake, request: web.Request) -> Taken:
    gathered = bytearray()
    async for block in read_blocks(request):
        gathered += block
        if len(gathered) >= _GATHER_BYTES:
            await asyncio.to_thread(intake.feed, bytes(gathered))
            gathered.clear()
    await asyncio.to_thread(intake.feed, bytes(gathered))
    return await asyncio.to_thread(intake.finish)


def _upload(chosen: Id16, taken: Taken) -> dict[str, Any]:
    entry = taken.entry
    return {"upload": chosen.hex(), "name": entry.name, "size": entry.sz, "mt": entry.mt, "sha256": entry.h.hex()}


async def discard(node: Node, request: web.Request) -> web.Response:
    """Remove an upload that no letter will carry. It need not be there."""
    taken = node.uploads.drop(Id16(octets(request.match_info["upload"], 16, "upload")))
    if taken is not None:
        await asyncio.to_thread(node.blobs.erase, taken.blob)
    return say({"discarded": taken is not None})


# --- Letters --------------------------------------------------------------------------------------------------------


async def check(node: Node, request: web.Request) -> web.Response:
    """Say what would be sent, and what is wrong with it."""
    body = await read_json(request)
    asked = await _asked(node, body, Id16(bytes(16)))
    names = [str(name) for name in several(body, "names", 4 * MAX_ATTACHMENTS)]
    form, mistakes = composing.examine(asked.order, me=node.own.aid, names=names)
    findings: tuple[checking.Finding, ...] = ()
    if form is not None:
        findings = await _findings(node, asked, names)
    if form is not None and form.kind != REQUEST:
        findings += await required.findings(node, asked.case, composing.read_object(asked.order.form))
    return say(
        {
            "recipients": [await _recipient(entry) for entry in asked.to],
            "kind": None if form is None else form.kind,
            "grade": None if form is None else form.grade,
            "urgency": None if form is None else form.urg,
            "lang": asked.order.lang,
            "life_days": asked.order.life_seconds // DAY_SECONDS,
            "case": None if asked.case is None else asked.case.hex(),
            "own_ref": None if asked.case is None else await read(node, cases.reference, asked.case),
            "mistakes": [{"what": each.what, "args": dict(each.args)} for each in mistakes],
            "findings": [asdict(each) for each in findings],
        }
    )


async def _findings(node: Node, asked: _Asked, names: Sequence[str]) -> tuple[checking.Finding, ...]:
    """Return what is to be said of a letter to each of its recipients, every finding once."""
    raws = await law.listed(node, publications.LAW)
    mine, states = node.own.statement.content.cc, tuple(dict.fromkeys(entry.listing.cc for entry in asked.to))
    return await asyncio.to_thread(checked, asked.order.form, names, raws, mine, states, node.sending.wall())


def checked(
    form: bytes, names: Sequence[str], raws: tuple[bytes, ...], mine: str, states: Sequence[str], at: float
) -> tuple[checking.Finding, ...]:
    """Check a request between this State and each of the others; pure, so that it may run in a thread."""
    whole, corpus = composing.read_object(form), treaties.over_shipped(raws)
    pairs = [checking.Between(corpus=corpus, requesting=mine, requested=each) for each in states]
    moment = datetime.fromtimestamp(at, UTC)
    found = [each for pair in pairs for each in checking.check(whole, at=moment, attached=names, between=pair)]
    return tuple({(each.code, each.path, each.said(SOURCE)): each for each in found}.values())


async def _recipient(entry: Entry) -> dict[str, Any]:
    digits = await asyncio.to_thread(digits_of, entry.aid)
    return {"aid": entry.aid.hex(), "name": dict(entry.listing.name), "cc": entry.listing.cc, "digits": digits}


async def send(node: Node, request: web.Request) -> web.Response:
    """Queue a letter; the same identifier again gives the letter that was queued."""
    body = await read_json(request)
    letter_id = Id16(octets(body.get("id"), 16, "id"))
    found = await read(node, cases.own_letter, node.own.aid, letter_id)
    repeated = found is not None
    if found is None:
        asked = await _asked(node, body, letter_id)
        chosen = [Id16(octets(each, 16, "uploads")) for each in several(body, "uploads", MAX_ATTACHMENTS)]
        await queue(node, asked.order, chosen)
        found = await read(node, cases.own_letter, node.own.aid, letter_id)
    assert found is not None  # what was queued is durable
    digest, case = found
    return say({"letter": digest.hex(), "case": case.hex(), "repeated": repeated}, 200 if repeated else 201)


async def queue(node: Node, order: composing.Order, chosen: Sequence[Id16] = ()) -> Digest:
    """Queue a letter with its uploads, and wake the links to its recipients.

    Raises:
        Problem: It cannot be sent as it is; its uploads may be used again.
    """
    try:
        taken = node.uploads.take(chosen)
    except uploads.UploadUnknownError as error:
        following = later("Send the attachments again.")
        raise Problem(409, error.code, later("An attachment is not here any more."), following) from None
    try:
        whole = replace(order, entries=tuple(each.entry for each in taken), blobs=tuple(each.blob for each in taken))
        draft = await asyncio.to_thread(composing.compose, whole, me=node.own.aid, random=node.sending.random)
        digest = await node.writer.execute(node.sending.queue, draft)
    except composing.UnfitError as error:
        node.uploads.restore(chosen, taken)
        what = later("The letter cannot be sent: {reasons}")
        raise Problem(422, error.code, what, reasons=str(error)) from None
    except sending.HeldError as error:
        node.uploads.restore(chosen, taken)
        what = later("This database was restored, and a recipient has not yet given back what was lost.")
        following = later("Wait until it has, or decide that letters go all the same: rogatory override CASE")
        raise Problem(409, error.code, what, following) from None
    except Exception:
        node.uploads.restore(chosen, taken)
        raise
    for aid in order.to:
        node.wake(aid, (digest,))
    return digest


# --- Waiting --------------------------------------------------------------------------------------------------------


async def wait(node: Node, request: web.Request) -> web.Response:
    """Answer when every recipient has given the evidence, or one never will. Query: ``level``, ``seconds``."""
    digest = Digest(octets(request.match_info["letter"], 32, "letter"))
    level = _level(request.query.get("level"))
    seconds = number(request.query.get("seconds", 0), "seconds", 0, 3_600)
    until = time.monotonic() + min(seconds, MAX_WAIT_SECONDS)
    while True:
        standing = await read(node, awaiting.standing, digest)
        if not standing:
            raise Problem(404, "letter.unknown", later("This authority sent no such letter."))
        each = {aid: awaiting.outcome(level, levels, state) for aid, (state, levels) in standing.items()}
        outcome = awaiting.outcome_of_all(each.values())
        if outcome is not awaiting.Outcome.WAITING or time.monotonic() >= until:
            break
        await asyncio.sleep(_LOOK_SECONDS)
    return say(
        {"letter": digest.hex(), "level": int(level), "outcome": outcome.value, "recipients": _said(standing, each)}
    )


def _level(asked: str | None) -> Level:
    known = [str(int(level)) for level in awaiting.REACHED_BY]
    if asked not in known:
        what = later("One can wait for the levels {known} only.")
        raise Problem(400, "level", what, known=", ".join(known))
    return Level(int(asked))


def _said(
    standing: Mapping[Aid, tuple[Any, tuple[Level, ...]]], each: Mapping[Aid, awaiting.Outcome]
) -> list[dict[str, Any]]:
    return [
        {"aid": aid.hex(), "state": state.value, "levels": sorted(map(int, levels)), "outcome": each[aid].value}
        for aid, (state, levels) in standing.items()
    ]


ROUTES: Final = (
    Route("POST", "/uploads/{upload}", upload),
    Route("POST", "/uploads/{upload}/discard", discard),
    Route("POST", "/letters/check", check),
    Route("POST", "/letters", send),
    Route("GET", "/letters/{letter}/wait", wait),
)
