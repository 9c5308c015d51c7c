import pytest
from lifecase import XA, XB, Talk

from rogatory_node.casework.life.machines import rows_of
from rogatory_node.casework.life.moves import BY_NAME
from rogatory_node.casework.life.permitting import barred, ended, refusal, standing


def stand(talk: Talk, move: str, side: str) -> str | None:
    request = talk.one()
    found = refusal(BY_NAME[move], request, request.measures[0], side)
    return None if found is None else found[0]


def test_the_side_the_state_and_the_machine_are_asked() -> None:
    talk = Talk()
    request = talk.ask("data.content")
    assert stand(talk, "accept", "R") == "wrong_side"
    assert stand(talk, "accept", "Q") == "unacknowledged"
    assert stand(talk, "preserve", "Q") == "step"
    talk.say("acknowledgement", XB, on=request, reference="x")
    assert stand(talk, "accept", "Q") is None
    assert stand(talk, "reopen", "Q") == "state"
    talk.say("withdrawal", XA, on=request)
    assert stand(talk, "accept", "Q") == "withdrawn"


def test_what_was_taken_counts_as_acknowledged_and_a_pause_as_what_it_paused() -> None:
    talk = Talk()
    request = talk.ask()
    talk.prove(40, request, XB)
    assert standing(talk.one(), talk.one().measures[0]) == {"DELIVERED", "ACKNOWLEDGED"}
    talk.say("decision", XB, on=request, outcome="ACCEPTED")
    talk.say("consultation", XB, on=request)
    assert standing(talk.one(), talk.one().measures[0]) == {"CONSULTATION", "ACCEPTED"}


def test_RULE_03_nothing_is_executed_while_confidentiality_is_open() -> None:
    talk = Talk()
    request = talk.acknowledged()
    talk.say("breach.notice", XB, on=request, what="CANNOT_KEEP", text="x")
    assert stand(talk, "answer_finally", "Q") == "confidentiality_open"
    assert stand(talk, "accept", "Q") is None


@pytest.mark.parametrize(("at", "reason"), [(None, None), (0, None), (2_000_000_000, "expired")])
def test_an_extension_comes_before_the_end(at: int | None, reason: str | None) -> None:
    talk = Talk()
    request = talk.acknowledged("data.preserve")
    talk.say("preservation.confirm", XB, on=request, outcome="PRESERVED", until="2031-01-01")
    row = rows_of("preservation", "preservation.extended")[0]
    found = barred(row, talk.one().measures[0], "Q", at)
    assert (None if found is None else found[0]) == reason
    assert barred(row, talk.one().measures[0], "R", at) == ("wrong_side", "Q")


def test_what_is_at_its_end_makes_few_steps_more() -> None:
    talk = Talk()
    request = talk.acknowledged("hearing.video")
    assert ended("hearing.slot", talk.one().measures[0]) is None
    talk.say("response.final", XB, on=request, outcome="EXECUTED_FULL")
    talk.prove(35, talk.events[-1].digest if hasattr(talk.events[-1], "digest") else "", XA)
    assert ended("hearing.slot", talk.one().measures[0]) == ("state", "ANSWERED")
    assert ended("hearing.minutes", talk.one().measures[0]) is None
    talk.say("feedback", XA, on=request)
