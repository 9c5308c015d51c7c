"""The sender's table has every row of the specification, and no way out of it."""

import itertools

import pytest

from rogatory_protocol.delivery import (
    DURABLE,
    OFFERABLE,
    REACTIONS,
    SENDER,
    Action,
    Event,
    State,
    advance,
    classify,
    event_of_error,
    event_of_evidence,
)
from rogatory_protocol.errors import Code, LocalProtocolError
from rogatory_protocol.evidence import Mark, Weight

A, E, S = Action, Event, State
BEFORE_STORED = (S.QUEUED, S.OFFERED, S.EXPIRED, S.REOFFERED, S.SETTLED)

# The table of the specification, row by row: states, events, next state, what must be done.
ROWS = [
    ((None,), (E.SEND,), S.QUEUED, {A.STORE}),
    ((S.QUEUED,), (E.OFFER,), S.OFFERED, {A.SEAL}),
    ((S.OFFERED,), (E.LINK_LOST, E.KEY_LOST), S.QUEUED, set()),
    ((S.OFFERED,), (E.DELAYED,), S.QUEUED, {A.WAIT}),
    ((S.OFFERED,), (E.NOT_GOOD,), S.QUEUED, {A.REFRESH, A.RESIGN}),
    ((S.QUEUED,), (E.KEY_CHANGED,), S.QUEUED, {A.RESIGN}),
    ((S.QUEUED, S.OFFERED, S.EXPIRED, S.REOFFERED, S.SETTLED), (E.HELD,), S.STORED, {A.RECORD}),
    ((S.QUEUED, S.OFFERED, S.EXPIRED, S.REOFFERED, S.SETTLED), (E.COMPLETE,), S.COMPLETE, {A.RECORD}),
    ((S.STORED, S.INCOMPLETE), (E.COMPLETE, E.COMPLETE_LATE), S.COMPLETE, {A.RECORD}),
    ((S.STORED,), (E.HELD,), S.STORED, {A.RECORD}),
    ((S.COMPLETE,), (E.HELD,), S.COMPLETE, {A.RECORD}),
    ((S.INCOMPLETE,), (E.HELD,), S.INCOMPLETE, {A.RECORD}),
    (BEFORE_STORED, (E.REFUSED,), S.REJECTED, {A.RECORD, A.TELL}),
    ((S.QUEUED, S.OFFERED, S.REOFFERED), (E.UNREADABLE,), S.REJECTED, {A.KEEP_UNSIGNED, A.TELL}),
    ((S.STORED,), (E.BROKEN,), S.INCOMPLETE, {A.RECORD, A.TELL}),
    ((S.STORED,), (E.DEADLINE,), S.INCOMPLETE, {A.TELL}),
    ((S.QUEUED,), (E.DEADLINE,), S.EXPIRED, {A.DECLARE, A.TELL}),
    ((S.OFFERED,), (E.DEADLINE,), S.REOFFERED, {A.DECLARE, A.TELL}),
    ((S.EXPIRED,), (E.OFFER,), S.REOFFERED, {A.SEAL}),
]


@pytest.mark.parametrize(("states", "events", "after", "actions"), ROWS)
def test_every_row_of_the_specification(
    states: tuple[State | None, ...], events: tuple[Event, ...], after: State, actions: set[Action]
) -> None:
    for state, event in itertools.product(states, events):
        reached, done = advance(state, event)
        assert reached is after
        assert actions <= set(done)


def test_what_no_row_allows_changes_nothing_and_raises() -> None:
    for state, event in ((None, E.HELD), (S.QUEUED, E.SEND), (S.OFFERED, E.OFFER), (S.STORED, E.OFFER)):
        with pytest.raises(LocalProtocolError):
            advance(state, event)


def test_whatever_comes_from_outside_has_a_row_in_every_state() -> None:
    """Peers choose when errors and evidence come; none of them may find the table empty."""
    inside = {E.SEND, E.OFFER, E.REFUSED}
    for state in State:
        assert set(Event) - inside <= set(SENDER[state])
        # After evidence that the letter is held, a refusal is a contradiction and comes as one.
        assert (E.REFUSED in SENDER[state]) is (state not in {S.STORED, S.INCOMPLETE, S.COMPLETE})


def test_a_repeat_changes_nothing_in_any_state() -> None:
    for state in State:
        assert advance(state, E.REPEATED) == (state, ())


def test_DLV_05_a_contradiction_is_kept_and_loud_and_changes_nothing() -> None:
    for state in State:
        reached, actions = advance(state, E.CONTRADICTED)
        assert reached is state
        assert {A.RECORD, A.ALARM, A.TELL} <= set(actions)


def test_what_is_stored_is_never_taken_back() -> None:
    order = {S.STORED: 0, S.INCOMPLETE: 1, S.COMPLETE: 2}
    for state in order:
        for event in SENDER[state]:
            assert order[advance(state, event)[0]] >= order[state]


