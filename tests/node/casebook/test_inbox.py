"""The lists of the book: their order, their pages, what narrows them."""

from typing import Any

import pytest
from shelf import COUNT, Shelf, shelf
from sqlalchemy import Row, select

from rogatory_node.bench import bookcase
from rogatory_node.casebook.entries import NEVER
from rogatory_node.casebook.inbox import Inbox, Page, Place, View, Wanted
from rogatory_node.casebook.units import Unit
from rogatory_node.storage.book_tables import assignments, book_cases, units
from rogatory_protocol.ids import Aid, Id16

__all__ = ["shelf"]

NOW = bookcase.NOW
EVERYTHING = Wanted()


@pytest.fixture
def inbox(shelf: Shelf) -> Inbox:
    return Inbox(sealer=shelf.sealer, wall=lambda: float(NOW))


def rows(shelf: Shelf) -> list[Row[Any]]:
    return list(shelf.do(lambda core: core.execute(select(book_cases)).all()))


def whole(shelf: Shelf, inbox: Inbox, view: View, wanted: Wanted = EVERYTHING, *, most: int = 100) -> list[int]:
    """Return the numbers of all pages of a list."""
    numbers: list[int] = []
    after: Place | None = None
    while True:
        page: Page = shelf.do(lambda core, after=after: inbox.page(core, view, wanted, after=after, most=most))  # type: ignore[misc]
        numbers += [each.n for each in page.cases]
        if page.next is None:
            return numbers
        assert len(page.cases) == most
        after = page.next


def expected(row: Row[Any]) -> tuple[int, int, int, int]:
    urgent, overdue = row.rank <= 1, row.due_at < NOW and row.rank <= 4
    return (0 if urgent else 1 if overdue else 2, row.rank, row.due_at, row.n)


@pytest.mark.parametrize(("view", "attention"), [(View.ACTION, {2}), (View.WAITING, {1}), (View.ALL, {0, 1, 2})])
def test_urgent_then_overdue_then_by_urgency_and_date_over_pages(
    shelf: Shelf, inbox: Inbox, view: View, attention: set[int]
) -> None:
    held = sorted((row for row in rows(shelf) if row.attention in attention), key=expected)
    for most in (7, 100):
        assert whole(shelf, inbox, view, most=most) == [row.n for row in held]


def test_each_filter_leaves_what_fits(shelf: Shelf, inbox: Inbox) -> None:
    partner = bookcase.partner(0)
    filters = {
        "counterpart": (Wanted(counterpart=Aid(partner)), lambda row: row.counterpart == partner),
        "type": (Wanted(type="extradition"), lambda row: row.type == "extradition"),
        "state": (Wanted(state="REFUSED"), lambda row: row.state == "REFUSED"),
        "grade": (Wanted(grade="PRIORITY"), lambda row: row.grade == "PRIORITY"),
        "due": (Wanted(due_before=NOW + 86_400), lambda row: row.due_at < NOW + 86_400),
        "never": (Wanted(due_before=2 * NEVER), lambda row: row.due_at < NEVER),
        "two": (
            Wanted(counterpart=Aid(partner), type="data.traffic"),
            lambda row: row.counterpart == partner and row.type == "data.traffic",
        ),
    }
    held = rows(shelf)
    for name, (wanted, fits) in filters.items():
        found = whole(shelf, inbox, View.ALL, wanted)
        assert sorted(found) == sorted(row.n for row in held if fits(row)), name
        assert 0 < len(found) < COUNT, name
        action = whole(shelf, inbox, View.ACTION, wanted)
        assert sorted(action) == sorted(row.n for row in held if fits(row) and row.attention == 2), name


def test_a_unit_sees_what_comes_to_it_and_what_was_assigned_to_it(shelf: Shelf, inbox: Inbox) -> None:
    unit = Unit(
        id=Id16(bytes(16)), name="Data", types=frozenset({"data.*"}), grades=frozenset({"ROUTINE"}), closed_at=None
    )
    held = rows(shelf)
    assigned = next(row for row in held if row.type == "extradition")
    place = {"id": unit.id, "name_sealed": b"", "types": "data.*", "grades": "ROUTINE", "opened_at": 0}
    row = {"id": bytes(16), "case": assigned.case, "unit": unit.id, "made_at": NOW}
    shelf.do(lambda core: core.execute(units.insert(), [place]))
    shelf.do(lambda core: core.execute(assignments.insert(), [row]))
    mine = {each.n for each in held if each.type.startswith("data.") and each.grade == "ROUTINE"}
    assert set(whole(shelf, inbox, View.ALL, Wanted(unit=unit))) == mine | {assigned.n}
    everything = Unit(id=Id16(b"2" * 16), name="All", types=frozenset({"*"}), grades=frozenset({"*"}), closed_at=None)
    assert len(whole(shelf, inbox, View.ALL, Wanted(unit=everything))) == COUNT


def test_an_entry_says_what_was_sealed(shelf: Shelf, inbox: Inbox) -> None:
    entry = shelf.do(lambda core: inbox.page(core, View.ALL, most=1)).cases[0]
    assert (entry.reference, entry.summary) == (bookcase.reference(entry.n), "A made-up case")
