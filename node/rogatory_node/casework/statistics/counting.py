"""Counting measures: what became of them, by State, type, instrument, category, urgency, outcome, ground and crime.

* A measure counts, not a request: partial execution is normal, and a request may ask for many things.
* What became of a measure follows by a table from its state and outcome. ``asked`` is what we asked for, ``received``
  what we were asked for.
* Columns are counted whole: a hundred thousand rows are a matter of a second.
* A column with several codes counts in each of them, so these tables may add up to more than the total.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from rogatory_node.casework.codes import DELAYS
from rogatory_node.casework.life.states import OPEN

ASKED: Final = "asked"
RECEIVED: Final = "received"
DIRECTIONS: Final[Mapping[str, str]] = MappingProxyType({"R": ASKED, "Q": RECEIVED})

PENDING: Final = "pending"
GRANTED: Final = "granted"
PARTLY: Final = "partly"
NOTHING: Final = "nothing"
REFUSED: Final = "refused"
RETURNED: Final = "returned"
WITHDRAWN: Final = "withdrawn"
CLOSED: Final = "closed"
FATES: Final = (PENDING, GRANTED, PARTLY, NOTHING, REFUSED, RETURNED, WITHDRAWN, CLOSED)
"""What becomes of a measure: ``nothing`` was executed without result, ``closed`` ended without an outcome."""

_BY_OUTCOME: Final[Mapping[str | None, str]] = MappingProxyType(
    {
        "EXECUTED_FULL": GRANTED,
        "EXECUTED_WITH_CONDITIONS": GRANTED,
        "PRESERVED": GRANTED,
        "EXECUTED_PARTIAL": PARTLY,
        "PRESERVED_PARTIAL": PARTLY,
        "NO_RECORDS": NOTHING,
        "NOT_LOCATED": NOTHING,
        "PERSON_DECLINED": NOTHING,
        "ALREADY_DELETED": NOTHING,
        "PROVIDER_NOT_HERE": NOTHING,
        "REDIRECT": RETURNED,
        "REFUSED": REFUSED,
        "WITHDRAWN": WITHDRAWN,
    }
)
_BY_STATE: Final[Mapping[str, str]] = MappingProxyType(
    {"REFUSED": REFUSED, "WITHDRAWN": WITHDRAWN, "REJECTED_ADDRESSEE": RETURNED}
)


class Row(NamedTuple):
    """A measure as it is counted; codes, and Unix times or None. Columns with several codes part them by spaces."""

    side: str
    counterpart: bytes
    type: str
    state: str
    outcome: str | None
    grounds: str
    instruments: str
    crimes: str
    category: str | None
    grade_asked: str
    grade: str
    delays: str
    questions: int
    drafted_at: int | None
    sent_at: int
    stored_at: int | None
    acknowledged_at: int | None
    decided_at: int | None
    executed_at: int | None
    until_at: int | None
    followed: bool


COLUMNS: Final = Row._fields
_PLACE: Final = {name: place for place, name in enumerate(COLUMNS)}

DIMENSIONS: Final = (
    "counterpart", "type", "state", "outcome", "grounds", "instruments", "crimes", "category", "grade_asked", "grade",
    "delays",
)  # fmt: skip
"""Columns by which is counted."""
TIMED: Final = ("counterpart", "type", "instruments", "crimes", "category", "grade")
"""Those of them for whose values it is told how long execution took."""
SEVERAL: Final = frozenset({"grounds", "instruments", "crimes", "delays"})

STAGES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "preparation": ("drafted_at", "sent_at"),
        "delivery": ("sent_at", "stored_at"),
        "acknowledgement": ("stored_at", "acknowledged_at"),
        "decision": ("acknowledged_at", "decided_at"),
        "execution": ("decided_at", "executed_at"),
        "total": ("sent_at", "executed_at"),
    }
)
"""Stage → the times between which it lies."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took: of how many, the median and the 90th percentile, in seconds."""

    count: int
    median: int
    p90: int


