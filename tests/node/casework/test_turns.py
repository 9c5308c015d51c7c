"""Who moves next."""

from lifecase import XA, XB, Talk

from rogatory_node.casework.life.states import ENDED, STATES
from rogatory_node.casework.turns import NEXT, live, sides


def test_every_state_has_a_side_and_only_ended_ones_have_none() -> None:
    assert NEXT.keys() == STATES.keys()
    assert {state for state, side in NEXT.items() if not side} == ENDED
    assert all(set(side) <= {"R", "Q"} for side in NEXT.values())


def test_the_turn_passes_with_the_letters() -> None:
    talk = Talk()
    asked = talk.ask()
    assert sides(talk.one()) == {"Q"}
    talk.say("acknowledgement", XB, on=asked, reference="XB-9")
    question = talk.say("info.request", XB, on=asked, questions=["Which account?"])
    assert sides(talk.one()) == {"R"}
    talk.say("info.response", XA, on=question, answers=["This one."])
    assert sides(talk.one()) == {"Q"}


def test_what_is_owed_after_the_end_is_still_a_turn() -> None:
    talk = Talk()
    asked = talk.acknowledged()
    talk.say("withdrawal", XA, on=asked)
    assert not live(talk.one())
    assert sides(talk.one()) == {"Q"}
