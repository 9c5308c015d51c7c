"""The page of the life of a request, ``docs/life.md``, made from the tables that the program reads.

* ``python tests/node/life_pages.py`` writes it; a test holds the file to the tables.
* Lengths that nobody compared with the text of the instrument carry a mark.
"""

import textwrap
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from rogatory_node.casework.clocks.rules import RULES, Length, Rule
from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.life.beside import OWES, SETTLES
from rogatory_node.casework.life.dues import DUES
from rogatory_node.casework.life.machines import MACHINES, Machine
from rogatory_node.casework.life.moves import BESIDE, BY_OUTCOME, MOVES, STAY, VERIFY, Move, roles_for
from rogatory_node.casework.life.permitting import CONFIDENTIALITY
from rogatory_node.casework.life.reasons import REASONS
from rogatory_node.casework.life.states import OPEN, PRECEDENCE, STATES
from rogatory_node.casework.life.substeps import MOVERS
from rogatory_node.casework.roles import ROLES, Role
from rogatory_node.casework.types import catalogue

PAGE: Final = Path(__file__).parents[2] / "docs" / "life.md"
MANY: Final = 8  # a move that leads from more states than these is drawn from all open ones together
GROUPS: Final = {
    "TO_DECIDE": frozenset({"ACKNOWLEDGED", "UNDER_REVIEW", "REOPENED", "POSTPONED", "CONSULTATION"}),
    "RUNNING": frozenset({"ACCEPTED", "IN_EXECUTION", "PARTIALLY_EXECUTED", "PRESERVED"}),
}
"""States that the diagram draws as one."""
SIDES: Final = {"R": "requesting", "Q": "requested", "RQ": "either", "both": "both"}
UNCHECKED: Final = " °"

GUARDS: Final = {
    "reference_given": "reference_missing",
    "reasons_given": "reasons_missing",
    "ground_known": "ground_missing",
    "ground_allowed": "ground_excluded",
    "consulted": "consultation_missing",
    "outcome_known": "outcome_unknown",
    "outcome_has_needs": "outcome_lacks",
    "answers_complete": "answers_missing",
    "nothing_overwritten": "immutable",
    "conditions_known": "condition_unknown",
    "answers_the_offer": "conditions_differ",
    "closure_known": "closure_unknown",
    "grade_known": "grade_unknown",
    CONFIDENTIALITY: "confidentiality_open",
}
"""Guard → the reason that it gives."""

HEAD: Final = """# The life of a request

This page is made from the tables that the program reads (`python tests/node/life_pages.py` writes it).

A request lives between two authorities: the requesting side and the requested side. Nobody sets a state. Each side
folds the same letters and the same evidence over the tables below, and both come to the same, whatever arrived when:

- A letter is read after the letters that it answers or follows, then by its time, then by its digest; evidence is read
  after its letter, before other letters of the same second.
{precedence}
- A letter that the tables do not allow changes nothing. It is kept and shown
  [with the reason](#why-a-letter-moved-nothing).
- What a node stored, what a person took and what the authority decided are different facts, shown apart.
- A sent request is not changed. A supplement adds; the same measure asked for twice under one reference is shown as a
  duplicate and not done twice.

The same tables tell an officer beforehand which moves there are and why not the others.

## The states

The diagram draws states together between which a measure goes to and fro: *to decide* is acknowledged, under review,
reopened, postponed or in consultation; *running* is accepted, in execution, partially executed or preserved. The
tables below say exactly which move leads from which state.

"""
STATE_OF: Final = """Each measure of a request has a state of its own. That of the request is the first of this list
that one of its measures has: {codes}. It is partially executed when some measures are answered while others are
open."""
MOVED: Final = """
## The moves

A consultation and a question are pauses: what was allowed before them stays allowed, and after them the measure is
where it was. “Taken” by an officer counts as acknowledged. A duty officer acts alone only on types that are marked for
it.
"""
SUBS: Final = """
## Steps of single types

Beside its state a measure of some types has a step. The letter names it (`step`); where its kind leads to one step
only, it need not.
"""
CLOCKS: Final = """
## What runs towards an instant

Hours run in absolute time. Days are those of the calendar in the requested State, in the time zone that its
acknowledgement names or the directory knows: the day of the event is not counted, the last one counts to its end, and a
day on which the clocks change is a day like others. Working days leave out the weekends and public holidays of that
State. While information is asked for, the clocks that pause stand still; afterwards they run longer by as much. Both
sides compute the same instants from the same letters; each is called at the times named under *alarms*.

A date that an authority names in a letter goes before the length of a treaty. A length with ° was written down from
memory; nobody has compared it with the text of the instrument yet. Targets of the network are no law.
"""


