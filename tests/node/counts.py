"""Rows of measures as statistics read them, short to write."""

from typing import Any

from rogatory_node.casework.statistics.counting import COLUMNS, Row, Tally

NOW = 1_900_000_000
DAY = 86_400
_PLAIN: dict[str, Any] = {
    "side": "R", "counterpart": b"\xbb" * 32, "type": "data.content", "state": "CLOSED", "outcome": "EXECUTED_FULL",
    "grounds": "", "instruments": "BC UNTOC", "crimes": "cybercrime", "category": "content", "grade_asked": "PRIORITY",
    "grade": "PRIORITY", "delays": "", "questions": 0, "drafted_at": NOW - DAY, "sent_at": NOW, "stored_at": NOW + 10,
    "acknowledged_at": NOW + DAY, "decided_at": NOW + 3 * DAY, "executed_at": NOW + 9 * DAY,
    "until_at": None, "followed": False,
}  # fmt: skip


def row(**changed: Any) -> Row:
    """Return a measure that was executed, but for what is changed."""
    assert changed.keys() <= set(COLUMNS)
    return Row(**_PLAIN | changed)


def tally(*rows: Row) -> Tally:
    """Count rows."""
    found = Tally(now=NOW)
    found.add(rows)
    return found
