import pytest
from lifecase import REFUSAL, WAIVED, XA, XB, Talk


def decided(*types: str, request: dict[str, object] | None = None, **form: object) -> Talk:
    talk = Talk()
    digest = talk.acknowledged(*types, **(request or {}))
    talk.say("decision", XB, on=digest, **form)
    return talk


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({**REFUSAL, **WAIVED, "grounds": []}, "ground_missing"),
        ({**REFUSAL, **WAIVED, "grounds": ["WHIM"]}, "ground_unknown"),
        ({**REFUSAL, **WAIVED, "grounds": ["BANK_SECRECY"]}, "ground_never"),
        ({**REFUSAL, **WAIVED, "grounds": ["FISCAL"]}, "ground_never"),
        ({**REFUSAL, **WAIVED, "reasons": " "}, "reasons_missing"),
        ({**REFUSAL}, "consultation_missing"),
        ({"outcome": "POSTPONED", "reasons": "own case"}, "consultation_missing"),
        ({"outcome": "POSTPONED", **WAIVED}, "reasons_missing"),
        ({}, "outcome_missing"),
        ({"outcome": "MAYBE"}, "outcome_unknown"),
    ],
)
def test_RULE_01_DOM_03_no_refusal_without_code_reasons_and_consultation(form: dict[str, object], reason: str) -> None:
    talk = decided(**form)
    assert talk.states() == ["ACKNOWLEDGED"]
    assert talk.reasons() == [reason]


def test_RULE_01_a_refusal_with_all_of_them_stands() -> None:
    assert decided(**REFUSAL, **WAIVED).states() == ["REFUSED"]
    talk = Talk()
    digest = talk.acknowledged()
    talk.say("consultation", XB, on=digest, topic="refusal")
    talk.say("decision", XB, on=digest, **REFUSAL)
    assert talk.states() == ["REFUSED"]
    assert talk.one().measures[0].grounds == ("DUAL_CRIMINALITY",)


def test_preservation_is_not_refused_for_lack_of_dual_criminality() -> None:
    basis = {"legal_basis": [{"instrument": "BC", "articles": ["29"]}]}
    talk = decided("data.preserve", request=basis, **REFUSAL, **WAIVED)
    assert talk.reasons() == ["ground_excluded"]
    allowed = {**REFUSAL, "grounds": ["POLITICAL"]}
    assert decided("data.preserve", request=basis, **allowed, **WAIVED).states() == ["REFUSED"]


def test_RULE_04_accepting_conditions_is_explicit_and_binds() -> None:
    talk = Talk()
    request = talk.acknowledged()
    offer = talk.say("conditions.offer", XB, on=request, conditions=["STATED_PROCEEDINGS", "NO_ONWARD"])
    talk.say("status", XA, on=offer)
    talk.say("conditions.accept", XA, on=request, conditions=["STATED_PROCEEDINGS", "NO_ONWARD"])
    talk.say("conditions.accept", XA, on=offer, conditions=["NO_ONWARD"])
    assert talk.states() == ["CONDITIONS_OFFERED"]
    assert talk.reasons() == ["conditions_differ", "conditions_differ"]
    talk.say("conditions.accept", XA, on=offer, conditions=["NO_ONWARD", "STATED_PROCEEDINGS"])
    measure = talk.one().measures[0]
    assert (measure.state, set(measure.bound)) == ("ACCEPTED", {"NO_ONWARD", "STATED_PROCEEDINGS"})
    assert set(measure.labels) == {"NO_ONWARD", "USE_LIMITED"}


def test_conditions_are_of_the_list() -> None:
    talk = Talk()
    request = talk.acknowledged()
    talk.say("conditions.offer", XB, on=request, conditions=[])
    talk.say("conditions.offer", XB, on=request, conditions=["WHIM"])
    assert talk.reasons() == ["conditions_missing", "condition_unknown"]


def test_every_question_is_answered() -> None:
    talk = Talk()
    request = talk.acknowledged()
    ask = talk.say("info.request", XB, on=request, questions=[{"n": 1, "text": "?"}, {"n": 2, "text": "?"}])
    talk.say("info.response", XA, on=ask, answers=[{"n": 1, "text": "yes"}])
    assert (talk.states(), talk.reasons()) == (["INFO_REQUESTED"], ["answers_missing"])
    talk.say("info.response", XA, on=ask, answers=[{"n": 1, "text": "yes"}, {"n": 2, "reasons": "not known"}])
    assert talk.states() == ["UNDER_REVIEW"]
    assert talk.one().kept[0].detail == "2"


def test_an_outcome_has_what_belongs_to_it() -> None:
    talk = Talk()
    request = talk.acknowledged()
    for form in ({}, {"outcome": "WHIM"}, {"outcome": "REDIRECT"}, {"outcome": "PRESERVED", "until": "2031-01-01"}):
        talk.say("response.partial", XB, on=request, **form)
    assert talk.reasons() == ["outcome_missing", "outcome_unknown", "outcome_lacks", "outcome_unknown"]


def test_closing_and_grading_use_the_lists() -> None:
    talk = Talk()
    request = talk.acknowledged()
    talk.say("urgency.change", XB, on=request, grade="PANIC", reasons="x")
    talk.say("withdrawal", XA, on=request)
    talk.say("closure", XA, on=request, reason="WHIM")
    talk.say("closure", XA, on=request, reason="WITHDRAWN")
    assert talk.reasons() == ["grade_unknown", "closure_unknown"]
    assert talk.states() == ["CLOSED"]
