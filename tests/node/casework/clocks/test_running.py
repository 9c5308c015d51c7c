import random

import pytest
from lifecase import WAIVED, XA, XB, Talk

from rogatory_node.casework.clocks.places import Place
from rogatory_node.casework.clocks.running import Clock, clocks_of, late
from rogatory_node.casework.life.fold import fold

DAY, HOUR = 86_400, 3_600


def basis(*instruments: str) -> dict[str, object]:
    return {"legal_basis": [{"instrument": each} for each in instruments]}


def running(talk: Talk, **places: Place) -> dict[str, Clock]:
    return {clock.rule: clock for clock in clocks_of(talk.case(), {XB: places["at"]} if places else None)}


def test_a_preservation_runs_until_it_is_followed_up() -> None:
    talk = Talk()
    request = talk.acknowledged("data.preserve", references={"sender": "XA-1"}, **basis("BC"))
    assert "preservation.end" not in running(talk)
    talk.say("preservation.confirm", XB, on=request, outcome="PRESERVED", until="2030-06-16")
    kept = talk.now
    clocks = running(talk)
    assert clocks["preservation.end"].side == "R"
    assert clocks["preservation.end"].due == 1_907_884_800
    assert clocks["preservation.minimum"].due == (kept // DAY + 61) * DAY
    assert clocks["preservation.order"].due == (kept // DAY + 91) * DAY
    assert not late(clocks["preservation.minimum"], kept + DAY)
    assert late(clocks["preservation.minimum"], kept + 62 * DAY)
    follow = talk.ask("data.content", references={"sender": "XA-2", "previous": request})
    clocks = running(talk)
    assert [clocks[name].state for name in ("preservation.end", "preservation.minimum", "preservation.hold")] == [
        "MET",
        "MET",
        "RUNNING",
    ]
    assert clocks["preservation.hold"].due is None
    talk.say("acknowledgement", XB, on=follow, reference="x")
    talk.say("response.final", XB, on=follow, outcome="EXECUTED_FULL")
    clocks = running(talk)
    assert (clocks["preservation.hold"].state, clocks["preservation.hold"].stopped) == ("MET", talk.now)


def test_an_extension_moves_the_end() -> None:
    talk = Talk()
    request = talk.acknowledged("data.preserve", **basis("BC"))
    talk.say("preservation.confirm", XB, on=request, outcome="PRESERVED", until="2030-06-16T00:00:00Z")
    talk.say("preservation.extended", XB, on=request, until="2030-09-16T00:00:00Z", wait=10 * DAY)
    clocks = running(talk)
    assert clocks["preservation.end"].start == talk.now
    assert clocks["preservation.minimum"].start == talk.now - 10 * DAY
    assert clocks["preservation.end"].due == 1_915_747_200


def test_a_decision_is_due_where_the_instrument_says_so_and_waits_for_information() -> None:
    talk = Talk()
    request = talk.acknowledged("search.seizure", **basis("UNTOC", "EIO"))
    received = talk.now
    assert running(talk)["execution.decision"].due == (received // DAY + 31) * DAY
    ask = talk.say("info.request", XB, on=request, questions=[{"n": 1}])
    paused = running(talk)["execution.decision"]
    assert (paused.state, paused.due) == ("PAUSED", None)
    talk.say("info.response", XA, on=ask, answers=[{"n": 1, "text": "x"}], wait=4 * DAY)
    assert running(talk)["execution.decision"].due == (received // DAY + 35) * DAY
    talk.say("decision", XB, on=request, outcome="ACCEPTED", wait=40 * DAY)
    clocks = running(talk)
    assert clocks["execution.decision"].state == "LATE"
    assert late(clocks["execution.decision"], 0)
    assert clocks["execution"].due == (talk.now // DAY + 91) * DAY
    assert clocks["eio.provisional"].due == received + DAY


def test_without_a_treaty_that_sets_a_length_there_is_no_clock() -> None:
    talk = Talk()
    talk.acknowledged("search.seizure", **basis("UNTOC"))
    assert running(talk) == {}


def test_a_refusal_ends_what_was_due() -> None:
    talk = Talk()
    request = talk.acknowledged("search.seizure", urgency={"grade": "PRIORITY", "deadline": "2031-01-01"})
    refusal = {"outcome": "REFUSED", "grounds": ["SOVEREIGNTY"], "reasons": "x", **WAIVED}
    assert running(talk)["deadline"].state == "RUNNING"
    talk.say("decision", XB, on=request, **refusal)
    assert running(talk)["deadline"].state == "MET"


def test_a_withdrawal_ends_clocks_without_anybody_being_late() -> None:
    talk = Talk()
    request = talk.acknowledged("search.seizure", **basis("EIO"))
    talk.say("withdrawal", XA, on=request, wait=90 * DAY)
    assert running(talk)["execution.decision"].state == "ENDED"


def test_the_zone_is_that_of_the_requested_side_as_its_letters_say() -> None:
    talk = Talk()
    request = talk.ask("search.seizure", **basis("EIO"))
    talk.prove(30, request, XB)
    midnight = (talk.now // DAY + 31) * DAY
    assert running(talk)["execution.decision"].due == midnight
    directory = Place(zone="Asia/Kathmandu")
    assert running(talk, at=directory)["execution.decision"].due == midnight - 5 * HOUR - 45 * 60 + DAY * (
        talk.now % DAY >= DAY - 5 * HOUR - 45 * 60
    )
    talk.say("acknowledgement", XB, on=request, reference="x", time_zone="Pacific/Kiritimati")
    assert (running(talk, at=directory)["execution.decision"].due or 0) % DAY == 10 * HOUR
    assert talk.one().zone == "Pacific/Kiritimati"


@pytest.mark.parametrize(("instrument", "days"), [("ECE", 40), ("UNTOC", 40)])
def test_a_person_is_released_unless_the_request_arrives(instrument: str, days: int) -> None:
    talk = Talk()
    request = talk.acknowledged("arrest.provisional", **basis(instrument))
    talk.say("arrest.notice", XB, on=request, at="2030-03-20T10:00:00Z", wait=DAY)
    clocks = running(talk)
    assert clocks["arrest.provisional"].start == 1_900_231_200
    assert clocks["arrest.provisional"].due == (1_900_231_200 // DAY + days + 1) * DAY
    assert ("arrest.early" in clocks) == (instrument == "ECE")
    talk.say("status", XB, on=request, step="FORMAL_REQUEST_RECEIVED")
    assert running(talk)["arrest.provisional"].state == "MET"


def test_the_end_that_the_notice_of_arrest_names_goes_before_the_treaty() -> None:
    talk = Talk()
    request = talk.acknowledged("arrest.provisional", **basis("ECE", "ECE-3AP"))
    talk.say("arrest.notice", XB, on=request, at="2030-03-20T10:00:00Z", clock_end="2030-05-19T00:00:00Z")
    assert running(talk)["arrest.provisional"].due == 1_905_379_200
    assert running(talk)["arrest.consent"].state == "RUNNING"
    talk.say("status", XB, on=request, consent=False)
    assert running(talk)["arrest.consent"].state == "MET"


def test_an_emergency_is_taken_by_a_person_within_the_target() -> None:
    talk = Talk()
    request = talk.ask("emergency.disclosure")
    talk.prove(30, request, XB)
    clocks = running(talk)
    assert (clocks["emergency.taken"].due, clocks["emergency"].due) == (talk.now + 1800, talk.now + DAY)
    talk.prove(40, request, XB, role="duty")
    assert running(talk)["emergency.taken"].state == "MET"


def test_dates_of_letters_are_clocks() -> None:
    talk = Talk()
    request = talk.acknowledged(
        "service.documents", **basis("ECMA"), latest="2030-05-01", hearing_date="2030-06-30T09:00:00Z"
    )
    talk.say("info.request", XB, on=request, questions=[{"n": 1}], due="2030-04-01T00:00:00Z")
    clocks = running(talk)
    assert clocks["service.summons"].due == 1_903_910_400
    assert clocks["service.before"].due == 1_904_774_400
    assert (clocks["answer_info"].side, clocks["answer_info"].due) == ("R", 1_901_232_000)


def test_a_safe_conduct_outlasts_the_request() -> None:
    talk = Talk()
    request = talk.acknowledged("person.appear", **basis("UNCAC"))
    talk.say("response.final", XB, on=request, outcome="EXECUTED_FULL")
    talk.say("status", XA, on=request, presence_ended="2030-06-01T12:00:00Z")
    talk.say("withdrawal", XA, on=request)
    clock = running(talk)["safe_conduct"]
    assert (clock.state, clock.due) == ("RUNNING", 1_907_884_800)
    assert not late(clock, clock.due + DAY)


def test_both_sides_compute_the_same_in_any_order() -> None:
    talk = Talk()
    request = talk.acknowledged("data.preserve", "hearing.video", **basis("BC", "EIO"))
    talk.say("preservation.confirm", XB, on=request, measures=["1"], outcome="PRESERVED", until="2030-06-16")
    talk.say("hearing.slot", XA, on=request, measures=["2"])
    talk.say("hearing.confirm", XB, on=request, measures=["2"], slot={"start": "2030-07-01T09:00:00Z"})
    ours = clocks_of(talk.case())
    assert {"hearing.date", "preservation.end"} <= {clock.rule for clock in ours}
    for seed in range(5):
        random.Random(seed).shuffle(talk.events)
        assert clocks_of(fold(talk.events)) == ours


def test_dates_that_are_none_make_no_clock() -> None:
    talk = Talk()
    talk.acknowledged("service.documents", latest="soon", urgency={"grade": "PRIORITY", "deadline": 5}, period=7)
    assert running(talk) == {}
