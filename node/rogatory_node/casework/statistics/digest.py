"""An entry for a digest of cases: what was asked under which instrument, how long it took and how it ended.

* No State, authority, person, reference, text or day: a quarter of a year and whole days of each stage are all of time
  that is told, so that nobody finds the case again.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from rogatory_node.casework.statistics.counting import STAGES, Row, fate

_DAY_SECONDS: Final = 86_400


def entry(measures: Sequence[Row]) -> dict[str, Any]:
    """Return the entry of a case."""
    began = min(each.sent_at for each in measures)
    when = datetime.fromtimestamp(began, UTC)
    return {
        "quarter": f"{when.year}-Q{(when.month + 2) // 3}",
        "instruments": _codes(each.instruments for each in measures),
        "crimes": _codes(each.crimes for each in measures),
        "measures": [_measure(each) for each in measures],
    }


def _measure(each: Row) -> dict[str, Any]:
    return {
        "type": each.type,
        "category": each.category,
        "urgency": each.grade,
        "ended": fate(each.state, each.outcome),
        "outcome": each.outcome,
        "grounds": each.grounds.split(),
        "questions": each.questions,
        "delays": each.delays.split(),
        "days": {stage: _days(getattr(each, begin), getattr(each, end)) for stage, (begin, end) in STAGES.items()},
    }


def _days(begin: int | None, end: int | None) -> int | None:
    return None if begin is None or end is None else max(end - begin, 0) // _DAY_SECONDS


def _codes(columns: Any) -> list[str]:
    return sorted({code for words in columns for code in words.split()})
