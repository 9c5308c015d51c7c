"""Units: parts of the authority, each with an inbox of its own.

* A unit says which types of requests and which grades of urgency come to it; ``*`` is all of them.
* What comes in goes to every open unit that takes both; when none does it stays with the registrars.
* The name is sealed; types and grades are codes and clear.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from os import urandom
from typing import ClassVar, Final

from sqlalchemy import Connection, Row, select

from rogatory_node.casebook.actors import OPERATOR, Acting
from rogatory_node.casebook.people import check_name, spelled
from rogatory_node.casebook.registering import Register, add_entries, end_entries
from rogatory_node.casework.codes import GRADES
from rogatory_node.casework.roles import Action
from rogatory_node.casework.types.catalogue import types
from rogatory_node.storage.book_tables import people, units
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Id16

ALL: Final = "*"
_ID_BYTES: Final = 16
_REGISTER: Final = Register(
    table=units, kind="unit", action=Action.UNITS_MANAGE, added="unit.opened", ended="unit.closed", ended_at="closed_at"
)


class UnitError(Exception):
    """Something about units cannot be done."""

    code: ClassVar[str] = "unit"


class UnitUnknownError(UnitError):
    """There is no such unit."""

    code: ClassVar[str] = "unit.unknown"


class UnitInUseError(UnitError):
    """People who may act are in it."""

    code: ClassVar[str] = "unit.in-use"


class RoutingUnfitError(UnitError):
    """A type or a grade is misspelt: nothing would ever come to the unit."""

    code: ClassVar[str] = "unit.routing-unfit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit: what it is called and what comes to it."""

    id: Id16
    name: str
    types: frozenset[str]
    grades: frozenset[str]
    closed_at: int | None

    def takes(self, type: str | None, grade: str) -> bool:
        """Tell whether a request of this type and grade comes to it."""
        return self.closed_at is None and _fits(self.types, type or "") and _fits(self.grades, grade)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A unit is opened."""

    name: str
    types: frozenset[str] = frozenset({ALL})
    grades: frozenset[str] = frozenset({ALL})
    by: Acting = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A unit is closed."""

    unit: Id16
    by: Acting = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """What is done with units.

    Attributes:
        sealer: Seals their names.
        wall: The clock.
        random: Randomness for identifiers and audit leaves.
    """

    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def open(self, connection: Connection, commands: Sequence[Opening]) -> list[Unit]:
        """Open units.

        Raises:
            ActorError: Who does it is unknown or may not.
            NameUnfitError: A name is empty, too long, or not one line.
            RoutingUnfitError: A type or a grade is not known.
        """
        now = int(self.wall())
        return add_entries(
            connection, _REGISTER, commands, new=self._new, row=partial(self._row, now=now), now=now, random=self.random
        )

    def close(self, connection: Connection, commands: Sequence[Closing]) -> list[Unit]:
        """Close units; one that is closed stays as it is.

        Raises:
            ActorError: Who does it is unknown or may not.
            UnitUnknownError: There is no such unit.
            UnitInUseError: People who may act are in it.
        """
        asked = [(each.unit, each.by) for each in commands]
        return end_entries(
            connection, _REGISTER, asked, one=self.one, before=_check_empty, now=int(self.wall()), random=self.random
        )

    def listed(self, connection: Connection) -> list[Unit]:
        """Return all units, the newest last."""
        return [self._opened(row) for row in connection.execute(select(units).order_by(units.c.opened_at, units.c.id))]

    def one(self, connection: Connection, unit: Id16) -> Unit:
        """Return a unit.

        Raises:
            UnitUnknownError: There is none.
        """
        row = connection.execute(select(units).where(units.c.id == unit)).one_or_none()
        if row is None:
            raise UnitUnknownError("unit")
        return self._opened(row)

    def _new(self, opening: Opening) -> Unit:
        check_name(opening.name)
        for words, known in ((opening.types, _types()), (opening.grades, frozenset(GRADES))):
            if not words or not words <= known | {ALL}:
                raise RoutingUnfitError("routing")
        return Unit(
            id=Id16(self.random(_ID_BYTES)),
            name=opening.name,
            types=opening.types,
            grades=opening.grades,
            closed_at=None,
        )

    def _row(self, unit: Unit, *, now: int) -> dict[str, object]:
        return {
            "id": unit.id,
            "name_sealed": self.sealer.seal("units", "name_sealed", unit.id, unit.name.encode()),
            "types": spelled(unit.types),
            "grades": spelled(unit.grades),
            "opened_at": now,
            "closed_at": None,
        }

    def _opened(self, row: Row[tuple[object, ...]]) -> Unit:
        return Unit(
            id=Id16(row.id),
            name=self.sealer.open("units", "name_sealed", row.id, row.name_sealed).decode(),
            types=frozenset(row.types.split()),
            grades=frozenset(row.grades.split()),
            closed_at=row.closed_at,
        )


def routed(found: Sequence[Unit], type: str | None, grade: str) -> list[Unit]:
    """Return the units to which a request comes, in their order; none when the registrars must choose."""
    return [unit for unit in found if unit.takes(type, grade)]


def _check_empty(connection: Connection, unit: Id16) -> None:
    in_it = select(people.c.id).where(people.c.unit == unit, people.c.disabled_at.is_(None)).limit(1)
    if connection.execute(in_it).one_or_none() is not None:
        raise UnitInUseError("unit")


def _types() -> frozenset[str]:
    """Return what a unit may name: types and their families."""
    codes = {each.code for each in types()}
    return frozenset(codes | {_family(code) for code in codes})


def _family(code: str) -> str:
    return code.partition(".")[0] + ".*"


def _fits(words: frozenset[str], word: str) -> bool:
    """Tell whether a code stands in a list: itself, its family (``data.*``), or all."""
    return not words.isdisjoint({word, _family(word), ALL})
