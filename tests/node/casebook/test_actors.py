"""Who may do what to which object: the relations, the conditions, and what the log says."""

import pytest
from staff import NOW, Staff, id_of, staff

from rogatory_node.casebook.actors import (
    OPERATOR,
    Actor,
    Permit,
    Refusal,
    Thing,
    UnknownActorError,
    event,
    load,
    may,
    permitted,
)
from rogatory_node.casework.roles import CONTENT, TABLE, Action, Role
from rogatory_protocol.ids import Id16

__all__ = ["staff"]

ME, OTHER, UNIT, UNIT_2, AGENCY, AGENCY_2 = (Id16(bytes([n]) * 16) for n in range(1, 7))


def actor(*roles: Role, **more: object) -> Actor:
    return Actor(person=ME, roles=frozenset(roles), **more)  # type: ignore[arg-type]


# Of the role, to an object of: mine, my unit's, assigned to me, another's.
THINGS = {
    "own": Thing(owner=ME),
    "unit": Thing(owner=OTHER, unit=UNIT),
    "assigned": Thing(owner=OTHER, unit=UNIT_2, assigned=frozenset({ME})),
    "other": Thing(owner=OTHER, unit=UNIT_2),
}


@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.parametrize("relation", sorted(THINGS))
def test_WEB_01_every_action_is_decided_by_the_table_for_every_role_and_relation(role: Role, relation: str) -> None:
    agency = AGENCY if role is Role.AGENCY else None
    mine = actor(role, unit=None if agency else UNIT, agency=agency)
    for action, line in TABLE.items():
        grant = line.get(role)
        words = set() if grant is None or grant.condition else {str(each.name).lower() for each in grant.scope}
        expected = relation in words or ("authority" in words and agency is None)
        assert isinstance(may(mine, action, THINGS[relation]), Permit) is expected, action


def test_WEB_02_administrator_and_secretariat_see_no_content_whatever_it_is() -> None:
    mine = Thing(owner=ME, unit=UNIT, assigned=frozenset({ME}), alone=True, reason="because")
    for action in CONTENT:
        for role in (Role.ADMINISTRATOR, Role.SECRETARIAT):
            assert may(actor(role, unit=UNIT), action, mine) == Refusal("role")


def test_WEB_01_an_agency_never_sees_what_is_another_agencys() -> None:
    mine = actor(Role.AGENCY, agency=AGENCY)
    assert may(mine, Action.MEASURE_READ, Thing(assigned=frozenset({AGENCY}))) == Permit(Role.AGENCY)
    assert may(mine, Action.MEASURE_READ, Thing(assigned=frozenset({AGENCY_2}))) == Refusal("scope")
    assert may(mine, Action.DRAFT_READ, Thing(owner=OTHER, agency=AGENCY_2)) == Refusal("scope")
    assert may(mine, Action.CASE_READ, Thing(assigned=frozenset({AGENCY}))) == Refusal("role")


def test_a_colleague_of_the_unit_does_not_see_what_an_agency_still_writes() -> None:
    drafter = actor(Role.DRAFTER, unit=UNIT)
    assert may(drafter, Action.DRAFT_READ, Thing(owner=OTHER, unit=UNIT, agency=AGENCY)) == Refusal("scope")


def test_a_duty_officer_acts_alone_where_the_catalogue_says_so_and_on_his_own_drafts() -> None:
    duty = actor(Role.DUTY)
    assert may(duty, Action.DRAFT_SEND_ALONE, Thing(owner=ME, alone=True)) == Permit(Role.DUTY)
    assert may(duty, Action.DRAFT_SEND_ALONE, Thing(owner=ME)) == Refusal("alone")
    assert may(duty, Action.DRAFT_SEND_ALONE, Thing(owner=OTHER, alone=True)) == Refusal("scope")
    assert may(duty, Action.CASE_DECIDE, Thing(alone=True)) == Permit(Role.DUTY)
    assert may(duty, Action.CASE_DECIDE, Thing()) == Refusal("alone")


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_an_auditor_without_a_reason_opens_nothing(reason: str) -> None:
    assert may(actor(Role.AUDITOR), Action.CASE_READ, Thing(reason=reason)) == Refusal("reason")
    assert may(actor(Role.AUDITOR), Action.CASE_READ, Thing(reason="Inspection 7")) == Permit(Role.AUDITOR)
    assert may(actor(Role.AUDITOR), Action.LOG_READ) == Permit(Role.AUDITOR)


def test_one_role_that_may_is_enough() -> None:
    both = actor(Role.DUTY, Role.DECIDER)
    assert may(both, Action.CASE_DECIDE, Thing()) == Permit(Role.DECIDER)


def test_a_token_narrows_and_never_widens() -> None:
    narrow = actor(Role.DRAFTER, allowed=frozenset({Action.DRAFT_READ, Action.DRAFT_APPROVE}))
    assert may(narrow, Action.DRAFT_READ, Thing(owner=ME)) == Permit(Role.DRAFTER)
    assert may(narrow, Action.DRAFT_EDIT, Thing(owner=ME)) == Refusal("token")
    assert may(narrow, Action.DRAFT_APPROVE, Thing()) == Refusal("role")
    assert permitted(narrow) == {Action.DRAFT_READ}


def test_the_operator_manages_people_and_is_named_as_he_calls_himself(staff: Staff) -> None:
    operator = staff.do(lambda core: load(core, OPERATOR, now=NOW))
    assert may(operator, Action.PEOPLE_MANAGE) == Permit(Role.ADMINISTRATOR)
    assert may(operator, Action.DRAFT_READ) == Refusal("role")
    assert event("x", operator).who == "operator"


def test_the_log_names_role_person_and_whom_he_represents() -> None:
    assert event("x", actor(Role.DRAFTER), role=Role.DRAFTER).who == f"drafter {ME.hex()}"
    represents = actor(Role.SIGNATORY, in_name_of=OTHER)
    assert event("x", represents).who == f"signatory {ME.hex()} for {OTHER.hex()}"
    assert len(event("x", represents, role=Role.ADMINISTRATOR).who.encode()) <= 128


def test_dates_of_a_person_are_kept_to_the_second(staff: Staff) -> None:
    who = staff.add(Role.DRAFTER, valid_from=NOW + 10, valid_until=NOW + 20)
    for now in (NOW + 9, NOW + 21):
        with pytest.raises(UnknownActorError):
            staff.do(lambda core, now=now: load(core, who, now=now))  # type: ignore[misc]
    assert staff.do(lambda core: load(core, who, now=NOW + 20)).person == id_of(who)