def page() -> str:
    """Return the whole page."""
    codes = ", ".join(STATES[code].label.format(date="…") for code in PRECEDENCE)
    told = textwrap.fill(
        f"- {STATE_OF.format(codes=codes)}".replace("\n", " "), 120, subsequent_indent="  ", break_long_words=False
    )
    head = HEAD.format(precedence=told)
    parts = (_states(), [MOVED], _moves(), [SUBS], _machines(), _beside(), _dues(), [CLOCKS], _clocks(), _reasons())
    return "\n".join([head, *(line for part in parts for line in part)]) + "\n"


def _states() -> Iterator[str]:
    yield from _drawn(_edges())
    yield "\n| State | Code | Who leads to it | Open |"
    yield "|---|---|---|---|"
    for each in STATES.values():
        shared = SIDES[each.side] if each.shared else "requesting, before it is sent"
        yield f"| {each.label.format(date='…')} | `{each.code}` | {shared} | {'yes' if each.open else 'no'} |"


def _edges() -> Iterator[tuple[str, str, str]]:
    yield "[*]", "TRANSMITTED", "request"
    yield "TRANSMITTED", "DELIVERED", "evidence 30"
    yield VERIFY[0], VERIFY[1], "evidence 35"
    for move in MOVES:
        froms = ["ANY_OPEN"] if len(move.froms) > MANY else sorted({_group(each) for each in move.froms})
        for target in dict.fromkeys(map(_group, _targets(move))):
            yield from ((each, target, move.label) for each in froms if each != target)


def _group(state: str) -> str:
    return next((name for name, states in GROUPS.items() if state in states), state)


def _targets(move: Move) -> tuple[str, ...]:
    if move.to in STATES:
        return (move.to,)
    return {BY_OUTCOME: ("EXECUTED", "RUNNING"), "BACK": ("TO_DECIDE", "RUNNING")}.get(move.to, ())


