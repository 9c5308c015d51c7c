"""Answering the table of pages: who asks, whether he may, whether the form is ours, and what is sent with every answer.

* The session is asked of the database at every request, and the roles behind it too: who was disabled a moment ago is
  refused, and who lost a role has lost it in the page that he sees next.
* A form counts when it was sent from our own pages (what the browser says of its origin) and carries the token of the
  session. Before there is a session the origin alone decides.
* Names of hosts other than ours are refused: a foreign name that leads here must not be our origin.
* Whatever goes wrong inside is logged under an id; the page shows that id and nothing else.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, urlsplit

from aiohttp import ClientPayloadError, web
from multidict import MultiDict, MultiDictProxy
from sqlalchemy import Connection

from rogatory_node.casebook import actors
from rogatory_node.casebook.people import People
from rogatory_node.casebook.sessions import (
    FRESH_SECONDS,
    SEEN_SECONDS,
    Seen,
    Session,
    SessionError,
    Sessions,
    is_form_token,
)
from rogatory_node.casework.roles import Action
from rogatory_node.i18n import LANGUAGES, later
from rogatory_node.storage.errors import StorageError, StorageFullError
from rogatory_node.storage.writer import WriterBusyError
from rogatory_node.web.desk import rendering
from rogatory_node.web.desk.context import AGAIN, NOT_YOURS, Ask, Desk, Refused, nothing_here
from rogatory_protocol.limits import MIB

log = logging.getLogger(__name__)

SESSION_COOKIE: Final = "__Host-rogatory"
LANGUAGE_COOKIE: Final = "__Host-language"
LANGUAGE_SECONDS: Final = 365 * 86_400
FILLING_SECONDS: Final = 10 * 60  # a form of what has consequences
READ_SECONDS: Final = 60.0
MAX_FORM_BYTES: Final = 4 * MIB
MAX_FIELDS: Final = 4_000
FORM_TYPE: Final = "application/x-www-form-urlencoded"
TOKEN: Final = "token"  # noqa: S105 - the name of a field
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}

Handler = Callable[[Ask], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One line of the table.

    Attributes:
        path: Its address; ``{name}`` stands for a part.
        get: Shows it.
        post: Takes its form.
        action: What a person must be allowed to do at all; None: everybody who is signed in.
        open: Without a session too.
        fresh: Only with a proof of the last minutes.
        file: Its form sends a file and is read by its handler, with ``uploading.read``.
    """

    path: str
    get: Handler | None = None
    post: Handler | None = None
    action: Action | None = None
    open: bool = False
    fresh: bool = False
    file: bool = False


def add(app: web.Application, desk: Desk, table: Sequence[Page]) -> None:
    """Add the pages to the application of the desk port; what no line names is answered by a page too."""
    for line in table:
        app.router.add_route("*", line.path, _bound(desk, line))
    app.router.add_get("/static/{hash}/{name}", _static)
    app.router.add_route("*", "/{rest:.*}", _bound(desk, Page(path="", get=_nothing, open=True)))


async def _nothing(ask: Ask) -> web.StreamResponse:
    raise nothing_here()


async def _static(request: web.Request) -> web.StreamResponse:
    found = rendering.statics().get(request.match_info["name"])
    if found is None or found.address != request.path:
        return web.Response(status=404, headers=HEADERS)
    headers = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    taken = "gzip" in request.headers.get("Accept-Encoding", "")
    if taken:
        headers["Content-Encoding"] = "gzip"
    body = found.packed if taken else found.body
    return web.Response(body=body, content_type=found.content_type, charset="utf-8", headers=headers)


# --- One request ------------------------------------------------------------------------------------------------------