@dataclass(slots=True)
class Tally:
    """Counts of measures, which grow as rows come.

    Attributes:
        fates: Direction and fate → measures.
        by: Column → value, direction and fate → measures.
        stages: Stage and direction → durations.
        urgent: The same of emergencies.
        answered: Column → value and direction → durations of all.
        evidence: Category, emergency, direction and fate → measures: what the EU asks for.
        preserved: Direction and what became of a preservation → measures.
        questions: Direction → measures with a question, and questions.
        lowered: Direction → measures whose urgency was lowered.
        now: The time at which preservations are looked at.
    """

    now: int
    fates: Counter[tuple[str, str]] = field(default_factory=Counter)
    by: dict[str, Counter[tuple[Any, str, str]]] = field(
        default_factory=lambda: {name: Counter() for name in DIMENSIONS}
    )
    stages: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    urgent: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    answered: dict[str, dict[tuple[Any, str], list[int]]] = field(default_factory=lambda: {name: {} for name in TIMED})
    evidence: Counter[tuple[str, bool, str, str]] = field(default_factory=Counter)
    preserved: Counter[tuple[str, str]] = field(default_factory=Counter)
    questions: Counter[tuple[str, int]] = field(default_factory=Counter)
    lowered: Counter[str] = field(default_factory=Counter)

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Count rows whose columns are those of `Row`."""
        if not rows:
            return
        columns = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
        sides = [DIRECTIONS[side] for side in columns["side"]]
        fates = [fate(*each) for each in zip(columns["state"], columns["outcome"], strict=True)]
        self.fates.update(zip(sides, fates, strict=True))
        for name in DIMENSIONS:
            self.by[name].update(zip(columns[name], sides, fates, strict=True))
        self._times(columns, sides)
        self._others(columns, sides, fates)

    def _times(self, columns: Mapping[str, Sequence[Any]], sides: Sequence[str]) -> None:
        urgent = [grade == "EMERGENCY" for grade in columns["grade"]]
        for stage, (begin, end) in STAGES.items():
            timed = zip(sides, urgent, columns[begin], columns[end], strict=True)
            lists = {side: self.stages.setdefault((stage, side), []) for side in DIRECTIONS.values()}
            for side, emergency, first, last in timed:
                if first is None or last is None:
                    continue
                took = last - first if last > first else 0  # clocks of two authorities differ
                lists[side].append(took)
                if emergency:
                    self.urgent.setdefault((stage, side), []).append(took)
        self._answered(columns, sides)

    def _answered(self, columns: Mapping[str, Sequence[Any]], sides: Sequence[str]) -> None:
        begin, end = (columns[name] for name in STAGES["total"])
        done = [place for place, at in enumerate(end) if at is not None]
        took = [max(end[place] - begin[place], 0) for place in done]
        of = [sides[place] for place in done]
        for name, found in self.answered.items():
            values = columns[name]
            for place, side, seconds in zip(done, of, took, strict=True):
                key = (values[place], side)
                if key in found:
                    found[key].append(seconds)
                else:
                    found[key] = [seconds]

    def _others(self, columns: Mapping[str, Sequence[Any]], sides: Sequence[str], fates: Sequence[str]) -> None:
        urgent = [grade == "EMERGENCY" for grade in columns["grade"]]
        categories = columns["category"]
        data = zip(categories, urgent, sides, fates, strict=True)
        self.evidence.update(each for each in data if each[0] is not None)
        asked = zip(sides, columns["questions"], strict=True)
        self.questions.update(each for each in asked if each[1])
        grades = zip(sides, columns["grade_asked"], columns["grade"], strict=True)
        self.lowered.update(side for side, first, last in grades if _ORDER.get(last, 9) > _ORDER.get(first, 9))
        kept = zip(sides, columns["until_at"], columns["followed"], strict=True)
        self.preserved.update((side, _kept(until, followed, self.now)) for side, until, followed in kept if until)


_ORDER: Final = {"EMERGENCY": 0, "VOLATILE": 1, "TIME_CRITICAL": 2, "PRIORITY": 3, "ROUTINE": 4}
ACTIVE, FOLLOWED, LAPSED = "active", "followed", "lapsed"


def _kept(until: int, followed: bool, now: int) -> str:
    """Return what became of a preservation: it runs, a request followed, or it lapsed without one."""
    return FOLLOWED if followed else ACTIVE if until > now else LAPSED


def fate(state: str, outcome: str | None) -> str:
    """Return what became of a measure."""
    return _BY_STATE.get(state) or (PENDING if state in OPEN - {"PRESERVED"} else _BY_OUTCOME.get(outcome, CLOSED))


def split(counts: Mapping[tuple[Any, str, str], int]) -> Counter[tuple[str, str, str]]:
    """Part a column with several codes: each of them counts."""
    found: Counter[tuple[str, str, str]] = Counter()
    for (words, side, each), count in counts.items():
        for word in words.split():
            found[word, side, each] += count
    return found


def times(durations: Iterable[int]) -> Times | None:
    """Return count, median and 90th percentile of durations; None when there are none."""
    ordered = sorted(durations)
    if not ordered:
        return None
    return Times(count=len(ordered), median=_rank(ordered, 0.5), p90=_rank(ordered, 0.9))


def _rank(ordered: Sequence[int], share: float) -> int:
    return ordered[max(-int(-share * len(ordered) // 1) - 1, 0)]


def stage_of(code: str) -> str:
    """Return the stage at which a cause of delay arises."""
    return DELAYS[code].stage if code in DELAYS else ""


def totals(tally: Tally) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield for each direction how many measures there are, and what became of them."""
    for direction in DIRECTIONS.values():
        found = {each: tally.fates[direction, each] for each in FATES}
        yield direction, {"total": sum(found.values()), **found}
