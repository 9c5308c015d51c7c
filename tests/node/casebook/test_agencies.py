"""Home agencies and their people."""

import pytest
from staff import NOW, Staff, staff

from rogatory_node.casebook.actors import ForbiddenError, UnknownActorError, load
from rogatory_node.casebook.agencies import Agencies, AgencyKind, AgencyUnknownError, Closing, Opening
from rogatory_node.casebook.people import NameUnfitError, PlaceUnfitError, RolesUnfitError
from rogatory_node.casework.roles import Role
from rogatory_protocol.ids import Id16

__all__ = ["staff"]


@pytest.fixture
def agencies(staff: Staff) -> Agencies:
    return Agencies(sealer=staff.sealer, wall=lambda: float(staff.now))


def test_people_of_an_agency_have_its_role_alone(staff: Staff, agencies: Agencies) -> None:
    court = staff.one(agencies.open, Opening(name="District Court 3", kind=AgencyKind.COURT))
    who = staff.add(Role.AGENCY, agency=court.id)
    assert staff.do(lambda core: load(core, who, now=NOW)).agency == court.id
    with pytest.raises(RolesUnfitError):
        staff.add(Role.SIGNATORY, agency=court.id)
    assert staff.do(agencies.listed) == [court]


def test_an_agency_that_is_closed_ends_its_people(staff: Staff, agencies: Agencies) -> None:
    police = staff.one(agencies.open, Opening(name="Police", kind=AgencyKind.POLICE))
    who = staff.add(Role.AGENCY, agency=police.id)
    by_token, _ = staff.by_token(who)
    assert staff.one(agencies.close, Closing(agency=police.id)).closed_at == NOW
    for acting in (who, by_token):
        with pytest.raises(UnknownActorError):
            staff.do(lambda core, acting=acting: load(core, acting, now=NOW))  # type: ignore[misc]
    assert staff.one(agencies.close, Closing(agency=police.id)).closed_at == NOW
    with pytest.raises(PlaceUnfitError):
        staff.add(Role.AGENCY, agency=police.id)


def test_only_who_may_takes_agencies_in(staff: Staff, agencies: Agencies) -> None:
    registrar = staff.add(Role.REGISTRAR)
    with pytest.raises(ForbiddenError):
        staff.one(agencies.open, Opening(name="Mine", kind=AgencyKind.OTHER, by=registrar))
    with pytest.raises(NameUnfitError):
        staff.one(agencies.open, Opening(name="", kind=AgencyKind.OTHER))
    with pytest.raises(AgencyUnknownError):
        staff.one(agencies.close, Closing(agency=Id16(bytes(16))))
