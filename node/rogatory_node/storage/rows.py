"""Writing rows, and finding them by pairs, with statements that are made once.

* What every letter executes is a constant: a statement that is built anew costs more than the database takes for it.
* A list without rows writes nothing.
* The rows of one list have the same columns.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, Table, and_, bindparam, tuple_
from sqlalchemy.dialects import postgresql, sqlite

Rows = Sequence[Mapping[str, Any]]


def add(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows that are not there."""
    if rows:
        connection.execute(_adding(table), rows)


def add_new(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert those rows that are not there."""
    if rows:
        connection.execute(_adding_new(connection.dialect.name, table), rows)


def put(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert whole rows, each in the place of one with the same key."""
    if rows:
        connection.execute(_putting(connection.dialect.name, table), rows)


def insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Make an INSERT that has ``on_conflict_do_nothing`` and ``on_conflict_do_update`` on either engine."""
    return _insert(connection.dialect.name, table)


def among(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[bool]:
    """Make the condition that two columns hold one of the pairs that `halves` turns into its parameters.

    SQLite reads the whole table for a list of pairs; for the lists of their halves it goes through the index.
    """
    wanted = {"ones": one, "others": other, "pairs": tuple_(one, other)}
    return and_(*(columns.in_(bindparam(name, expanding=True)) for name, columns in wanted.items()))


def halves(pairs: Collection[tuple[Any, Any]]) -> dict[str, list[Any]]:
    """Return the parameters of `among`."""
    return {"ones": [*{pair[0] for pair in pairs}], "others": [*{pair[1] for pair in pairs}], "pairs": [*pairs]}


@cache
def _adding(table: Table) -> Insert:
    return table.insert()


@cache
def _adding_new(dialect: str, table: Table) -> Insert:
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def _putting(dialect: str, table: Table) -> Insert:
    statement = _insert(dialect, table)
    newer = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=[*table.primary_key], set_=newer)


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
