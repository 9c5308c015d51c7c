"""How many persons approve a letter before it is sent: rules as data, the strictest that fits counts.

* A rule names a type (``extradition``, ``data.*`` or ``*``), a grade of urgency or ``*``, and a number of persons.
* Where no rule fits, one person who did not write the letter approves it. Fewer than one there is not: what a duty
  officer sends alone is a grant of the table of roles, not a rule here.
* ``DUTIES`` are kinds of letters that are somebody's duty in a case (an acknowledgement the registrar's, a decision the
  decision-maker's): who may do it sends his own alone, unless a rule asks for more persons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rogatory_node.casework.roles import Action

ANY: Final = "*"
LEAST: Final = 1
MOST: Final = 8
"""As many approvals as a letter can hold."""

DUTIES: Final[Mapping[str, Action]] = MappingProxyType(
    {
        "acknowledgement": Action.CASE_ACKNOWLEDGE,
        "redirect": Action.CASE_REDIRECT,
        "return": Action.CASE_REDIRECT,
        "info.request": Action.CASE_HANDLE,
        "status": Action.CASE_HANDLE,
        "hearing.slot": Action.CASE_HANDLE,
        "hearing.confirm": Action.CASE_HANDLE,
        "decision": Action.CASE_DECIDE,
        "conditions.offer": Action.CASE_DECIDE,
        "conditions.accept": Action.CASE_CONDITIONS,
        "conditions.reject": Action.CASE_CONDITIONS,
        "withdrawal": Action.CASE_WITHDRAW,
    }
)
"""Kind of letter -> what its sender must be allowed to do in the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """So many persons approve what has this type and grade."""

    type: str = ANY
    grade: str = ANY
    persons: int

    def fits(self, type: str | None, grade: str | None) -> bool:
        """Tell whether the rule is for such a letter."""
        family = (type or "").partition(".")[0] + ".*"
        return self.type in {ANY, type, family} and self.grade in {ANY, grade}


def needed(rules: Sequence[Rule], type: str | None, grade: str | None) -> int:
    """Return how many persons approve a letter of this type and grade."""
    asked = [min(rule.persons, MOST) for rule in rules if rule.fits(type, grade)]
    return max([LEAST, *asked])
