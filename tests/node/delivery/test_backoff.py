"""How long a peer is left alone."""

import pytest

from rogatory_node.delivery.backoff import Attempt, Outcome, pause_seconds

DRAWS = [n / 100 for n in range(100)]


def refused(refusals: int, draw: float) -> Attempt:
    return Attempt(outcome=Outcome.REFUSED, refusals=refusals, draw=draw)


@pytest.mark.parametrize("outcome", [Outcome.UNREACHABLE, Outcome.ENDED])
@pytest.mark.parametrize("urgency", [0, 1, 2, 3])
def test_P08_a_peer_that_is_away_is_dialled_every_second_while_anything_waits(outcome: Outcome, urgency: int) -> None:
    assert pause_seconds(Attempt(outcome=outcome, draw=0.9), urgency) == 1


def test_an_idle_peer_that_is_away_is_dialled_once_a_minute() -> None:
    assert pause_seconds(Attempt(outcome=Outcome.UNREACHABLE, draw=0.5), None) == 60


def test_P20_peers_of_a_node_that_restarts_come_back_spread_over_a_minute() -> None:
    pauses = [pause_seconds(Attempt(outcome=Outcome.ENDED, draw=draw), None) for draw in DRAWS]
    assert min(pauses) == 1
    assert 55 < max(pauses) < 60
    assert len(set(pauses)) == len(DRAWS)


@pytest.mark.parametrize(("urgency", "most"), [(0, 300), (1, 300), (2, 15), (3, 15)])
def test_a_refusal_is_followed_by_full_jitter_up_to_its_limit(urgency: int, most: int) -> None:
    pauses = [pause_seconds(refused(50, draw), urgency) for draw in DRAWS]
    assert min(pauses) == 1
    assert most * 0.98 < max(pauses) < most


def test_LNK_30_pauses_grow_with_the_refusals_and_never_pass_the_limit() -> None:
    pauses = [pause_seconds(refused(n, 0.99), 0) for n in range(1, 2_000)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 2
    assert pauses[-1] < 300


def test_an_urgent_letter_shortens_the_pause_of_the_same_draw() -> None:
    last = refused(9, 0.5)
    assert pause_seconds(last, 3) < pause_seconds(last, 0) <= pause_seconds(last, None)
