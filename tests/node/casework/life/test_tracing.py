from lifecase import XA, XB, XC, Talk, name


def test_RULE_06_node_receipt_and_human_acknowledgement_are_different() -> None:
    talk = Talk()
    request = talk.ask()
    talk.prove(30, request, XB)
    receipts = talk.one().receipts
    assert receipts.stored is not None
    assert (receipts.taken, receipts.acknowledged, receipts.complete) == (None, None, None)
    assert talk.one().state == "DELIVERED"
    talk.prove(35, request, XB)
    talk.prove(40, request, XB, role="duty")
    assert talk.one().receipts.taken_by == "duty"
    assert talk.one().state == "DELIVERED"
    talk.say("acknowledgement", XB, on=request, reference="XB-1")
    assert talk.one().receipts.reference == "XB-1"
    assert talk.one().state == "ACKNOWLEDGED"


def test_a_declared_silence_is_superseded_by_a_receipt() -> None:
    talk = Talk()
    request = talk.ask()
    talk.prove(91, request, XA)
    assert talk.one().receipts.undelivered is not None
    talk.prove(30, request, XB)
    assert talk.one().receipts.undelivered is None
    talk.prove(90, request, XB, code="15")
    assert talk.one().receipts.refused_by_node == "15"


def test_evidence_of_a_stranger_moves_nothing() -> None:
    talk = Talk()
    request = talk.ask()
    talk.prove(30, request, XC)
    talk.prove(40, request, XA)
    assert talk.one().state == "TRANSMITTED"


def test_a_formal_answer_begins_the_review_or_makes_reasons_due() -> None:
    talk = Talk()
    request = talk.ask()
    talk.prove(50, request, XB, role="registrar")
    assert talk.one().state == "UNDER_REVIEW"
    other = Talk()
    request = other.ask()
    other.prove(51, request, XB, code="DUAL_CRIMINALITY")
    assert other.one().state == "DELIVERED"
    assert [due.code for due in other.one().dues] == ["give_reasons"]


def test_a_letter_says_which_of_several_requests_it_is_about() -> None:
    talk = Talk()
    first, second = talk.ask(), talk.ask()
    talk.say("acknowledgement", XB, reference="?")
    talk.say("acknowledgement", XB, on=second, reference="XB-2")
    case = talk.case()
    assert [each.state for each in case.requests] == ["TRANSMITTED", "ACKNOWLEDGED"]
    assert [each.reason for each in case.kept] == ["request_unclear"]
    assert case.requests[0].digest == first


def test_a_letter_of_a_stranger_is_kept() -> None:
    talk = Talk()
    request = talk.ask()
    talk.say("acknowledgement", XC, XA, on=request, reference="x")
    talk.say("status", XB, on=name("missing"))
    assert [each.reason for each in talk.case().kept] == ["stranger", "request_missing"]
    assert talk.states() == ["TRANSMITTED"]
