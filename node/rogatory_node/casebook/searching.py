"""Search: from words to cases, the newest first.

* A query is groups of words; a case is found when it holds a word of each. References, forms, names of attachments and
  notes are searched alike.
* The rarest group leads: its cases are read from the newest on, and each is asked for the other groups, until the page
  is full.
* A page continues after the number of a case.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, exists, func, literal, select

from rogatory_node.casebook.entries import COLUMNS, Entry, opened
from rogatory_node.casebook.words import Macs
from rogatory_node.casework.terms import asked
from rogatory_node.storage.book_tables import book_cases, book_terms
from rogatory_node.storage.seal import RowSealer

MOST: Final = 50
MOST_GROUPS: Final = 12  # words of one query that count
_COUNTED: Final = 2_000  # how far a group is counted before it is simply common


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Cases, the newest first, and the number after which the next page starts, if there is one."""

    cases: tuple[Entry, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Searching:
    """Searches the book.

    Attributes:
        sealer: Opens references and summaries.
        macs: Hashes words.
    """

    sealer: RowSealer = field(repr=False)
    macs: Macs

    def find(
        self,
        connection: Connection,
        query: str,
        *,
        after: int | None = None,
        most: int = MOST,
        only: ColumnElement[bool] | None = None,
    ) -> Found:
        """Return the cases that hold all words of a query, *only* for which a condition holds; none without words."""
        most = min(max(most, 1), MOST)
        groups = [sorted(self.macs.of(group)) for group in asked(query)[:MOST_GROUPS]]
        if not groups:
            return Found(cases=(), next=None)
        groups.sort(key=lambda group: _count(connection, group))
        numbers: set[int] = set()
        for mac in groups[0]:
            numbers |= set(connection.execute(_holding(mac, groups[1:], after, most + 1, only)).scalars())
        shown = sorted(numbers, reverse=True)[: most + 1]
        wanted = select(*COLUMNS).where(book_cases.c.n.in_(shown[:most])).order_by(book_cases.c.n.desc())
        entries = tuple(opened(self.sealer, row) for row in connection.execute(wanted))
        return Found(cases=entries, next=shown[most - 1] if len(shown) > most else None)


def _count(connection: Connection, group: Sequence[int]) -> int:
    some = select(literal(1)).where(book_terms.c.mac.in_(group)).limit(_COUNTED).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def _holding(
    mac: int, others: Sequence[Sequence[int]], after: int | None, most: int, only: ColumnElement[bool] | None
) -> Any:
    query = select(book_terms.c.n).where(book_terms.c.mac == mac)
    if after is not None:
        query = query.where(book_terms.c.n < after)
    if only is not None:
        query = query.where(exists().where(book_cases.c.n == book_terms.c.n, only))
    for group in others:
        beside = book_terms.alias()
        query = query.where(exists().where(beside.c.mac.in_(group), beside.c.n == book_terms.c.n))
    return query.order_by(book_terms.c.n.desc()).limit(most)
