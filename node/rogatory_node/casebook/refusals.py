"""How what the book refuses is told: one table from errors to a status of HTTP, a text and what to do next.

* Ways in (interface, pages, commands) tell the same refusal alike; the code is the error's own.
* Texts are English ones of the catalogue; whoever shows them translates them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rogatory_node.casebook import (
    actors,
    agencies,
    assignments,
    delegation,
    drafting,
    offered,
    once,
    people,
    tokens,
    units,
)
from rogatory_node.i18n import later
from rogatory_node.services import composing, sending


@dataclass(frozen=True, slots=True)
class Told:
    """How a refusal is told.

    Attributes:
        status: Of HTTP.
        what: What is wrong.
        next: What to do about it; empty when nothing can be done.
        values: The values in both texts.
    """

    status: int
    what: str
    next: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


_BAD_NAME: Final = later("A name is one line of 1 to 200 characters.")
_NO_TOKEN: Final = later("Ask for a new one: rogatory tokens create")

REFUSALS: Final[Mapping[type[Exception], Told]] = {
    actors.UnknownActorError: Told(401, later("This token is not valid."), _NO_TOKEN),
    actors.NoDelegationError: Told(403, later("You do not act in that name now.")),
    actors.ForbiddenError: Told(403, later("You may not do that.")),
    people.PersonUnknownError: Told(404, later("There is no such person.")),
    people.NameUnfitError: Told(422, _BAD_NAME),
    people.RolesUnfitError: Told(422, later("One person cannot have these roles together.")),
    people.PlaceUnfitError: Told(422, later("This unit or agency is not there, or both were named.")),
    people.DatesUnfitError: Told(422, later("The end must come after the beginning.")),
    people.SelfError: Told(403, later("Nobody changes himself."), later("Ask another administrator.")),
    units.UnitUnknownError: Told(404, later("There is no such unit.")),
    units.UnitInUseError: Told(409, later("There are people in this unit."), later("Disable them first.")),
    units.RoutingUnfitError: Told(422, later("There is no such type or urgency.")),
    agencies.AgencyUnknownError: Told(404, later("There is no such agency.")),
    tokens.TokenUnknownError: Told(404, later("There is no such token.")),
    tokens.ScopeError: Told(422, later("A token must name something, and nothing that its person may not do.")),
    tokens.LifeError: Told(422, later("A token lives 1 to 366 days.")),
    delegation.DelegationUnknownError: Told(404, later("There is no such delegation.")),
    delegation.DelegationUnfitError: Told(
        422,
        later("This cannot be delegated."),
        later("Name another person of the same office, roles that the first has, and dates of at most 366 days."),
    ),
    assignments.AssignmentUnknownError: Told(404, later("There is no such assignment.")),
    assignments.AssignmentUnfitError: Told(
        422, later("A case is assigned to exactly one person, unit or agency that is there.")
    ),
    drafting.DraftUnknownError: Told(404, later("There is no such draft.")),
    drafting.DraftCaseError: Told(404, later("There is no such case.")),
    drafting.DraftClosedError: Told(409, later("This draft was sent or discarded.")),
    drafting.DraftTooLargeError: Told(413, later("The form is larger than a letter may hold.")),
    drafting.ConflictError: Told(
        412, later("Somebody saved another version meanwhile."), later("Compare both, and save over the newest.")
    ),
    offered.NotOfferedError: Told(409, later("This draft does not wait for approval.")),
    offered.StaleError: Told(
        409, later("What you approve is not what waits now."), later("Read it again and approve that.")
    ),
    offered.SamePersonError: Told(
        403, later("Who wrote a letter or handed it in cannot approve it."), later("Ask another person.")
    ),
    offered.ReasonError: Told(422, later("Say why, in 1 to 4000 characters.")),
    once.KeyReusedError: Told(422, later("This key was used for another call.")),
    composing.UnfitError: Told(422, later("The letter cannot be sent: {reasons}")),
    sending.HeldError: Told(
        409,
        later("This database was restored, and a recipient has not yet given back what was lost."),
        later("Wait until it has, or decide that letters go all the same: rogatory override CASE"),
    ),
}


def told(error: Exception) -> Told | None:
    """Return how an error of the book is told, or None when it is not one of these."""
    found = REFUSALS.get(type(error))
    if found is not None and isinstance(error, composing.UnfitError):
        return Told(found.status, found.what, found.next, {"reasons": str(error)})
    if found is not None and isinstance(error, actors.ForbiddenError):
        return Told(found.status, found.what, found.next, {"reason": error.refusal.reason})
    return found