def _bound(desk: Desk, line: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        ask = Ask(desk=desk, request=request, origin="", language=language_of(desk, request))
        try:
            ask = replace(ask, origin=origin_of(desk, request))
            ask = await _known(ask)
            answer = await _answer(ask, line)
        except Refused as refused:
            answer = _told(ask, refused)
        except StorageError as error:
            answer = _told(ask, _of_storage(error))
        except Exception as error:
            name = secrets.token_hex(4)
            log.error("desk.internal", extra={"id": name, "kind": type(error).__name__}, exc_info=_withheld(error))
            what, then = later("Internal error {id}."), later("Tell the operator this number.")
            answer = _told(ask, Refused(500, what, then, id=name))
        return _sent(ask, answer)

    return handle


async def _answer(ask: Ask, line: Page) -> web.StreamResponse:
    method = ask.request.method
    handler = {"GET": line.get, "HEAD": line.get, "POST": line.post}.get(method)
    if handler is None:
        raise Refused(405 if line.get or line.post else 404, later("This cannot be done here."))
    if not line.open and ask.session is None:
        if method == "POST":
            what, then = later("Your session has ended."), later("Sign in again; then send the form once more.")
            raise Refused(401, what, then)
        return see_other(f"/sign-in?back={quote(ask.request.rel_url.raw_path_qs, safe='')}")
    if line.action is not None and line.action not in ask.actions:
        raise Refused(403, NOT_YOURS)
    if method == "POST" and not line.file:
        ask = replace(ask, form=await _form(ask))
    if line.fresh and not _fresh(ask):
        # What only takes a form lies below the page that has it.
        back = ask.request.path if line.get is not None else ask.request.path.rpartition("/")[0]
        return see_other(f"/prove?back={quote(back, safe='')}")
    return await handler(ask)


def _fresh(ask: Ask) -> bool:
    """Tell whether the last proof is young enough; a form may be filled in for a while after its page was shown."""
    seconds = FRESH_SECONDS if ask.request.method != "POST" else FRESH_SECONDS + FILLING_SECONDS
    return ask.session is not None and ask.session.fresh_at(int(ask.desk.wall()), seconds)


async def _known(ask: Ask) -> Ask:
    """Add session, roles and name of who asks; nothing when he has none that works."""
    words = ask.request.cookies.get(SESSION_COOKIE, "")
    if not words:
        return ask
    desk = ask.desk
    sessions = Sessions(sealer=desk.own.sealer, wall=desk.wall)
    now = int(desk.wall())

    def found(connection: Connection) -> tuple[Session, actors.Actor, str]:
        session = sessions.find(connection, words)
        actor = actors.load(connection, actors.Acting(person=session.person), now=now)
        return session, actor, People(sealer=desk.own.sealer).one(connection, session.person).name

    try:
        session, actor, name = await desk.read(found)
    except (SessionError, actors.ActorError):
        return ask
    if now >= session.seen_at + SEEN_SECONDS:
        await desk.write(sessions.seen, Seen(session=session.hash))
    return replace(ask, words=words, session=session, actor=actor, name=name)


async def _form(ask: Ask) -> MultiDictProxy[str]:
    """Read a form that was sent from our own pages.

    Raises:
        Refused: It was sent from elsewhere, carries no token of the session, is too large, or is no form.
    """
    request = ask.request
    what = later("This form was not sent from this page, or the page is too old.")
    if not from_here(ask):
        raise Refused(403, what, AGAIN)
    if request.content_type != FORM_TYPE:
        raise Refused(415, later("The form is not as it should be."), AGAIN)
    fields = await _fields(request)
    if ask.session is not None and not is_form_token(ask.words, fields.get(TOKEN, "")):
        raise Refused(403, what, AGAIN)
    return fields


def from_here(ask: Ask) -> bool:
    """Tell whether a request comes from our own pages, by what the browser says; one that says nothing does not."""
    site, origin = ask.request.headers.get("Sec-Fetch-Site"), ask.request.headers.get("Origin")
    if site is None and origin is None:
        return False
    return site in (None, "same-origin") and origin in (None, ask.origin)


async def _fields(request: web.Request) -> MultiDictProxy[str]:
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for block in request.content.iter_any():
                body += block
                if len(body) > MAX_FORM_BYTES:
                    raise Refused(413, later("The form is too large."))
    except (TimeoutError, ClientPayloadError, ConnectionError):
        raise Refused(408, later("The form did not come whole."), AGAIN) from None
    from urllib.parse import parse_qsl

    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Refused(400, later("The form is not as it should be."), AGAIN) from None
    # Browsers write line ends as CR LF; what is kept has LF, whoever sent it.
    return MultiDictProxy(MultiDict((name, value.replace("\r\n", "\n")) for name, value in pairs))


# --- What every answer has --------------------------------------------------------------------------------------------


def _sent(ask: Ask, answer: web.StreamResponse) -> web.StreamResponse:
    if answer.prepared:
        return answer
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if ask.origin.startswith("https:"):
        answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    return rendering.packed(ask.request, answer) if isinstance(answer, web.Response) else answer


def _told(ask: Ask, refused: Refused) -> web.Response:
    values = {"what": refused.what, "then": refused.then, "values": refused.values}
    return rendering.page(ask, "refused.html", refused.status, **values)


def _of_storage(error: StorageError) -> Refused:
    if isinstance(error, StorageFullError):
        return Refused(507, later("There is no space left on the disk; nothing was changed."))
    if isinstance(error, WriterBusyError):
        return Refused(503, later("The node is too busy to take this now."), later("Try again in a minute."))
    log.error("desk.storage", extra={"kind": type(error).__name__})
    return Refused(503, later("The node cannot do this now."), later("Try again in a minute."))


class _WithheldError(Exception):
    """Stands in the log for an exception whose words may be a case's."""


def _withheld(error: BaseException) -> BaseException:
    return _WithheldError(type(error).__name__).with_traceback(error.__traceback__)


def see_other(path: str) -> web.Response:
    """Send the browser to another page of ours."""
    return web.Response(status=303, headers={"Location": path})


def back_of(word: str | None, otherwise: str) -> str:
    """Return where to go on: an address of ours, whatever was asked for."""
    if not word or not word.startswith("/") or word.startswith(("//", "/\\")):
        return otherwise
    parts = urlsplit(word)
    clean = word.isascii() and word.isprintable() and "\\" not in word and not parts.scheme and not parts.netloc
    return word if clean else otherwise


def language_of(desk: Desk, request: web.Request) -> str:
    """Return the language of a page: the chosen one, else the browser's first that we speak, else the node's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    asked = request.headers.get("Accept-Language", "")[:200].split(",")
    codes = [part.partition(";")[0].strip().partition("-")[0].lower() for part in asked]
    return next((code for code in (chosen, *codes) if code in LANGUAGES), desk.config.language)


def origin_of(desk: Desk, request: web.Request) -> str:
    """Return the address of these pages: the one that is configured, else that of this computer.

    Raises:
        Refused: The request names another host.
    """
    wanted = desk.config.desk.origin
    host = request.headers.get("Host", "")
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        name = None
    if wanted is None and name in LOOPBACK:
        return f"http://{host.lower()}"
    if wanted is not None and host.lower() == urlsplit(wanted).netloc:
        return wanted
    raise Refused(421, later("These pages have another address."))
