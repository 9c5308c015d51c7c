"""Over-grading of urgency: what was asked, what was accepted, who changed it and why, and the rates of each authority.

* The grade asked is the highest that the requesting side asked for; the grade accepted is the last one that the
  requested side said. While it said none, nothing is known.
* A rate counts requests whose grade was lowered among those whose grade the other side judged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rogatory_node.casework.codes import GRADES
from rogatory_node.casework.life.case import Graded, Request

_RANK: Final = {code: place for place, code in enumerate(GRADES)}  # the most urgent first


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """How the urgency of a request was graded.

    Attributes:
        asked: The highest grade asked for.
        accepted: The grade that the requested side accepted or set; None: it said nothing yet.
        by: Who changed it, if anybody did.
        reasons: Why.
        lowered: Whether the requested side found it less urgent.
    """

    asked: str
    accepted: str | None
    by: str | None
    reasons: str | None
    lowered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Of the requests of an authority: how many there are, how many were judged, and how many of those lowered."""

    requests: int = 0
    judged: int = 0
    lowered: int = 0


def grading(request: Request) -> Grading:
    """Return how the urgency of a request was graded."""
    asked = min((each.grade for each in request.urgency if each.side == "R"), key=_rank, default="ROUTINE")
    judged: Graded | None = next((each for each in reversed(request.urgency) if each.side == "Q"), None)
    if judged is None:
        return Grading(asked=asked, accepted=None, by=None, reasons=None, lowered=False)
    changed = judged.grade != asked
    return Grading(
        asked=asked,
        accepted=judged.grade,
        by=judged.by if changed else None,
        reasons=judged.reasons if changed else None,
        lowered=_rank(judged.grade) > _rank(asked),
    )


def rates(requests: Iterable[Request]) -> Mapping[str, Rate]:
    """Return the rate of each requesting authority."""
    found: dict[str, Rate] = {}
    for request in requests:
        known, now = found.get(request.sender, Rate()), grading(request)
        found[request.sender] = Rate(
            requests=known.requests + 1,
            judged=known.judged + (now.accepted is not None),
            lowered=known.lowered + now.lowered,
        )
    return found


def _rank(grade: str) -> int:
    return _RANK.get(grade, len(_RANK))
