"""People of the authority and of its home agencies: added, changed, disabled; never removed.

* Names are sealed; roles, unit, agency and dates are clear, because every decision reads them.
* Who is disabled loses everything at once: tokens and delegations, from him and to him, end in the same transaction.
* Nobody changes himself: who manages people must not raise his own roles.
* A function of the class is a kind of change for the writer, over the list of commands that wait.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from os import urandom
from typing import ClassVar, Final

from sqlalchemy import Connection, Row, or_, select, update

from rogatory_node.casebook.actors import OPERATOR, Acting, event, load, name_of_object, require, roles_of
from rogatory_node.casebook.registering import Register, add_entries
from rogatory_node.casework.roles import Action, Role, compatible
from rogatory_node.storage import audit_log
from rogatory_node.storage.book_tables import agencies, delegations, people, tokens, units
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Id16

MAX_NAME: Final = 200
MIN_PREFIX: Final = 6
_ID_BYTES: Final = 16
_ID_DIGITS: Final = 2 * _ID_BYTES
_REGISTER: Final = Register(
    table=people, kind="person", action=Action.PEOPLE_MANAGE, added="person.added", ended="person.disabled",
    ended_at="disabled_at",
)  # fmt: skip


class PeopleError(Exception):
    """Something about people cannot be done."""

    code: ClassVar[str] = "people"


class PersonUnknownError(PeopleError):
    """There is no such person."""

    code: ClassVar[str] = "people.unknown"


class PersonAmbiguousError(PeopleError):
    """Several are called so."""

    code: ClassVar[str] = "people.ambiguous"


class NameUnfitError(PeopleError):
    """A name is one line of 1 to 200 characters."""

    code: ClassVar[str] = "people.name-unfit"


class RolesUnfitError(PeopleError):
    """These roles do not go together in one person."""

    code: ClassVar[str] = "people.roles-unfit"


class PlaceUnfitError(PeopleError):
    """The unit or the agency is not there, is closed, or both were named."""

    code: ClassVar[str] = "people.place-unfit"


class DatesUnfitError(PeopleError):
    """The end is not after the beginning."""

    code: ClassVar[str] = "people.dates-unfit"


class SelfError(PeopleError):
    """Nobody changes himself."""

    code: ClassVar[str] = "people.self"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as the book has him.

    Attributes:
        id: His identifier.
        name: His name.
        roles: His roles.
        unit: His unit.
        agency: His home agency, for people outside the authority.
        valid_from: From when he may act.
        valid_until: Until when, or None.
        disabled_at: When he was disabled, or None.
    """

    id: Id16
    name: str = field(repr=False)
    roles: frozenset[Role]
    unit: Id16 | None
    agency: Id16 | None
    valid_from: int
    valid_until: int | None
    disabled_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adding:
    """Somebody is added."""

    name: str = field(repr=False)
    roles: frozenset[Role]
    unit: Id16 | None = None
    agency: Id16 | None = None
    valid_from: int | None = None
    valid_until: int | None = None
    by: Acting = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """Somebody gets other roles."""

    person: Id16
    roles: frozenset[Role]
    by: Acting = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Disabling:
    """Somebody may not act any more."""

    person: Id16
    by: Acting = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What is done with people.

    Attributes:
        sealer: Seals their names.
        wall: The clock.
        random: Randomness for identifiers and audit leaves.
    """

    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def add(self, connection: Connection, commands: Sequence[Adding]) -> list[Person]:
        """Add people.

        Raises:
            ActorError: Who adds them is unknown or may not.
            NameUnfitError: A name is empty, too long, or not one line.
            RolesUnfitError: The roles do not go together.
            PlaceUnfitError: Unit or agency do not fit.
            DatesUnfitError: The end is not after the beginning.
        """
        now = int(self.wall())
        new, row = partial(self._new, connection, now), partial(self._row, now=now)
        return add_entries(connection, _REGISTER, commands, new=new, row=row, now=now, random=self.random)

    def change(self, connection: Connection, commands: Sequence[Changing]) -> list[Person]:
        """Give people other roles.

        Raises:
            ActorError: Who changes them is unknown or may not.
            PersonUnknownError: There is no such person.
            RolesUnfitError: The roles do not go together.
            SelfError: It is himself.
        """
        now, changed, events = int(self.wall()), [], []
        for each in commands:
            row, leaf = self._of_other(connection, each.person, each.by, "person.roles", now)
            if not compatible(each.roles, of_agency=row.agency is not None):
                raise RolesUnfitError("roles")
            connection.execute(update(people).where(people.c.id == each.person).values(roles=spelled(each.roles)))
            changed.append(self.opened(_row(connection, each.person)))
            events.append(leaf)
        audit_log.append(connection, events, now=now, random=self.random)
        return changed

    def disable(self, connection: Connection, commands: Sequence[Disabling]) -> list[Person]:
        """Disable people, with their tokens and delegations. One who is disabled already stays as he is.

        Raises:
            ActorError: Who disables them is unknown or may not.
            PersonUnknownError: There is no such person.
            SelfError: It is himself.
        """
        now, disabled, events = int(self.wall()), [], []
        for each in commands:
            row, leaf = self._of_other(connection, each.person, each.by, "person.disabled", now)
            if row.disabled_at is None:
                end_all(connection, each.person, now)
                events.append(leaf)
            disabled.append(self.opened(_row(connection, each.person)))
        audit_log.append(connection, events, now=now, random=self.random)
        return disabled

    # --- Reading ----------------------------------------------------------------------------------------------------

    def listed(self, connection: Connection) -> list[Person]:
        """Return all people, the newest last. The caller asked whether this may be read."""
        rows = connection.execute(select(people).order_by(people.c.added_at, people.c.id))
        return [self.opened(row) for row in rows]

    def one(self, connection: Connection, person: Id16) -> Person:
        """Return a person.

        Raises:
            PersonUnknownError: There is none.
        """
        return self.opened(_row(connection, person))

    def find(self, connection: Connection, word: str) -> Id16:
        """Return the person whom a word means: his digits, their beginning, or exactly his name.

        Raises:
            PersonUnknownError: There is none.
            PersonAmbiguousError: There are several.
        """
        found = [
            person.id
            for person in self.listed(connection)
            if person.name == word or (len(word) >= MIN_PREFIX and person.id.hex().startswith(word.lower()))
        ]
        if not found:
            raise PersonUnknownError("person")
        if len(found) > 1:
            raise PersonAmbiguousError("person")
        return found[0]

    def opened(self, row: Row[tuple[object, ...]]) -> Person:
        """Return the person of a row of the table."""
        return Person(
            id=Id16(row.id),
            name=self.sealer.open("people", "name_sealed", row.id, row.name_sealed).decode(),
            roles=roles_of(row.roles),
            unit=None if row.unit is None else Id16(row.unit),
            agency=None if row.agency is None else Id16(row.agency),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            disabled_at=row.disabled_at,
        )

    # --- Private ----------------------------------------------------------------------------------------------------

    def _new(self, connection: Connection, now: int, adding: Adding) -> Person:
        check_name(adding.name)
        if not compatible(adding.roles, of_agency=adding.agency is not None):
            raise RolesUnfitError("roles")
        _check_place(connection, adding)
        start = now if adding.valid_from is None else adding.valid_from
        if adding.valid_until is not None and adding.valid_until <= start:
            raise DatesUnfitError("dates")
        return Person(
            id=Id16(self.random(_ID_BYTES)),
            name=adding.name,
            roles=adding.roles,
            unit=adding.unit,
            agency=adding.agency,
            valid_from=start,
            valid_until=adding.valid_until,
            disabled_at=None,
        )

    def _row(self, person: Person, *, now: int) -> dict[str, object]:
        return {
            "id": person.id,
            "name_sealed": self.sealer.seal("people", "name_sealed", person.id, person.name.encode()),
            "roles": spelled(person.roles),
            "unit": person.unit,
            "agency": person.agency,
            "valid_from": person.valid_from,
            "valid_until": person.valid_until,
            "added_at": now,
            "disabled_at": None,
        }

    def _of_other(
        self, connection: Connection, person: Id16, by: Acting, ev: str, now: int
    ) -> tuple[Row[tuple[object, ...]], audit_log.Event]:
        """Return the row of a person whom this actor may change, and the leaf that says so."""
        actor = load(connection, by, now=now)
        permit = require(actor, Action.PEOPLE_MANAGE)
        row = _row(connection, person)
        if person in actor.selves:
            raise SelfError("self")
        return row, event(ev, actor, name_of_object("person", person), role=permit.role)


def check_name(name: str) -> None:
    """Check the name of a person, a unit or an agency.

    Raises:
        NameUnfitError: It is empty, too long, or not one line.
    """
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
        raise NameUnfitError("name")


def spelled(words: Collection[str]) -> str:
    """Write a list of codes as it is stored."""
    return " ".join(sorted(words))


def _row(connection: Connection, person: Id16) -> Row[tuple[object, ...]]:
    row = connection.execute(select(people).where(people.c.id == person)).one_or_none()
    if row is None:
        raise PersonUnknownError("person")
    return row


def _check_place(connection: Connection, adding: Adding) -> None:
    if adding.unit is not None and adding.agency is not None:
        raise PlaceUnfitError("place")
    for table, place in ((units, adding.unit), (agencies, adding.agency)):
        is_open = select(table.c.id).where(table.c.id == place, table.c.closed_at.is_(None))
        if place is not None and connection.execute(is_open).one_or_none() is None:
            raise PlaceUnfitError("place")


def end_all(connection: Connection, person: Id16, now: int) -> None:
    """End all by which somebody acts: himself, his tokens, the delegations from and to him."""
    connection.execute(update(people).where(people.c.id == person).values(disabled_at=now))
    of_tokens = (tokens.c.person == person, tokens.c.revoked_at.is_(None))
    connection.execute(update(tokens).where(*of_tokens).values(revoked_at=now))
    with_him = or_(delegations.c.principal == person, delegations.c.delegate == person)
    connection.execute(update(delegations).where(with_him, delegations.c.revoked_at.is_(None)).values(revoked_at=now))
