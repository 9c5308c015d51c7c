"""Acting in the name of another: between the dates, with the roles given, and not a day longer."""

from dataclasses import replace
from typing import Any

import pytest
from staff import NOW, Staff, id_of, staff

from rogatory_node.casebook.actors import ActorError, ForbiddenError, NoDelegationError, load
from rogatory_node.casebook.delegation import (
    Delegating,
    Delegations,
    DelegationUnfitError,
    DelegationUnknownError,
    Ending,
)
from rogatory_node.casebook.people import Changing, Disabling
from rogatory_node.casework.roles import Role
from rogatory_protocol.ids import Id16
from rogatory_protocol.limits import DAY_SECONDS

__all__ = ["staff"]
WEEK = 7 * DAY_SECONDS


@pytest.fixture
def delegations(staff: Staff) -> Delegations:
    return Delegations(wall=lambda: float(staff.now))


def delegating(staff: Staff, **changes: Any) -> Delegating:
    head, deputy = staff.add(Role.SIGNATORY, Role.DECIDER), staff.add(Role.DRAFTER)
    each = Delegating(
        principal=id_of(head), delegate=id_of(deputy), roles=frozenset({Role.SIGNATORY}), valid_from=NOW + 10,
        valid_until=NOW + WEEK, by=head,
    )  # fmt: skip
    return replace(each, **changes)


def test_an_expired_delegation_is_none(staff: Staff, delegations: Delegations) -> None:
    each = delegating(staff)
    staff.one(delegations.make, each)
    deputy = replace(each.by, person=each.delegate, in_name_of=each.principal)
    for now in (NOW + 9, NOW + WEEK):
        with pytest.raises(NoDelegationError):
            staff.do(lambda core, now=now: load(core, deputy, now=now))  # type: ignore[misc]
    actor = staff.do(lambda core: load(core, deputy, now=NOW + 10))
    assert actor.roles == {Role.SIGNATORY}
    assert actor.selves == {each.delegate, each.principal}
    assert staff.log()[-1] == ("delegation.made", f"signatory {each.principal.hex()}")


def test_it_ends_with_the_roles_the_persons_and_by_revocation(staff: Staff, delegations: Delegations) -> None:
    first, second, third = (delegating(staff, valid_from=NOW) for _ in range(3))
    made = [staff.one(delegations.make, each) for each in (first, second, third)]
    staff.one(staff.people.change, Changing(person=first.principal, roles=frozenset({Role.DECIDER})))
    staff.one(staff.people.disable, Disabling(person=second.principal))
    staff.one(delegations.end, Ending(delegation=made[2].id, by=third.by))
    assert staff.one(delegations.end, Ending(delegation=made[2].id, by=third.by)).revoked_at == NOW
    for each in (first, second, third):
        deputy = replace(each.by, person=each.delegate, in_name_of=each.principal)
        with pytest.raises(ActorError):
            staff.do(lambda core, deputy=deputy: load(core, deputy, now=NOW))  # type: ignore[misc]
    assert len(staff.do(lambda core: delegations.listed(core, third.delegate))) == 1
    assert len(staff.do(delegations.listed)) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"roles": frozenset()},
        {"roles": frozenset({Role.SIGNATORY, Role.CUSTODIAN})},
        {"valid_until": NOW + 10},
        {"valid_until": NOW + 367 * DAY_SECONDS + 10},
        {"valid_from": NOW - WEEK, "valid_until": NOW},
    ],
)
def test_what_does_not_fit_is_refused(staff: Staff, delegations: Delegations, changes: dict[str, Any]) -> None:
    each = delegating(staff, **changes)
    with pytest.raises(DelegationUnfitError):
        staff.one(delegations.make, each)


def test_nobody_delegates_to_himself_for_another_or_across_the_wall(staff: Staff, delegations: Delegations) -> None:
    each, admin, third = delegating(staff), staff.add(Role.ADMINISTRATOR), staff.add(Role.DRAFTER)
    for unfit in (replace(each, delegate=each.principal), replace(each, delegate=id_of(admin))):
        with pytest.raises(DelegationUnfitError):
            staff.one(delegations.make, unfit)
    deputy = replace(each.by, person=each.delegate)
    staff.one(delegations.make, replace(each, valid_from=NOW))
    again = replace(each, delegate=id_of(third), by=replace(deputy, in_name_of=each.principal))
    for not_his in (replace(each, by=deputy), again):
        with pytest.raises(ForbiddenError):
            staff.one(delegations.make, not_his)
    with pytest.raises(DelegationUnknownError):
        staff.one(delegations.end, Ending(delegation=Id16(bytes(16)), by=each.by))
