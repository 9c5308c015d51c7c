"""How many persons approve what: the strictest rule that fits counts."""

import pytest

from rogatory_node.casework.approving import DUTIES, MOST, Rule, needed
from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.roles import CONTENT

RULES = (
    Rule(type="extradition", persons=3),
    Rule(type="data.*", persons=2),
    Rule(type="data.content", grade="ROUTINE", persons=4),
    Rule(grade="EMERGENCY", persons=1),
)


@pytest.mark.parametrize(
    ("type", "grade", "persons"),
    [
        ("extradition", "ROUTINE", 3),
        ("data.subscriber", "EMERGENCY", 2),
        ("data.content", "ROUTINE", 4),
        ("data.content", "PRIORITY", 2),
        ("search.seizure", "ROUTINE", 1),
        (None, None, 1),
    ],
)
def test_the_strictest_rule_that_fits_counts(type: str | None, grade: str | None, persons: int) -> None:
    assert needed(RULES, type, grade) == persons


@pytest.mark.parametrize(("asked", "persons"), [(0, 1), (MOST + 1, MOST)])
def test_nobody_is_not_enough_and_more_than_a_letter_holds_are_not_asked(asked: int, persons: int) -> None:
    assert needed([Rule(persons=asked)], "extradition", "ROUTINE") == persons


def test_duties_are_of_kinds_that_travel_and_of_actions_in_a_case() -> None:
    assert DUTIES.keys() <= KINDS.keys()
    assert set(DUTIES.values()) <= CONTENT
    assert not {"request", "supplement", "response.partial", "response.final"} & DUTIES.keys()
