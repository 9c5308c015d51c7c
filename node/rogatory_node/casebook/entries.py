"""One line of the book: what lists and search show of a case.

* Codes, times and identifiers are read as they stand; only reference and summary are opened, for the lines of one page.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from rogatory_node.storage.book_tables import book_cases
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Aid, Id16

NEVER: Final = 2**62
"""The time of a deadline that there is not."""

COLUMNS: Final = [column for column in book_cases.c if column.name != "folded_sealed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A case as a list shows it.

    Attributes:
        case: Its identifier.
        conv: Its conversation.
        n: Its number in the book: a later case has a greater one.
        counterpart: The other authority, or None when nobody is known.
        side: ``R`` when we ask, ``Q`` when we are asked, None when it holds no request.
        type: Of its first measure.
        state: Of its first request that is open, or of its last.
        grade: The highest urgency of what is open.
        attention: 2 when we have to act, 1 when others have, 0 when nobody has.
        rank: The place of its urgency, 0 first; 9 when nothing is open.
        due_at: The next deadline, or None.
        due_rule: The rule that sets it.
        owes: Codes of what we owe.
        letters: How many letters it holds.
        unread: How many of them could not be read.
        opened_at: When its first letter was stored.
        changed_at: When something last happened.
        answered_at: When it was last answered in substance.
        closed_at: When nothing was open any more.
        reference: The sender's reference.
        summary: The first words of what it is about.
    """

    case: Id16
    conv: Id16
    n: int
    counterpart: Aid | None
    side: str | None
    type: str | None
    state: str | None
    grade: str
    attention: int
    rank: int
    due_at: int | None
    due_rule: str | None
    owes: tuple[str, ...]
    letters: int
    unread: int
    opened_at: int
    changed_at: int
    answered_at: int | None
    closed_at: int | None
    reference: str | None
    summary: str | None


def opened(sealer: RowSealer, row: Row[Any]) -> Entry:
    """Open a row of `COLUMNS`.

    Raises:
        DamagedError: The reference or the summary was changed.
    """
    return Entry(
        case=Id16(row.case),
        conv=Id16(row.conv),
        n=row.n,
        counterpart=None if row.counterpart is None else Aid(row.counterpart),
        side=row.side,
        type=row.type,
        state=row.state,
        grade=row.grade,
        attention=row.attention,
        rank=row.rank,
        due_at=None if row.due_at >= NEVER else row.due_at,
        due_rule=row.due_rule,
        owes=tuple(row.owes.split()),
        letters=row.letters,
        unread=row.unread,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        answered_at=row.answered_at,
        closed_at=row.closed_at,
        reference=_text(sealer, "reference_sealed", row.case, row.reference_sealed),
        summary=_text(sealer, "summary_sealed", row.case, row.summary_sealed),
    )


def sealed(sealer: RowSealer, column: str, case: bytes, text: str | None) -> bytes | None:
    """Seal a text for its place in the table."""
    return None if text is None else sealer.seal("book_cases", column, case, text.encode())


def _text(sealer: RowSealer, column: str, case: bytes, held: bytes | None) -> str | None:
    return None if held is None else sealer.open("book_cases", column, case, held).decode()
