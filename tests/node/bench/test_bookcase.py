"""The made-up book: one seed, one book."""

from shelf import COUNT, Shelf, shelf
from sqlalchemy import func, select

from rogatory_node.bench import bookcase
from rogatory_node.storage.book_tables import book_cases, book_measures, book_terms

__all__ = ["shelf"]


def test_it_has_as_many_cases_as_wanted_with_measures_and_words(shelf: Shelf) -> None:
    for table, least in ((book_cases, COUNT), (book_measures, COUNT), (book_terms, 10 * COUNT)):
        count = select(func.count()).select_from(table)
        assert shelf.do(lambda core, count=count: core.execute(count).scalar_one()) >= least  # type: ignore[misc]
    assert bookcase.reference(7) == "XB-0000007"
