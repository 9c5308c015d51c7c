"""The table of roles: what nobody may be given, and that it is whole."""

import itertools

import pytest

from rogatory_node.casework.roles import (
    BLIND,
    CONTENT,
    DUTIES,
    ROLES,
    TABLE,
    Action,
    Condition,
    Role,
    Scope,
    actions_of,
    compatible,
    grants,
)


def test_every_action_has_a_line_and_every_role_its_words() -> None:
    assert set(TABLE) == set(Action)
    assert all(TABLE.values())
    assert set(ROLES) == set(DUTIES) == set(Role)


def test_no_grant_is_empty() -> None:
    assert all(grant.scope for line in TABLE.values() for grant in line.values())


@pytest.mark.parametrize("role", sorted(BLIND))
def test_WEB_02_administrator_and_secretariat_have_no_action_on_content(role: Role) -> None:
    assert actions_of({role}) & CONTENT == set()


def test_content_is_named_for_every_kind_of_object_that_has_words() -> None:
    with_words = {action for action in Action if action.partition(".")[0] in {"draft", "case", "measure", "evidence"}}
    assert with_words == CONTENT


def test_the_auditor_reads_content_for_a_reason_only_and_changes_none() -> None:
    on_content = actions_of({Role.AUDITOR}) & CONTENT
    assert on_content == {Action.DRAFT_READ, Action.CASE_READ}
    assert all(TABLE[action][Role.AUDITOR].condition is Condition.REASON for action in on_content)


def test_a_home_agency_sees_nothing_but_its_own_and_what_is_assigned_to_it() -> None:
    for action in CONTENT & actions_of({Role.AGENCY}):
        assert TABLE[action][Role.AGENCY].scope in {Scope.OWN, Scope.ASSIGNED}
    assert Action.CASE_READ not in actions_of({Role.AGENCY})


def test_the_duty_officer_decides_alone_only_under_the_flag_of_the_catalogue() -> None:
    alone = {action for action, line in TABLE.items() if (grant := line.get(Role.DUTY)) and grant.condition}
    assert alone == {
        Action.DRAFT_SEND_ALONE,
        Action.CASE_ACKNOWLEDGE,
        Action.CASE_HANDLE,
        Action.CASE_DECIDE,
    }
    assert Action.DRAFT_APPROVE not in actions_of({Role.DUTY})


def test_DOM_04_conditions_are_accepted_by_a_signatory_alone() -> None:
    assert set(TABLE[Action.CASE_CONDITIONS]) == {Role.SIGNATORY}


def test_nobody_who_drafts_by_role_alone_approves_by_it() -> None:
    assert Role.DRAFTER not in TABLE[Action.DRAFT_APPROVE]
    assert Role.AGENCY not in TABLE[Action.DRAFT_APPROVE]


def test_grants_come_in_the_order_of_the_roles() -> None:
    found = [role for role, _ in grants({Role.SIGNATORY, Role.REVIEWER, Role.AUDITOR}, Action.DRAFT_APPROVE)]
    assert found == [Role.REVIEWER, Role.SIGNATORY]


def test_who_manages_people_sees_no_cases_under_another_role() -> None:
    for blind, other in itertools.product(BLIND, set(Role) - BLIND):
        assert not compatible({blind, other}, of_agency=False)
    assert compatible(BLIND, of_agency=False)
    assert compatible({Role.DRAFTER, Role.SIGNATORY}, of_agency=False)
    assert not compatible(set(), of_agency=False)


def test_the_role_of_agencies_is_theirs_alone() -> None:
    assert compatible({Role.AGENCY}, of_agency=True)
    assert not compatible({Role.AGENCY}, of_agency=False)
    assert not compatible({Role.SIGNATORY}, of_agency=True)
    assert not compatible({Role.AGENCY, Role.DRAFTER}, of_agency=True)
