"""Who sees which case: a list and a single case say the same."""

import pytest
from shelf import Shelf, shelf
from sqlalchemy import Connection, select

from rogatory_node.bench import bookcase
from rogatory_node.casebook.actors import Actor, Permit, may
from rogatory_node.casebook.inbox import Inbox, Page, Place, View, Wanted
from rogatory_node.casebook.sight import sight_of, thing_of
from rogatory_node.casework.roles import Action, Role
from rogatory_node.storage.book_tables import assignments, book_cases, drafts, people, units
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Id16

__all__ = ["shelf"]

UNIT, ANA = Id16(b"\x01" * 16), Id16(b"\x02" * 16)


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One engine: the conditions are those of the lists, which are tested on both."""
    return sqlite_url


def fill(core: Connection, sealer: RowSealer) -> None:
    name = sealer.seal("units", "name_sealed", UNIT, b"Data")
    core.execute(units.insert(), [{"id": UNIT, "name_sealed": name, "types": "data.*", "grades": "*", "opened_at": 0}])
    person = {"id": ANA, "name_sealed": b"", "roles": "handler", "unit": UNIT, "valid_from": 0, "added_at": 0}
    core.execute(people.insert(), [person])
    held = [row.case for row in core.execute(select(book_cases).where(book_cases.c.type == "extradition"))]
    mine = {"case": held[0], "person": ANA, "made_at": 0, "id": bytes(16)}
    core.execute(assignments.insert(), [mine, mine | {"id": b"\x01" * 16, "case": held[1], "ended_at": 1}])
    draft = {"id": bytes(16), "author": ANA, "state": "open", "version": 1, "case": held[2], "changed_at": 0}
    known = {column.name: None for column in drafts.c}
    needed = {column.name: 0 for column in drafts.c if not column.nullable}
    core.execute(drafts.insert(), [known | needed | draft])


def seen(core: Connection, shelf: Shelf, actor: Actor) -> set[Id16]:
    """Return the cases of all pages of somebody's list."""
    wanted = Wanted(sight=sight_of(core, shelf.sealer, actor, Action.CASE_LIST))
    inbox, found, after = Inbox(sealer=shelf.sealer, wall=lambda: float(bookcase.NOW)), set[Id16](), None
    while True:
        page: Page = inbox.page(core, View.ALL, wanted, after=after)
        found |= {each.case for each in page.cases}
        after: Place | None = page.next  # type: ignore[no-redef]
        if after is None:
            return found


@pytest.mark.parametrize(
    ("role", "unit"),
    [(Role.HANDLER, UNIT), (Role.HANDLER, None), (Role.DRAFTER, None), (Role.REGISTRAR, None), (Role.TRANSLATOR, None)],
)
def test_WEB_01_a_list_holds_what_each_case_allows(shelf: Shelf, role: Role, unit: Id16 | None) -> None:
    actor = Actor(person=ANA, roles=frozenset({role}), unit=unit)

    def compare(core: Connection) -> tuple[set[Id16], set[Id16], int]:
        every = [Id16(case) for case in core.execute(select(book_cases.c.case)).scalars()]
        allowed = {
            case
            for case in every
            if isinstance(may(actor, Action.CASE_LIST, thing_of(core, shelf.sealer, actor, case)), Permit)
        }
        return seen(core, shelf, actor), allowed, len(every)

    shelf.do(lambda core: fill(core, shelf.sealer))
    listed, allowed, count = shelf.do(compare)
    assert listed == allowed
    assert (len(allowed) == count) == (role is Role.REGISTRAR)
    assert allowed
