"""What statistics read from the book: the measures of a period, the open cases with a partner, the measures of a case.

* Rows stream from the readers in portions, and are counted in threads: neither the loop nor the writer waits for them.
"""

import asyncio
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Select, select
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.casebook.entries import Entry
from rogatory_node.casebook.inbox import CLOSED, Inbox, Place, View, Wanted
from rogatory_node.casework.statistics.counting import COLUMNS, Row, Tally
from rogatory_node.storage.book_tables import book_measures
from rogatory_protocol.ids import Aid, Id16

PORTION: Final = 5_000
MOST_OPEN: Final = 5_000  # cases open with one partner; nobody talks about more in a meeting
_SELECTED: Final = [book_measures.c[name] for name in COLUMNS]


async def tally(readers: AsyncEngine, *, begin: int, end: int, now: int, counterpart: Aid | None = None) -> Tally:
    """Count the measures that were sent from *begin* until before *end*."""
    found = Tally(now=now)
    async with readers.connect() as connection:
        rows = await connection.stream(_sent(begin, end, counterpart))
        async for portion in rows.partitions(PORTION):
            await asyncio.to_thread(found.add, portion)
    return found


def _sent(begin: int, end: int, counterpart: Aid | None) -> Select[Any]:
    query = select(*_SELECTED).where(book_measures.c.sent_at >= begin, book_measures.c.sent_at < end)
    return query if counterpart is None else query.where(book_measures.c.counterpart == counterpart)


def measures(connection: Connection, case: Id16) -> list[Row]:
    """Return the measures of a case."""
    query = select(*_SELECTED).where(book_measures.c.case == case).order_by(book_measures.c.sent_at)
    return [Row(*row) for row in connection.execute(query)]


def open_with(connection: Connection, inbox: Inbox, counterpart: Aid) -> Iterator[Entry]:
    """Yield the open cases with a partner, the most urgent first: the list for a meeting."""
    after: Place | None = None
    for _ in range(0, MOST_OPEN, 100):
        page = inbox.page(connection, View.ALL, Wanted(counterpart=counterpart), after=after)
        yield from (each for each in page.cases if each.rank != CLOSED)
        after = page.next
        if after is None or page.cases[-1].rank == CLOSED:
            return
