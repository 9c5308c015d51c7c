"""One letter about one request: what it moves, measure by measure, and what it does not and why.

* For each group of measures that the letter says the same of: find the rows of the table that it could mean, try them
  for each measure, and keep the measures of which none is possible, with the reason.
* A step of the sub-machine follows the move of the shared machine, or stands alone where the kind has no other.
* A pause does not forbid what was allowed before it.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from rogatory_node.casework.codes import CONDITIONS, OUTCOMES
from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.life import moves, noting
from rogatory_node.casework.life.building import Part, Thread, part
from rogatory_node.casework.life.case import Kept, Step
from rogatory_node.casework.life.events import Letter
from rogatory_node.casework.life.forms import MOST_MEASURES, Said, codes, measures_of, said_of
from rogatory_node.casework.life.guards import Attempt, objection, until
from rogatory_node.casework.life.moves import BACK, BY_KIND, BY_OUTCOME, STAY, Move
from rogatory_node.casework.life.noting import Noted
from rogatory_node.casework.life.permitting import Reason, refusal
from rogatory_node.casework.life.state import Book
from rogatory_node.casework.life.states import OPEN, PAUSES, UNACKNOWLEDGED
from rogatory_node.casework.life.substeps import MOVERS, substep

_PICKED_BY: Final = {
    "decision": "outcome",
    "response.partial": "outcome",
    "response.final": "outcome",
    "status": "stage",
}
_CONSULTED: Final = frozenset({"consult", "reject_conditions", "offer_conditions"})


Words: TypeAlias = tuple[tuple[Said, Noted], ...]
"""What a letter says of which measures, and what it notes for them."""


def words_of(letter: Letter) -> Words:
    """Read a letter, once for all requests that it is about."""
    return tuple(
        (said, noting.of_letter(letter.kind, said.own, letter.payload, letter.ts)) for said in said_of(letter.payload)
    )


Alike: TypeAlias = dict[tuple[object, ...], tuple[Reason | None, Sequence[tuple[str, Any]], Sequence[Step]]]
"""Where measures stood → what the letter did to one that stood there: reason, fields that changed, steps.