def _drawn(edges: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Yield a diagram; several moves between two states are one arrow."""
    joined: dict[tuple[str, str], list[str]] = {}
    for before, after, label in edges:
        joined.setdefault((before, after), []).append(label)
    yield "```mermaid"
    yield "stateDiagram-v2"
    for (before, after), labels in joined.items():
        yield f"    {before} --> {after}: {', '.join(dict.fromkeys(labels))}"
    yield "```"


def _moves() -> Iterator[str]:
    yield "| Move | Letter | Side | From | To | Refused with | Roles |"
    yield "|---|---|---|---|---|---|---|"
    for move in MOVES:
        froms = _froms(move.froms)
        to = {STAY: "stays", "BACK": "where it was", BY_OUTCOME: "by the outcome"}.get(move.to, f"`{move.to}`")
        picked = f" ({', '.join(sorted(move.pick - {''}))})" if move.pick - {""} else ""
        only = [_reason(GUARDS[name]) for name in move.guards]
        only += [f"the measure is one of {MACHINES[move.machine].label.lower()}"] if move.machine else []
        cells = (move.label, f"`{move.kind}`{picked}", SIDES[move.by], froms, to, "; ".join(only), _roles(move.roles))
        yield "| " + " | ".join(cells) + " |"


def _froms(states: frozenset[str]) -> str:
    if len(states & OPEN) <= MANY:
        return _codes(sorted(states, key=list(STATES).index))
    but, more = (_codes(sorted(each, key=list(STATES).index)) for each in (OPEN - states, states - OPEN))
    return "all open" + (f" but {but}" if but else "") + (f", and {more}" if more else "")


def _machines() -> Iterator[str]:
    for machine in MACHINES.values():
        yield f"\n### {machine.label}\n"
        yield f"Types: {_codes(sorted(machine.types))}.\n"
        yield from _drawn(_steps(machine))
        yield "\n| Step | Code | From | Letter | Side | Roles |"
        yield "|---|---|---|---|---|---|"
        for row in machine.rows:
            label = machine.labels[row.to].format(date="…")
            froms = _codes(sorted(each or "the beginning" for each in row.froms))
            guard = {"before_end": ", before it ends", "all_signed": ", signed by all parties"}.get(row.guard or "", "")
            cells = (label, f"`{row.to}`", froms, f"`{row.kind}`{guard}", SIDES[row.by], _roles(roles_for(row.kind)))
            yield "| " + " | ".join(cells) + " |"


def _steps(machine: Machine) -> Iterator[tuple[str, str, str]]:
    for row in machine.rows:
        for before in sorted(row.froms):
            yield before or "[*]", row.to, row.kind


def _beside() -> Iterator[str]:
    yield "\n## Letters that move nothing\n"
    yield "They are kept with the request, or stand alone, and may be sent at any time.\n"
    yield "| Letter | Kind | Side | Roles |"
    yield "|---|---|---|---|"
    for kind, roles in BESIDE.items():
        if kind not in MOVERS and kind != "request":
            row = KINDS[kind]
            yield f"| {row.label} | `{kind}` | {SIDES[row.by]} | {_roles(roles)} |"


def _dues() -> Iterator[str]:
    yield "\n## What one side owes the other\n"
    yield "| Due | Code | Since a letter of kind | Met by a letter of kind |"
    yield "|---|---|---|---|"
    for code, label in DUES.items():
        since = [kind for kind, codes in OWES.items() if code in codes]
        met = [kind for kind, codes in SETTLES.items() if code in codes]
        yield f"| {label} | `{code}` | {_codes(since)} | {_codes(met)} |"


def _clocks() -> Iterator[str]:
    yield "| Rule | Code | Who acts | From | Length | Alarms | Types |"
    yield "|---|---|---|---|---|---|---|"
    for rule in RULES.values():
        start = rule.start.replace("_", " ") + (" (pauses)" if rule.pauses else "")
        cells = (rule.label, f"`{rule.code}`", SIDES[rule.side], start, _length(rule), ", ".join(rule.alarms))
        yield "| " + " | ".join((*cells, _types(rule))) + " |"


def _length(rule: Rule) -> str:
    named = ["a date in a letter"] if rule.date else []
    return "; ".join(named + [_told(length) for length in rule.lengths]) or "until then"


def _told(length: Length) -> str:
    where = f"{length.instrument} {length.article}".strip() or length.source
    unit = length.unit.replace("_", " ")
    return f"{length.count} {unit} ({where}){'' if length.checked or not length.article else UNCHECKED}"


def _types(rule: Rule) -> str:
    if rule.types:
        return _codes(sorted(rule.types))
    asking = [kind.code for kind in catalogue.types() if rule.clock in kind.clocks]
    return "all" if rule.clock == "*" else _codes(asking) if len(asking) <= MANY else f"{len(asking)} types"


def _reasons() -> Iterator[str]:
    yield "\n## Why a letter moved nothing\n"
    yield "| Code | Reason |"
    yield "|---|---|"
    yield from (f"| `{code}` | {_reason(code)} |" for code in REASONS)


def _reason(code: str) -> str:
    return REASONS[code].replace("{most}", "256")


def _roles(roles: Collection[str]) -> str:
    return ", ".join(label for role, label in ROLES.items() if Role(role).value in roles)


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" if code.isidentifier() or "." in code else code for code in codes)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
