"""Units: what comes to which."""

import pytest
from staff import NOW, Staff, id_of, staff

from rogatory_node.casebook.actors import ForbiddenError
from rogatory_node.casebook.people import Disabling, NameUnfitError, PlaceUnfitError
from rogatory_node.casebook.units import (
    Closing,
    Opening,
    RoutingUnfitError,
    UnitInUseError,
    Units,
    UnitUnknownError,
    routed,
)
from rogatory_node.casework.roles import Role
from rogatory_protocol.ids import Id16

__all__ = ["staff"]


@pytest.fixture
def units(staff: Staff) -> Units:
    return Units(sealer=staff.sealer, wall=lambda: float(staff.now))


def test_what_comes_in_goes_where_type_and_grade_fit(staff: Staff, units: Units) -> None:
    data = staff.one(units.open, Opening(name="Data", types=frozenset({"data.*"})))
    night = staff.one(units.open, Opening(name="Night", grades=frozenset({"EMERGENCY", "VOLATILE"})))
    exact = staff.one(units.open, Opening(name="Service", types=frozenset({"service.documents"})))
    found = staff.do(units.listed)
    assert routed(found, "data.preserve", "VOLATILE") == [each for each in found if each.id in {data.id, night.id}]
    assert routed(found, "service.documents", "ROUTINE") == [exact]
    assert routed(found, "database.other", "ROUTINE") == []
    assert routed(found, None, "EMERGENCY") == [night]
    staff.one(units.close, Closing(unit=night.id))
    assert routed(staff.do(units.listed), None, "EMERGENCY") == []


def test_a_unit_with_people_in_it_stays_open(staff: Staff, units: Units) -> None:
    unit = staff.one(units.open, Opening(name="Data"))
    who = staff.add(Role.HANDLER, unit=unit.id)
    with pytest.raises(UnitInUseError):
        staff.one(units.close, Closing(unit=unit.id))
    staff.one(staff.people.disable, Disabling(person=id_of(who)))
    assert staff.one(units.close, Closing(unit=unit.id)).closed_at == NOW
    assert staff.one(units.close, Closing(unit=unit.id)).closed_at == NOW
    with pytest.raises(PlaceUnfitError):
        staff.add(Role.HANDLER, unit=unit.id)


def test_only_who_may_opens_and_closes_and_what_is_unfit_is_refused(staff: Staff, units: Units) -> None:
    drafter = staff.add(Role.DRAFTER)
    with pytest.raises(ForbiddenError):
        staff.one(units.open, Opening(name="Mine", by=drafter))
    with pytest.raises(NameUnfitError):
        staff.one(units.open, Opening(name=""))
    for types in (frozenset[str](), frozenset({"a b"}), frozenset({"é"})):
        with pytest.raises(RoutingUnfitError):
            staff.one(units.open, Opening(name="Data", types=types))
    for misspelt in (
        Opening(name="Data", types=frozenset({"data.preserv"})),
        Opening(name="Data", types=frozenset({"date.*"})),
        Opening(name="Data", grades=frozenset({"HIGH"})),
    ):
        with pytest.raises(RoutingUnfitError):
            staff.one(units.open, misspelt)
    with pytest.raises(UnitUnknownError):
        staff.one(units.close, Closing(unit=Id16(bytes(16))))
