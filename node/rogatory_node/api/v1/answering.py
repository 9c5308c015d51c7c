"""What is read and signed in a case, for programs: letters, attachments, taking charge, deciding, and the proof.

* That letters which came were opened, and that a proof left, is an audit leaf with role and person, durable before.
* Evidence names the role alone, for the other authority sees it; the audit log names the person too.
* Evidence is signed by the same functions as at the command line; asking again tells what was said.
* An attachment streams out only when it was verified.
"""

import asyncio
import secrets
import tempfile
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from aiohttp import web

from rogatory_node.api import cases as answers
from rogatory_node.api.asking import number, octets, read
from rogatory_node.api.context import Problem
from rogatory_node.api.proof import written
from rogatory_node.api.v1.cases import CaseReason, opened_by
from rogatory_node.api.v1.endpoint import Call, Endpoint, Model
from rogatory_node.casework.roles import Action
from rogatory_node.i18n import later
from rogatory_node.services import proving, reading
from rogatory_protocol.ids import Digest
from rogatory_protocol.limits import MAX_ATTACHMENTS, MIB

_OCTETS: Final = "application/octet-stream"
_PROBLEMS: Final = {"case.unknown": 404, "case.ambiguous": 409, "reason": 403}


class LettersAsked(CaseReason):
    """Which letters: ``letter`` for one, or a page behind ``after``."""

    letter: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    after: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    most: Annotated[int, msgspec.Meta(ge=1, le=reading.MOST_LETTERS)] = reading.MOST_LETTERS


class CaseLetters(Model):
    """Letters of a case with their forms, attachments and evidence, in order; ``next`` goes into ``after``."""

    case: str
    conversation: str
    own_ref: str | None
    letters: list[dict[str, Any]]
    next: str | None


class Charge(Model):
    """Who takes charge may give the case the own reference of this authority."""

    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None


class Taken(Model):
    """The evidence that was signed (level 40)."""

    case: str
    own_ref: str | None
    evidence: list[dict[str, Any]]


class Decision(Model):
    """The formal answer. A refusal names its ground and gives its reasons, which go in a letter.

    ``id``: 32 digits by which the letter of reasons is the same letter when this is asked again.
    """

    outcome: Literal["accept", "refuse"]
    ground: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    reasons: Annotated[str, msgspec.Meta(max_length=20_000)] | None = None
    letter: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")] | None = None
    lang: Annotated[str, msgspec.Meta(max_length=23)] | None = None


class Decided(Model):
    """The evidence that was signed (level 50 or 51) and the letters of reasons that were queued."""

    case: str
    evidence: list[dict[str, Any]]
    letters: list[str]


async def letters(call: Call) -> CaseLetters:
    """Return letters of a case."""
    case, _, who = await opened_by(call)
    asked = {
        name: str(value) for name in ("letter", "after", "most") if (value := getattr(call.query, name)) is not None
    }
    return CaseLetters(**await answers.shown(call.node, case, who, asked))


async def attachment(call: Call) -> web.StreamResponse:
    """Stream an attachment of a letter of the case."""
    case, _, who = await opened_by(call)
    digest = Digest(octets(call.path["letter"], 32, "letter"))
    index = number(call.path["index"], "index", 0, MAX_ATTACHMENTS - 1)
    try:
        await read(call.node, lambda connection: reading.letter_of(connection, case, digest.hex()))
    except reading.LetterUnknownError as error:
        raise Problem(404, error.code, later("The case has no such letter.")) from None
    return await answers.sent(call.node, call.request, digest, index, who)


async def take(call: Call) -> Taken:
    """Take charge of a case."""
    case, role, _ = await opened_by(call, Action.CASE_ACKNOWLEDGE)
    return Taken(**await answers.taken(call.node, case, role, call.body.reference))


async def decide(call: Call) -> Decided:
    """Accept or refuse the requests of a case."""
    body: Decision = call.body
    if body.outcome == "refuse" and not body.ground:
        raise Problem(422, "ground", later("A refusal names its ground."))
    if body.outcome == "refuse" and not body.reasons:
        raise Problem(422, "reasons", later("A refusal gives its reasons."))
    case, role, _ = await opened_by(call, Action.CASE_DECIDE)
    asked = {
        "ground": body.ground if body.outcome == "refuse" else None,
        "reason": body.reasons,
        "letter": body.letter,
        "id": body.id or secrets.token_hex(16),
        "lang": body.lang,
    }
    return Decided(**await answers.decided(call.node, case, role, asked))


async def proof(call: Call) -> web.StreamResponse:
    """Stream the proof of a case, as ``rogatory export`` writes it."""
    case, _, who = await opened_by(call)
    with tempfile.TemporaryDirectory(dir=call.node.home.root, prefix="proof-") as folder:
        out = Path(folder) / "proof"
        _, size = await written(call.node, proving.Wish(case=case, role=who), out)
        file = await asyncio.to_thread(out.open, "rb")
    # The file has no name any more: it is gone when it was sent, whatever happens.
    with file:
        reply = web.StreamResponse()
        reply.content_type, reply.content_length = _OCTETS, size
        await reply.prepare(call.request)
        while chunk := await asyncio.to_thread(file.read, MIB):
            await reply.write(chunk)
        await reply.write_eof()
    return reply


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/cases/{case}/letters",
        name="getCaseLetters",
        action=Action.CASE_READ,
        summary="Return letters of a case with forms, attachments and evidence; that they were opened is recorded.",
        handler=letters,
        query=LettersAsked,
        answer=CaseLetters,
        problems={**_PROBLEMS, "letter.unknown": 404},
    ),
    Endpoint(
        method="GET",
        path="/cases/{case}/letters/{letter}/attachments/{index}",
        name="getAttachment",
        action=Action.CASE_READ,
        summary="Return the bytes of an attachment, once it was verified.",
        handler=attachment,
        query=CaseReason,
        answer=bytes,
        problems={**_PROBLEMS, "letter.unknown": 404, "attachment.not-verified": 409},
    ),
    Endpoint(
        method="POST",
        path="/cases/{case}/acknowledge",
        name="takeCase",
        action=Action.CASE_ACKNOWLEDGE,
        summary="Say that a person has taken charge of the letters of a case that nobody had (evidence 40).",
        handler=take,
        body=Charge,
        answer=Taken,
        problems={**_PROBLEMS, "reference.taken": 409},
    ),
    Endpoint(
        method="POST",
        path="/cases/{case}/decide",
        name="decideCase",
        action=Action.CASE_DECIDE,
        summary="Accept or refuse the requests of a case (evidence 50 or 51).",
        handler=decide,
        body=Decision,
        answer=Decided,
        problems={**_PROBLEMS, "decided": 409, "ground": 422, "reasons": 422, "letter.unknown": 404},
    ),
    Endpoint(
        method="GET",
        path="/cases/{case}/proof",
        name="getProof",
        action=Action.CASE_READ,
        summary="Return the proof of a case: a bundle that anybody can verify offline.",
        handler=proof,
        query=CaseReason,
        answer=bytes,
        problems={**_PROBLEMS, "export.nothing": 404, "export.not-proved": 409, "export.too-large": 413},
    ),
)
