"""Signing own evidence and keeping it: the part that all who issue evidence have in common (B.13).

* ``sign`` runs inside the writer's transaction; it never commits and never sends.
* The head is read before any leaf of this transaction is written, so it is a durable one (B.12.2 step 4).
* One signature serves what one peer gets; batches never mix peers (B.4).
* A declaration 91 is never sent: it is kept as acknowledged.
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import evidence
from rogatory_protocol.audit import Head
from rogatory_protocol.evidence import Content, Level, Mark, mark_of, payload
from rogatory_protocol.ids import Aid, Digest, digest_of
from rogatory_protocol.limits import MAX_BATCH
from rogatory_protocol.signed import Context, sign_batch
from rogatory_protocol.suite import Signer

OUTGOING: Final = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What an evidence is to say.

    Attributes:
        letter: The letter.
        peer: Whom it is for; for 91 the recipient missed.
        level: The level.
        code: Error code, ground or None, as the level wants it.
        role: Of the officer who took or decided.
        note: Without case content.
    """

    letter: Digest
    peer: Aid
    level: Level
    code: int | str | None = None
    role: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An evidence whose payload is fixed and whose signature is still to be made."""

    fact: Fact
    digest: Digest
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """Who signs evidence and what seals its rows."""

    me: Aid
    signer: Signer = field(repr=False)
    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = os.urandom

    def prepare(self, fact: Fact, head: Head, now: int) -> Prepared:
        """Write the payload of an evidence.

        Raises:
            LocalProtocolError: A field breaks the rule of the level.
        """
        content = Content(
            lvl=fact.level,
            letter=fact.letter,
            issuer=self.me,
            to=fact.peer,
            ts=now,
            code=fact.code,
            role=fact.role,
            note=fact.note,
            head=head,
        )
        raw = payload(content)
        return Prepared(fact=fact, digest=digest_of(raw), payload=raw)

    def sign(self, connection: Connection, prepared: Sequence[Prepared], now: int) -> None:
        """Sign what was prepared and write its rows; the caller writes the audit leaves."""
        signed = _sign(self.signer, prepared)
        if signed:
            connection.execute(evidence.insert(), [self._row(each, raw, now) for each, raw in signed])

    def issued(self, connection: Connection, about: Iterable[Digest]) -> dict[Digest, dict[Mark, Digest]]:
        """Return what we issued about these letters: the digest of each mark."""
        query = select(evidence.c.letter, evidence.c.lvl, evidence.c.code, evidence.c.digest).where(
            evidence.c.letter.in_(set(about)), evidence.c.from_aid == self.me, evidence.c.direction == OUTGOING
        )
        found: dict[Digest, dict[Mark, Digest]] = {}
        for row in connection.execute(query):
            code = int(row.code) if row.lvl == Level.REFUSED else row.code
            found.setdefault(Digest(row.letter), {})[mark_of(Level(row.lvl), code)] = Digest(row.digest)
        return found

    def unacknowledged(self, connection: Connection, peer: Aid, *, most: int) -> list[Row[Any]]:
        """Read the rows of evidence that *peer* has not acknowledged, the oldest first, for `opened`."""
        query = (
            select(evidence.c.digest, evidence.c.raw_sealed)
            .where(evidence.c.to_aid == peer, evidence.c.ackd.is_(False), evidence.c.direction == OUTGOING)
            .order_by(evidence.c.stored_at, evidence.c.lvl, evidence.c.digest)
            .limit(most)
        )
        return list(connection.execute(query))

    def opened(self, rows: Sequence[Row[Any]]) -> list[bytes]:
        """Open rows; the bytes are those that were signed. Pure, so that it may run in a thread."""
        return [self.sealer.open("evidence", "raw_sealed", row.digest, row.raw_sealed) for row in rows]

    def _row(self, each: Prepared, raw: bytes, now: int) -> dict[str, object]:
        fact = each.fact
        return {
            "digest": each.digest,
            "direction": OUTGOING,
            "letter": fact.letter,
            "lvl": int(fact.level),
            "from_aid": self.me,
            "to_aid": fact.peer,
            "ts": now,
            "code": None if fact.code is None else str(fact.code),
            "raw_sealed": self.sealer.seal("evidence", "raw_sealed", each.digest, raw),
            "ackd": fact.level is Level.MISSED,
            "stored_at": now,
        }


def _sign(signer: Signer, prepared: Sequence[Prepared]) -> list[tuple[Prepared, bytes]]:
    by_peer: dict[Aid, list[Prepared]] = {}
    for each in prepared:
        by_peer.setdefault(each.fact.peer, []).append(each)
    batches = [group[at : at + MAX_BATCH] for group in by_peer.values() for at in range(0, len(group), MAX_BATCH)]
    return [
        pair
        for batch in batches
        for pair in zip(batch, sign_batch(signer, Context.EVIDENCE, [each.payload for each in batch]), strict=True)
    ]
