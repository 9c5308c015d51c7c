"""The lists of the book: what needs our action, what waits for others, and all.

* Emergencies and data at risk come first; then what is overdue; then the rest by urgency and deadline; then what is
  closed. Within one step the earlier deadline comes first, then the earlier case.
* Each step is a run of one index, so a page costs the same at its end as at its beginning.
* A page continues after a place, not after a count: what comes in meanwhile moves nothing. The clock of the first page
  goes along in the place, so that nothing becomes overdue between two pages.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, select, tuple_

from rogatory_node.casebook.entries import COLUMNS, NEVER, Entry, opened
from rogatory_node.casebook.sight import Sight, condition, of_unit
from rogatory_node.casebook.units import Unit
from rogatory_node.storage.book_tables import book_cases
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Aid

MOST: Final = 100
CLOSED: Final = 9
"""The rank of a case in which nothing is open."""

_AT_ONCE: Final = (0, 1)
_BY_DATE: Final = (2, 3, 4)
_ACTION, _OTHERS = 2, 1


class View(Enum):
    """Which cases a list holds."""

    ACTION = "action"
    WAITING = "waiting"
    ALL = "all"


_ATTENTION: Final = {View.ACTION: _ACTION, View.WAITING: _OTHERS, View.ALL: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """After which case a page starts, in a list that began at a time."""

    now: int
    step: int
    due_at: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is narrowed to; None is everything.

    Attributes:
        counterpart: The other authority.
        type: Of a request.
        state: Of a request.
        grade: Of urgency.
        unit: What comes to this unit or is assigned to it.
        due_before: With a deadline before this time.
        sight: What this person may see.
    """

    counterpart: Aid | None = None
    type: str | None = None
    state: str | None = None
    grade: str | None = None
    unit: Unit | None = None
    due_before: int | None = None
    sight: Sight | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some cases, and the place after which the next page starts, if there is one."""

    cases: tuple[Entry, ...]
    next: Place | None


@dataclass(frozen=True, slots=True)
class _Step:
    rank: int
    overdue: bool | None


_STEPS: Final = (
    *(_Step(rank, None) for rank in _AT_ONCE),
    *(_Step(rank, overdue=True) for rank in _BY_DATE),
    *(_Step(rank, overdue=False) for rank in _BY_DATE),
    _Step(CLOSED, None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Reads the lists.

    Attributes:
        sealer: Opens references and summaries.
        wall: The clock.
    """

    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time

    def page(
        self,
        connection: Connection,
        view: View,
        wanted: Wanted = Wanted(),
        *,
        after: Place | None = None,
        most: int = MOST,
    ) -> Page:
        """Return a page of a list."""
        most = min(max(most, 1), MOST)
        now = int(self.wall()) if after is None else after.now
        found: list[tuple[int, Any]] = []
        for step in range(0 if after is None else max(after.step, 0), len(_STEPS)):
            begin = after if after is not None and after.step == step else None
            query = _query(view, wanted, _STEPS[step], now, begin).limit(most + 1 - len(found))
            found += [(step, row) for row in connection.execute(query)]
            if len(found) > most:
                break
        shown = found[:most]
        end = None
        if len(found) > most:
            step, last = shown[-1]
            end = Place(now=now, step=step, due_at=last.due_at, n=last.n)
        return Page(cases=tuple(opened(self.sealer, row) for _, row in shown), next=end)


def _query(view: View, wanted: Wanted, step: _Step, now: int, after: Place | None) -> Any:
    order = (book_cases.c.due_at, book_cases.c.n)
    query = select(*COLUMNS).where(book_cases.c.rank == step.rank, *_narrowed(view, wanted)).order_by(*order)
    if step.overdue is not None:
        query = query.where(book_cases.c.due_at < now if step.overdue else book_cases.c.due_at >= now)
    if wanted.due_before is not None:
        query = query.where(book_cases.c.due_at < min(wanted.due_before, NEVER))
    return query if after is None else query.where(tuple_(*order) > tuple_(after.due_at, after.n))


def _narrowed(view: View, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions; SQLite, which does not count values, is kept from the index of the attention if it may."""
    columns = (
        (book_cases.c.counterpart, wanted.counterpart),
        (book_cases.c.type, wanted.type),
        (book_cases.c.state, wanted.state),
    )
    given = [(column, value) for column, value in columns if value is not None]
    for column, value in given:
        yield column == value
    attention = _ATTENTION[view]
    if attention is not None:
        yield book_cases.c.attention + 0 == attention if given else book_cases.c.attention == attention
    if wanted.grade is not None:
        yield book_cases.c.grade == wanted.grade
    if wanted.unit is not None:
        yield of_unit(wanted.unit)
    if wanted.sight is not None:
        yield condition(wanted.sight)
