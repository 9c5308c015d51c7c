from lifecase import XA, XB, XC, Talk

from rogatory_node.casework.life.forms import MOST_MEASURES


def test_RULE_10_DOM_05_a_duplicate_is_shown_and_not_processed_twice() -> None:
    talk = Talk()
    first = talk.ask(references={"sender": "XA-1"})
    again = talk.ask(references={"sender": "XA-1"})
    request = talk.one()
    assert request.digest == first
    assert [(each.letter, each.reason, each.detail) for each in request.kept] == [(again, "duplicate", first)]
    talk.say("acknowledgement", XB, on=again, reference="XB-1")
    assert talk.one().state == "ACKNOWLEDGED"


def test_a_duplicate_in_part_asks_for_the_rest() -> None:
    talk = Talk()
    talk.ask("data.content", references={"sender": "XA-1"})
    talk.ask("data.content", "data.traffic", references={"sender": "XA-1"})
    requests = talk.case().requests
    assert [[each.id for each in request.measures] for request in requests] == [["1"], ["2"]]


def test_a_withdrawn_request_may_be_made_anew() -> None:
    talk = Talk()
    first = talk.ask(references={"sender": "XA-1"})
    talk.say("withdrawal", XA, on=first)
    talk.ask(references={"sender": "XA-1"})
    assert [each.state for each in talk.case().requests] == ["WITHDRAWN", "TRANSMITTED"]


def test_a_request_to_two_has_two_lives() -> None:
    talk = Talk()
    request = talk.ask(to=(XB, XC))
    talk.say("acknowledgement", XC, XA, on=request, reference="XC-1")
    assert {each.recipient: each.state for each in talk.case().requests} == {XB: "TRANSMITTED", XC: "ACKNOWLEDGED"}


def test_an_enquiry_is_no_request_and_is_cited() -> None:
    talk = Talk()
    draft = talk.say("draft.comment", XA, purpose="draft", text="would this do?")
    contact = talk.say("spontaneous", XB, information="x")
    assert talk.case().requests == ()
    request = talk.ask(converted_from=[draft], prior_contacts=[{"letter": contact}])
    case = talk.case()
    assert case.informal == {draft: (request,), contact: (request,)}
    assert set(talk.one().cites) == {draft, contact}


def test_RULE_08_an_oral_request_is_logged_and_confirmed_in_writing() -> None:
    talk = Talk()
    logged = talk.say("acknowledgement", XB, oral={"at": "2031-01-01T02:00:00Z", "by": "duty officer"}, reference="o")
    (oral,) = talk.case().orals
    assert (oral.sender, oral.recipient, oral.confirmed) == (XA, XB, None)
    request = talk.ask(oral_first={"letter": logged, "at": "2031-01-01T02:00:00Z"})
    assert talk.case().orals[0].confirmed == request


def test_a_preservation_is_followed_up_by_a_later_request() -> None:
    talk = Talk()
    kept = talk.acknowledged("data.preserve", references={"sender": "P-1"})
    talk.say("preservation.confirm", XB, on=kept, outcome="PRESERVED", preserved=[{"until": "2031-04-24T08:12:00Z"}])
    follow = talk.ask("data.content", references={"sender": "M-1", "previous": "P-1"})
    measure = talk.case().requests[0].measures[0]
    assert (measure.sub, measure.follow_up, measure.state) == ("FOLLOWED_UP", follow, "PRESERVED")
    assert talk.case().requests[1].cites == (kept,)


def test_too_many_measures_and_none_are_kept() -> None:
    talk = Talk()
    talk.ask(*["x"] * (MOST_MEASURES + 1))
    talk.say("request", XA, measures=[])
    assert [each.reason for each in talk.case().kept] == ["measures_many", "measure_unknown"]


def test_an_unknown_grade_is_routine() -> None:
    talk = Talk()
    talk.ask(urgency={"grade": "PANIC"})
    assert talk.one().grade == "ROUTINE"
