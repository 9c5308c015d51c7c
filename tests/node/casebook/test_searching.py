"""Search: what is found, in which order, over pages."""

import pytest
from shelf import COUNT, Shelf, shelf
from sqlalchemy import delete, select

from rogatory_node.bench import bookcase
from rogatory_node.casebook.searching import MOST, Searching
from rogatory_node.casebook.words import Macs
from rogatory_node.storage.book_tables import book_cases, book_terms

__all__ = ["shelf"]


@pytest.fixture
def searching(shelf: Shelf) -> Searching:
    return Searching(sealer=shelf.sealer, macs=Macs(shelf.sealer))


def holding(shelf: Shelf, word: str) -> set[int]:
    (mac,) = Macs(shelf.sealer).of({word})
    return set(
        shelf.do(lambda core: core.execute(select(book_terms.c.n).where(book_terms.c.mac == mac)).scalars().all())
    )


def whole(shelf: Shelf, searching: Searching, query: str, most: int = MOST) -> list[int]:
    numbers: list[int] = []
    after: int | None = None
    while True:
        found = shelf.do(lambda core, after=after: searching.find(core, query, after=after, most=most))  # type: ignore[misc]
        numbers += [each.n for each in found.cases]
        if found.next is None:
            return numbers
        after = found.next


def test_a_reference_finds_its_case_alone(shelf: Shelf, searching: Searching) -> None:
    assert whole(shelf, searching, bookcase.reference(7)) == [7]
    assert whole(shelf, searching, f"  {bookcase.reference(7).lower()} ") == [7]


def test_cases_that_hold_all_words_come_newest_first_over_pages(shelf: Shelf, searching: Searching) -> None:
    one, two = bookcase.word(1), bookcase.word(2)
    both = holding(shelf, one) & holding(shelf, two)
    assert 3 < len(both) < COUNT
    for most in (3, MOST):
        assert whole(shelf, searching, f"{one} {two}", most) == sorted(both, reverse=True)
    assert whole(shelf, searching, f"{one} nowhere") == []


def test_no_words_find_nothing_and_a_word_without_its_case_neither(shelf: Shelf, searching: Searching) -> None:
    assert whole(shelf, searching, " ... ") == []
    shelf.do(lambda core: core.execute(delete(book_cases).where(book_cases.c.n == 7)))
    assert whole(shelf, searching, bookcase.reference(7)) == []
