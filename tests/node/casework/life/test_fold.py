import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st
from lifecase import REFUSAL, WAIVED, XA, XB, Talk

from rogatory_node.casework.life.events import Event, Letter
from rogatory_node.casework.life.fold import fold

KINDS = (
    ("acknowledgement", XB, {"reference": "x"}),
    ("decision", XB, {"outcome": "ACCEPTED"}),
    ("decision", XB, {**REFUSAL, **WAIVED}),
    ("decision", XB, {"measures": [{"id": "2", "outcome": "POSTPONED", "reasons": "x", **WAIVED}]}),
    ("info.request", XB, {"questions": [{"n": 1}]}),
    ("info.response", XA, {"answers": [{"n": 1, "text": "x"}]}),
    ("consultation", XA, {}),
    ("status", XB, {"stage": "RESUMED"}),
    ("response.partial", XB, {"measures": [{"id": "1", "outcome": "EXECUTED_FULL"}]}),
    ("response.final", XB, {"outcome": "NO_RECORDS"}),
    ("withdrawal", XA, {}),
    ("supplement", XA, {"measures": [{"id": "3", "type": "data.traffic"}]}),
    ("closure", XA, {"reason": "COMPLETED"}),
    ("reopen", XB, {}),
    ("request", XA, {"references": {"sender": "XA-1"}, "measures": [{"id": "1", "type": "data.content"}]}),
    ("no.such.kind", XA, {}),
    ("conditions.offer", XB, {"conditions": ["NO_ONWARD"]}),
)


@st.composite
def cases(draw: st.DrawFn) -> list[Event]:
    talk = Talk()
    known = [talk.ask("data.content", "data.traffic", references={"sender": "XA-1"})]
    for kind, sender, form in draw(st.lists(st.sampled_from(KINDS), max_size=12)):
        on = draw(st.sampled_from([None, *known]))
        known.append(talk.say(kind, sender, on=on, wait=draw(st.integers(-3, 3)), **form))
        if draw(st.booleans()):
            talk.prove(draw(st.sampled_from([30, 35, 40, 50, 51, 90, 91])), known[-1], draw(st.sampled_from([XA, XB])))
    missing = draw(st.sets(st.sampled_from(range(len(talk.events))), max_size=3))
    return [event for place, event in enumerate(talk.events) if place not in missing]


@settings(max_examples=150, deadline=None)
@given(events=cases(), seed=st.integers(0, 2**32))
def test_both_sides_compute_the_same_from_the_same_set_in_any_order(events: list[Event], seed: int) -> None:
    arrived = [*events, *events[: seed % 5]]
    random.Random(seed).shuffle(arrived)
    case = fold(events)
    assert fold(arrived) == case
    # Nothing is lost: each letter is a request, about one, informal, or kept.
    seen = {letter for request in case.requests for letter in request.letters}
    seen |= {kept.letter for kept in case.kept} | case.informal.keys() | {oral.letter for oral in case.orals}
    assert {event.digest for event in events if isinstance(event, Letter)} <= seen


def test_a_letter_that_came_late_is_read_where_it_belongs() -> None:
    talk = Talk()
    request = talk.ask()
    talk.say("acknowledgement", XB, on=request, reference="x")
    talk.say("decision", XB, on=request, outcome="ACCEPTED")
    late = talk.events.pop(1)
    assert (talk.states(), talk.reasons()) == (["TRANSMITTED"], ["unacknowledged"])
    talk.events.append(late)
    assert (talk.states(), talk.reasons()) == (["ACCEPTED"], [])


def test_what_cannot_be_shown_yet_is_kept_with_the_request() -> None:
    talk = Talk()
    request = talk.acknowledged()
    strange = talk.say("dream.report", XB, on=request)
    talk.say("decision", XB, on=request, version=99, outcome="ACCEPTED")
    talk.say("status", XB, on=strange)
    talk.say("ping", XB)
    assert talk.reasons() == ["kind_unknown", "version_newer"]
    assert talk.states() == ["ACKNOWLEDGED"]
    assert len(talk.one().letters) == 5


def test_letters_in_a_circle_are_kept() -> None:
    talk = Talk()
    talk.say("status", XA, key="one", after=[])
    first = talk.events[0]
    assert isinstance(first, Letter)
    second = talk.say("status", XB, on=first.digest)
    talk.events[0] = Letter(digest=first.digest, kind="status", sender=XA, to=(XB,), ts=1, after=(second,))
    assert [each.reason for each in talk.case().kept] == ["circular", "circular"]


def test_a_large_case_folds_in_seconds() -> None:
    talk = Talk()
    request = talk.acknowledged(*["data.content"] * 10)
    for turn in range(5_000):
        talk.say("consultation", XB, on=request, key=f"c{turn}")
        talk.say("status", XB, on=request, stage="RESUMED", key=f"s{turn}")
    began = time.process_time()
    assert talk.one().state == "UNDER_REVIEW"
    assert time.process_time() - began < 4
