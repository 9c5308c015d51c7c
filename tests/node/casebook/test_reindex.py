"""Emptying the book leaves no row of it; that it comes back the same is held where it is followed."""

from functools import partial

from shelf import COUNT, Shelf, shelf
from sqlalchemy import func, select

from rogatory_node.casebook.reindex import clear, count
from rogatory_node.storage.book_tables import book_clocks, book_measures, book_terms

__all__ = ["shelf"]


def test_nothing_of_the_book_is_left(shelf: Shelf) -> None:
    assert shelf.do(count) == COUNT
    assert shelf.do(partial(clear, commands=[None])) == [0]
    assert shelf.do(count) == 0
    for table in (book_measures, book_clocks, book_terms):
        query = select(func.count()).select_from(table)
        assert shelf.do(lambda core, query=query: core.execute(query).scalar_one()) == 0  # type: ignore[misc]
