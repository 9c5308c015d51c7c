"""Signing in and out, proving anew who one is, and choosing the language.

* One form asks for name, password and code together; whatever of them is wrong, the answer is the same and takes as
  long. A passkey alone is enough.
* A sign-in always makes a new session; who comes with an old cookie leaves it behind.
* Who goes on to a page is sent to an address of ours only.
"""

import logging
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from rogatory_node.casebook.actors import ActorError
from rogatory_node.casebook.sessions import LIFE_SECONDS, Beginning, Ending, Seen, Sessions
from rogatory_node.casebook.sign_in import CodeUsedError, Known, Proof, SignIn
from rogatory_node.i18n import LANGUAGES, later
from rogatory_node.web.desk import devices, rendering
from rogatory_node.web.desk.context import Ask, Desk, Refused, nothing_here
from rogatory_node.web.desk.menu import first_place
from rogatory_node.web.desk.passwords import BusyError, step_of
from rogatory_node.web.desk.serving import (
    LANGUAGE_COOKIE,
    LANGUAGE_SECONDS,
    LOOPBACK,
    SESSION_COOKIE,
    back_of,
    see_other,
)
from rogatory_protocol.ids import Id16

log = logging.getLogger(__name__)

WRONG: Final = later("Name, password or code is wrong.")
WAIT: Final = later("Too many tries. Wait {seconds} seconds, then try again.")
SIGN_IN: Final = b"sign-in"
_NOBODY: Final = bytes(20)  # the secret of who has none


async def home(ask: Ask) -> web.StreamResponse:
    """Lead to the first place of who asks."""
    return see_other(first_place(ask))


async def show(ask: Ask) -> web.StreamResponse:
    """Show the form; who is signed in goes on."""
    back = back_of(ask.query("back"), "")
    if ask.session is not None:
        return see_other(back or first_place(ask))
    return _form(ask, back)


async def take(ask: Ask) -> web.StreamResponse:
    """Take the form: a passkey's answer, or name, password and code."""
    back = back_of(ask.field("back"), "")
    if ask.field("answer"):
        person = await devices.prove(ask, SIGN_IN, ask.field("answer"))
        return _form(ask, back, devices.WRONG) if person is None else await begin(ask, person, "passkey", back)
    name = ask.field("name")
    signing = SignIn(sealer=ask.desk.own.sealer, wall=ask.desk.wall)
    key, address = signing.name_key(name), _address(ask)
    if seconds := ask.desk.attempts.wait(key, address):
        return _form(ask, back, WAIT, name=name, status=429, seconds=seconds)
    known = await ask.desk.read(signing.known, name)
    method = await _proved(ask, known)
    if method is None or known is None:
        ask.desk.attempts.failed(key, address)
        log.warning("desk.sign-in.refused")
        return _form(ask, back, WRONG, name=name)
    ask.desk.attempts.passed(key)
    return await begin(ask, known.person, method, back)


def _address(ask: Ask) -> str:
    """Return whose failures count together; nothing behind a proxy, where all come from one address."""
    remote = ask.request.remote or ""
    return "" if ask.desk.config.desk.origin is not None and remote in LOOPBACK else remote


async def _proved(ask: Ask, known: Known | None) -> str | None:
    """Return by what somebody proved who he is: ``password`` with the telephone's code, or ``paper``; or None."""
    desk, code = ask.desk, ask.field("code")
    signing = SignIn(sealer=desk.own.sealer, wall=desk.wall)
    # The blanks of a password are its own.
    password = (ask.form.getall("password", [""]))[0]
    try:
        fits = await desk.passwords.fits(None if known is None else known.password, password)
    except BusyError:
        raise Refused(503, later("The node is too busy to take this now."), later("Try again in a minute.")) from None
    step = step_of(_NOBODY if known is None else known.totp, code, desk.wall())
    if not fits or known is None:
        return None
    try:
        await desk.write(signing.use, Proof(person=known.person, step=step, code=code))
    except CodeUsedError:
        return None
    return "paper" if step is None else "password"


