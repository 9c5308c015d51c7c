"""One's own page: where one is signed in, passkeys, codes on paper.

* Ending a session needs no further proof; what lets somebody in later does.
* New codes on paper are shown once.
"""

from typing import Final

from aiohttp import web

from rogatory_node.casebook.passkeys import PasskeyUnknownError, Removing
from rogatory_node.casebook.people import PeopleError
from rogatory_node.casebook.sessions import Ending, Sessions
from rogatory_node.casebook.sign_in import SignIn
from rogatory_node.i18n import later
from rogatory_node.web.desk import devices, rendering
from rogatory_node.web.desk.context import Ask, Refused, nothing_here
from rogatory_node.web.desk.serving import see_other
from rogatory_protocol.ids import Id16

METHODS: Final = {
    "link": later("Set up by a link"),
    "password": later("Password and code"),
    "passkey": later("Passkey"),
    "paper": later("Password and a code on paper"),
}


def _sessions(ask: Ask) -> Sessions:
    return Sessions(sealer=ask.desk.own.sealer, wall=ask.desk.wall)


def _person(ask: Ask) -> Id16:
    assert ask.session is not None  # the table says so
    return ask.session.person


async def show(ask: Ask) -> web.StreamResponse:
    """Show sessions, devices and how many codes are left."""
    person, signing = _person(ask), SignIn(sealer=ask.desk.own.sealer, wall=ask.desk.wall)
    assert ask.session is not None  # the table says so
    return rendering.page(
        ask,
        "account.html",
        sessions=await ask.desk.read(_sessions(ask).listed, person),
        here_now=ask.session.hash,
        methods=METHODS,
        devices=await ask.desk.read(devices.passkeys(ask).listed, person),
        left=await ask.desk.read(signing.codes_left, person),
    )


async def end(ask: Ask) -> web.StreamResponse:
    """End one session, or all others."""
    assert ask.session is not None  # the table says so
    word = ask.field("session")
    ending = Ending(by=ask.acting, but=ask.session.hash) if word == "others" else _one(ask, word)
    await ask.desk.write(_sessions(ask).end, ending)
    return see_other("/account")


def _one(ask: Ask, word: str) -> Ending:
    try:
        return Ending(by=ask.acting, session=bytes.fromhex(word))
    except ValueError:
        raise nothing_here() from None


def _purpose(ask: Ask) -> bytes:
    return b"add " + _person(ask)


async def show_adding(ask: Ask) -> web.StreamResponse:
    """Ask for a device."""
    return await _adding(ask)


async def add(ask: Ask) -> web.StreamResponse:
    """Add a device."""
    try:
        added = await devices.add(ask, _purpose(ask), ask.field("answer"), ask.field("label"))
    except PeopleError:
        return await _adding(ask, later("Give the device a name of one line."))
    return see_other("/account") if added else await _adding(ask, devices.WRONG)


async def _adding(ask: Ask, wrong: str = "") -> web.StreamResponse:
    offered = await devices.offer(ask, _purpose(ask))
    if offered is None:
        what, then = later("There are no passkeys at this address."), later("Open these pages by their name.")
        raise Refused(409, what, then)
    return rendering.page(ask, "passkey.html", 422 if wrong else 200, device=offered, wrong=wrong)


async def remove(ask: Ask) -> web.StreamResponse:
    """Remove a device."""
    try:
        await ask.desk.write(
            devices.passkeys(ask).remove, Removing(by=ask.acting, passkey=bytes.fromhex(ask.path["passkey"]))
        )
    except (PasskeyUnknownError, ValueError):
        raise nothing_here() from None
    return see_other("/account")


async def show_removing(ask: Ask) -> web.StreamResponse:
    """Ask whether a device is to be removed."""
    held = await ask.desk.read(devices.passkeys(ask).listed, _person(ask))
    found = next((each for each in held if each.id.hex() == ask.path["passkey"]), None)
    if found is None:
        raise nothing_here()
    return rendering.page(ask, "passkey_remove.html", device=found)


async def show_codes(ask: Ask) -> web.StreamResponse:
    """Ask whether new codes on paper are wanted."""
    return rendering.page(ask, "codes_renew.html")


async def renew_codes(ask: Ask) -> web.StreamResponse:
    """Make new codes on paper and show them once."""
    signing = SignIn(sealer=ask.desk.own.sealer, wall=ask.desk.wall)
    return rendering.page(ask, "codes.html", codes=await ask.desk.write(signing.renew_codes, ask.acting))
