from lifecase import XA, XB, XC, Talk

from rogatory_node.casework.life.dating import end_of

CONFIRMED = {"outcome": "PRESERVED", "until": "2031-01-01"}


def sub(talk: Talk) -> str | None:
    return talk.case().requests[0].measures[0].sub


def test_preservation_goes_from_request_to_release() -> None:
    talk = Talk()
    request = talk.acknowledged("data.preserve")
    assert sub(talk) == "ACKNOWLEDGED"
    talk.say("preservation.confirm", XB, on=request, **CONFIRMED)
    assert (sub(talk), talk.states(), talk.one().measures[0].until) == ("PRESERVED", ["PRESERVED"], "2031-01-01")
    talk.say("preservation.extended", XB, on=request, until="2031-03-01")
    assert (sub(talk), talk.one().measures[0].until) == ("EXTENDED", "2031-03-01")
    talk.say("preservation.release", XA, on=request)
    assert (sub(talk), talk.states()) == ("RELEASED", ["ANSWERED"])
    talk.say("preservation.extended", XB, on=request, until="2031-09-01")
    assert talk.reasons() == ["state"]


def test_a_preservation_is_extended_only_before_it_ends() -> None:
    talk = Talk()
    request = talk.acknowledged("data.preserve")
    talk.say("preservation.confirm", XB, on=request, outcome="PRESERVED", until="2031-01-01")
    talk.now = end_of("2031-01-01") or 0
    talk.say("preservation.extended", XB, on=request, until="2031-06-01")
    assert (sub(talk), talk.reasons()) == ("PRESERVED", ["expired"])


def test_what_is_deleted_is_not_preserved() -> None:
    talk = Talk()
    request = talk.acknowledged("data.preserve")
    talk.say("preservation.confirm", XB, on=request, outcome="ALREADY_DELETED")
    assert (sub(talk), talk.states()) == ("ACKNOWLEDGED", ["EXECUTED"])


def test_extradition_goes_to_surrender() -> None:
    talk = Talk()
    request = talk.acknowledged("extradition")
    for kind, form in (
        ("status", {"step": "PERSON_LOCATED"}),
        ("arrest.notice", {}),
        ("status", {"step": "FORMAL_REQUEST_RECEIVED"}),
        ("status", {"step": "JUDICIAL_STAGE"}),
        ("status", {"step": "EXECUTIVE_DECISION"}),
        ("surrender.arrangement", {}),
        ("surrender.arrangement", {}),
    ):
        talk.say(kind, XB, on=request, **form)
    assert sub(talk) == "SURRENDER_PLANNED"
    talk.say("surrender.arrangement", XA, on=request, step="SURRENDERED")
    assert sub(talk) == "SURRENDERED"
    talk.say("status", XB, on=request, step="PERSON_LOCATED")
    assert (sub(talk), talk.reasons()) == ("SURRENDERED", ["step"])


def test_assets_are_lifted_only_after_notice() -> None:
    talk = Talk()
    request = talk.acknowledged("proceeds.freeze")
    talk.say("asset.notice", XB, on=request, event="frozen", review_on="2031-05-01")
    talk.say("asset.notice", XB, on=request, event="lifted")
    assert (sub(talk), talk.reasons(), talk.one().measures[0].until) == ("FROZEN", ["step"], "2031-05-01")
    talk.say("asset.notice", XB, on=request, event="lift_intended")
    talk.say("asset.notice", XB, on=request, event="lifted")
    assert sub(talk) == "LIFTED"


def test_a_hearing_is_agreed_held_and_minuted() -> None:
    talk = Talk()
    request = talk.acknowledged("hearing.video")
    talk.say("hearing.slot", XA, on=request)
    talk.say("hearing.confirm", XB, on=request)
    assert sub(talk) == "SLOT_AGREED"
    talk.say("hearing.confirm", XB, on=request, step="TESTED")
    talk.say("hearing.confirm", XB, on=request, step="HELD")
    talk.say("hearing.minutes", XA, on=request)
    talk.say("hearing.minutes", XB, on=request)
    assert (sub(talk), talk.reasons()) == ("MINUTES_SENT", ["wrong_side"])


def test_a_detained_person_goes_only_with_consent_and_agreement() -> None:
    talk = Talk()
    request = talk.acknowledged("transfer.detained")
    talk.say("surrender.arrangement", XB, on=request, step="TRANSFERRED")
    assert (sub(talk), talk.reasons()) == ("", ["step"])
    talk.say("status", XB, on=request, step="CONSENT")
    talk.say("decision", XB, on=request, outcome="ACCEPTED")
    talk.say("surrender.arrangement", XB, on=request, step="TRANSFERRED")
    talk.say("surrender.arrangement", XA, on=request, step="RETURNED")
    assert sub(talk) == "RETURNED"


def test_a_joint_team_begins_when_all_signed() -> None:
    talk = Talk()
    request = talk.ask("joint.investigation", to=(XB, XC))
    for each in (XB, XC):
        talk.say("acknowledgement", each, XA, on=request, reference="x")
    talk.say("status", XB, XA, XC, on=request, step="SIGNED_BY_ALL")
    talk.say("status", XC, XA, XB, on=request, step="SIGNED_BY_ALL")
    assert {each.measures[0].sub for each in talk.case().requests} == {"PROPOSED"}
    talk.say("status", XA, XB, XC, on=request, step="SIGNED_BY_ALL")
    assert {each.measures[0].sub for each in talk.case().requests} == {"SIGNED_BY_ALL"}
