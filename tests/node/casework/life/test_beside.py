from lifecase import XA, XB, Talk


def dues(talk: Talk) -> list[tuple[str, str, int]]:
    return [(due.code, due.side, due.asked) for due in talk.one().dues]


def test_RULE_02_a_status_question_stays_due_until_it_is_answered() -> None:
    talk = Talk()
    request = talk.acknowledged()
    talk.say("status.request", XA, on=request)
    talk.say("reminder", XA, on=request, nth=1)
    assert dues(talk) == [("answer_status", "Q", 2)]
    talk.say("acknowledgement", XB, on=request, reference="again")
    assert dues(talk) == [("answer_status", "Q", 2)]
    talk.say("status", XB, on=request, next_step="hearing", expected="2031-02-01")
    assert dues(talk) == []


def test_RULE_03_nothing_is_executed_when_confidentiality_cannot_be_kept_until_the_asker_decides() -> None:
    talk = Talk()
    request = talk.acknowledged()
    talk.say("breach.notice", XB, on=request, what="CANNOT_KEEP")
    talk.say("response.final", XB, on=request, outcome="EXECUTED_FULL")
    assert (talk.states(), talk.reasons()) == (["ACKNOWLEDGED"], ["confidentiality_open"])
    assert dues(talk) == [("decide_confidentiality", "R", 1)]
    talk.say("consultation", XA, on=request, topic="confidentiality", proceed=True)
    talk.say("response.final", XB, on=request, outcome="EXECUTED_FULL")
    assert talk.states() == ["EXECUTED"]


def test_RULE_05_use_limits_travel_with_the_evidence_and_other_use_asks_for_consent() -> None:
    talk = Talk()
    request = talk.acknowledged()
    answer = talk.say(
        "response.final",
        XB,
        on=request,
        outcome="EXECUTED_WITH_CONDITIONS",
        conditions=["STATED_PROCEEDINGS"],
        labels=["TLP_AMBER"],
    )
    assert set(talk.one().measures[0].labels) == {"USE_LIMITED", "TLP_AMBER"}
    question = talk.say("use.consent.request", XA, on=answer, purpose="another proceeding")
    assert talk.one().consents[0].granted is None
    assert ("answer_use", "Q", 1) in dues(talk)
    talk.say("use.consent.answer", XB, on=question, granted=False)
    assert talk.one().consents[0].granted is False


def test_the_urgency_says_who_asked_accepted_and_changed_it_and_why() -> None:
    talk = Talk()
    request = talk.ask(urgency={"grade": "EMERGENCY", "reasons": "risk to life", "by": "duty"})
    talk.say(
        "acknowledgement",
        XB,
        on=request,
        reference="x",
        urgency_accepted={"grade": "PRIORITY", "reasons": "no imminent risk", "by": "registrar"},
    )
    talk.say("urgency.change", XA, on=request, grade="TIME_CRITICAL", reasons="hearing on Monday")
    assert dues(talk) == [("answer_urgency", "Q", 1)]
    talk.say("urgency.change", XB, on=request, grade="TIME_CRITICAL", reasons="agreed")
    assert [(each.what, each.grade, each.side) for each in talk.one().urgency] == [
        ("asked", "EMERGENCY", "R"),
        ("accepted", "PRIORITY", "Q"),
        ("asked", "TIME_CRITICAL", "R"),
        ("accepted", "TIME_CRITICAL", "Q"),
    ]
    assert talk.one().urgency[1].by == "registrar"
    assert dues(talk) == []


def test_originals_are_due_back() -> None:
    talk = Talk()
    request = talk.acknowledged()
    talk.say("decision", XB, on=request, outcome="ACCEPTED")
    talk.say("evidence.handover", XB, on=request, return_by="2031-06-01")
    assert [(due.code, due.side, due.by) for due in talk.one().dues] == [("return_objects", "R", "2031-06-01")]
    talk.say("evidence.handover", XA, on=request)
    assert talk.one().dues == ()