def test_a_signed_fact_is_recorded_wherever_it_is_new() -> None:
    evidence = {E.HELD, E.HELD_BROKEN, E.HELD_LATE, E.COMPLETE, E.COMPLETE_LATE, E.REFUSED, E.BROKEN, E.CONTRADICTED}
    for state in State:
        for event in evidence & set(SENDER[state]):
            assert A.RECORD in advance(state, event)[1]


def test_DLV_20_the_declaration_is_signed_once() -> None:
    for state in State:
        declared = A.DECLARE in advance(state, E.DEADLINE)[1]
        assert declared is (state in {S.QUEUED, S.OFFERED})


def test_DLV_18_evidence_dated_in_time_wins_over_the_deadline_in_both_orders() -> None:
    early = advance(advance(S.OFFERED, E.HELD)[0], E.DEADLINE)[0]
    late = advance(advance(S.OFFERED, E.DEADLINE)[0], E.HELD)[0]
    assert early is S.INCOMPLETE
    assert advance(late, E.DEADLINE)[0] is early
    assert advance(S.EXPIRED, E.HELD_LATE)[0] is S.EXPIRED


def test_after_the_deadline_it_is_offered_once_more_and_then_no_more() -> None:
    state = advance(S.EXPIRED, E.OFFER)[0]
    assert advance(state, E.LINK_LOST)[0] in OFFERABLE  # nobody judged it
    for event in (E.DELAYED, E.NOT_GOOD):
        assert advance(state, event)[0] is S.SETTLED
    assert S.SETTLED not in OFFERABLE


def test_an_overtaking_90_code_15_ends_where_the_true_order_ends() -> None:
    true = advance(advance(S.OFFERED, E.HELD)[0], E.BROKEN)[0]
    seen = event_of_evidence(Mark.STORED, Weight.NEW, in_time=True, held={Mark.BROKEN})
    assert advance(advance(S.OFFERED, E.BROKEN)[0], seen)[0] is true


def test_a_crash_forgets_only_that_something_is_offered() -> None:
    assert {state for state in State if DURABLE[state] is not state} == {S.OFFERED, S.REOFFERED, S.SETTLED}
    assert {DURABLE[state] for state in State} >= OFFERABLE


def test_every_code_has_a_reaction() -> None:
    assert set(REACTIONS) == set(Code)
    assert [code for code in Code if classify(code).signed] == [5, 10, 11, 12, 13, 14, 15, 18]
    assert [code for code in Code if classify(code).event is E.UNREADABLE] == [1, 2, 3, 4]
    assert {code for code in Code if classify(code).alarm} == {11, 13, 14, 15}
    assert {6, 7, 16, 17, 19, 22, 23} <= {code for code in Code if classify(code).event is E.DELAYED}


def test_error_9_is_sealed_anew_once_and_then_waits() -> None:
    assert event_of_error(Code.DECRYPTION) is E.KEY_LOST
    assert event_of_error(Code.DECRYPTION, decryption_failures=1) is E.DELAYED
    assert event_of_error(Code.KEY_UNKNOWN, decryption_failures=1) is E.KEY_LOST
    for code in (Code.UNKNOWN_TYPE, Code.NOT_FOUND):
        with pytest.raises(LocalProtocolError):
            event_of_error(code)


def test_DLV_04_an_unsigned_error_ends_nothing_that_only_evidence_may_end() -> None:
    for code in Code:
        event = REACTIONS[code].event
        if event not in {None, E.UNREADABLE}:
            assert advance(S.OFFERED, event_of_error(code))[0] is S.QUEUED


@pytest.mark.parametrize(
    ("mark", "in_time", "event"),
    [
        (Mark.STORED, True, E.HELD),
        (Mark.TAKEN, True, E.HELD),
        (Mark.ACCEPTED, True, E.HELD),
        (Mark.DECLINED, True, E.HELD),
        (Mark.TAKEN, False, E.HELD_LATE),
        (Mark.COMPLETE, True, E.COMPLETE),
        (Mark.COMPLETE, False, E.COMPLETE_LATE),
        (Mark.REFUSED, False, E.REFUSED),
        (Mark.BROKEN, False, E.BROKEN),
    ],
)
def test_evidence_becomes_an_event(mark: Mark, in_time: bool, event: Event) -> None:
    assert event_of_evidence(mark, Weight.NEW, in_time=in_time, held=()) is event
    assert event_of_evidence(mark, Weight.REPEAT, in_time=in_time, held=()) is E.REPEATED
    assert event_of_evidence(mark, Weight.CONTRADICTION, in_time=in_time, held=()) is E.CONTRADICTED


def test_a_declaration_is_never_an_event() -> None:
    with pytest.raises(LocalProtocolError):
        event_of_evidence(Mark.MISSED, Weight.NEW, in_time=True, held=())
