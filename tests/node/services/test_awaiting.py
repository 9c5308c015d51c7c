"""A wait ends when every recipient has said enough, or when one never will."""

import pytest

from rogatory_node.services.awaiting import REACHED_BY, Outcome, outcome, outcome_of_all
from rogatory_protocol.delivery import State
from rogatory_protocol.evidence import Level

WAITING, REACHED, REFUSED = Outcome.WAITING, Outcome.REACHED, Outcome.REFUSED
S, C, T, A, D = Level.STORED, Level.COMPLETE, Level.TAKEN, Level.ACCEPTED, Level.DECLINED


@pytest.mark.parametrize(
    ("held", "state", "found"),
    [
        # for 30, 35, 40 and 50
        ([], State.QUEUED, (WAITING, WAITING, WAITING, WAITING)),
        ([S], State.STORED, (REACHED, WAITING, WAITING, WAITING)),
        ([C], State.COMPLETE, (REACHED, REACHED, WAITING, WAITING)),
        ([S, T], State.STORED, (REACHED, WAITING, REACHED, WAITING)),
        ([S, A], State.STORED, (REACHED, WAITING, REACHED, REACHED)),
        ([C, T, A], State.COMPLETE, (REACHED, REACHED, REACHED, REACHED)),
        ([S, D], State.STORED, (REACHED, WAITING, REFUSED, REFUSED)),
        ([C, T, D], State.COMPLETE, (REACHED, REACHED, REACHED, REFUSED)),
        ([Level.REFUSED], State.REJECTED, (REFUSED, REFUSED, REFUSED, REFUSED)),
        ([S, Level.REFUSED], State.INCOMPLETE, (REACHED, REFUSED, WAITING, WAITING)),
        ([Level.MISSED], State.EXPIRED, (REFUSED, REFUSED, REFUSED, REFUSED)),
    ],
)
def test_each_level_is_reached_or_refused_by_its_evidence(
    held: list[Level], state: State, found: tuple[Outcome, ...]
) -> None:
    assert tuple(outcome(level, held, state) for level in REACHED_BY) == found


@pytest.mark.parametrize(
    ("each", "all_"),
    [
        ([REACHED, REACHED], REACHED),
        ([REACHED, WAITING], WAITING),
        ([WAITING, REFUSED, REACHED], REFUSED),
    ],
)
def test_several_recipients_are_judged_together(each: list[Outcome], all_: Outcome) -> None:
    assert outcome_of_all(each) is all_
