"""People are added, changed and disabled by who may, and are never in clear."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select
from staff import NOW, Staff, id_of, staff

from rogatory_node.casebook.actors import Acting, ForbiddenError, UnknownActorError, load
from rogatory_node.casebook.people import (
    Adding,
    Changing,
    DatesUnfitError,
    Disabling,
    NameUnfitError,
    PersonAmbiguousError,
    PersonUnknownError,
    PlaceUnfitError,
    RolesUnfitError,
    SelfError,
)
from rogatory_node.casework.roles import Role
from rogatory_node.storage.book_tables import people
from rogatory_protocol.ids import Id16

__all__ = ["staff"]


def test_a_person_is_added_listed_and_found(staff: Staff) -> None:
    ana, bo = staff.add(Role.DRAFTER, name="Ana Prova"), staff.add(Role.SIGNATORY, name="Bo Example")
    listed = staff.do(staff.people.listed)
    assert {(each.name, each.roles) for each in listed} == {
        ("Ana Prova", frozenset({Role.DRAFTER})),
        ("Bo Example", frozenset({Role.SIGNATORY})),
    }
    for word in (id_of(bo).hex(), id_of(bo).hex()[:10].upper(), "Bo Example"):
        assert staff.do(lambda core, word=word: staff.people.find(core, word)) == bo.person  # type: ignore[misc]
    assert staff.do(lambda core: staff.people.one(core, id_of(ana))).name == "Ana Prova"
    with pytest.raises(PersonUnknownError):
        staff.do(lambda core: staff.people.find(core, "Ana"))
    staff.add(Role.DRAFTER, name="Ana Prova")
    with pytest.raises(PersonAmbiguousError):
        staff.do(lambda core: staff.people.find(core, "Ana Prova"))


def test_names_are_sealed_and_the_log_has_identifiers_only(staff: Staff) -> None:
    who = staff.add(Role.DRAFTER, name="Ana Prova")
    row = staff.do(lambda core: core.execute(select(people)).one())
    assert b"Ana" not in row.name_sealed
    assert staff.log()[-1] == ("person.added", "operator")
    admin = staff.add(Role.ADMINISTRATOR)
    staff.one(staff.people.disable, Disabling(person=id_of(who), by=admin))
    assert staff.log()[-1] == ("person.disabled", f"administrator {id_of(admin).hex()}")


@pytest.mark.parametrize("name", ["", " Ana", "A\nB", "x" * 201, "a\x1b[2J"])
def test_a_name_that_is_none_is_refused(staff: Staff, name: str) -> None:
    with pytest.raises(NameUnfitError):
        staff.add(Role.DRAFTER, name=name)


@pytest.mark.parametrize("roles", [(), (Role.ADMINISTRATOR, Role.SIGNATORY), (Role.AGENCY,)])
def test_roles_that_do_not_go_together_are_refused(staff: Staff, roles: Sequence[Role]) -> None:
    with pytest.raises(RolesUnfitError):
        staff.add(*roles)
    who = staff.add(Role.DRAFTER)
    with pytest.raises(RolesUnfitError):
        staff.one(staff.people.change, Changing(person=id_of(who), roles=frozenset(roles)))


def test_places_and_dates_are_checked(staff: Staff) -> None:
    for more in ({"unit": Id16(bytes(16))}, {"unit": Id16(bytes(16)), "agency": Id16(bytes(16))}):
        with pytest.raises((PlaceUnfitError, RolesUnfitError)):
            staff.add(Role.DRAFTER, **more)
    with pytest.raises(DatesUnfitError):
        staff.add(Role.DRAFTER, valid_until=NOW)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR, Role.AGENCY}))
def test_WEB_02_only_administrators_manage_people(staff: Staff, role: Role) -> None:
    who = staff.add(role)
    with pytest.raises(ForbiddenError):
        staff.one(staff.people.add, Adding(name="Friend", roles=frozenset({Role.SIGNATORY}), by=who))
    with pytest.raises(ForbiddenError):
        staff.one(staff.people.change, Changing(person=id_of(who), roles=frozenset({Role.SIGNATORY}), by=who))


def test_nobody_changes_himself(staff: Staff) -> None:
    admin = staff.add(Role.ADMINISTRATOR)
    with pytest.raises(SelfError):
        staff.one(staff.people.change, Changing(person=id_of(admin), roles=frozenset({Role.SECRETARIAT}), by=admin))
    with pytest.raises(SelfError):
        staff.one(staff.people.disable, Disabling(person=id_of(admin), by=admin))


def test_WEB_32_a_role_taken_away_is_gone_at_once(staff: Staff) -> None:
    who = staff.add(Role.DRAFTER, Role.SIGNATORY)
    staff.one(staff.people.change, Changing(person=id_of(who), roles=frozenset({Role.DRAFTER})))
    assert staff.do(lambda core: load(core, who, now=NOW)).roles == {Role.DRAFTER}


def test_DOM_12_who_left_acts_no_more_by_any_way_and_stays_in_the_list(staff: Staff) -> None:
    who = staff.add(Role.SIGNATORY)
    by_token, _ = staff.by_token(who)
    gone = staff.one(staff.people.disable, Disabling(person=id_of(who)))
    assert gone.disabled_at == NOW
    for acting in (who, by_token):
        with pytest.raises(UnknownActorError):
            staff.do(lambda core, acting=acting: load(core, acting, now=NOW))  # type: ignore[misc]
    assert [each.revoked_at for each in staff.do(staff.tokens.listed)] == [NOW]
    assert [each.id for each in staff.do(staff.people.listed)] == [who.person]
    before = len(staff.log())
    staff.now += 60
    assert staff.one(staff.people.disable, Disabling(person=id_of(who))).disabled_at == NOW
    assert len(staff.log()) == before


def test_who_is_nobody_changes_nobody(staff: Staff) -> None:
    with pytest.raises(UnknownActorError):
        staff.one(staff.people.disable, Disabling(person=Id16(bytes(16)), by=Acting(person=Id16(bytes(16)))))
    with pytest.raises(PersonUnknownError):
        staff.one(staff.people.disable, Disabling(person=Id16(bytes(16))))
