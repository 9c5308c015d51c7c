import cProfile

import pytest
from lifecase import REFUSAL, WAIVED, XA, XB, Talk


def test_measures_have_their_own_fates() -> None:
    talk = Talk()
    request = talk.acknowledged("data.subscriber", "data.content", "search.seizure")
    talk.say(
        "decision",
        XB,
        on=request,
        measures=["1", {"id": "2", **REFUSAL, **WAIVED}, {"id": "9", "outcome": "ACCEPTED"}],
        outcome="ACCEPTED",
    )
    assert talk.states() == ["ACCEPTED", "REFUSED", "ACKNOWLEDGED"]
    assert [(each.reason, each.measures) for each in talk.one().kept] == [("measure_unknown", ("9",))]
    answer = talk.say("response.final", XB, on=request, measures=[{"id": "1", "outcome": "EXECUTED_FULL"}])
    assert talk.states() == ["EXECUTED", "REFUSED", "ACKNOWLEDGED"]
    assert (talk.reasons()[-1], talk.one().kept[-1].measures) == ("outcome_missing", ("3",))
    assert talk.one().state == "PARTIALLY_EXECUTED"
    talk.prove(35, answer, XA)
    assert talk.states()[0] == "ANSWERED"


def test_RULE_07_a_sent_request_is_not_changed_but_supplemented() -> None:
    talk = Talk()
    request = talk.acknowledged("data.subscriber")
    extra = talk.say(
        "supplement",
        XA,
        on=request,
        measures=[{"id": "1", "type": "data.content"}, {"id": "2", "type": "data.traffic"}],
    )
    assert [(each.id, each.type) for each in talk.one().measures] == [("1", "data.subscriber"), ("2", "data.traffic")]
    assert [(each.letter, each.reason) for each in talk.one().kept] == [(extra, "immutable")]
    assert talk.one().supplements == (extra,)


def test_RULE_09_DOM_06_withdrawal_stops_and_asks_for_a_report() -> None:
    talk = Talk()
    request = talk.acknowledged()
    talk.say("decision", XB, on=request, outcome="ACCEPTED")
    talk.say("withdrawal", XA, on=request)
    talk.say("response.final", XB, on=request, outcome="EXECUTED_FULL")
    assert (talk.states(), talk.reasons()) == (["WITHDRAWN"], ["withdrawn"])
    assert "report_done" in [due.code for due in talk.one().dues]
    talk.say("status", XB, on=request, done="nothing was executed")
    assert talk.one().dues == ()


def test_a_pause_does_not_forbid_what_was_allowed_before_it() -> None:
    talk = Talk()
    request = talk.acknowledged()
    talk.say("decision", XB, on=request, outcome="ACCEPTED")
    talk.say("status", XB, on=request, stage="IN_EXECUTION")
    talk.say("consultation", XB, on=request, topic="cost")
    assert talk.states() == ["CONSULTATION"]
    assert talk.one().measures[0].before == "IN_EXECUTION"
    talk.say("status", XB, on=request, stage="RESUMED")
    assert talk.states() == ["IN_EXECUTION"]
    talk.say("consultation", XA, on=request, topic="procedure")
    talk.say("response.final", XB, on=request, outcome="NO_RECORDS")
    assert talk.states() == ["EXECUTED"]


def test_nothing_is_decided_before_somebody_has_the_request() -> None:
    talk = Talk()
    request = talk.ask()
    talk.prove(30, request, XB)
    talk.say("decision", XB, on=request, outcome="ACCEPTED")
    assert (talk.states(), talk.reasons()) == (["DELIVERED"], ["unacknowledged"])
    talk.prove(40, request, XB, role="handler")
    talk.say("decision", XB, on=request, outcome="ACCEPTED")
    assert talk.states() == ["ACCEPTED"]


def test_a_side_makes_only_its_own_moves() -> None:
    talk = Talk()
    request = talk.acknowledged()
    talk.say("decision", XA, on=request, outcome="ACCEPTED")
    talk.say("withdrawal", XB, on=request)
    assert (talk.states(), talk.reasons()) == (["ACKNOWLEDGED"], ["wrong_side", "wrong_side"])


def test_a_closed_request_is_reopened() -> None:
    talk = Talk()
    request = talk.acknowledged()
    talk.say("withdrawal", XA, on=request)
    talk.say("closure", XB, on=request, reason="WITHDRAWN")
    talk.say("reopen", XA, on=request, reasons="supplementary need")
    assert talk.states() == ["REOPENED"]
    talk.say("decision", XB, on=request, outcome="ACCEPTED")
    assert talk.states() == ["ACCEPTED"]


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("decision", {"outcome": "ACCEPTED"}),
        ("decision", {**REFUSAL, **WAIVED}),
        ("consultation", {}),
        ("response.partial", {"outcome": "EXECUTED_FULL", "labels": ["H1"]}),
        ("preservation.confirm", {"outcome": "PRESERVED", "until": "2041-01-01"}),
        ("asset.notice", {"event": "frozen", "review_on": "2031-01-01"}),
        ("status", {"stage": "IN_EXECUTION", "step": "PERSON_LOCATED"}),
        ("conditions.offer", {"conditions": ["NO_ONWARD"]}),
    ],
)
def test_measures_that_stand_alike_are_moved_as_if_each_was_named(kind: str, form: dict[str, object]) -> None:
    types = ["data.preserve", "data.content", "data.content", "proceeds.freeze", "extradition", "data.preserve"] * 3
    found = []
    for named in (None, [{"id": str(n + 1)} for n in range(len(types))]):
        talk = Talk()
        request = talk.acknowledged(*types)
        talk.say("decision", XB, on=request, measures=["2", "5"], outcome="ACCEPTED")
        talk.say(kind, XB, on=request, key="the letter", **form, **({"measures": named} if named else {}))
        kept = {(each.reason, each.detail): each.measures for each in talk.one().kept}
        found.append((talk.one().measures, kept))
    assert found[0] == found[1]
    assert len({(measure.state, measure.sub) for measure in found[0][0]}) > 1


def test_a_letter_about_many_measures_is_judged_once_for_each_standing() -> None:
    def calls(measures: int) -> int:
        talk = Talk()
        request = talk.acknowledged(*["data.content"] * measures)
        for turn in range(5):
            talk.say("consultation", XB, on=request, key=f"c{turn}")
        profile = cProfile.Profile()
        profile.enable()
        talk.one()
        profile.disable()
        return sum(entry.callcount for entry in profile.getstats() if "stepping.py" in str(entry.code))

    # Each further measure costs no judgement: only what is kept of it.
    assert calls(200) - calls(100) <= 100
