"""Every type of assistance lives through every road, on both sides, whatever crosses: read from the tables."""

import random
from collections.abc import Iterator, Mapping

import pytest
from lifecase import XA, XB, Talk, complete

from rogatory_node.casework.clocks.running import clocks_of
from rogatory_node.casework.kinds.validating import faults
from rogatory_node.casework.life.allowed import allowed
from rogatory_node.casework.life.events import Letter
from rogatory_node.casework.life.fold import fold
from rogatory_node.casework.life.machines import MACHINES, Machine, Row
from rogatory_node.casework.roles import Role
from rogatory_node.casework.types import catalogue

TYPES = [kind.code for kind in catalogue.types()]
ALL = [role.value for role in Role]
SENDER = {"R": XA, "Q": XB}
VERIFIED = "verified"

Road = tuple[tuple[str, str, frozenset[str]], ...]


def road(*steps: str) -> Road:
    """Return side, move and the states after it, of words like ``Q accept ACCEPTED``."""
    found = (step.split() for step in steps)
    return tuple((side, move, frozenset(state.split("|"))) for side, move, state in found)


BEGUN = ("Q acknowledge ACKNOWLEDGED", "Q accept ACCEPTED", "Q execute IN_EXECUTION")
ROADS: Mapping[str, Road] = {
    "accept": road(*BEGUN, "Q answer_finally EXECUTED|PRESERVED", f"R {VERIFIED} ANSWERED|PRESERVED"),
    "partial": road(
        *BEGUN,
        "Q answer_partly EXECUTED|PARTIALLY_EXECUTED|PRESERVED",
        "R remind EXECUTED|PARTIALLY_EXECUTED|PRESERVED",
    ),
    "refuse": road(
        "Q acknowledge ACKNOWLEDGED",
        "Q consult CONSULTATION",
        "R consult CONSULTATION",
        "Q refuse REFUSED",
        "R close CLOSED",
    ),
    "postpone": road(
        "Q acknowledge ACKNOWLEDGED", "Q postpone POSTPONED", "Q review UNDER_REVIEW", "Q accept ACCEPTED"
    ),
    "conditions": road(
        "Q acknowledge ACKNOWLEDGED", "Q offer_conditions CONDITIONS_OFFERED", "R accept_conditions ACCEPTED"
    ),
    "questions": road(
        "Q acknowledge ACKNOWLEDGED", "Q ask INFO_REQUESTED", "R answer UNDER_REVIEW", "Q accept ACCEPTED"
    ),
    "withdraw": road(*BEGUN, "R withdraw WITHDRAWN", "Q tell WITHDRAWN", "Q close CLOSED"),
    "reopen": road(
        "Q acknowledge ACKNOWLEDGED",
        "R withdraw WITHDRAWN",
        "R close CLOSED",
        "Q reopen REOPENED",
        "Q accept ACCEPTED",
    ),
}


def asked(code: str) -> tuple[Talk, str]:
    """Ask for a type with the whole form that its schema gives as example."""
    talk = Talk()
    form = {name: value for name, value in catalogue.example(code).items() if name != "kind"}
    return talk, talk.say("request", XA, **form)


def go(talk: Talk, side: str, move: str) -> str:
    """Make a move that is offered, with a letter that its schema allows and the fold takes."""
    request = talk.one()
    (measure,) = request.measures
    if move == VERIFIED:
        answer = measure.answer
        assert answer is not None
        talk.prove(35, answer, SENDER[side])
        return answer
    (choice,) = (each for each in allowed(request, side, ALL, now=talk.now) if each.move == move)
    assert choice.possible, (move, choice.refused)
    form = complete(choice, request, measure, (1,))
    assert list(faults(choice.kind, form)) == []
    named = form.pop("in_reply_to")
    digest = talk.say(form.pop("kind"), SENDER[side], on=named, **form)
    assert [kept for kept in talk.one().kept if kept.letter == digest] == []
    return digest


@pytest.mark.parametrize("name", ROADS)
@pytest.mark.parametrize("code", TYPES)
def test_a_type_lives_through_a_road(code: str, name: str) -> None:
    talk, request = asked(code)
    assert [measure.type for measure in talk.one().measures] == [code]
    talk.prove(30, request, XB)
    for side, move, states in ROADS[name]:
        go(talk, side, move)
        assert talk.one().measures[0].state in states, move
    if name == "conditions":
        assert talk.one().measures[0].bound == ("STATED_PROCEEDINGS",)
        assert talk.one().measures[0].labels == ("USE_LIMITED",)
    ours = talk.case()
    for seed in range(2):
        random.Random(seed).shuffle(talk.events)
        theirs = fold([*talk.events, *talk.events[:2]])
        assert theirs == ours
        assert clocks_of(theirs) == clocks_of(ours)


@pytest.mark.parametrize("code", TYPES)
def test_a_withdrawal_that_crosses_any_letter_stops_alike_on_both_sides(code: str) -> None:
    for length in range(len(ROADS["accept"])):
        talk, request = asked(code)
        talk.prove(30, request, XB)
        for side, move, _ in ROADS["accept"][:length]:
            go(talk, side, move)
        seen = [event.digest for event in talk.events if isinstance(event, Letter)]
        # Signed in the same second, neither knowing of the other.
        withdrawn = talk.say("withdrawal", XA, on=request, after=seen, wait=5)
        there = [*talk.events]
        del talk.events[-1]
        talk.now -= 1
        go(talk, *ROADS["accept"][length][:2])
        both = [*talk.events, there[-1]]
        ours, theirs = fold(both), fold(reversed(both))
        assert ours == theirs
        (left,) = ours.requests
        kept = {each.letter for each in left.kept}
        assert left.measures[0].state == "WITHDRAWN" or withdrawn in kept
        assert left.measures[0].state == "WITHDRAWN" or left.measures[0].state in {"ANSWERED", "EXECUTED"}


# --- Sub-machines ---------------------------------------------------------------------------------------------------

BY_SHARED = {
    "acknowledgement": "acknowledge",
    "decision": "accept",
    "preservation.confirm": "preserve",
    "consultation": "consult",
}


def ways(machine: Machine) -> Iterator[tuple[Row, ...]]:
    """Yield the shortest way to each step, by letters about the measure itself."""
    known: dict[str, tuple[Row, ...]] = {machine.first: ()}
    waiting = [machine.first]
    while waiting:
        here = waiting.pop(0)
        for row in machine.rows:
            if here in row.froms and row.kind != "request" and row.to not in known:
                known[row.to] = (*known[here], row)
                waiting.append(row.to)
                yield known[row.to]


@pytest.mark.parametrize(
    ("code", "way"),
    [
        pytest.param(code, way, id=f"{code}-{way[-1].to}")
        for machine in MACHINES.values()
        for code in sorted(machine.types)
        for way in ways(machine)
    ],
)
def test_a_type_takes_the_steps_of_its_machine(code: str, way: tuple[Row, ...]) -> None:
    talk, _ = asked(code)
    if way[0].kind != "acknowledgement":
        go(talk, "Q", "acknowledge")
    for row in way:
        machine = talk.one().measures[0].machine
        for side in row.by if row.guard == "all_signed" else row.by[:1]:
            go(talk, side, BY_SHARED.get(row.kind, f"{machine}.{row.to}"))
        assert talk.one().measures[0].sub == row.to
    assert fold(reversed(talk.events)) == talk.case()


def test_every_step_is_on_some_way() -> None:
    for machine in MACHINES.values():
        reached = {row.to for way in ways(machine) for row in way} | {machine.first, ""}
        assert machine.labels.keys() - reached <= {"FOLLOWED_UP"}, machine.name
