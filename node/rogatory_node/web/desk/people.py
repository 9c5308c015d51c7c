"""The administrator's pages: who there is, with which roles; adding, changing, disabling, and links to sign in.

* What gives or takes power asks for a proof of the last minutes; nobody changes himself.
* A link is shown once, on the page that made it.
* The same refusals as everywhere: one table tells them.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from aiohttp import web
from sqlalchemy import Connection

from rogatory_node.casebook.actors import Permit, Thing, may
from rogatory_node.casebook.people import Adding, Changing, Disabling, People, Person, PersonUnknownError
from rogatory_node.casebook.refusals import told
from rogatory_node.casebook.sign_in import Linked, Linking, SignIn
from rogatory_node.casebook.units import Unit, Units
from rogatory_node.casework.roles import AGENCY_ONLY, DUTIES, ROLES, Action, Role
from rogatory_node.i18n import later, translate
from rogatory_node.web.desk import rendering
from rogatory_node.web.desk.context import Ask, Refused, nothing_here
from rogatory_node.web.desk.serving import see_other
from rogatory_protocol.ids import Id16

R = TypeVar("R")
OFFERED: Final = tuple(role for role in Role if role not in AGENCY_ONLY)


def _people(ask: Ask) -> People:
    return People(sealer=ask.desk.own.sealer, wall=ask.desk.wall)


async def _do(ask: Ask, kind: Callable[[Connection, list[Any]], Sequence[R]], command: Any) -> R | Refused:
    """Run a command of the book, or return how it refuses."""
    try:
        return await ask.desk.write(kind, command)
    except Exception as error:
        how = told(error)
        if how is None:
            raise
        return Refused(how.status, how.what, how.next, **how.values)


async def show(ask: Ask) -> web.StreamResponse:
    """List those whom a person may see."""
    people, units = await ask.desk.read(lambda connection: (_seen(connection, ask), _units(connection, ask)))
    return rendering.page(
        ask,
        "people.html",
        people=people,
        unit_names={unit.id: unit.name for unit in units},
        role_names={role: translate(title, ask.language) for role, title in ROLES.items()},
        manages=Action.PEOPLE_MANAGE in ask.actions,
        now=int(ask.desk.wall()),
    )


async def new(ask: Ask) -> web.StreamResponse:
    """Ask who is to be added."""
    return await _new(ask)


async def _new(ask: Ask, wrong: Refused | None = None) -> web.StreamResponse:
    units = await ask.desk.read(_units, ask)
    return rendering.page(
        ask,
        "person_new.html",
        422 if wrong else 200,
        units=[unit for unit in units if unit.closed_at is None],
        offered=[(role.value, ROLES[role], DUTIES[role]) for role in OFFERED],
        typed=ask.field("name"),
        chosen=ask.form.getall("role", []),
        wrong=wrong,
    )


def _seen(connection: Connection, ask: Ask) -> list[Person]:
    actor = ask.actor
    assert actor is not None  # the table says so
    found = _people(ask).listed(connection)
    return [each for each in found if isinstance(may(actor, Action.PEOPLE_READ, Thing(unit=each.unit)), Permit)]


def _units(connection: Connection, ask: Ask) -> list[Unit]:
    return Units(sealer=ask.desk.own.sealer).listed(connection)


def _roles(ask: Ask) -> frozenset[Role]:
    words = ask.form.getall("role", [])
    return frozenset(role for role in OFFERED if role.value in words)


async def add(ask: Ask) -> web.StreamResponse:
    """Add somebody."""
    unit = ask.field("unit")
    try:
        place = Id16(bytes.fromhex(unit)) if unit else None
    except ValueError:
        raise nothing_here() from None
    adding = Adding(name=ask.field("name"), roles=_roles(ask), unit=place, by=ask.acting)
    done = await _do(ask, _people(ask).add, adding)
    return await _new(ask, done) if isinstance(done, Refused) else see_other(f"/people/{done.id.hex()}")


async def one(ask: Ask) -> web.StreamResponse:
    """Show somebody to who may change him."""
    return _page(ask, await _of(ask))


def _page(ask: Ask, person: Person, wrong: Refused | None = None, link: str = "", until: int = 0) -> web.StreamResponse:
    return rendering.page(
        ask,
        "person.html",
        wrong.status if wrong else 200,
        person=person,
        offered=[(role.value, ROLES[role], DUTIES[role], role in person.roles) for role in OFFERED],
        wrong=wrong,
        link=link,
        until=until,
        himself=ask.session is not None and person.id == ask.session.person,
    )


async def _of(ask: Ask) -> Person:
    try:
        raw = bytes.fromhex(ask.path["person"])
        return await ask.desk.read(_people(ask).one, Id16(raw) if len(raw) == 16 else Id16(bytes(16)))
    except (ValueError, PersonUnknownError):
        raise nothing_here() from None


async def change(ask: Ask) -> web.StreamResponse:
    """Give somebody other roles."""
    person = await _of(ask)
    done = await _do(ask, _people(ask).change, Changing(person=person.id, roles=_roles(ask), by=ask.acting))
    return _page(ask, person, done) if isinstance(done, Refused) else see_other(f"/people/{person.id.hex()}")


async def disable(ask: Ask) -> web.StreamResponse:
    """Disable somebody, with all by which he acts."""
    person = await _of(ask)
    done = await _do(ask, _people(ask).disable, Disabling(person=person.id, by=ask.acting))
    return _page(ask, person, done) if isinstance(done, Refused) else see_other("/people")


async def link(ask: Ask) -> web.StreamResponse:
    """Make a link to sign in, and show it once."""
    person = await _of(ask)
    if person.disabled_at is not None:
        return _page(ask, person, Refused(409, later("This person may not act now.")))
    signing = SignIn(sealer=ask.desk.own.sealer, wall=ask.desk.wall)
    done: Linked | Refused = await _do(ask, signing.link, Linking(person=person.id, by=ask.acting))
    if isinstance(done, Refused):
        return _page(ask, person, done)
    return _page(ask, person, link=f"{ask.origin}/welcome/{done.words}", until=done.expires_at)
