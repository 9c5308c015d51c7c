"""How many persons approve a letter before it is sent: rules as data, the strictest that fits counts.

* A rule names a type (``extradition``, ``data.*`` or ``*``), a grade of urgency or ``*``, and a number of persons.
* Where no rule fits, one person who did not write the letter approves it. Fewer than one there is not: what a duty
  officer sends alone is a grant of the table of roles, not a rule here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

ANY: Final = "*"
LEAST: Final = 1
MOST: Final = 8
"""As many approvals as a letter can hold."""


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
