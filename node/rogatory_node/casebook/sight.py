"""Which cases a person may see: what the table of roles asks about a case, and the same as a condition of lists.

* A case is a person's own when he wrote a draft in it; it is assigned to him, his unit or his agency by name; it is his
  unit's when the unit takes its type and urgency.
* A list holds exactly the cases that each alone would be shown: the condition and ``thing_of`` say the same.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, false, or_, select, true

from rogatory_node.casebook.actors import Actor, Thing
from rogatory_node.casebook.units import ALL, Unit, Units
from rogatory_node.casework.roles import Action, Scope, grants
from rogatory_node.casework.types.catalogue import RequestType, type_of
from rogatory_node.storage.book_tables import assignments, book_cases, drafts
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Id16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Whose cases a list holds.

    Attributes:
        scope: His own, assigned ones, his unit's.
        selves: The person and whom he represents.
        unit: His unit.
    """

    scope: Scope
    selves: frozenset[Id16]
    unit: Unit | None


def sight_of(connection: Connection, sealer: RowSealer, actor: Actor, action: Action) -> Sight | None:
    """Return what narrows somebody's lists; None when he does this to all cases of the authority."""
    scope = Scope.NONE
    for _, grant in grants(actor.roles, action):
        scope |= grant.scope if grant.condition is None else Scope.NONE
    if actor.agency is None and scope & Scope.AUTHORITY:
        return None
    unit = None if actor.unit is None else Units(sealer=sealer).one(connection, actor.unit)
    return Sight(scope=scope, selves=actor.selves, unit=unit)


def condition(sight: Sight) -> ColumnElement[bool]:
    """Make the condition that a case is one of those."""
    wrote = exists().where(drafts.c.case == book_cases.c.case, drafts.c.author.in_(sight.selves))
    fits: list[ColumnElement[bool]] = [wrote] if sight.scope & Scope.OWN else []
    if sight.scope & Scope.ASSIGNED:
        fits.append(_assigned(assignments.c.person.in_(sight.selves)))
        fits += [] if sight.unit is None else [_assigned(assignments.c.unit == sight.unit.id)]
    if sight.scope & Scope.UNIT and sight.unit is not None and sight.unit.closed_at is None:
        fits.append(_routed(sight.unit))
    return or_(false(), *fits)


def of_unit(unit: Unit) -> ColumnElement[bool]:
    """Make the condition that a case comes to a unit by its type and grade, or is assigned to it."""
    return or_(_assigned(assignments.c.unit == unit.id), _routed(unit))


def _assigned(to: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(assignments.c.case == book_cases.c.case, to, assignments.c.ended_at.is_(None))


def _routed(unit: Unit) -> ColumnElement[bool]:
    return and_(_of_codes(book_cases.c.type, unit.types), _of_codes(book_cases.c.grade, unit.grades))


def thing_of(connection: Connection, sealer: RowSealer, actor: Actor, case: Id16, *, reason: str = "") -> Thing:
    """Return what the table of roles asks about a case that somebody wants to do something to."""
    wanted = (book_cases.c.type, book_cases.c.grade)
    row = connection.execute(select(*wanted).where(book_cases.c.case == case)).one_or_none()
    type, grade = (None, "") if row is None else (row.type, row.grade)
    held = select(assignments.c.person, assignments.c.unit, assignments.c.agency)
    found = connection.execute(held.where(assignments.c.case == case, assignments.c.ended_at.is_(None))).all()
    authors = connection.execute(select(drafts.c.author).where(drafts.c.case == case)).scalars()
    own = actor.selves & {Id16(author) for author in authors}
    unit = None if actor.unit is None else Units(sealer=sealer).one(connection, actor.unit)
    known = type_of(type)
    return Thing(
        owner=next(iter(own), None),
        unit=unit.id if unit is not None and unit.takes(type, grade) else None,
        assigned=frozenset(Id16(each) for each_row in found for each in each_row if each is not None),
        alone=isinstance(known, RequestType) and known.duty_officer_alone,
        reason=reason,
    )


def _of_codes(column: ColumnElement[Any], words: frozenset[str]) -> ColumnElement[bool]:
    families = [word.removesuffix("*") for word in words if word.endswith(".*")]
    plain = sorted(word for word in words if not word.endswith("*"))
    if ALL in words:
        return true()
    return or_(column.in_(plain), *(column.startswith(family, autoescape=True) for family in sorted(families)))