def _form(
    ask: Ask, back: str, wrong: str = "", *, name: str = "", status: int = 422, **values: object
) -> web.StreamResponse:
    device = devices.wanted(ask, SIGN_IN)
    shown: Mapping[str, object] = {"back": back, "wrong": wrong, "values": values, "typed": name, "device": device}
    return rendering.page(ask, "sign_in.html", status if wrong else 200, **shown)


async def begin(ask: Ask, person: Id16, method: str, back: str = "") -> web.Response:
    """Begin a session and lead on.

    Raises:
        Refused: The person may not act now.
    """
    words = await begun(ask.desk, person, method, ask.request)
    if ask.session is not None:
        await _end(ask)
    response = see_other(back or "/")
    give(response, words)
    return response


async def begun(desk: Desk, person: Id16, method: str, request: web.Request) -> str:
    """Begin a session; return its words.

    Raises:
        Refused: The person may not act now.
    """
    sessions = Sessions(sealer=desk.own.sealer, wall=desk.wall)
    agent = request.headers.get("User-Agent", "")
    try:
        return await desk.write(sessions.begin, Beginning(person=person, method=method, agent=agent))
    except ActorError:
        raise Refused(403, later("You may not sign in now."), later("Ask who manages people here.")) from None


def give(response: web.StreamResponse, words: str) -> None:
    """Give the browser the words of a session."""
    response.set_cookie(
        SESSION_COOKIE, words, max_age=LIFE_SECONDS, path="/", secure=True, httponly=True, samesite="Lax"
    )


async def out(ask: Ask) -> web.StreamResponse:
    """End the session."""
    await _end(ask)
    response = see_other("/sign-in")
    response.del_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response


async def _end(ask: Ask) -> None:
    assert ask.session is not None  # whoever calls asked
    sessions = Sessions(sealer=ask.desk.own.sealer, wall=ask.desk.wall)
    await ask.desk.write(sessions.end, Ending(by=ask.acting, session=ask.session.hash))


async def help(ask: Ask) -> web.StreamResponse:
    """Say what to do when something does not work."""
    return rendering.page(ask, "help.html")


# --- Anew -------------------------------------------------------------------------------------------------------------


async def show_anew(ask: Ask) -> web.StreamResponse:
    """Ask once more who it is."""
    return _anew(ask, back_of(ask.query("back"), "/"))


async def take_anew(ask: Ask) -> web.StreamResponse:
    """Take the proof; only the person of the session can give it."""
    assert ask.session is not None  # the table says so
    desk, back, person = ask.desk, back_of(ask.field("back"), "/"), ask.session.person
    signing = SignIn(sealer=desk.own.sealer, wall=desk.wall)
    key, address = b"anew " + person, _address(ask)
    if ask.field("answer"):
        if await devices.prove(ask, _purpose(person), ask.field("answer")) != person:
            return _anew(ask, back, devices.WRONG)
    elif seconds := desk.attempts.wait(key, address):
        return _anew(ask, back, WAIT, status=429, seconds=seconds)
    elif await _proved(ask, await desk.read(signing.known_person, person)) is None:
        desk.attempts.failed(key, address)
        return _anew(ask, back, WRONG)
    desk.attempts.passed(key)
    sessions = Sessions(sealer=desk.own.sealer, wall=desk.wall)
    await desk.write(sessions.seen, Seen(session=ask.session.hash, proved=True))
    return see_other(back)


def _purpose(person: Id16) -> bytes:
    return b"anew " + person


def _anew(ask: Ask, back: str, wrong: str = "", *, status: int = 422, **values: object) -> web.StreamResponse:
    assert ask.session is not None  # the table says so
    device = devices.wanted(ask, _purpose(ask.session.person))
    shown: Mapping[str, object] = {"back": back, "wrong": wrong, "values": values, "device": device}
    return rendering.page(ask, "prove.html", status if wrong else 200, **shown)


# --- Language ---------------------------------------------------------------------------------------------------------


async def language(ask: Ask) -> web.StreamResponse:
    """Choose the language of the pages, and go back."""
    code = ask.path["code"]
    if code not in LANGUAGES:
        raise nothing_here()
    response = see_other(back_of(ask.query("back"), "/"))
    response.set_cookie(
        LANGUAGE_COOKIE, code, max_age=LANGUAGE_SECONDS, path="/", secure=True, httponly=True, samesite="Lax"
    )
    return response
