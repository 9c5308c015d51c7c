"""Serving the table: who calls, what he sends, what he gets, and how a refusal looks.

* Refusals are problem details (RFC 9457) with a stable code, a text in the caller's language and what to do next.
* A token is asked of the database at every call: what was revoked a moment ago is refused.
* At the node's own socket who sends no token is the operator; everywhere else he is nobody.
* What the book refuses is told by one table (``casebook.refusals``); handlers let it pass.
* Limits: 4 MiB of body, 8 KiB of query, 16 calls of one token at a time. Slow senders meet the limits of
  ``api.context``; the desk port is inside the ministry, so a call needs no further price.
* Answers are not kept by anybody on the way, and never guessed to be of another type.
"""

import hashlib
import logging
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from aiohttp import web

from rogatory_node.api.asking import read
from rogatory_node.api.context import MAX_JSON_BYTES, Node, Problem, read_blocks
from rogatory_node.api.context import acting as role_of
from rogatory_node.api.server import plain, problem_of_storage, withheld
from rogatory_node.api.v1.endpoint import Answer, Call, Endpoint
from rogatory_node.api.v1.fields import problem_of
from rogatory_node.casebook import actors, tokens
from rogatory_node.casebook.book import Book, book
from rogatory_node.casebook.once import MAX_KEY, OPERATOR, Key
from rogatory_node.i18n import LANGUAGES, SOURCE, later, translate
from rogatory_node.storage.errors import StorageError
from rogatory_protocol.ids import Id16

log = logging.getLogger(__name__)

PREFIX: Final = "/api/v1"
MOST_AT_ONCE: Final = 16  # calls of one token: a program that needs more waits, others are not starved
PROBLEM: Final = "application/problem+json"
NAME_OF_HEADER: Final = "Rogatory-Name-Of"
KEY_HEADER: Final = "Idempotency-Key"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """A way in: the node and its book, who has calls under way, and whether who brings no token is the operator."""

    node: Node
    book: Book
    operated: bool
    busy: Counter[Id16] = field(default_factory=Counter)


def add(app: web.Application, node: Node, table: Sequence[Endpoint], *, operated: bool = False) -> None:
    """Add the endpoints of a table to an application.

    Args:
        app: That of the desk port, or of the node's own socket.
        node: The running node.
        table: The endpoints.
        operated: Only the operator reaches the application: he acts where no token is sent.
    """
    way = _Way(node=node, book=book(node.own.sealer, node.sending, node.config), operated=operated)
    for endpoint in table:
        app.router.add_route(endpoint.method, PREFIX + endpoint.path, _bound(way, endpoint))
    app.router.add_route("*", PREFIX + "/{rest:.*}", _unknown)


