"""Translations that this authority has ordered: of which letter, into which language, until when, and how it ended.

* An order is private: nothing of it leaves. What it led to is sent as a letter of kind ``translation``.
* Names and notes are sealed; each step is an audit leaf with the role.
"""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os import urandom
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, select, update

from rogatory_node.storage import audit_log
from rogatory_node.storage.book_tables import recorded_letters, translations
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import letters
from rogatory_protocol.ids import Digest, Id16

DONE: Final = "done"
CANCELLED: Final = "cancelled"
MAX_WORDS: Final = 1_000
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_ID_BYTES: Final = 16


class TranslationError(Exception):
    """A translation cannot be ordered or ended."""

    code: ClassVar[str] = "translation"


class OrderUnfitError(TranslationError):
    """The language is no language tag, the letter is not of the case, or the words are too long."""

    code: ClassVar[str] = "translation.unfit"


class OrderUnknownError(TranslationError):
    """There is no such order, or it has ended."""

    code: ClassVar[str] = "translation.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A translation that was ordered.

    Attributes:
        id: Its identifier.
        case: The case.
        letter: The letter.
        language: Into which language.
        ordered_at: When.
        due_at: Until when, or None.
        ended_at: When it ended, or None.
        outcome: ``done``, ``cancelled``, or None.
        words: ``translator``, ``document``, ``note``, ``certified`` and ``machine`` ("yes" or absent).
    """

    id: Id16
    case: Id16
    letter: Digest
    language: str
    ordered_at: int
    due_at: int | None
    ended_at: int | None
    outcome: str | None
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """Somebody orders a translation."""

    case: Id16
    letter: Digest
    language: str
    due_at: int | None
    words: Mapping[str, str]
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A translation is there, or is not needed any more."""

    case: Id16
    order: Id16
    outcome: str
    words: Mapping[str, str]
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Translations:
    """What is done with translations.

    Attributes:
        sealer: Seals and opens words.
        wall: The clock.
        random: Randomness for identifiers and audit leaves.
    """

    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def order(self, connection: Connection, commands: Sequence[Ordering]) -> list[Order]:
        """Order translations.

        Raises:
            OrderUnfitError: It does not fit.
        """
        now, events, made = int(self.wall()), [], []
        for each in commands:
            if not _LANGUAGE.fullmatch(each.language) or not _of_case(connection, each.letter, each.case):
                raise OrderUnfitError("order")
            order = Order(
                id=Id16(self.random(_ID_BYTES)),
                case=each.case,
                letter=each.letter,
                language=each.language,
                ordered_at=now,
                due_at=each.due_at,
                ended_at=None,
                outcome=None,
                words=_fit(each.words),
            )
            connection.execute(translations.insert(), [self._row(order)])
            events.append(audit_log.Event(ev="translation.ordered", obj=each.letter, who=each.role))
            made.append(order)
        audit_log.append(connection, events, now=now, random=self.random)
        return made

    def end(self, connection: Connection, commands: Sequence[Ending]) -> list[Order]:
        """End orders.

        Raises:
            OrderUnknownError: There is no such order in the case, or it has ended.
            OrderUnfitError: The words are too long.
        """
        now, events, ended = int(self.wall()), [], []
        for each in commands:
            known = next((one for one in self.listed(connection, each.case) if one.id == each.order), None)
            if known is None or known.outcome is not None or each.outcome not in (DONE, CANCELLED):
                raise OrderUnknownError("order")
            words = self._sealed(each.order, {**known.words, **_fit(each.words)})
            changed = {"outcome": each.outcome, "ended_at": now, "words_sealed": words}
            connection.execute(update(translations).where(translations.c.id == each.order).values(changed))
            events.append(audit_log.Event(ev=f"translation.{each.outcome}", obj=known.letter, who=each.role))
            ended.append(next(one for one in self.listed(connection, each.case) if one.id == each.order))
        audit_log.append(connection, events, now=now, random=self.random)
        return ended

    def listed(self, connection: Connection, case: Id16) -> list[Order]:
        """Return the orders of a case, the oldest first."""
        query = select(translations).where(translations.c.case == case)
        order = (translations.c.ordered_at, translations.c.id)
        return [self._opened(row) for row in connection.execute(query.order_by(*order))]

    def _row(self, order: Order) -> dict[str, Any]:
        return {
            "id": order.id,
            "case": order.case,
            "letter": order.letter,
            "language": order.language,
            "ordered_at": order.ordered_at,
            "due_at": order.due_at,
            "ended_at": None,
            "outcome": None,
            "words_sealed": self._sealed(order.id, order.words),
        }

    def _sealed(self, order: Id16, words: Mapping[str, str]) -> bytes:
        raw = json.dumps(dict(words), ensure_ascii=False).encode()
        return self.sealer.seal("translations", "words_sealed", order, raw)

    def _opened(self, row: Any) -> Order:
        return Order(
            id=Id16(row.id),
            case=Id16(row.case),
            letter=Digest(row.letter),
            language=row.language,
            ordered_at=row.ordered_at,
            due_at=row.due_at,
            ended_at=row.ended_at,
            outcome=row.outcome,
            words=json.loads(self.sealer.open("translations", "words_sealed", row.id, row.words_sealed)),
        )


def _fit(words: Mapping[str, str]) -> dict[str, str]:
    if any(len(text) > MAX_WORDS for text in words.values()):
        raise OrderUnfitError("words")
    return {name: text for name, text in words.items() if text}


def _of_case(connection: Connection, letter: Digest, case: Id16) -> bool:
    for table in (letters, recorded_letters):
        query = select(table.c.digest).where(table.c.digest == letter, table.c.case == case)
        if connection.execute(query).first() is not None:
            return True
    return False
