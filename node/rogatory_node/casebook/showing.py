"""One case of the book, whole: its line, its requests with measures and history, what runs, what could not be read.

* It is read from the fold that is stored beside the line: no letter is opened.
* A case that the book has not read yet is not shown half.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import msgspec
from sqlalchemy import ColumnElement, Connection, select

from rogatory_node.casebook.entries import COLUMNS, Entry, opened
from rogatory_node.casebook.offnetwork import unproved
from rogatory_node.casework.life.case import Case
from rogatory_node.storage.book_tables import book_cases, book_clocks
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import cases
from rogatory_protocol.ids import Id16


class NotYetError(Exception):
    """The book has not read this case yet."""

    code: ClassVar[str] = "case.not-yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What runs towards an instant; ``side`` is who must act before it."""

    rule: str
    side: str
    started_at: int
    due_at: int | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A case as the book has it.

    Attributes:
        entry: Its line.
        own_ref: This authority's own reference.
        folded: Its requests, and the letters that belong to none.
        unread: Letters that cannot be shown yet, with a code why.
        clocks: What runs.
        unproved: It holds letters that were entered by hand.
    """

    entry: Entry
    own_ref: str | None
    unproved: bool
    folded: Case = field(repr=False)
    unread: Mapping[str, str]
    clocks: tuple[Clock, ...]


def whole(connection: Connection, sealer: RowSealer, case: Id16) -> Whole:
    """Return a case that exists.

    Raises:
        NotYetError: The book has not read it yet.
        DamagedError: Its row was changed.
    """
    query = select(book_cases, cases.c.own_ref).join(cases, cases.c.id == book_cases.c.case)
    row = connection.execute(query.where(book_cases.c.case == case)).one_or_none()
    if row is None:
        raise NotYetError(case.hex())
    held = json.loads(sealer.open("book_cases", "folded_sealed", case, row.folded_sealed))
    running = select(book_clocks).where(book_clocks.c.case == case).order_by(book_clocks.c.due_at, book_clocks.c.place)
    return Whole(
        entry=opened(sealer, row),
        own_ref=row.own_ref,
        unproved=bool(unproved(connection, [case])),
        folded=msgspec.convert(held["case"], Case),
        unread=held["unread"],
        clocks=tuple(
            Clock(rule=each.rule, side=each.side, started_at=each.started_at, due_at=each.due_at, state=each.state)
            for each in connection.execute(running)
        ),
    )


def own_references(connection: Connection, shown: tuple[Entry, ...]) -> dict[Id16, str]:
    """Return this authority's own references of some cases."""
    named = select(cases.c.id, cases.c.own_ref).where(
        cases.c.id.in_([each.case for each in shown]), cases.c.own_ref.is_not(None)
    )
    return {Id16(case): reference for case, reference in connection.execute(named)}


def called(
    connection: Connection, sealer: RowSealer, word: str, only: ColumnElement[bool] | None = None
) -> Entry | None:
    """Return the line of the case that this authority calls so, if there is one."""
    query = select(*COLUMNS).join(cases, cases.c.id == book_cases.c.case).where(cases.c.own_ref == word)
    row = connection.execute(query if only is None else query.where(only)).one_or_none()
    return None if row is None else opened(sealer, row)
