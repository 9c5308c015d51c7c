"""People for programs: a national directory adds, changes and disables them by an administrator's token."""

from typing import Annotated, Final

import msgspec

from rogatory_node.api.asking import read
from rogatory_node.api.v1.endpoint import Answer, Call, Endpoint, Model
from rogatory_node.api.v1.fields import UNKNOWN, Hex16, Line, Seconds, hexed, id_in_path, id_of, of
from rogatory_node.casebook import people as book
from rogatory_node.casebook.actors import Permit, Thing, may, require
from rogatory_node.casework.roles import Action, Role

Roles = Annotated[list[Role], msgspec.Meta(min_length=1, max_length=len(Role))]


class Person(Model):
    """Somebody who acts for the authority or a home agency."""

    id: str
    name: str
    roles: list[Role]
    unit: str | None
    agency: str | None
    valid_from: int
    valid_until: int | None
    disabled_at: int | None


class PersonList(Model):
    """People, the newest last."""

    people: list[Person]


class NewPerson(Model):
    """Somebody to be added; of unit and agency at most one."""

    name: Line
    roles: Roles
    unit: Hex16 | None = None
    agency: Hex16 | None = None
    valid_from: Seconds | None = None
    valid_until: Seconds | None = None


class NewRoles(Model):
    """The roles that somebody has from now on."""

    roles: Roles


async def listed(call: Call) -> PersonList:
    """List those whom the caller may see."""
    found = await read(call.node, call.book.people.listed)
    return PersonList(people=[_said(each) for each in found if _seen(call, each)])


async def one(call: Call) -> Person:
    """Show somebody."""
    found = await read(call.node, call.book.people.one, id_in_path(call, "person"))
    require(call.actor, Action.PEOPLE_READ, Thing(unit=found.unit))
    return _said(found)


async def add(call: Call) -> Answer:
    """Add somebody."""
    new: NewPerson = call.body
    adding = book.Adding(
        name=new.name,
        roles=frozenset(new.roles),
        unit=id_of(new.unit),
        agency=id_of(new.agency),
        valid_from=new.valid_from,
        valid_until=new.valid_until,
        by=call.acting,
    )
    value, done = await call.do(call.book.people.add, adding, _said)
    return Answer(value=value, place=None if done is None else f"/people/{done.id.hex()}")


async def change(call: Call) -> Person:
    """Give somebody other roles."""
    changing = book.Changing(person=id_in_path(call, "person"), roles=frozenset(call.body.roles), by=call.acting)
    return _said(await call.node.writer.execute(call.book.people.change, changing))


async def disable(call: Call) -> Person:
    """Disable somebody, with his tokens and delegations."""
    disabling = book.Disabling(person=id_in_path(call, "person"), by=call.acting)
    return _said(await call.node.writer.execute(call.book.people.disable, disabling))


def _seen(call: Call, person: book.Person) -> bool:
    return isinstance(may(call.actor, Action.PEOPLE_READ, Thing(unit=person.unit)), Permit)


def _said(person: book.Person) -> Person:
    return Person(
        id=person.id.hex(),
        name=person.name,
        roles=sorted(person.roles),
        unit=hexed(person.unit),
        agency=hexed(person.agency),
        valid_from=person.valid_from,
        valid_until=person.valid_until,
        disabled_at=person.disabled_at,
    )


_ONE: Final = UNKNOWN | of(book.PersonUnknownError)
ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/people",
        name="listPeople",
        action=Action.PEOPLE_READ,
        summary="List people.",
        handler=listed,
        answer=PersonList,
    ),
    Endpoint(
        method="POST",
        path="/people",
        name="addPerson",
        once=True,
        action=Action.PEOPLE_MANAGE,
        summary="Add a person.",
        handler=add,
        body=NewPerson,
        answer=Person,
        status=201,
        problems=of(book.NameUnfitError, book.RolesUnfitError, book.PlaceUnfitError, book.DatesUnfitError),
    ),
    Endpoint(
        method="GET",
        path="/people/{person}",
        name="getPerson",
        action=Action.PEOPLE_READ,
        summary="Show a person.",
        handler=one,
        answer=Person,
        problems=_ONE,
    ),
    Endpoint(
        method="PUT",
        path="/people/{person}/roles",
        name="changeRoles",
        action=Action.PEOPLE_MANAGE,
        summary="Give a person other roles.",
        handler=change,
        body=NewRoles,
        answer=Person,
        problems=_ONE | of(book.RolesUnfitError),
    ),
    Endpoint(
        method="POST",
        path="/people/{person}/disable",
        name="disablePerson",
        action=Action.PEOPLE_MANAGE,
        summary="Disable a person, with tokens and delegations.",
        handler=disable,
        answer=Person,
        problems=_ONE,
    ),
)
