from lifecase import XA, XB, XC, Talk

from rogatory_node.casework.clocks.grading import Rate, grading, rates


def test_DOM_02_over_grading_is_recorded_with_who_changed_it_and_why() -> None:
    talk = Talk()
    request = talk.acknowledged(urgency={"grade": "EMERGENCY", "reasons": "x"})
    assert grading(talk.one()).accepted is None
    talk.say("urgency.change", XB, on=request, grade="PRIORITY", reasons="nobody is in danger", by="duty officer")
    found = grading(talk.one())
    assert (found.asked, found.accepted, found.lowered) == ("EMERGENCY", "PRIORITY", True)
    assert (found.by, found.reasons) == ("duty officer", "nobody is in danger")


def test_DOM_02_each_authority_has_its_rate() -> None:
    talk = Talk()
    for sender, grade, judged in (
        (XA, "EMERGENCY", "PRIORITY"),
        (XA, "EMERGENCY", "EMERGENCY"),
        (XA, "ROUTINE", None),
        (XC, "PRIORITY", "EMERGENCY"),
    ):
        digest = talk.ask(sender=sender, urgency={"grade": grade, "reasons": "x"})
        answer = {"urgency_accepted": {"grade": judged}} if judged else {}
        talk.say("acknowledgement", XB, sender, on=digest, reference="x", **answer)
    assert rates(talk.case().requests) == {
        XA: Rate(requests=3, judged=2, lowered=1),
        XC: Rate(requests=1, judged=1, lowered=0),
    }
