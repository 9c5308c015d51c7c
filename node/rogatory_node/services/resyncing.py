"""What a peer that was restored may have back of us (B.12.4, B.11.3 SYNC, LIST, FETCH, COPY).

* Only what is between the two: letters from the one to the other, and evidence issued by the one to the other. What
  a third authority sent to both is that one's to give.
* Evidence alone is given at once; a letter only while its ``ts`` is within some days, so that who has stolen a node
  key does not fetch the whole past. An older one is given after an officer has released it.
* Every letter that is given is a leaf of the audit log, durable before it leaves.
* The cursor counts the rows already given, in the order of their times: what is added meanwhile shows a row twice,
  and never hides one.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from rogatory_node.services.releasing import is_released
from rogatory_node.storage import audit_log
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import evidence, letters, outbox, releases
from rogatory_protocol.copies import Copy
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.limits import DAY_SECONDS
from rogatory_protocol.link.frames import MAX_LEVELS

Row = tuple[bytes, tuple[int, ...]]
"""A letter and the levels of its evidence."""


class Role(StrEnum):
    """What the asker is to the letters that it asks for."""

    SENDER = "sender"
    RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page that a peer asks for: the body of SYNC."""

    peer: Aid
    role: Role
    since: int
    cursor: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of letters; *following* is the cursor of the next one, None after the last."""

    rows: tuple[Row, ...]
    following: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The stored rows of what a peer fetches; *letter* is None if it may not have it, *withheld* if it is too old."""

    letter: Any | None = field(repr=False)
    withheld: bool = False
    evidence: Sequence[Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A letter that is about to be given back to a peer."""

    letter: Digest
    peer: Aid


@dataclass(frozen=True, slots=True, kw_only=True)
class Resyncing:
    """The authority that is asked, and for how many days after its ``ts`` it gives a letter back."""

    me: Aid
    sealer: RowSealer = field(repr=False)
    served_days: int = 7
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = os.urandom

    def page(self, connection: Connection, asked: Listing) -> Page:
        """Read a page of what lies between the peer and us."""
        query = {Role.SENDER: self._taken, Role.RECIPIENT: self._sent}[asked.role](asked)
        found = [Digest(row.letter) for row in connection.execute(query.limit(asked.most + 1).offset(asked.cursor))]
        more = len(found) > asked.most
        levels: dict[bytes, set[int]] = {digest: set() for digest in found[: asked.most]}
        about = (evidence.c.letter.in_(levels), self._between(asked.peer))
        for row in connection.execute(select(evidence.c.letter, evidence.c.lvl).where(*about)):
            levels[row.letter].add(row.lvl)
        rows = tuple((digest, tuple(sorted(held)[:MAX_LEVELS])) for digest, held in levels.items())
        return Page(rows=rows, following=asked.cursor + asked.most if more else None)

    def find(self, connection: Connection, peer: Aid, digest: Digest) -> Found | None:
        """Read what a peer may have of a letter; None if there is nothing between the two."""
        proofs = (
            select(evidence.c.digest, evidence.c.lvl, evidence.c.raw_sealed)
            .where(evidence.c.letter == digest, self._between(peer))
            .order_by(evidence.c.stored_at, evidence.c.ts, evidence.c.digest)
        )
        first: dict[int, Any] = {}
        for each in connection.execute(proofs):
            first.setdefault(each.lvl, each)
        ours = select(outbox.c.letter).where(outbox.c.letter == digest, outbox.c.aid == peer).exists()
        mine = or_(
            and_(letters.c.direction == "out", ours), and_(letters.c.direction == "in", letters.c.from_aid == peer)
        )
        columns = (letters.c.digest, letters.c.ts, letters.c.raw_sealed, letters.c.parts_sealed)
        row = connection.execute(select(*columns).where(letters.c.digest == digest, mine)).one_or_none()
        if row is None and not first:
            return None
        given = row is not None and self._may_have(connection, peer, row)
        return Found(
            letter=row if given else None,
            withheld=row is not None and not given,
            evidence=[first[lvl] for lvl in sorted(first)][:MAX_LEVELS],
        )

    def opened(self, found: Found) -> Copy:
        """Open rows; pure, so that it may run in a thread."""
        proofs = tuple(self.sealer.open("evidence", "raw_sealed", e.digest, e.raw_sealed) for e in found.evidence)
        row = found.letter
        if row is None:
            return Copy(evidence=proofs)
        return Copy(
            letter=self.sealer.open("letters", "raw_sealed", row.digest, row.raw_sealed),
            parts=self.sealer.open("letters", "parts_sealed", row.digest, row.parts_sealed),
            evidence=proofs,
        )

    def served(self, connection: Connection, served: Sequence[Served]) -> list[None]:
        """Note in the audit log which letters are given back, and to whom."""
        events = [audit_log.Event(ev="letter.served", obj=each.letter, who=each.peer.hex()) for each in served]
        audit_log.append(connection, events, now=int(self.wall()), random=self.random)
        return [None for _ in served]

    def _sent(self, asked: Listing) -> Select[Any]:
        """What we sent to the asker."""
        return (
            select(letters.c.digest.label("letter"))
            .join(outbox, outbox.c.letter == letters.c.digest)
            .where(outbox.c.aid == asked.peer, letters.c.ts >= asked.since)
            .order_by(letters.c.ts, letters.c.digest)
        )

    def _taken(self, asked: Listing) -> Select[Any]:
        """What we answered the asker: of every letter of its that we know there is evidence, and so of refused ones."""
        at = func.min(evidence.c.ts)
        mine = (evidence.c.from_aid == self.me, evidence.c.to_aid == asked.peer, evidence.c.lvl != int(Level.MISSED))
        return (
            select(evidence.c.letter.label("letter"))
            .where(*mine)
            .group_by(evidence.c.letter)
            .having(at >= asked.since)
            .order_by(at, evidence.c.letter)
        )

    def _may_have(self, connection: Connection, peer: Aid, row: Any) -> bool:
        now = int(self.wall())
        if row.ts + self.served_days * DAY_SECONDS >= now:
            return True
        mine = (releases.c.letter == row.digest, releases.c.aid == peer, is_released(now))
        return connection.execute(select(releases.c.letter).where(*mine)).one_or_none() is not None

    def _between(self, peer: Aid) -> ColumnElement[bool]:
        return or_(
            and_(evidence.c.from_aid == self.me, evidence.c.to_aid == peer),
            and_(evidence.c.from_aid == peer, evidence.c.to_aid == self.me),
        )
