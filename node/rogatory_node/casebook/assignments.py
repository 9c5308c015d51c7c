"""Who has a case, or one measure of it: persons, units and home agencies.

* A registrar assigns; an assignment is ended, never removed. The same assignment again is the one that stands.
* A home agency is assigned single measures or a whole case; it sees what is assigned to it and nothing else.
* A case also comes to every open unit that takes its type and grade, without anybody assigning it (``sight``).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import urandom
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, Row, Table, select, update

from rogatory_node.casebook.actors import Acting, event, load, name_of_object, require
from rogatory_node.casework.roles import Action
from rogatory_node.storage import audit_log
from rogatory_node.storage.book_tables import agencies, assignments, people, units
from rogatory_node.storage.rows import add
from rogatory_node.storage.tables import cases
from rogatory_protocol.ids import Id16

_ID_BYTES: Final = 16
_OPEN: Final[tuple[tuple[str, Table, str], ...]] = (
    ("person", people, "disabled_at"),
    ("unit", units, "closed_at"),
    ("agency", agencies, "closed_at"),
)
"""Column of an assignment, where its holder stands, and what says that he is gone."""


class AssignmentError(Exception):
    """A case cannot be assigned so."""

    code: ClassVar[str] = "assignment"


class AssignmentUnknownError(AssignmentError):
    """There is no such assignment."""

    code: ClassVar[str] = "assignment.unknown"


class AssignmentUnfitError(AssignmentError):
    """There is no such case, or not exactly one holder was named who is there."""

    code: ClassVar[str] = "assignment.unfit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who has what, since when."""

    id: Id16
    case: Id16
    measure: int | None
    person: Id16 | None
    unit: Id16 | None
    agency: Id16 | None
    made_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigning:
    """A case, or one measure of it, is given to a person, a unit or an agency: exactly one of these."""

    case: Id16
    measure: int | None = None
    person: Id16 | None = None
    unit: Id16 | None = None
    agency: Id16 | None = None
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigning:
    """An assignment is ended."""

    assignment: Id16
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignments:
    """What is done with assignments.

    Attributes:
        wall: The clock.
        random: Randomness for identifiers and audit leaves.
    """

    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def assign(self, connection: Connection, commands: Sequence[Assigning]) -> list[Assignment]:
        """Assign cases.

        Raises:
            ActorError: Who assigns is unknown or may not.
            AssignmentUnfitError: There is no such case, or not exactly one holder who is there.
        """
        now, made, events = int(self.wall()), [], []
        for each in commands:
            actor = load(connection, each.by, now=now)
            permit = require(actor, Action.CASE_ASSIGN)
            _check(connection, each)
            standing = _same(connection, each)
            if standing is None:
                row = {"id": Id16(self.random(_ID_BYTES)), **_holder(each), "made_at": now, "ended_at": None}
                add(connection, assignments, [row])
                standing = _one(connection, row["id"])
                obj = name_of_object("assignment", standing.id)
                events.append(event("case.assigned", actor, obj, role=permit.role))
            made.append(standing)
        audit_log.append(connection, events, now=now, random=self.random)
        return made

    def end(self, connection: Connection, commands: Sequence[Unassigning]) -> list[Assignment]:
        """End assignments; one that is over stays as it is.

        Raises:
            ActorError: Who ends it is unknown or may not.
            AssignmentUnknownError: There is no such assignment.
        """
        now, ended, events = int(self.wall()), [], []
        for each in commands:
            actor = load(connection, each.by, now=now)
            permit = require(actor, Action.CASE_ASSIGN)
            if _one(connection, each.assignment).ended_at is None:
                this = assignments.c.id == each.assignment
                connection.execute(update(assignments).where(this).values(ended_at=now))
                obj = name_of_object("assignment", each.assignment)
                events.append(event("case.unassigned", actor, obj, role=permit.role))
            ended.append(_one(connection, each.assignment))
        audit_log.append(connection, events, now=now, random=self.random)
        return ended


def listed(connection: Connection, case: Id16) -> list[Assignment]:
    """Return all assignments of a case, the newest last. The caller asked whether this may be read."""
    query = select(assignments).where(assignments.c.case == case).order_by(assignments.c.made_at, assignments.c.id)
    return [_opened(row) for row in connection.execute(query)]


def _check(connection: Connection, each: Assigning) -> None:
    named = [(table, getattr(each, name), gone) for name, table, gone in _OPEN if getattr(each, name) is not None]
    there = [
        connection.execute(select(table.c.id).where(table.c.id == value, table.c[gone].is_(None))).one_or_none()
        for table, value, gone in named
    ]
    case = connection.execute(select(cases.c.id).where(cases.c.id == each.case)).one_or_none()
    if len(there) != 1 or there[0] is None or case is None:
        raise AssignmentUnfitError("assignment")


def _holder(each: Assigning) -> dict[str, Any]:
    holder = {"person": each.person, "unit": each.unit, "agency": each.agency}
    return {"case": each.case, "measure": each.measure, **holder}


def _same(connection: Connection, each: Assigning) -> Assignment | None:
    same = [assignments.c[name].is_not_distinct_from(value) for name, value in _holder(each).items()]
    row = connection.execute(select(assignments).where(*same, assignments.c.ended_at.is_(None))).first()
    return None if row is None else _opened(row)


def _one(connection: Connection, assignment: Id16) -> Assignment:
    row = connection.execute(select(assignments).where(assignments.c.id == assignment)).one_or_none()
    if row is None:
        raise AssignmentUnknownError("assignment")
    return _opened(row)


def _opened(row: Row[tuple[object, ...]]) -> Assignment:
    return Assignment(
        id=Id16(row.id),
        case=Id16(row.case),
        measure=row.measure,
        person=None if row.person is None else Id16(row.person),
        unit=None if row.unit is None else Id16(row.unit),
        agency=None if row.agency is None else Id16(row.agency),
        made_at=row.made_at,
        ended_at=row.ended_at,
    )
