"""Steps of the sub-machines: preservation, extradition, assets, hearing, detained transfer, joint team.

* The letter names the step (``step``; ``event`` of a notice about assets). Where its kind leads to one step only, it
  need not; a status that names none takes none.
* A preservation is extended only before it ends. An agreement is active when every party signed it.
* A notice about lifting comes before lifting: the table has no other way to it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rogatory_node.casework.life.building import Part
from rogatory_node.casework.life.case import Step
from rogatory_node.casework.life.guards import Attempt, until
from rogatory_node.casework.life.machines import MACHINES, Row, rows_of
from rogatory_node.casework.life.permitting import BEFORE_END, Reason, barred, ended
from rogatory_node.casework.life.state import Book

MOVERS: Final = frozenset(row.kind for machine in MACHINES.values() for row in machine.rows if row.kind != "request")
"""Kinds of letters that can make a step of a sub-machine."""

OLDER: Final[Mapping[str, str]] = MappingProxyType(
    {
        "frozen": "FROZEN",
        "lift_intended": "LIFT_NOTICE",
        "lifted": "LIFTED",
        "confiscated": "CONFISCATED",
        "realised": "REALISED",
        "returned": "RETURNED",
        "traced": "TRACED",
    }
)
"""What notices about assets call their steps."""

IMPLIED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "hearing.confirm": "SLOT_AGREED",
        "surrender.arrangement": "SURRENDER_PLANNED",
        "preservation.release": "RELEASED",
    }
)
"""The step that a letter means when it names none, where its kind leads to several."""

SHARED: Final = frozenset({"acknowledgement", "decision", "consultation", "preservation.confirm"})
"""Kinds that are moves of the shared machine as well."""

CLOSES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"preservation": ("RELEASED", "LAPSED")})
"""Steps with which a measure is at its end: nothing is left to verify."""


def substep(book: Book, attempt: Attempt, side: str, steps: dict[tuple[str, str], Step]) -> Reason | None:
    """Make the step of the sub-machine that a letter means; return why it makes none."""
    each, letter, said = attempt.part, attempt.letter, attempt.said
    named = said.text("step") or OLDER.get(said.text("event") or "") or IMPLIED.get(letter.kind)
    if each.machine is None or (named is None and letter.kind == "status"):
        return None
    over = ended(letter.kind, each)
    if over is not None:
        # The shared machine speaks for itself: what it just ended takes no further step, and that is no fault.
        return None if letter.kind in SHARED else over
    rows = rows_of(each.machine, letter.kind)
    fit = [row for row in rows if each.sub in row.froms and named in {None, row.to}]
    if len(fit) != 1:
        # Here too: a second acknowledgement or decision is no wrong step.
        return None if letter.kind in SHARED or (not rows and named is None) else ("step", named or letter.kind)
    reason = _judge(fit[0], attempt, side)
    if reason is None and _ready(book, fit[0], attempt):
        _take(book, fit[0], attempt, steps)
    return reason


def _judge(row: Row, attempt: Attempt, side: str) -> Reason | None:
    reason = barred(row, attempt.part, side, attempt.letter.ts)
    if reason is None and row.guard == BEFORE_END and not until(attempt.said):
        return "outcome_lacks", "until"
    return reason


def _ready(book: Book, row: Row, attempt: Attempt) -> bool:
    """Tell whether a step that a letter may make is complete with it."""
    if row.guard == "all_signed":
        signed = book.signed.setdefault(attempt.thread.digest, set())
        signed.add(attempt.letter.sender)
        attempt.thread.signed = signed
        return signed >= attempt.thread.parties
    if row.kind == "decision":
        return attempt.said.text("outcome") == "ACCEPTED"
    return row.kind != "preservation.confirm" or attempt.part.state == "PRESERVED"


def _take(book: Book, row: Row, attempt: Attempt, steps: dict[tuple[str, str], Step]) -> None:
    each, letter, thread = attempt.part, attempt.letter, attempt.thread
    key = (row.kind, row.to)
    made = steps.get(key)
    if made is None:
        made = steps[key] = Step(move=f"{each.machine}.{row.to}", letter=letter.digest, ts=letter.ts, state=row.to)
    each.until = until(attempt.said) or attempt.said.text("review_on") or each.until
    everybody = [each] if row.guard != "all_signed" else _same(book, thread.digest, thread.parties, each.id)
    for other in everybody:
        other.sub = row.to
        other.steps.append(made)
        if row.to in CLOSES.get(each.machine or "", ()):
            other.state = "ANSWERED"


def _same(book: Book, digest: str, parties: frozenset[str], measure: str) -> list[Part]:
    """Return the same measure in the requests to all parties of an agreement."""
    threads = (book.threads.get((digest, party)) for party in sorted(parties))
    return [thread.parts[measure] for thread in threads if thread is not None and measure in thread.parts]
