"""The page behind a link: somebody sets up his sign-in, once.

* The link shows a form and changes nothing; only the form, sent with a right code of the telephone, uses it up.
* Afterwards the codes on paper are shown once, and the person is signed in.
"""

from collections.abc import Mapping
from typing import Final

import segno
from aiohttp import web
from markupsafe import Markup

from rogatory_node.casebook.actors import ActorError
from rogatory_node.casebook.people import People
from rogatory_node.casebook.sign_in import (
    Link,
    LinkUnknownError,
    NameTakenError,
    Setting,
    SignIn,
    SignInNameUnfitError,
)
from rogatory_node.i18n import later
from rogatory_node.web.desk import passwords, rendering
from rogatory_node.web.desk.context import Ask, Refused
from rogatory_node.web.desk.signing_in import begun, give

FIELDS: Final = ("name", "password", "again", "code")
SHORT: Final = later("The password needs at least {least} characters.")
DIFFERENT: Final = later("The two passwords differ.")
CODE: Final = later("The code is not right. Look at the telephone's clock, and type the newest code.")
TAKEN: Final = later("Choose another name: somebody signs in with this one.")
UNFIT: Final = later("The name is one line of 1 to 100 characters.")
USED: Final = later("This link does not work any more.")


def _signing(ask: Ask) -> SignIn:
    return SignIn(sealer=ask.desk.own.sealer, wall=ask.desk.wall)


async def show(ask: Ask) -> web.StreamResponse:
    """Show the form."""
    return await _form(ask, await _link(ask), {})


async def take(ask: Ask) -> web.StreamResponse:
    """Set up the sign-in and show the codes on paper."""
    link = await _link(ask)
    password = ask.form.getall("password", [""])[0]
    step = passwords.step_of(link.totp, ask.field("code"), ask.desk.wall())
    wrong = _wrong(password, ask.form.getall("again", [""])[0], step)
    if wrong or step is None:
        return await _form(ask, link, wrong)
    try:
        kept = await ask.desk.passwords.hashed(password)
    except passwords.BusyError:
        raise Refused(503, later("The node is too busy to take this now."), later("Try again in a minute.")) from None
    setting = Setting(words=ask.path["words"], name=ask.field("name"), password=kept, step=step)
    try:
        done = await ask.desk.write(_signing(ask).set, setting)
    except NameTakenError:
        return await _form(ask, link, {"name": TAKEN})
    except SignInNameUnfitError:
        return await _form(ask, link, {"name": UNFIT})
    except (LinkUnknownError, ActorError):
        raise _used() from None
    words = await begun(ask.desk, done.person, "link", ask.request)
    response = rendering.page(ask, "codes.html", codes=done.codes)
    give(response, words)
    return response


def _wrong(password: str, again: str, step: int | None) -> dict[str, str]:
    wrong = {}
    if not passwords.LEAST <= len(password) <= passwords.MOST:
        wrong["password"] = SHORT
    elif password != again:
        wrong["again"] = DIFFERENT
    if step is None:
        wrong["code"] = CODE
    return wrong


async def _link(ask: Ask) -> Link:
    try:
        return await ask.desk.read(_signing(ask).link_of, ask.path["words"])
    except LinkUnknownError:
        raise _used() from None


def _used() -> Refused:
    return Refused(404, USED, later("Ask who manages people here for a new one."))


async def _form(ask: Ask, link: Link, wrong: Mapping[str, str]) -> web.StreamResponse:
    person = await ask.desk.read(People(sealer=ask.desk.own.sealer).one, link.person)
    address = passwords.address_for_telephone(link.totp, person.name, rendering.own_name(ask))
    drawn = segno.make(address, error="m").svg_inline(scale=4, border=3, svgclass=None, lineclass=None, omitsize=False)
    return rendering.page(
        ask,
        "welcome.html",
        422 if wrong else 200,
        person=person.name,
        square=Markup(drawn),  # noqa: S704 - drawn here, from digits
        secret=passwords.spelled(link.totp),
        wrong=dict.fromkeys(FIELDS, "") | dict(wrong),
        typed=ask.field("name"),
        least=passwords.LEAST,
    )
