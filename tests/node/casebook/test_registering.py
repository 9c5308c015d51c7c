"""Adding and ending are alike in every register: by who may, with a leaf each, once."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from office import url
from staff import Staff, staff

from rogatory_node.casebook.actors import OPERATOR, Acting, ForbiddenError
from rogatory_node.casebook.agencies import AgencyKind
from rogatory_node.casebook.registering import Register, add_entries, end_entries
from rogatory_node.casework.roles import Action, Role
from rogatory_node.storage.book_tables import agencies
from rogatory_protocol.ids import Id16

__all__ = ["staff", "url"]
REGISTER = Register(
    table=agencies, kind="agency", action=Action.AGENCIES_MANAGE, added="begun", ended="over", ended_at="closed_at"
)


@dataclass(frozen=True)
class Entry:
    """One line of the register."""

    id: Id16
    by: Acting = field(default=OPERATOR)


def added(staff: Staff, *entries: Entry) -> list[Entry]:
    def row(entry: Entry) -> dict[str, Any]:
        return {"id": entry.id, "name_sealed": b"", "kind": AgencyKind.COURT.value, "opened_at": 1, "closed_at": None}

    return staff.do(
        lambda core: add_entries(core, REGISTER, entries, new=lambda each: each, row=row, now=staff.now, random=bytes)
    )


def test_entries_are_added_and_ended_once_each_with_a_leaf(staff: Staff) -> None:
    one, two = Entry(Id16(b"\x01" * 16)), Entry(Id16(b"\x02" * 16))
    assert added(staff, one, two) == [one, two]
    seen: list[Id16] = []

    def state(core: Any, identifier: Id16) -> Any:
        return core.execute(agencies.select().where(agencies.c.id == identifier)).one()

    ended = staff.do(
        lambda core: end_entries(
            core, REGISTER, [(one.id, OPERATOR)] * 2, one=state, before=lambda _, each: seen.append(each),
            now=staff.now, random=bytes,
        )
    )  # fmt: skip
    assert [each.closed_at for each in ended] == [staff.now] * 2
    assert seen == [one.id]
    assert [ev for ev, _ in staff.log()[-3:]] == ["begun", "begun", "over"]


def test_who_may_not_adds_and_ends_nothing(staff: Staff) -> None:
    drafter = staff.add(Role.DRAFTER)
    with pytest.raises(ForbiddenError):
        added(staff, Entry(Id16(b"\x01" * 16)), Entry(Id16(b"\x02" * 16), drafter))
    assert staff.do(lambda core: core.execute(agencies.select()).all()) == []
