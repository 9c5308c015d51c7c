"""The book thrown away and written again from letters, evidence and the log.

* Nothing else writes meanwhile: the caller holds the lock of the home.
* What comes out is what following made, so a fault of the book is never more than a lost half hour.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, delete, func, select

from rogatory_node.casebook.following import KEY, Following, left
from rogatory_node.storage.book_tables import book_cases, book_clocks, book_measures, book_terms
from rogatory_node.storage.tables import meta
from rogatory_node.storage.writer import Writer

Progress = Callable[[int], None]
"""Is told how many entries of the log are left."""


def clear(connection: Connection, commands: Sequence[None]) -> list[int]:
    """Empty the book; return how many entries of the log are to be read."""
    for table in (book_terms, book_clocks, book_measures, book_cases):
        connection.execute(delete(table))
    connection.execute(delete(meta).where(meta.c.key == KEY))
    return [left(connection) for _ in commands]


async def reindex(following: Following, writer: Writer, progress: Progress) -> int:
    """Throw the book away and write it again; return how many entries of the log were read.

    Raises:
        StorageError: The database failed or has no space.
    """
    total: int = await writer.execute(clear, None)
    done = 0
    while (stepped := await following.step()).entries:
        done += stepped.entries
        progress(max(total - done, 0))
    return done


def count(connection: Connection) -> int:
    """Return how many cases the book holds."""
    return int(connection.execute(select(func.count()).select_from(book_cases)).scalar_one())
