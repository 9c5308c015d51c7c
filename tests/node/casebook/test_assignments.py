"""Assignments: by registrars, to exactly one holder who is there, and what they let people see."""

import os
from functools import partial

import pytest
from office import Office, content, office, url
from staff import NOW, Staff, id_of, staff

from rogatory_node.casebook.actors import Acting, Actor, ForbiddenError
from rogatory_node.casebook.assignments import (
    Assigning,
    Assignments,
    AssignmentUnfitError,
    AssignmentUnknownError,
    Unassigning,
    listed,
)
from rogatory_node.casebook.drafts import Creating
from rogatory_node.casebook.people import Disabling
from rogatory_node.casebook.sight import thing_of
from rogatory_node.casebook.units import Opening, Units
from rogatory_node.casework.roles import Role
from rogatory_node.storage.rows import add
from rogatory_node.storage.tables import cases
from rogatory_protocol.ids import Id16

__all__ = ["office", "staff", "url"]

CASE = Id16(b"\x11" * 16)


@pytest.fixture
def assignments(staff: Staff) -> Assignments:
    row = {"id": CASE, "conv": os.urandom(16), "opened_at": NOW, "flagged": False, "own_ref": None}
    known = {column.name for column in cases.c}
    staff.do(partial(add, table=cases, rows=[{name: value for name, value in row.items() if name in known}]))
    return Assignments(wall=lambda: float(staff.now))


def holders(staff: Staff) -> frozenset[Id16]:
    somebody = Actor(person=Id16(bytes(16)), roles=frozenset())
    return staff.do(lambda core: thing_of(core, staff.sealer, somebody, CASE)).assigned


@pytest.fixture
def registrar(staff: Staff) -> Acting:
    return staff.add(Role.REGISTRAR)


def test_a_case_is_given_once_and_taken_away(staff: Staff, assignments: Assignments, registrar: Acting) -> None:
    handler = id_of(staff.add(Role.HANDLER))
    command = Assigning(case=CASE, person=handler, by=registrar)
    made = staff.one(assignments.assign, command)
    assert staff.one(assignments.assign, command) == made
    assert holders(staff) == {handler}
    ended = staff.one(assignments.end, Unassigning(assignment=made.id, by=registrar))
    assert ended.ended_at == NOW
    assert staff.one(assignments.end, Unassigning(assignment=made.id, by=registrar)) == ended
    assert holders(staff) == frozenset()
    assert staff.do(lambda core: listed(core, CASE)) == [ended]
    assert [ev for ev, _ in staff.log()[-2:]] == ["case.assigned", "case.unassigned"]


def test_who_has_a_case_writes_in_it_and_others_do_not(
    staff: Staff, office: Office, assignments: Assignments, registrar: Acting
) -> None:
    handler = staff.add(Role.HANDLER)
    staff.one(assignments.assign, Assigning(case=CASE, person=id_of(handler), by=registrar))
    draft = staff.one(office.drafts.create, Creating(content=content(), case=CASE, by=handler))
    assert draft.case == CASE


def test_a_unit_is_a_holder(staff: Staff, assignments: Assignments, registrar: Acting) -> None:
    unit = staff.one(Units(sealer=staff.sealer, wall=lambda: float(NOW)).open, Opening(name="Night")).id
    made = staff.one(assignments.assign, Assigning(case=CASE, unit=unit, measure=2, by=registrar))
    assert (made.unit, made.measure) == (unit, 2)
    assert holders(staff) == {unit}


def test_only_a_registrar_assigns(staff: Staff, assignments: Assignments) -> None:
    handler = staff.add(Role.HANDLER)
    with pytest.raises(ForbiddenError):
        staff.one(assignments.assign, Assigning(case=CASE, person=id_of(handler), by=handler))


def test_exactly_one_holder_who_is_there(staff: Staff, assignments: Assignments, registrar: Acting) -> None:
    handler, gone = id_of(staff.add(Role.HANDLER)), id_of(staff.add(Role.HANDLER))
    staff.one(staff.people.disable, Disabling(person=gone))
    nobody = Id16(bytes(16))
    for command in (
        Assigning(case=CASE, by=registrar),
        Assigning(case=CASE, person=nobody, by=registrar),
        Assigning(case=CASE, person=gone, by=registrar),
        Assigning(case=CASE, person=handler, unit=nobody, by=registrar),
        Assigning(case=nobody, person=handler, by=registrar),
    ):
        with pytest.raises(AssignmentUnfitError):
            staff.one(assignments.assign, command)
    with pytest.raises(AssignmentUnknownError):
        staff.one(assignments.end, Unassigning(assignment=nobody, by=registrar))
