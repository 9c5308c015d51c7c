"""Who has a case, for programs."""

from typing import Annotated, Final

import msgspec

from rogatory_node.api.asking import read
from rogatory_node.api.v1.endpoint import Answer, Call, Endpoint, Model
from rogatory_node.api.v1.fields import UNKNOWN, Hex16, hexed, id_in_path, id_of, nothing_here, of
from rogatory_node.casebook import assignments as a
from rogatory_node.casebook.actors import Permit, may
from rogatory_node.casebook.sight import thing_of
from rogatory_node.casework.roles import Action


class Assignment(Model):
    """A person, a unit or an agency has a case, or one measure of it."""

    id: str
    case: str
    measure: int | None
    person: str | None
    unit: str | None
    agency: str | None
    made_at: int
    ended_at: int | None


class AssignmentList(Model):
    """Assignments of a case, the newest last."""

    assignments: list[Assignment]


class NewAssignment(Model):
    """To whom a case is given: exactly one of person, unit and agency."""

    measure: Annotated[int, msgspec.Meta(ge=0, le=1_000)] | None = None
    person: Hex16 | None = None
    unit: Hex16 | None = None
    agency: Hex16 | None = None


async def listed(call: Call) -> AssignmentList:
    """List the assignments of a case."""
    case = id_in_path(call, "case")
    thing = await read(call.node, thing_of, call.node.own.sealer, call.actor, case)
    if not isinstance(may(call.actor, Action.CASE_LIST, thing), Permit):
        raise nothing_here()
    return AssignmentList(assignments=[_said(each) for each in await read(call.node, a.listed, case)])


async def assign(call: Call) -> Answer:
    """Assign a case."""
    new: NewAssignment = call.body
    holder = {name: id_of(getattr(new, name)) for name in ("person", "unit", "agency")}
    assigning = a.Assigning(case=id_in_path(call, "case"), measure=new.measure, by=call.acting, **holder)
    return Answer(value=(await call.do(call.book.assignments.assign, assigning, _said))[0])


async def end(call: Call) -> Assignment:
    """End an assignment."""
    ending = a.Unassigning(assignment=id_in_path(call, "assignment"), by=call.acting)
    return _said(await call.node.writer.execute(call.book.assignments.end, ending))


def _said(found: a.Assignment) -> Assignment:
    return Assignment(
        id=found.id.hex(),
        case=found.case.hex(),
        measure=found.measure,
        person=hexed(found.person),
        unit=hexed(found.unit),
        agency=hexed(found.agency),
        made_at=found.made_at,
        ended_at=found.ended_at,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/cases/{case}/assignments",
        name="listAssignments",
        action=Action.CASE_LIST,
        summary="List who has a case.",
        handler=listed,
        answer=AssignmentList,
        problems=UNKNOWN,
    ),
    Endpoint(
        method="POST",
        path="/cases/{case}/assignments",
        name="assignCase",
        once=True,
        action=Action.CASE_ASSIGN,
        summary="Give a case, or one measure of it, to a person, a unit or an agency.",
        handler=assign,
        body=NewAssignment,
        answer=Assignment,
        status=201,
        problems=UNKNOWN | of(a.AssignmentUnfitError),
    ),
    Endpoint(
        method="POST",
        path="/assignments/{assignment}/end",
        name="endAssignment",
        action=Action.CASE_ASSIGN,
        summary="End an assignment.",
        handler=end,
        answer=Assignment,
        problems=UNKNOWN | of(a.AssignmentUnknownError),
    ),
)
