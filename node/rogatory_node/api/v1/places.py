"""Units of the authority and home agencies, for programs."""

from typing import Annotated, Final

import msgspec

from rogatory_node.api.asking import read
from rogatory_node.api.v1.endpoint import Answer, Call, Endpoint, Model
from rogatory_node.api.v1.fields import UNKNOWN, Line, id_in_path, of
from rogatory_node.casebook import agencies as a
from rogatory_node.casebook import units as u
from rogatory_node.casebook.people import NameUnfitError
from rogatory_node.casework.roles import Action

Codes = Annotated[list[Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.*-]{1,64}$")]], msgspec.Meta(min_length=1)]


class Unit(Model):
    """A part of the authority; ``types`` and ``grades`` say what comes to it, ``*`` is everything."""

    id: str
    name: str
    types: list[str]
    grades: list[str]
    closed_at: int | None


class UnitList(Model):
    """Units, the newest last."""

    units: list[Unit]


class NewUnit(Model):
    """A unit to be opened."""

    name: Line
    types: Codes = msgspec.field(default_factory=lambda: [u.ALL])
    grades: Codes = msgspec.field(default_factory=lambda: [u.ALL])


class Agency(Model):
    """A prosecutor's office, a court or a police that hands in drafts and executes measures."""

    id: str
    name: str
    kind: a.AgencyKind
    closed_at: int | None


class AgencyList(Model):
    """Agencies, the newest last."""

    agencies: list[Agency]


class NewAgency(Model):
    """An agency to be taken in."""

    name: Line
    kind: a.AgencyKind


async def units(call: Call) -> UnitList:
    """List units."""
    return UnitList(units=[_unit(each) for each in await read(call.node, call.book.units.listed)])


async def open_unit(call: Call) -> Answer:
    """Open a unit."""
    new: NewUnit = call.body
    opening = u.Opening(name=new.name, types=frozenset(new.types), grades=frozenset(new.grades), by=call.acting)
    return Answer(value=(await call.do(call.book.units.open, opening, _unit))[0])


async def close_unit(call: Call) -> Unit:
    """Close a unit in which nobody is."""
    closing = u.Closing(unit=id_in_path(call, "unit"), by=call.acting)
    return _unit(await call.node.writer.execute(call.book.units.close, closing))


async def agencies(call: Call) -> AgencyList:
    """List agencies."""
    return AgencyList(agencies=[_agency(each) for each in await read(call.node, call.book.agencies.listed)])


async def open_agency(call: Call) -> Answer:
    """Take an agency in."""
    opening = a.Opening(name=call.body.name, kind=call.body.kind, by=call.acting)
    return Answer(value=(await call.do(call.book.agencies.open, opening, _agency))[0])


async def close_agency(call: Call) -> Agency:
    """Close an agency; its people are disabled."""
    closing = a.Closing(agency=id_in_path(call, "agency"), by=call.acting)
    return _agency(await call.node.writer.execute(call.book.agencies.close, closing))


def _unit(unit: u.Unit) -> Unit:
    codes = {"types": sorted(unit.types), "grades": sorted(unit.grades)}
    return Unit(id=unit.id.hex(), name=unit.name, closed_at=unit.closed_at, **codes)


def _agency(agency: a.Agency) -> Agency:
    return Agency(id=agency.id.hex(), name=agency.name, kind=agency.kind, closed_at=agency.closed_at)


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/units",
        name="listUnits",
        action=Action.PEOPLE_READ,
        summary="List units.",
        handler=units,
        answer=UnitList,
    ),
    Endpoint(
        method="POST",
        path="/units",
        name="openUnit",
        once=True,
        action=Action.UNITS_MANAGE,
        summary="Open a unit.",
        handler=open_unit,
        body=NewUnit,
        answer=Unit,
        status=201,
        problems=of(NameUnfitError, u.RoutingUnfitError),
    ),
    Endpoint(
        method="POST",
        path="/units/{unit}/close",
        name="closeUnit",
        action=Action.UNITS_MANAGE,
        summary="Close a unit in which nobody is.",
        handler=close_unit,
        answer=Unit,
        problems=UNKNOWN | of(u.UnitUnknownError, u.UnitInUseError),
    ),
    Endpoint(
        method="GET",
        path="/agencies",
        name="listAgencies",
        action=Action.PEOPLE_READ,
        summary="List home agencies.",
        handler=agencies,
        answer=AgencyList,
    ),
    Endpoint(
        method="POST",
        path="/agencies",
        name="openAgency",
        once=True,
        action=Action.AGENCIES_MANAGE,
        summary="Take in a home agency.",
        handler=open_agency,
        body=NewAgency,
        answer=Agency,
        status=201,
        problems=of(NameUnfitError),
    ),
    Endpoint(
        method="POST",
        path="/agencies/{agency}/close",
        name="closeAgency",
        action=Action.AGENCIES_MANAGE,
        summary="Close a home agency and disable its people.",
        handler=close_agency,
        answer=Agency,
        problems=UNKNOWN | of(a.AgencyUnknownError),
    ),
)