def _bound(way: _Way, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await _answer(way, endpoint, request)
        except Problem as problem:
            return _told(problem, request)
        except StorageError as error:
            return _told(problem_of_storage(error), request)
        except Exception as error:
            refused = problem_of(error)
            if refused is not None:
                return _told(refused, request)
            name = secrets.token_hex(4)
            log.error("api.internal", extra={"id": name, "kind": type(error).__name__}, exc_info=withheld(error))
            what, then = later("Internal error {id}."), later("Look for this id in the node's log.")
            return _told(Problem(500, "internal", what, then, id=name), request)

    return handle


async def _unknown(request: web.Request) -> web.StreamResponse:
    return _told(Problem(404, "unknown", later("There is nothing here.")), request)


async def _answer(way: _Way, endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
    acting = await _acting(way, request)
    async with _place(way.busy, acting.token):
        actor = await read(way.node, _load, acting)
        if endpoint.action is not None and endpoint.action not in actors.permitted(actor):
            raise Problem(403, "forbidden", later("This token may not do that."), needed=endpoint.action.value)
        raw = await _raw(endpoint, request)
        call = Call(
            node=way.node,
            book=way.book,
            acting=acting,
            actor=actor,
            path=dict(request.match_info),
            query=_query(endpoint, request),
            body=_decoded(endpoint, raw),
            language=language_of(request),
            unless=_version(request.headers.get("If-Match")),
            key=_key(endpoint, request, acting, raw),
            request=request,
        )
        kept = None if call.key is None else await read(way.node, way.book.onces.kept, call.key)
        answered = await endpoint.handler(call) if kept is None else _again(kept)
        return _sent(endpoint, answered, request)


class _Versioned(msgspec.Struct, frozen=True):
    version: int | None = None


def _again(kept: bytes) -> Answer:
    """Answer as before, also in ``ETag``: it is the version where the answer has one."""
    version = msgspec.json.decode(kept, type=_Versioned).version
    return Answer(value=msgspec.Raw(kept), version=None if version is None else str(version))


@asynccontextmanager
async def _place(busy: Counter[Id16], token: Id16 | None) -> AsyncIterator[None]:
    """Hold one of the places that a token has at a time; the operator is not counted."""
    if token is None:
        yield
        return
    if busy[token] >= MOST_AT_ONCE:
        what, then = later("This token has {most} calls under way already."), later("Wait for their answers.")
        raise Problem(429, "too-many", what, then, most=MOST_AT_ONCE)
    busy[token] += 1
    try:
        yield
    finally:
        busy[token] -= 1
        if not busy[token]:
            del busy[token]


async def _acting(way: _Way, request: web.Request) -> actors.Acting:
    if way.operated and "Authorization" not in request.headers:
        return actors.Acting(role=role_of(request))
    scheme, _, words = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not words.strip():
        raise Problem(401, "no-token", later("No token was sent."), later("Send it as: Authorization: Bearer rgt_…"))
    name = request.headers.get(NAME_OF_HEADER)
    try:
        in_name_of = None if name is None else Id16(bytes.fromhex(name))
    except ValueError:
        raise Problem(400, "name-of", later("The person represented is named by 32 hexadecimal digits.")) from None
    try:
        return await read(
            way.node, lambda connection: tokens.identify(connection, words.strip(), in_name_of=in_name_of)
        )
    except actors.UnknownActorError:
        raise _unknown_token() from None


def _load(connection: Any, acting: actors.Acting) -> actors.Actor:
    try:
        return actors.load(connection, acting, now=int(time.time()))
    except actors.UnknownActorError:
        raise _unknown_token() from None
    except actors.NoDelegationError as error:
        raise Problem(403, error.code, later("You do not act in that name now.")) from None


def _unknown_token() -> Problem:
    return Problem(401, "token", later("This token is not valid."), later("Ask for a new one: rogatory tokens create"))


def _query(endpoint: Endpoint, request: web.Request) -> Any:
    if len(request.query_string) > 8192:
        raise Problem(414, "query-long", later("The query is too long."))
    given: dict[str, str] = {}
    for name, value in request.query.items():
        if name in given:
            raise Problem(400, "query", later("The query is not as it should be."), errors=f"{name}: twice")
        given[name] = value
    try:
        return msgspec.convert(given, endpoint.query, strict=False)
    except msgspec.ValidationError as error:
        raise Problem(400, "query", later("The query is not as it should be."), errors=str(error)) from None


async def _raw(endpoint: Endpoint, request: web.Request) -> bytes:
    if endpoint.body is None:
        return b""
    if request.content_type != "application/json":
        raise Problem(415, "media-type", later("The body must be application/json."))
    gathered = bytearray()
    async for block in read_blocks(request):
        gathered += block
        if len(gathered) > MAX_JSON_BYTES:
            raise Problem(413, "too-large", later("The request is larger than {most} bytes."), most=MAX_JSON_BYTES)
    return bytes(gathered)


def _decoded(endpoint: Endpoint, raw: bytes) -> Any:
    if endpoint.body is None:
        return None
    try:
        return msgspec.json.decode(raw, type=endpoint.body)
    except msgspec.ValidationError as error:
        raise Problem(422, "body", later("The body is not as it should be."), errors=str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Problem(400, "not-json", later("The request is not a JSON object.")) from None


def _key(endpoint: Endpoint, request: web.Request, acting: actors.Acting, raw: bytes) -> Key | None:
    word = request.headers.get(KEY_HEADER)
    if word is None or not endpoint.once:
        return None
    if not (1 <= len(word) <= MAX_KEY and word.isascii() and word.isprintable()):
        raise Problem(400, "idempotency.key", later("A key has 1 to {most} plain characters."), most=MAX_KEY)
    named = b"" if acting.in_name_of is None else acting.in_name_of
    called = b"\0".join((request.method.encode(), request.path_qs.encode(), named, raw))
    return Key(person=acting.person or OPERATOR, word=word, hash=hashlib.sha256(called).digest())


def _sent(endpoint: Endpoint, answered: Answer | Any, request: web.Request) -> web.StreamResponse:
    if isinstance(answered, web.StreamResponse):
        return answered
    answer = answered if isinstance(answered, Answer) else Answer(value=answered)
    body = msgspec.json.encode(answer.value)
    version = answer.version or hashlib.sha256(body).hexdigest()[:32]
    headers = {**_HEADERS, "ETag": f'"{version}"'}
    if answer.place is not None:
        headers["Location"] = PREFIX + answer.place
    if request.method == "GET" and version in _versions(request.headers.get("If-None-Match", "")):
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, status=endpoint.status, content_type="application/json", headers=headers)


def _told(problem: Problem, request: web.Request) -> web.Response:
    language = language_of(request)
    values = {name: plain(value) for name, value in problem.values.items()}
    body = {
        "type": f"urn:rogatory:problem:{problem.code}",
        "title": translate(problem.what, language).format(**values),
        "status": problem.status,
        "code": problem.code,
    }
    if problem.next:
        body["next"] = translate(problem.next, language).format(**values)
    if values:
        body["args"] = values
    headers = {**_HEADERS, "Content-Language": language}
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="rogatory"'
    if problem.status in (429, 503):
        headers["Retry-After"] = "1"
    raw = msgspec.json.encode(body)
    return web.Response(body=raw, status=problem.status, content_type=PROBLEM, headers=headers)


def language_of(request: web.Request) -> str:
    """Return the first of our languages that the caller names, else English; weights are his order in practice."""
    for part in request.headers.get("Accept-Language", "")[:200].split(","):
        code = part.partition(";")[0].strip().partition("-")[0].lower()
        if code in LANGUAGES:
            return code
    return SOURCE


def _version(header: str | None) -> str | None:
    found = _versions(header or "")
    return found[0] if found else None


def _versions(header: str) -> list[str]:
    return [part.strip().removeprefix("W/").strip('"') for part in header.split(",") if part.strip()]
