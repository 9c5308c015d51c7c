"""What becomes of measures, and how long it takes."""

import pytest
from counts import DAY, NOW, row, tally

from rogatory_node.casework.codes import OUTCOMES
from rogatory_node.casework.life.states import STATES
from rogatory_node.casework.statistics.counting import (
    ASKED,
    FATES,
    PENDING,
    RECEIVED,
    Tally,
    Times,
    fate,
    split,
    stage_of,
    times,
    totals,
)


@pytest.mark.parametrize(
    ("state", "outcome", "became"),
    [
        ("UNDER_REVIEW", None, "pending"), ("EXECUTED", "EXECUTED_FULL", "granted"),
        ("ANSWERED", "NO_RECORDS", "nothing"),
        ("CLOSED", "EXECUTED_PARTIAL", "partly"), ("REFUSED", "REFUSED", "refused"), ("CLOSED", "REFUSED", "refused"),
        ("REJECTED_ADDRESSEE", None, "returned"), ("WITHDRAWN", None, "withdrawn"), ("CLOSED", None, "closed"),
        ("PRESERVED", "PRESERVED", "granted"), ("REOPENED", "EXECUTED_FULL", "pending"),
    ],
)  # fmt: skip
def test_what_became_of_a_measure(state: str, outcome: str | None, became: str) -> None:
    assert fate(state, outcome) == became


def test_every_state_and_outcome_has_a_fate() -> None:
    assert {fate(state, outcome) for state in STATES for outcome in (None, *OUTCOMES)} == set(FATES)


def test_both_directions_are_counted_apart_and_an_empty_period_is_zeros() -> None:
    found = dict(totals(tally(row(), row(side="Q"), row(side="Q", state="ACCEPTED", outcome=None))))
    assert (found[ASKED]["total"], found[RECEIVED]["total"], found[RECEIVED][PENDING]) == (1, 2, 1)
    empty = Tally(now=NOW)
    empty.add([])
    assert dict(totals(empty))[ASKED]["total"] == 0


@pytest.mark.parametrize(
    ("durations", "told"),
    [((), None), ((5,), (1, 5, 5)), (range(1, 11), (10, 5, 9)), (range(1, 12), (11, 6, 10)), ((1, 100), (2, 1, 100))],
)
def test_medians_and_percentiles_are_values_that_occurred(
    durations: tuple[int, ...], told: tuple[int, int, int] | None
) -> None:
    assert times(durations) == (None if told is None else Times(*told))


def test_stages_are_between_two_times_that_are_known_and_never_negative() -> None:
    found = tally(row(), row(decided_at=None), row(acknowledged_at=NOW - 5))
    assert found.stages["acknowledgement", ASKED] == [DAY - 10, DAY - 10, 0]
    assert len(found.stages["decision", ASKED]) == 2
    assert not found.urgent


def test_codes_side_by_side_count_each() -> None:
    assert split(tally(row(), row(instruments="BC")).by["instruments"]) == {
        ("BC", ASKED, "granted"): 2, ("UNTOC", ASKED, "granted"): 1,
    }  # fmt: skip


def test_preservations_questions_and_lowered_urgency() -> None:
    found = tally(
        row(until_at=NOW + 1), row(until_at=NOW - 1), row(until_at=NOW - 1, followed=True), row(questions=2),
        row(grade_asked="EMERGENCY"), row(grade="EMERGENCY"),
    )  # fmt: skip
    assert found.preserved == {(ASKED, "active"): 1, (ASKED, "lapsed"): 1, (ASKED, "followed"): 1}
    assert found.questions == {(ASKED, 2): 1}
    assert found.lowered == {ASKED: 1}
    assert found.urgent["total", ASKED] == [9 * DAY]


def test_causes_of_delay_have_a_stage() -> None:
    assert (stage_of("COURT_ORDER"), stage_of("nothing")) == ("execution", "")
