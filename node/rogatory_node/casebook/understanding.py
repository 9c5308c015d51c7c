"""What the book says of a case: its letters and evidence, folded, as rows.

* It is a function of letters and evidence alone, whenever they came, so the book may be thrown away and written anew.
* A letter that cannot be read leaves its line and a case in which something is to be done.
* Only codes of our own making stand in clear columns: what a form calls a measure or a type is put there only when it
  is short and plain, else a digest of it.
* A fault of ours in the fold is noted, and the case is shown without state: it never stops the next one.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from rogatory_node.casebook.entries import NEVER, sealed
from rogatory_node.casebook.inbox import CLOSED
from rogatory_node.casebook.opening import Opened
from rogatory_node.casework.clocks.running import RUNNING, Clock, clocks_of
from rogatory_node.casework.codes import DELAYS, GRADES
from rogatory_node.casework.life.case import Case, Measure, Request
from rogatory_node.casework.life.dating import end_of
from rogatory_node.casework.life.events import Fact
from rogatory_node.casework.life.fold import fold
from rogatory_node.casework.life.forms import instruments, listed, mapping, text
from rogatory_node.casework.life.states import ENDED
from rogatory_node.casework.turns import live, sides
from rogatory_node.casework.types.catalogue import Unknown, type_of
from rogatory_node.storage.book_tables import CODE
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.evidence import Level

VERSION: Final = 1
"""Of what is understood: the book is written again by a program that has a greater one."""

TAKE: Final = "take"
"""What we owe when nobody here has taken a letter."""
UNREAD: Final = frozenset({"kind_unknown", "version_newer"})
"""Reasons of the fold for a letter that this program cannot show yet."""
NOT_FOLDED: Final = "not_folded"

_ORDER: Final = tuple(GRADES)
_TAKEN: Final = frozenset({int(Level.TAKEN), int(Level.ACCEPTED), int(Level.DECLINED)})
_SUMMARY: Final = 160
_MOST_QUESTIONS: Final = 1_000
_SAYS: Final = ("purpose", "facts_summary", "subject", "text", "remarks")
_LEAST: Final = -(2**62)

_DECIDED: Final = frozenset({"ACCEPTED", "REFUSED", "REJECTED_ADDRESSEE"})
_EXECUTED: Final = frozenset({"EXECUTED", "PRESERVED"})
_SUBSTANCE: Final = frozenset(
    {
        "accept",
        "refuse",
        "postpone",
        "offer_conditions",
        "answer_partly",
        "answer_finally",
        "refuse_in_answer",
        "preserve",
        "prove_service",
        "redirect",
        "return",
    }
)
"""Moves that answer a request in substance."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A case as it is stored beside its letters.

    Attributes:
        case: Its identifier.
        conv: Its conversation.
        n: Its number in the book.
        opened_at: When it was opened.
        letters: Its letters.
        facts: The evidence about them.
        heard_at: When the last evidence was stored, 0 when there is none.
        drafted: When the drafts were begun that became letters.
    """

    case: bytes
    conv: bytes
    n: int
    opened_at: int
    letters: tuple[Opened, ...] = field(repr=False)
    facts: tuple[Fact, ...] = field(repr=False)
    heard_at: int = 0
    drafted: Mapping[str, int] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A case as rows of the book."""

    case: dict[str, Any]
    measures: tuple[dict[str, Any], ...]
    clocks: tuple[dict[str, Any], ...]


def understand(sealer: RowSealer, me: str, stored: Stored) -> Understood:
    """Fold a case and return its rows."""
    folded, faults = _folded(stored)
    mine = [each for each in folded.requests if each.side(me) is not None]
    clocks = _running(folded, mine)
    return Understood(
        case=_case(sealer, me, stored, folded, faults, mine, clocks),
        measures=tuple(_measures(me, stored, mine)),
        clocks=_clock_rows(stored.case, clocks),
    )


def _folded(stored: Stored) -> tuple[Case, dict[str, str]]:
    """Return the fold, and why which letters are not in it."""
    faults = {each.digest.hex(): each.why for each in stored.letters if each.why is not None}
    readable = [each.letter for each in stored.letters if each.letter is not None]
    try:
        folded = fold([*readable, *stored.facts])
    except Exception as error:  # noqa: BLE001 - ours; the next case must be read all the same
        log.error("book.fold", extra={"case": stored.case.hex(), "kind": type(error).__name__})
        return Case(requests=()), faults | {each.digest: NOT_FOLDED for each in readable}
    kept = (*folded.kept, *(kept for each in folded.requests for kept in each.kept))
    return folded, faults | {each.letter: each.reason for each in kept if each.reason in UNREAD}


