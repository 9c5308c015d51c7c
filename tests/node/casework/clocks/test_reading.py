from lifecase import XA, XB, Talk

from rogatory_node.casework.clocks import reading
from rogatory_node.casework.clocks.places import NOWHERE
from rogatory_node.casework.clocks.reading import History, Mark


def told(talk: Talk) -> History:
    request = talk.one()
    return reading.history(request, request.measures[0], NOWHERE)


def test_receipt_is_the_first_that_the_other_side_showed() -> None:
    talk = Talk()
    request = talk.ask()
    assert reading.STARTS["received"](told(talk)) is None
    talk.prove(30, request, XB)
    stored = talk.now
    talk.say("acknowledgement", XB, on=request, reference="x")
    assert reading.STARTS["received"](told(talk)) == Mark(at=0, ts=stored, name="received")


def test_all_information_is_there_with_the_last_answer() -> None:
    talk = Talk()
    request = talk.acknowledged()
    ask = talk.say("info.request", XB, on=request, questions=[{"n": 1}])
    talk.say("info.response", XA, on=ask, answers=[{"n": 1, "text": "x"}], wait=1000)
    start = reading.STARTS["complete"](told(talk))
    assert start is not None
    assert start.ts == talk.now


def test_a_clock_stands_still_while_information_is_asked_for() -> None:
    talk = Talk()
    request = talk.acknowledged()
    start = reading.STARTS["received"](told(talk))
    assert start is not None
    begun = talk.now + 10
    ask = talk.say("info.request", XB, on=request, questions=[{"n": 1}], wait=10)
    assert reading.pauses(told(talk), start, None) == ((), True)
    assert reading.pauses(told(talk), start, begun + 5) == (((begun, begun + 5),), True)
    talk.say("info.response", XA, on=ask, answers=[{"n": 1, "text": "x"}], wait=100)
    assert reading.pauses(told(talk), start, None) == (((begun, begun + 100),), False)


def test_what_stops_a_clock_is_never_before_its_start() -> None:
    talk = Talk()
    request = talk.ask()
    known = talk.say("acknowledgement", XB, on=request, reference="x")
    late = talk.now
    talk.say("decision", XB, on=request, outcome="ACCEPTED", wait=-500, after=[known])
    start = Mark(at=0, ts=late, name="received")
    assert reading.stop(told(talk), start, frozenset({"ACCEPTED"})) == late
    assert reading.stop(told(talk), start, frozenset({"REFUSED"})) is None
