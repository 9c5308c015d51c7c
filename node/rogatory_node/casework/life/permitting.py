"""What the tables permit a side from where a measure stands, before anybody looks at what a letter says.

* The fold asks it for letters that came, and ``allowed`` for letters that an officer may want to write: one answer.
* It reads a measure in the making and a folded one alike, and a request likewise.
* What depends on the words of a letter is the matter of ``guards``.
"""

from typing import Final, Protocol, TypeAlias

from rogatory_node.casework.life.case import Receipts
from rogatory_node.casework.life.dating import end_of
from rogatory_node.casework.life.machines import Row
from rogatory_node.casework.life.moves import Move
from rogatory_node.casework.life.states import ENDED, PAUSES, UNACKNOWLEDGED

Reason: TypeAlias = tuple[str, str]
"""A code of ``reasons.REASONS`` and a detail."""

CONFIDENTIALITY: Final = "confidentiality_settled"
BEFORE_END: Final = "before_end"
_TAKEN_ON: Final = frozenset({"ACKNOWLEDGED"})
_MAY_END: Final = frozenset({"preservation.release", "hearing.minutes", "asset.notice", "surrender.arrangement"})


class Standing(Protocol):
    """A measure, as far as the tables ask where it stands."""

    @property
    def state(self) -> str:
        """Its state."""

    @property
    def before(self) -> str | None:
        """The state to which a pause returns."""

    @property
    def machine(self) -> str | None:
        """Its sub-machine."""

    @property
    def sub(self) -> str | None:
        """The step in it."""

    @property
    def until(self) -> str | None:
        """The date beside its state."""


class Asked(Protocol):
    """A request, as far as the tables ask."""

    @property
    def receipts(self) -> Receipts:
        """What the other side showed to have received."""

    @property
    def notice(self) -> str | None:
        """The open notice that confidentiality cannot be kept."""


def refusal(row: Move, request: Asked, each: Standing, side: str) -> Reason | None:
    """Return why a side cannot make a move from where a measure stands, or None."""
    if side not in row.by:
        return "wrong_side", row.by
    if row.machine and each.machine != row.machine:
        return "step", row.kind
    if not standing(request, each) & row.froms:
        if each.state == "WITHDRAWN":
            return "withdrawn", each.state
        return ("unacknowledged" if each.state in UNACKNOWLEDGED else "state"), each.state
    if CONFIDENTIALITY in row.guards and request.notice is not None:
        return "confidentiality_open", request.notice
    return None


def standing(request: Asked, each: Standing) -> frozenset[str]:
    """Return the states that a measure counts as being in: its own, the paused one, or as taken on."""
    found = {each.state}
    if each.state in PAUSES and each.before is not None:
        found.add(each.before)
    if found & UNACKNOWLEDGED and request.receipts.taken is not None:
        found |= _TAKEN_ON
    return frozenset(found)


def ended(kind: str, each: Standing) -> Reason | None:
    """Return why a letter of a kind makes no step of a sub-machine because the measure is at its end, or None."""
    if each.state in ENDED and not (kind in _MAY_END and each.state != "WITHDRAWN"):
        return ("withdrawn" if each.state == "WITHDRAWN" else "state"), each.state
    return None


def barred(row: Row, each: Standing, side: str, at: int | None) -> Reason | None:
    """Return why a side cannot make a step that follows from where a measure stands; ``at`` None: whenever it may."""
    if side not in row.by:
        return "wrong_side", row.by
    ends = end_of(each.until) if row.guard == BEFORE_END else None
    return ("expired", each.until or "") if ends is not None and at is not None and at > ends else None
