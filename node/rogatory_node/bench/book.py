"""How long the book's lists, search and statistics take over many cases.

* Each query goes the way of the node: through its readers, with what it finds opened.
* Queries are mixed as people mix them: first pages mostly, with filters and without; rare words, frequent words, both
  together, a reference.
"""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node import migrations
from rogatory_node.bench import bookcase
from rogatory_node.casebook import counted
from rogatory_node.casebook.inbox import Inbox, View, Wanted
from rogatory_node.casebook.searching import Searching
from rogatory_node.casebook.words import Macs
from rogatory_node.casework.statistics.report import report
from rogatory_node.storage.engine import open_reading, open_writing
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Aid

QUERIES: Final = 200
REPORTS: Final = 5
_KEY_BYTES: Final = 32

Say = Callable[[str], None]


def run(count: int, database: str | None, say: Say, *, queries: int = QUERIES) -> dict[str, Any]:
    """Make a book of *count* cases and measure it; return milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        url = database or f"sqlite:///{Path(folder)}/node.db"
        sealer = RowSealer(os.urandom(_KEY_BYTES))
        opening = open_writing(url)
        try:
            opening.run(migrations.upgrade)
            say(f"{count} …")
            began = time.perf_counter()
            bookcase.fill(opening, sealer, count)
            filled = time.perf_counter() - began
        finally:
            opening.close()
        return {
            "cases": count,
            "seconds_to_fill": round(filled, 1),
            **asyncio.run(_measured(url, sealer, count, queries)),
        }


async def _measured(url: str, sealer: RowSealer, count: int, queries: int) -> dict[str, Any]:
    readers = open_reading(url)
    try:
        chance = random.Random(2)  # noqa: S311 - it measures, it keeps no secret
        return {
            "inbox_ms": await _timed(_lists(readers, sealer, chance), queries),
            "search_ms": await _timed(_searches(readers, sealer, chance, count), queries),
            "statistics_ms": await _timed(_report(readers), REPORTS),
        }
    finally:
        await readers.dispose()


async def _timed(query: Callable[[], Awaitable[int]], queries: int) -> dict[str, float]:
    times = []
    for _ in range(queries):
        began = time.perf_counter()
        await query()
        times.append(1_000 * (time.perf_counter() - began))
    times.sort()
    at = {"p50": times[len(times) // 2], "p95": times[int(0.95 * len(times))], "max": times[-1]}
    return {name: round(value, 2) for name, value in at.items()}


def _lists(readers: AsyncEngine, sealer: RowSealer, chance: random.Random) -> Callable[[], Awaitable[int]]:
    inbox = Inbox(sealer=sealer, wall=lambda: float(bookcase.NOW))

    async def query() -> int:
        wanted = chance.choice((
            Wanted(),
            Wanted(counterpart=Aid(bookcase.partner(chance.randrange(bookcase.PARTNERS)))),
            Wanted(type=chance.choice(bookcase.TYPES)[0]),
            Wanted(state="UNDER_REVIEW"),
            Wanted(grade="EMERGENCY"),
            Wanted(due_before=bookcase.NOW),
        ))  # fmt: skip
        view, pages = chance.choice(list(View)), chance.choice((1, 1, 1, 2))
        async with readers.connect() as connection:
            page = await connection.run_sync(inbox.page, view, wanted)
            if pages > 1 and page.next is not None:
                page = await connection.run_sync(lambda core: inbox.page(core, view, wanted, after=page.next))
        return len(page.cases)

    return query


def _report(readers: AsyncEngine) -> Callable[[], Awaitable[int]]:
    """Return what makes the report of all years."""

    async def query() -> int:
        found = await counted.tally(readers, begin=0, end=bookcase.NOW, now=bookcase.NOW)
        made = await asyncio.to_thread(report, found, begin=0, end=bookcase.NOW)
        return len(made["by"])

    return query


def _searches(
    readers: AsyncEngine, sealer: RowSealer, chance: random.Random, count: int
) -> Callable[[], Awaitable[int]]:
    searching = Searching(sealer=sealer, macs=Macs(sealer))

    def rare() -> str:
        return bookcase.word(int(bookcase.WORDS ** chance.random()))

    async def query() -> int:
        words = chance.choice((
            bookcase.reference(chance.randrange(count)),
            rare(),
            f"{rare()} {rare()}",
            f"{bookcase.word(0)} {bookcase.word(1)} {rare()}",
        ))  # fmt: skip
        async with readers.connect() as connection:
            return len((await connection.run_sync(searching.find, words)).cases)

    return query