# --- The line of the case ---------------------------------------------------------------------------------------------


def _case(
    sealer: RowSealer,
    me: str,
    stored: Stored,
    folded: Case,
    faults: Mapping[str, str],
    mine: Sequence[Request],
    clocks: Sequence[Clock],
) -> dict[str, Any]:
    case, shown = stored.case, _shown(mine)
    untaken = _untaken(me, stored, folded, faults)
    form = _form(stored, shown)
    due_at, rule = _next(clocks)
    owes = {due.code for each in mine for due in each.dues if due.side == each.side(me)} | (
        {TAKE} if untaken else set()
    )
    grade, rank = _urgency(mine, untaken)
    closed = bool(mine) and rank == CLOSED
    return {
        "case": case,
        "n": stored.n,
        "conv": stored.conv,
        "counterpart": _counterpart(me, stored, shown),
        "side": None if shown is None else shown.side(me),
        "type": None if shown is None else _plain(shown.measures[0].type),
        "state": None if shown is None else shown.state,
        "grade": grade,
        "attention": _attention(me, mine, untaken=bool(untaken)),
        "rank": rank,
        "due_at": due_at,
        "due_rule": rule,
        "owes": " ".join(sorted(owes)),
        "letters": len(stored.letters),
        "unread": len(faults),
        "opened_at": stored.opened_at,
        "changed_at": max([stored.opened_at, stored.heard_at, *(each.stored_at for each in stored.letters)]),
        "answered_at": _last(mine, lambda move, _: move in _SUBSTANCE),
        "closed_at": _last(mine, lambda _, state: state in ENDED) if closed else None,
        "reference_sealed": sealed(sealer, "reference_sealed", case, None if shown is None else shown.reference),
        "summary_sealed": sealed(sealer, "summary_sealed", case, _summary(form)),
        "folded_sealed": sealed(sealer, "folded_sealed", case, json.dumps({"case": asdict(folded), "unread": faults})),
    }


def _shown(mine: Sequence[Request]) -> Request | None:
    """Return the request that stands for the case: the first that is open, else the last."""
    return next((each for each in mine if live(each)), mine[-1] if mine else None)


def _attention(me: str, mine: Sequence[Request], *, untaken: bool) -> int:
    waited = [{each.side(me) == side for side in sides(each)} for each in mine]
    if untaken or any(True in each for each in waited):
        return 2
    return 1 if any(waited) else 0


def _urgency(mine: Sequence[Request], untaken: Sequence[Opened]) -> tuple[str, int]:
    """Return the highest grade of what is open, or of what is there, and the place in lists."""
    places = [_place(each.grade) for each in mine if live(each)]
    if untaken and not places:
        places = [_of_urg(max(each.urg for each in untaken))]
    if places:
        return _ORDER[min(places)], min(places)
    return _ORDER[min((_place(each.grade) for each in mine), default=len(_ORDER) - 1)], CLOSED


def _place(grade: str) -> int:
    return _ORDER.index(grade) if grade in GRADES else len(_ORDER) - 1


def _of_urg(urg: int) -> int:
    return next((place for place, grade in enumerate(GRADES.values()) if grade.urg <= urg), len(_ORDER) - 1)


def _untaken(me: str, stored: Stored, folded: Case, faults: Mapping[str, str]) -> list[Opened]:
    """Return the letters of others that nobody here took and that no state asks about: requests, and what is alone."""
    taken = {each.letter for each in stored.facts if each.issuer == me and each.level in _TAKEN}
    followed = {digest for each in folded.requests for digest in each.letters} - {
        each.digest for each in folded.requests
    }
    # An acknowledgement in a letter says as much as evidence.
    answered = {each.digest for each in folded.requests if each.receipts.acknowledged is not None or not live(each)}
    quiet = taken | answered | (followed - faults.keys())
    return [each for each in stored.letters if not each.outgoing and each.digest.hex() not in quiet]


def _counterpart(me: str, stored: Stored, shown: Request | None) -> bytes | None:
    if shown is not None:
        return bytes.fromhex(shown.recipient if shown.sender == me else shown.sender)
    others = (aid for each in stored.letters for aid in (each.sender, *each.to) if aid != me)
    found = next(others, None)
    return None if found is None else bytes.fromhex(found)


def _form(stored: Stored, shown: Request | None) -> Mapping[str, Any]:
    """Return the form of the request that stands for the case, or else of its first letter."""
    named = None if shown is None else shown.digest
    readable = [each.letter for each in stored.letters if each.letter is not None]
    found = next((each for each in readable if named in {None, each.digest}), None)
    return {} if found is None else found.payload


