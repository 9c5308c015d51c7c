"""The guards of moves: each returns a reason why a letter may not make its move for a measure, or None.

* No refusal without code and reasons; no refusal or postponement without consultation before it, or a record why it
  is not appropriate (UNTOC 18(23), 18(26)).
* Nothing is executed while the requesting side has not said whether to go on without confidentiality (18(20)).
* Accepting conditions is explicit: it answers the letter that offered them and names exactly them (18(26)).
* A sent request is not changed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rogatory_node.casework.codes import CLOSURES, CONDITIONS, GRADES, OUTCOMES
from rogatory_node.casework.grounds import GROUNDS, NEVER, grounds_for
from rogatory_node.casework.life.building import Part, Thread
from rogatory_node.casework.life.events import Letter, answered
from rogatory_node.casework.life.forms import Said, codes, instruments, listed, mapping, text
from rogatory_node.casework.life.permitting import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A letter that tries a move for one measure of a request."""

    thread: Thread
    part: Part
    letter: Letter
    said: Said


def _reference_given(a: Attempt) -> Reason | None:
    references = a.said.get("reference") or mapping(a.said.get("references")).get("recipient")
    return None if text(references) else ("reference_missing", "reference")


def _reasons_given(a: Attempt) -> Reason | None:
    return None if a.said.text("reasons") or a.said.text("reason") else ("reasons_missing", "reasons")


def _ground_known(a: Attempt) -> Reason | None:
    named = codes(a.said.get("grounds"))
    if not named:
        return "ground_missing", "grounds"
    wrong = next((code for code in named if code not in GROUNDS), None)
    if wrong is None:
        return None
    return ("ground_never" if wrong in NEVER else "ground_unknown"), wrong


def _ground_allowed(a: Attempt) -> Reason | None:
    allowed = {row.code for row in grounds_for(a.part.type, instruments(a.thread.form), effects=_effects(a.thread))}
    wrong = next((code for code in codes(a.said.get("grounds")) if code not in allowed), None)
    return None if wrong is None else ("ground_excluded", wrong)


def _effects(thread: Thread) -> tuple[str, ...]:
    found = (mapping(each).get("effects") for each in listed(thread.form.get("legal_basis")))
    return tuple(code for each in found for code in codes(each))


def _consulted(a: Attempt) -> Reason | None:
    waived = text(mapping(a.said.get("consultation")).get("not_appropriate"))
    return None if a.part.consulted or waived else ("consultation_missing", "consultation")


def _outcome_known(a: Attempt) -> Reason | None:
    outcome = a.said.text("outcome")
    if outcome is None:
        return "outcome_missing", "outcome"
    row = OUTCOMES.get(outcome)
    if row is None:
        return "outcome_unknown", outcome
    return ("outcome_unknown", outcome) if row.machines and a.part.machine not in row.machines else None


def _outcome_has_needs(a: Attempt) -> Reason | None:
    row = OUTCOMES[a.said.text("outcome") or ""]
    lacking = next((name for name in row.needs if not _given(a.said, name)), None)
    return None if lacking is None else ("outcome_lacks", lacking)


def _given(said: Said, name: str) -> bool:
    """Tell whether a field of an outcome is there; the end of a preservation may stand with the data preserved."""
    return bool(said.get(name)) or (name == "until" and until(said) is not None)


def until(said: Said) -> str | None:
    """Return the date that stands beside an outcome: until when, or the earliest of the data preserved."""
    dates = (text(mapping(each).get("until")) for each in listed(said.get("preserved")))
    return said.text("until") or min((date for date in dates if date is not None), default=None)


def _answers_complete(a: Attempt) -> Reason | None:
    questions = a.thread.questions
    asked = next((questions[each] for each in answered(a.letter.payload) if each in questions), None)
    if asked is None:
        asked = next(reversed(questions.values()), {})
    wanted = [mapping(each).get("n") for each in listed(asked.get("questions"))]
    given = [
        mapping(each).get("n")
        for each in listed(a.said.get("answers"))
        if text(mapping(each).get("text")) or text(mapping(each).get("reasons"))
    ]
    lacking = next((number for number in wanted if number not in given), None)
    return None if lacking is None else ("answers_missing", str(lacking)[:40])


def _nothing_overwritten(a: Attempt) -> Reason | None:
    entry = a.said.own
    return ("immutable", a.part.id) if text(entry.get("type")) else None


def _conditions_known(a: Attempt) -> Reason | None:
    named = codes(a.said.get("conditions"))
    if not named:
        return "conditions_missing", "conditions"
    wrong = next((code for code in named if code not in CONDITIONS), None)
    return None if wrong is None else ("condition_unknown", wrong)


def _answers_the_offer(a: Attempt) -> Reason | None:
    fits = a.part.offer in answered(a.letter.payload) and set(codes(a.said.get("conditions"))) == set(a.part.offered)
    return None if fits else ("conditions_differ", "conditions")


def _closure_known(a: Attempt) -> Reason | None:
    code = a.said.text("reason")
    return None if code in CLOSURES else ("closure_unknown", code or "reason")


def _grade_known(a: Attempt) -> Reason | None:
    grade = a.said.text("grade") or text(mapping(a.said.get("urgency")).get("grade"))
    return None if grade in GRADES else ("grade_unknown", grade or "grade")


GUARDS: Final[Mapping[str, Callable[[Attempt], Reason | None]]] = MappingProxyType(
    {
        "reference_given": _reference_given,
        "reasons_given": _reasons_given,
        "ground_known": _ground_known,
        "ground_allowed": _ground_allowed,
        "consulted": _consulted,
        "outcome_known": _outcome_known,
        "outcome_has_needs": _outcome_has_needs,
        "answers_complete": _answers_complete,
        "nothing_overwritten": _nothing_overwritten,
        "conditions_known": _conditions_known,
        "answers_the_offer": _answers_the_offer,
        "closure_known": _closure_known,
        "grade_known": _grade_known,
    }
)
"""Guards by the names that the table of moves uses."""


def objection(names: tuple[str, ...], attempt: Attempt) -> Reason | None:
    """Return the first reason that one of the guards gives."""
    return next((reason for name in names if name in GUARDS and (reason := GUARDS[name](attempt)) is not None), None)
