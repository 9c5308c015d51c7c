"""Lines of the book: sealed for their place."""

import pytest
from shelf import Shelf, shelf
from sqlalchemy import select, update

from rogatory_node.casebook import entries
from rogatory_node.casebook.entries import COLUMNS, NEVER
from rogatory_node.storage.book_tables import book_cases
from rogatory_node.storage.errors import DamagedError

__all__ = ["shelf"]


def test_a_line_is_opened_with_nothing_where_nothing_is(shelf: Shelf) -> None:
    nothing = {"reference_sealed": None, "summary_sealed": None, "due_at": NEVER, "counterpart": None, "owes": ""}
    shelf.do(lambda core: core.execute(update(book_cases).where(book_cases.c.n == 1).values(nothing)))
    row = shelf.do(lambda core: core.execute(select(*COLUMNS).where(book_cases.c.n == 1)).one())
    entry = entries.opened(shelf.sealer, row)
    assert (entry.reference, entry.summary, entry.due_at, entry.counterpart) == (None, None, None, None)
    assert entry.owes == ()
    assert entries.sealed(shelf.sealer, "summary_sealed", row.case, None) is None


def test_a_text_that_was_moved_to_another_case_does_not_open(shelf: Shelf) -> None:
    other = select(book_cases.c.summary_sealed).where(book_cases.c.n == 2)
    held = shelf.do(lambda core: core.execute(other).scalar_one())
    shelf.do(lambda core: core.execute(update(book_cases).where(book_cases.c.n == 1).values(summary_sealed=held)))
    row = shelf.do(lambda core: core.execute(select(*COLUMNS).where(book_cases.c.n == 1)).one())
    with pytest.raises(DamagedError):
        entries.opened(shelf.sealer, row)