def _summary(form: Mapping[str, Any]) -> str | None:
    said = next((found for name in _SAYS if (found := text(form.get(name))) is not None), None)
    if said is None:
        return None
    line = " ".join(said.split())
    return line if len(line) <= _SUMMARY else line[:_SUMMARY].rsplit(" ", 1)[0] + " …"


def _last(mine: Iterable[Request], wanted: Any) -> int | None:
    steps = (step for each in mine for measure in each.measures for step in measure.steps)
    return max((step.ts for step in steps if wanted(step.move, step.state)), default=None)


# --- Measures and clocks ----------------------------------------------------------------------------------------------


def _measures(me: str, stored: Stored, mine: Sequence[Request]) -> Iterable[dict[str, Any]]:
    forms = {each.letter.digest: each.letter.payload for each in stored.letters if each.letter is not None}
    for request in mine:
        form = forms[request.digest]
        other = request.recipient if request.sender == me else request.sender
        shared = {
            "letter": bytes.fromhex(request.digest),
            "recipient": bytes.fromhex(request.recipient),
            "case": stored.case,
            "counterpart": bytes.fromhex(other),
            "side": request.side(me),
            "instruments": _codes(instruments(form)),
            "crimes": _codes(_crimes(form)),
            "grade_asked": _ORDER[_place(request.urgency[0].grade if request.urgency else "")],
            "grade": _ORDER[_place(request.grade)],
            "delays": _codes(_delays(request, forms)),
            "drafted_at": stored.drafted.get(request.digest),
            "sent_at": request.ts,
            "stored_at": request.receipts.stored,
            "acknowledged_at": _first(request.receipts.taken, request.receipts.acknowledged),
        }
        yield from (shared | _measure(request, each) for each in request.measures)


def _measure(request: Request, each: Measure) -> dict[str, Any]:
    kind = type_of(each.type)
    executed = _reached(each, _EXECUTED)
    return {
        "measure": _plain(each.id),
        "type": _plain(each.type),
        "state": each.state,
        "outcome": None if each.outcome is None else _plain(each.outcome),
        "grounds": _codes(each.grounds),
        "category": None if isinstance(kind, Unknown) else kind.data_category,
        "decided_at": _first(_reached(each, _DECIDED), request.receipts.formal_at, executed),
        "executed_at": executed,
        "closed_at": _reached(each, ENDED) if each.state in ENDED else None,
        "questions": min(sum(step.state == "INFO_REQUESTED" for step in each.steps), _MOST_QUESTIONS),
        "until_at": end_of(each.until),
        "followed": each.follow_up is not None,
    }


def _delays(request: Request, forms: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    """Return the causes of delay that letters about a request name."""
    found = (text(forms[digest].get("delay")) for digest in request.letters)
    return dict.fromkeys(each for each in found if each is not None and each in DELAYS)


def _reached(each: Measure, states: frozenset[str]) -> int | None:
    return next((step.ts for step in each.steps if step.state in states), None)


def _first(*times: int | None) -> int | None:
    return min((each for each in times if each is not None), default=None)


def _crimes(form: Mapping[str, Any]) -> Iterable[str]:
    found = (text(mapping(each).get("crime_type")) for each in listed(form.get("offences")))
    return dict.fromkeys(each for each in found if each is not None)


def _running(folded: Case, mine: Sequence[Request]) -> tuple[Clock, ...]:
    """Return the clocks of the requests between us and another."""
    ours = {(each.digest, each.recipient) for each in mine}
    return tuple(clock for clock in clocks_of(folded) if (clock.letter, clock.recipient) in ours)


def _next(clocks: Iterable[Clock]) -> tuple[int, str | None]:
    """Return the deadline of the case and its rule: the next one whose passing matters to somebody."""
    counted = (each for each in clocks if each.state == RUNNING and not each.silent)
    return min(((each.due, each.rule) for each in counted if each.due is not None), default=(NEVER, None))


def _clock_rows(case: bytes, clocks: Sequence[Clock]) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "case": case,
            "place": place,
            "rule": each.rule,
            "side": each.side,
            "started_at": each.start,
            "due_at": each.due,
            "state": each.state,
        }
        for place, each in enumerate(clocks)
    )


# --- Codes ------------------------------------------------------------------------------------------------------------


def _plain(word: str) -> str:
    """Return a word of a form as it may stand in a column of codes."""
    if len(word) <= CODE and word.isascii() and word.isprintable() and " " not in word:
        return word
    return "#" + hashlib.blake2b(word.encode(), digest_size=16).hexdigest()


def _codes(words: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(_plain(word) for word in words))
