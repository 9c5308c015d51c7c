"""Attachments that arrive: what is missing, how far each is durable, and the evidence at the end (B.12.2 steps 5, 6).

* The next index is the only state of a transfer; it is stored only as far as the file is durable.
* When the last blob of a letter is verified, evidence 35 is signed in that very transaction.
* A blob that cannot be made good ends in evidence 90 code 15, once; nothing of that letter is pulled any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, update

from rogatory_node.services.issuing import OUTGOING, Fact, Issuing, Prepared
from rogatory_node.storage import audit_log
from rogatory_node.storage.tables import blobs, evidence, letters
from rogatory_protocol import letter, parts
from rogatory_protocol.attachment import Entry
from rogatory_protocol.errors import Code
from rogatory_protocol.evidence import Level, mark_of, may_issue
from rogatory_protocol.ids import Aid, Digest

_INCOMING: Final = "in"

Place = tuple[Digest, int]
"""A letter and the index of one of its attachments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An attachment that has not come whole.

    Attributes:
        place: Which.
        entry: What the letter says of it, with its key.
        next_index: The chunk to ask for next.
        name: Its file.
        urg: The urgency of the letter.
    """

    place: Place
    entry: Entry = field(repr=False)
    next_index: int
    name: str
    urg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many chunks of a blob a power cut cannot take away."""

    place: Place
    durable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A blob that is verified and durable, or that cannot be made good.

    Attributes:
        place: Which.
        peer: The sender of the letter.
        good: Whether its hash was verified and its file is durable.
    """

    place: Place
    peer: Aid
    good: bool


class Completing(Issuing):
    """The receiving authority, when attachments arrive."""

    __slots__ = ()

    def missing(self, connection: Connection, peer: Aid, *, most: int) -> list[Row[Any]]:
        """Read the rows of what *peer* still owes us, the most urgent first, for `entries`."""
        broken = (
            select(evidence.c.digest)
            .where(
                evidence.c.letter == blobs.c.letter,
                evidence.c.from_aid == self.me,
                evidence.c.direction == OUTGOING,
                evidence.c.lvl == int(Level.REFUSED),
            )
            .exists()
        )
        query = (
            select(blobs, letters.c.raw_sealed, letters.c.parts_sealed, letters.c.urg)
            .join(letters, letters.c.digest == blobs.c.letter)
            .where(
                blobs.c.verified.is_(False),
                blobs.c.direction == _INCOMING,
                letters.c.from_aid == peer,
                ~broken,
            )
            .order_by(letters.c.urg.desc(), letters.c.stored_at, blobs.c.letter, blobs.c.idx)
            .limit(most)
        )
        return list(connection.execute(query))

    def entry(self, row: Row[Any]) -> Missing:
        """Open a row; pure, so that it may run in a thread."""
        digest = Digest(row.letter)
        raw = self.sealer.open("letters", "raw_sealed", digest, row.raw_sealed)
        parts_raw = self.sealer.open("letters", "parts_sealed", digest, row.parts_sealed)
        body = letter.parse(raw).body
        entries = parts.open_parts(parts_raw, form=body.form, att=body.att).whole()[1]
        return Missing(
            place=(digest, row.idx),
            entry=entries[row.idx],
            next_index=row.next_index,
            name=row.path,
            urg=row.urg,
        )

    def progress(self, connection: Connection, group: Sequence[Progress]) -> list[None]:
        """Note how far transfers are durable."""
        for each in group:
            values = {"next_index": each.durable}
            connection.execute(update(blobs).where(*_at(each.place), blobs.c.verified.is_(False)).values(**values))
        return [None for _ in group]

    def ended(self, connection: Connection, group: Sequence[Ended]) -> list[bool]:
        """Note blobs that are whole or broken; tell for each whether evidence was issued by it."""
        now = int(self.wall())
        issued = self.issued(connection, (each.place[0] for each in group))
        head = audit_log.head(connection)
        fresh: list[Prepared] = []
        events: list[audit_log.Event] = []
        found = []
        for each in group:
            digest = each.place[0]
            fact = self._ended(connection, each, events)
            mark = None if fact is None else mark_of(fact.level, fact.code)
            marks = issued.setdefault(digest, {})
            may = fact is not None and mark is not None and may_issue(marks, mark)
            if fact is not None and mark is not None and may:
                fresh.append(self.prepare(fact, head, now))
                marks[mark] = fresh[-1].digest
                events.append(audit_log.Event(ev="evidence.issued", obj=digest, who="node"))
            found.append(may)
        self.sign(connection, fresh, now)
        audit_log.append(connection, events, now=now, random=self.random)
        return found

    def _ended(self, connection: Connection, each: Ended, events: list[audit_log.Event]) -> Fact | None:
        """Write what became of a blob; return what is to be said of its letter."""
        digest = each.place[0]
        if not each.good:
            events.append(audit_log.Event(ev="attachment.broken", obj=digest, who="node"))
            return Fact(letter=digest, peer=each.peer, level=Level.REFUSED, code=int(Code.ATTACHMENT))
        connection.execute(update(blobs).where(*_at(each.place)).values(verified=True, next_index=blobs.c.n))
        events.append(audit_log.Event(ev="attachment.verified", obj=digest, who="node"))
        left = select(func.count()).where(blobs.c.letter == digest, blobs.c.verified.is_(False))
        if connection.execute(left).scalar_one():
            return None
        return Fact(letter=digest, peer=each.peer, level=Level.COMPLETE)


def _at(place: Place) -> tuple[Any, Any]:
    return blobs.c.letter == place[0], blobs.c.idx == place[1]