It is done at once to all others that stand alike: a letter about many measures is judged once for each standing.
"""


def step(book: Book, thread: Thread, letter: Letter, words: Words) -> bool:
    """Let a letter make its moves in a request; tell whether it made one for any measure."""
    side = thread.side(letter.sender)
    assert side is not None, "only letters between the parties of a request come here"
    refused: dict[Reason, list[str]] = {}
    steps: dict[tuple[str, str], Step] = {}
    touched: set[str] = set()
    moved = 0
    for said, noted in words:
        alike: Alike = {}
        for each in _parts(thread, letter, said, refused):
            touched.add(each.id)
            stood = each.standing()
            known = alike.get(stood)
            if known is None:
                taken = len(each.steps)
                reason = _try(book, Attempt(thread=thread, part=each, letter=letter, said=said), side, steps)
                # Reasons of a supplement name the measure; an agreement is a matter of all its parties.
                if letter.kind != "supplement" and each.machine != "jit":
                    alike[stood] = (reason, each.changed(stood), each.steps[taken:])
            else:
                reason = known[0]
                each.again(known[1], known[2])
            if reason is None:
                moved += 1
                each.noted.update(noted)
            else:
                refused.setdefault(reason, []).append(each.id)
    if letter.kind == "supplement":
        _supplement(thread, letter, side, refused)
    if letter.kind == "response.final":
        _whole(thread, touched, refused)
    _keep(thread, letter, refused)
    return bool(moved) or (letter.kind == "supplement" and letter.digest in thread.supplements[-1:])


def _parts(thread: Thread, letter: Letter, said: Said, refused: dict[Reason, list[str]]) -> Iterable[Part]:
    if said.ids is None:
        return list(thread.parts.values())
    if letter.kind != "supplement":
        for name in said.ids:
            if name not in thread.parts:
                refused.setdefault(("measure_unknown", ""), []).append(name)
    return [thread.parts[name] for name in said.ids if name in thread.parts]


def _try(book: Book, attempt: Attempt, side: str, steps: dict[tuple[str, str], Step]) -> Reason | None:
    """Make the move and the sub-step that a letter means for a measure; return why it makes none."""
    letter = attempt.letter
    rows = BY_KIND.get(letter.kind, ())
    if not rows and letter.kind not in MOVERS:
        by = KINDS[letter.kind].by
        return None if side in by else ("wrong_side", by)
    if not rows:
        return substep(book, attempt, side, steps)
    meant, reason = _meant(rows, attempt)
    if reason is None:
        move, reason = _possible(meant, attempt, side)
        if move is not None:
            _apply(move, attempt, side, steps)
    if reason is None and letter.kind in MOVERS:
        reason = substep(book, attempt, side, steps)
    return reason


def _meant(rows: Sequence[Move], attempt: Attempt) -> tuple[list[Move], Reason | None]:
    """Return the rows that the letter can mean by its outcome or stage."""
    by = _PICKED_BY.get(attempt.letter.kind)
    if by is None:
        return list(rows), None
    value = attempt.said.text(by) or ""
    found = [row for row in rows if value in row.pick]
    if found:
        return found, None
    if by == "stage":
        return [moves.BY_NAME["tell"]], None
    return [], ("outcome_unknown", value[:64]) if value else ("outcome_missing", by)


def _possible(rows: Sequence[Move], attempt: Attempt, side: str) -> tuple[Move | None, Reason | None]:
    reason: Reason = ("state", attempt.part.state)
    for row in rows:
        found = refusal(row, attempt.thread, attempt.part, side) or objection(row.guards, attempt)
        if found is None:
            return row, None
        reason = found
    return None, reason


def _apply(move: Move, attempt: Attempt, side: str, steps: dict[tuple[str, str], Step]) -> None:
    each, letter = attempt.part, attempt.letter
    target = _target(move, attempt)
    if move.name in _CONSULTED:
        each.consulted = True
    if target == STAY:
        return
    if target in PAUSES and each.state not in PAUSES:
        each.before = "UNDER_REVIEW" if each.state in {"ACKNOWLEDGED", "CONDITIONS_OFFERED"} else each.state
    elif target not in PAUSES:
        each.before = None
    each.state = target
    _effects(move, attempt)
    key = (move.name, target)
    made = steps.get(key)
    if made is None:
        made = steps[key] = Step(move=move.name, letter=letter.digest, ts=letter.ts, state=target)
    each.steps.append(made)


def _target(move: Move, attempt: Attempt) -> str:
    each = attempt.part
    if move.to == BACK:
        return (
            each.before
            if each.before not in {None, "ACKNOWLEDGED", *UNACKNOWLEDGED} and each.before
            else "UNDER_REVIEW"
        )
    if move.to == BY_OUTCOME:
        return OUTCOMES[attempt.said.text("outcome") or ""].state
    return move.to


def _effects(move: Move, attempt: Attempt) -> None:
    """Note what a move says beside the state."""
    each, said = attempt.part, attempt.said
    outcome = said.text("outcome")
    if move.kind in {"decision", "response.partial", "response.final", "preservation.confirm"} and outcome:
        each.outcome = outcome
    if move.kind.startswith("response.") or move.name in {"prove_service", "preserve"}:
        each.answer = attempt.letter.digest
        each.labels |= frozenset(codes(said.get("labels"))) | labels_of(codes(said.get("conditions")))
    if move.to == "REFUSED":
        each.grounds = codes(said.get("grounds"))
        each.outcome = "REFUSED"
    if move.name in {"postpone", "preserve", "answer_partly", "answer_finally"}:
        each.until = until(said) or each.until
    if move.name == "offer_conditions":
        each.offer, each.offered = attempt.letter.digest, codes(said.get("conditions"))
    if move.name == "accept_conditions":
        each.bound = tuple(dict.fromkeys((*each.bound, *each.offered)))
        each.labels |= labels_of(each.bound)
        each.offer, each.offered = None, ()


def labels_of(conditions: Iterable[str]) -> frozenset[str]:
    """Return the handling labels that conditions put on evidence."""
    return frozenset(label for code in conditions if code in CONDITIONS for label in CONDITIONS[code].labels)


# --- The whole letter -----------------------------------------------------------------------------------------------


def _supplement(thread: Thread, letter: Letter, side: str, refused: dict[Reason, list[str]]) -> None:
    """Add the measures of a supplement; what is there stays as it was sent."""
    reasons = [refusal(BY_KIND["supplement"][0], thread, each, side) for each in thread.parts.values()]
    if None not in reasons:
        # It adds to the request, not to a measure: one that is open is enough.
        refused[next(filter(None, reasons))] = list(thread.parts)
        return
    thread.supplements.append(letter.digest)
    for asked in measures_of(letter.payload, first=len(thread.parts) + 1):
        if asked.id in thread.parts:
            continue
        if len(thread.parts) >= MOST_MEASURES:
            refused.setdefault(("measures_many", str(MOST_MEASURES)), []).append(asked.id)
            continue
        state = "TRANSMITTED" if thread.receipts.stored is None else "DELIVERED"
        if thread.receipts.acknowledged is not None:
            state = "ACKNOWLEDGED"
        made = thread.parts[asked.id] = part(asked.id, asked.type, state=state)
        made.noted = noting.of_request(letter.payload, asked.fields, letter.ts)
        made.steps.append(Step(move="supplement", letter=letter.digest, ts=letter.ts, state=state))


def _whole(thread: Thread, touched: set[str], refused: dict[Reason, list[str]]) -> None:
    """A final answer gives every measure an outcome; those without one stay where they are, and that is said."""
    lacking = [each.id for each in thread.parts.values() if each.id not in touched and each.state in OPEN]
    if lacking:
        refused.setdefault(("outcome_missing", ""), []).extend(lacking)


def _keep(thread: Thread, letter: Letter, refused: dict[Reason, list[str]]) -> None:
    for (reason, detail), names in refused.items():
        whole = len(names) == len(thread.parts) and set(names) == thread.parts.keys()
        kept = Kept(letter=letter.digest, reason=reason, measures=() if whole else tuple(names), detail=detail)
        thread.kept.append(kept)
