"""What is offered the fold takes, what is not it refuses: over cases that went all ways (DOM-04)."""

import random
from typing import Any

import pytest
from lifecase import XA, XB, Talk, complete

from rogatory_node.casework.life.allowed import Choice, allowed, possible
from rogatory_node.casework.life.case import Request
from rogatory_node.casework.life.machines import MACHINES
from rogatory_node.casework.life.moves import MOVES
from rogatory_node.casework.life.reasons import REASONS
from rogatory_node.casework.roles import Role

ALL = [role.value for role in Role]
SENDER = {"R": XA, "Q": XB}
TYPES = (
    "data.preserve",
    "data.content",
    "extradition",
    "proceeds.freeze",
    "hearing.video",
    "transfer.detained",
    "joint.investigation",
)
QUESTIONS = (1,)  # as in the example of a request for information


def choices(talk: Talk, side: str) -> tuple[Choice, ...]:
    return allowed(talk.one(), side, ALL, now=talk.now + 1)


def tried(talk: Talk, side: str, choice: Choice, measure_id: str | None) -> tuple[bool, str]:
    """Send the letter of a choice on trial; tell whether the fold took it, and why not."""
    request = talk.one()
    measure = next((each for each in request.measures if each.id == measure_id), None)
    form: dict[str, Any] = complete(choice, request, measure, QUESTIONS)
    digest = talk.say(choice.kind, SENDER[side], on=form.pop("in_reply_to"), **without_kind(form))
    # A final answer about one measure is also told which others lack an outcome.
    kept = [
        each
        for each in talk.one().kept
        if each.letter == digest and (not each.measures or measure_id is None or measure_id in each.measures)
    ]
    return not kept, kept[0].reason if kept else ""


def without_kind(form: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in form.items() if name != "kind"}


def judged(talk: Talk, side: str) -> None:
    """Hold every choice of a side, for every measure, against the fold."""
    length = len(talk.events)
    for choice in choices(talk, side):
        for measure in choice.measures or ((None,) if choice.possible else ()):
            taken, reason = tried(talk, side, choice, measure)
            assert taken, (choice.move, measure, reason)
            del talk.events[length:]
        for refused in choice.refused:
            for measure in refused.measures or (None,):
                taken, reason = tried(talk, side, choice, measure)
                assert not taken, (choice.move, measure, refused.reason)
                assert reason == refused.reason, (choice.move, measure)
                del talk.events[length:]


@pytest.mark.parametrize("seed", range(len(TYPES)))
def test_DOM_04_what_is_offered_is_taken_and_what_is_refused_is_refused(seed: int) -> None:
    dice = random.Random(seed)
    talk = Talk()
    talk.ask(TYPES[seed], TYPES[seed - 1])
    seen: set[str] = set()
    for turn in range(14):
        side = dice.choice("RQ")
        if turn % 2 == 0:
            judged(talk, side)
        offered = [each for each in possible(choices(talk, side)) if each.measures]
        fresh = [each for each in offered if each.move not in seen and each.move != "withdraw"]
        if fresh or offered:
            choice = dice.choice(fresh or offered)
            seen.add(choice.move)
            taken, reason = tried(talk, side, choice, dice.choice(choice.measures))
            assert taken, (choice.move, reason)


def test_every_move_and_step_is_a_choice_in_some_place() -> None:
    talk = Talk()
    talk.ask(*TYPES, "joint.investigation", "service.documents")
    found = {choice.move for choice in choices(talk, "Q")}
    assert found >= {move.name for move in MOVES}
    steps = {name for name in found if name.partition(".")[0] in MACHINES and name not in {"evidence.handover"}}
    assert {name.partition(".")[0] for name in steps} == set(MACHINES)
    assert {refused.reason for choice in choices(talk, "Q") for refused in choice.refused} <= REASONS.keys()


def names(request: Request, side: str, *roles: str) -> set[str]:
    return {each.move for each in possible(allowed(request, side, roles))}


def test_DOM_04_conditions_are_accepted_by_a_signatory_alone() -> None:
    talk = Talk()
    request = talk.acknowledged()
    talk.say("conditions.offer", XB, on=request, conditions=["NO_ONWARD"])
    for role in Role:
        assert ("accept_conditions" in names(talk.one(), "R", role)) == (role == Role.SIGNATORY)
    (refused,) = next(
        each for each in allowed(talk.one(), "R", ["drafter"]) if each.move == "accept_conditions"
    ).refused
    assert (refused.reason, refused.measures) == ("role", ("1",))
    assert "accept_conditions" not in names(talk.one(), "Q", *ALL)


def test_a_duty_officer_acts_alone_on_types_that_are_marked() -> None:
    talk = Talk()
    talk.ask("data.preserve", "data.content")
    (choice,) = (each for each in allowed(talk.one(), "Q", ["duty"]) if each.move == "acknowledge")
    assert choice.measures == ("1",)
    assert [(each.reason, each.detail, each.measures) for each in choice.refused] == [("role", "duty", ("2",))]


def test_measures_are_told_apart() -> None:
    talk = Talk()
    request = talk.acknowledged("data.content", "data.traffic")
    talk.say("decision", XB, on=request, measures=[{"id": "1", "outcome": "ACCEPTED"}])
    (accept,) = (each for each in choices(talk, "Q") if each.move == "accept")
    assert accept.measures == ("2",)
    assert [(each.reason, each.detail, each.measures) for each in accept.refused] == [("state", "ACCEPTED", ("1",))]


def test_an_ended_preservation_is_not_extended() -> None:
    talk = Talk()
    request = talk.acknowledged("data.preserve")
    talk.say("preservation.confirm", XB, on=request, outcome="PRESERVED", until="2031-01-01")
    extend = {
        now: next(each for each in allowed(talk.one(), "Q", ALL, now=now) if each.move == "preservation.EXTENDED")
        for now in (None, talk.now, 2_000_000_000)
    }
    assert [each.possible for each in extend.values()] == [True, True, False]
    assert extend[2_000_000_000].refused[0].reason == "expired"


def test_who_sees_no_content_has_no_choice() -> None:
    talk = Talk()
    talk.acknowledged(*TYPES)
    for role in (Role.ADMINISTRATOR, Role.SECRETARIAT, Role.AUDITOR, Role.TRANSLATOR, Role.AGENCY):
        assert names(talk.one(), "Q", role) | names(talk.one(), "R", role) == set()
