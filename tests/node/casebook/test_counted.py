"""What statistics read from the book."""

import asyncio
from functools import partial

import pytest
from shelf import Shelf, shelf
from sqlalchemy import func, select

from rogatory_node.bench import bookcase
from rogatory_node.casebook import counted
from rogatory_node.casebook.inbox import Inbox
from rogatory_node.casework.statistics.counting import totals
from rogatory_node.storage.book_tables import book_cases, book_measures
from rogatory_node.storage.engine import open_reading
from rogatory_protocol.ids import Aid, Id16

__all__ = ["shelf"]


async def totalled(database: str, begin: int, end: int, of: Aid | None) -> int:
    readers = open_reading(database)
    found = await counted.tally(readers, begin=begin, end=end, now=bookcase.NOW, counterpart=of)
    await readers.dispose()
    return sum(told["total"] for _, told in totals(found))


def test_a_period_is_counted_in_portions(shelf: Shelf, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "PORTION", 50)
    middle, partner = bookcase.NOW - 2 * 365 * 86_400, Aid(bookcase.partner(0))
    for begin, end, of in ((0, middle, None), (middle, 2**40, None), (0, 2**40, partner)):
        where = [book_measures.c.sent_at >= begin, book_measures.c.sent_at < end]
        where += [] if of is None else [book_measures.c.counterpart == of]
        query = select(func.count()).select_from(book_measures).where(*where)
        count = shelf.do(lambda core, query=query: core.execute(query).scalar_one())  # type: ignore[misc]
        assert asyncio.run(totalled(database, begin, end, of)) == count > 0


def test_open_cases_with_a_partner_and_the_measures_of_a_case(shelf: Shelf) -> None:
    inbox, partner = Inbox(sealer=shelf.sealer), Aid(bookcase.partner(0))
    found = shelf.do(lambda core: list(counted.open_with(core, inbox, partner)))
    query = select(func.count()).where(book_cases.c.counterpart == partner, book_cases.c.rank < 9)
    assert len(found) == shelf.do(lambda core: core.execute(query).scalar_one()) > 0
    assert {each.counterpart for each in found} == {partner}
    assert len(shelf.do(partial(counted.measures, case=Id16(bytes(16))))) in {1, 2}
