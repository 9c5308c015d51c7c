"""Receiving a letter: open, judge, and store it with its signed evidence in one transaction (B.12.2).

* ``judge`` is pure: it opens an envelope and says of each letter what it is worth. Run it outside the writer.
* ``Receiving.commit`` is the one transaction function: letters, dedupe rows, blob rows, audit leaves and evidence of a
  whole group, or nothing. What it returns is what to send after the commit, never before.
* A letter that is known, stored or refused, gets the stored bytes again, whatever came this time.
"""

import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from rogatory_node.services.filing import Filing, file
from rogatory_node.storage import audit_log
from rogatory_node.storage.blobs import blob_name
from rogatory_node.storage.rows import add, among, halves
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import blobs, evidence, letters, seen
from rogatory_protocol import envelope, letter
from rogatory_protocol.audit import Head
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.evidence import Content, Level
from rogatory_protocol.evidence import payload as evidence_payload
from rogatory_protocol.ids import Aid, Digest, Id16
from rogatory_protocol.letter import KeyLookup, Letter
from rogatory_protocol.limits import MAX_EVIDENCE_BYTES
from rogatory_protocol.receiving import Kind, Known, Reply, after_opening, before_opening
from rogatory_protocol.signed import Context, VerifiedMemory, sign_batch
from rogatory_protocol.signed import parse as parse_signed
from rogatory_protocol.suite import EncryptionKey, Signer

_DAY_IS_OVER: Final = Reply(kind=Kind.ERROR, code=Code.QUOTA)
_FLOOD: Final = Reply(kind=Kind.ERROR, code=Code.QUOTA, alarm=True)
_INCOMING: Final = "in"
_OUTGOING: Final = "out"
_MINE: Final = (evidence.c.from_aid == bindparam("me"), evidence.c.direction == _OUTGOING)
_HELD: Final = (
    select(evidence.c.digest, evidence.c.letter, evidence.c.to_aid, evidence.c.ackd, evidence.c.raw_sealed)
    .where(evidence.c.letter.in_(bindparam("about", expanding=True)), *_MINE, evidence.c.lvl != int(Level.MISSED))
    .order_by(evidence.c.letter, evidence.c.stored_at, evidence.c.lvl)
)
_TAKEN: Final = select(seen.c.from_aid, seen.c.letter_id).where(among(seen.c.from_aid, seen.c.letter_id))
_ACKNOWLEDGE: Final = (
    update(evidence).where(evidence.c.digest.in_(bindparam("digests", expanding=True)), *_MINE).values(ackd=True)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one offered letter is worth: a verified letter, or the code that refuses it.

    Attributes:
        peer: Who offered it.
        digest: What the header calls it.
        letter: The letter, when everything about it holds.
        failure: Why it does not.
        removed: With NOT_GOOD: the authority itself is no longer admitted.
    """

    peer: Aid
    digest: Digest
    letter: Letter | None = None
    failure: Code | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to send for one letter once the transaction is durable.

    Attributes:
        digest: The letter.
        evidence: Evidence to send: the first is the answer, later ones follow in an EVID of their own.
        code: The code of an ERROR, when there is no evidence.
        alarm: It should never happen between correct nodes.
        ends: The peer makes us refuse without end: say this, and close the link (B.18).
    """

    digest: Digest
    evidence: tuple[bytes, ...] = ()
    code: Code | None = None
    alarm: bool = False
    ends: bool = False


def judge(
    raw: bytes,
    key: EncryptionKey,
    *,
    me: Aid,
    peer: Aid,
    suites: Collection[int],
    now: int,
    keys: KeyLookup,
    admitted: Callable[[Aid], bool],
    memory: VerifiedMemory | None = None,
) -> list[Judged]:
    """Open an envelope from *peer* and judge each of its letters by itself.

    Raises:
        RefusedError: The whole envelope is refused: TOO_LARGE, MALFORMED, VERSION, SUITE, NOT_RECIPIENT, DISAGREE,
            KEY_UNKNOWN, DECRYPTION or PADDING.
    """
    sealed = envelope.parse(raw)
    items = envelope.open_envelope(sealed, key, me=me, peer=peer)
    found = []
    for item in items:
        try:
            known = letter.accept(item.letter, item.parts, me=me, suites=suites, now=now, keys=keys, memory=memory)
            envelope.agree(sealed.header, item.index, known)
            found.append(Judged(peer=peer, digest=item.digest, letter=known))
        except RefusedError as refusal:
            removed = refusal.code is Code.NOT_GOOD and not admitted(peer)
            found.append(Judged(peer=peer, digest=item.digest, failure=refusal.code, removed=removed))
    envelope.check_earliest(sealed.header, [each.letter.core.exp for each in found if each.letter])
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """The receiving authority: who signs its evidence and what seals its rows.

    Attributes:
        admits: Whether a peer may have one more new letter stored or refused with a signature; repeats are free.
    """

    me: Aid
    signer: Signer = field(repr=False)
    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = os.urandom
    admits: Callable[[Aid, Kind], bool] = lambda _peer, _kind: True

    def commit(self, connection: Connection, judged: Sequence[Judged]) -> list[Answer]:
        """Store what is good, refuse what is not, repeat what is known: one transaction for the group."""
        # 1. What is known already, in the store or earlier in this very group.
        # 2. Decide each letter by the tables.
        # 3. Sign the new evidence, one signature for each peer, over the head that is durable now.
        # 4. Write: one statement a table. The caller sends only after the commit.
        now = int(self.wall())
        held = self._held(connection, judged)  # 1
        taken = self._taken(connection, judged)
        decided = [(each, self._decide(each, held, taken)) for each in judged]  # 2
        fresh = [(each, reply) for each, reply in decided if reply.level is not None]
        log = audit_log.held(connection)
        signed = self._sign(fresh, log.head, now)  # 3
        self._write(connection, fresh, signed, log, now)  # 4
        held.update({place: (bytes_,) for place, bytes_ in signed.items()})
        return [self._answer(each, reply, held) for each, reply in decided]

    def acknowledged(self, connection: Connection, groups: Sequence[Collection[Digest]]) -> list[None]:
        """Note that the peer keeps these evidence objects of ours: later ones need not be repeated."""
        digests = {digest for group in groups for digest in group}
        connection.execute(_ACKNOWLEDGE, {"digests": [*digests], "me": self.me})
        return [None for _ in groups]

    def _held(self, connection: Connection, judged: Sequence[Judged]) -> dict[tuple[Aid, Digest], tuple[bytes, ...]]:
        """Own evidence that the peers still need: the first of each letter, and later ones not yet acknowledged."""
        wanted = [*{each.digest for each in judged}]
        held: dict[tuple[Aid, Digest], tuple[bytes, ...]] = {}
        for row in connection.execute(_HELD, {"about": wanted, "me": self.me}):
            place = (Aid(row.to_aid), Digest(row.letter))
            if place not in held or not row.ackd:
                raw = self.sealer.open("evidence", "raw_sealed", row.digest, row.raw_sealed)
                held[place] = (*held.get(place, ()), raw)
        return held

    def _taken(self, connection: Connection, judged: Sequence[Judged]) -> set[tuple[bytes, bytes]]:
        """Letter ids that are used up: (sender, id) pairs of this group that are in the store."""
        pairs = {(each.peer, each.letter.body.id) for each in judged if each.letter}
        return {(row.from_aid, row.letter_id) for row in connection.execute(_TAKEN, halves(pairs))}

    def _decide(
        self,
        each: Judged,
        held: dict[tuple[Aid, Digest], tuple[bytes, ...]],
        taken: set[tuple[bytes, bytes]],
    ) -> Reply:
        place = (each.peer, each.digest)
        early = before_opening(from_is_peer=True, known=Known.STORED if place in held else Known.NEW)
        if early is not None:
            return early
        name = (each.peer, each.letter.body.id) if each.letter else None
        reply = after_opening(
            failure=each.failure,
            id_taken=name in taken,
            attachments=bool(each.letter and each.letter.body.att),
            authority_removed=each.removed,
        )
        if reply.level is not None and not self.admits(each.peer, reply.kind):
            return _FLOOD if reply.kind is Kind.REFUSE else _DAY_IS_OVER
        if reply.level is not None:
            held[place] = ()  # a repeat within this group finds it, and gets the same bytes
            if name is not None:
                taken.add(name)
        return reply

    def _sign(self, fresh: Sequence[tuple[Judged, Reply]], head: Head, now: int) -> dict[tuple[Aid, Digest], bytes]:
        by_peer: dict[Aid, list[tuple[Digest, bytes]]] = {}
        for each, reply in fresh:
            assert reply.level is not None
            content = Content(
                lvl=reply.level,
                letter=each.digest,
                issuer=self.me,
                to=each.peer,
                ts=now,
                code=None if reply.code is None else int(reply.code),
                head=head,
            )
            by_peer.setdefault(each.peer, []).append((each.digest, evidence_payload(content)))
        # Batched per peer only: a batch shows its readers how many objects were made in that instant (B.4).
        return {
            (peer, digest): raw
            for peer, group in by_peer.items()
            for (digest, _), raw in zip(
                group, sign_batch(self.signer, Context.EVIDENCE, [payload for _, payload in group]), strict=True
            )
        }

    def _write(
        self,
        connection: Connection,
        fresh: Sequence[tuple[Judged, Reply]],
        signed: Mapping[tuple[Aid, Digest], bytes],
        log: audit_log.Held,
        now: int,
    ) -> None:
        stored = [each.letter for each, reply in fresh if reply.kind is Kind.COMMIT and each.letter]
        filed = [
            Filing(
                conv=known.body.conv, parties=frozenset({known.body.sender, *known.body.to}), by=(known.body.sender,)
            )
            for known in stored
        ]
        cases = file(connection, filed, now=now, random=self.random)
        rows: dict[Any, list[dict[str, Any]]] = {
            letters: [self._letter_row(known, case, now) for known, case in zip(stored, cases, strict=True)],
            seen: [_seen_row(each, reply, now) for each, reply in fresh],
            blobs: [row for known in stored for row in _blob_rows(known)],
            evidence: [self._evidence_row(each, reply, signed[each.peer, each.digest], now) for each, reply in fresh],
        }
        for table, values in rows.items():
            add(connection, table, values)
        events = [event for each, reply in fresh for event in _events(each, reply)]
        audit_log.append(connection, events, now=now, random=self.random, log=log)

    def _letter_row(self, known: Letter, case: Id16, now: int) -> dict[str, Any]:
        body, core = known.body, known.core
        return {
            "digest": known.digest,
            "direction": _INCOMING,
            "from_aid": body.sender,
            "letter_id": body.id,
            "conv": body.conv,
            "case": case,
            "seq": core.seq,
            "prev": core.prev,
            "urg": body.urg,
            "ts": core.ts,
            "exp": core.exp,
            "raw_sealed": self.sealer.seal("letters", "raw_sealed", known.digest, known.raw),
            "parts_sealed": self.sealer.seal("letters", "parts_sealed", known.digest, known.parts_raw),
            "stored_at": now,
        }

    def _evidence_row(self, each: Judged, reply: Reply, raw: bytes, now: int) -> dict[str, Any]:
        assert reply.level is not None
        digest = _evidence_digest(raw)
        return {
            "digest": digest,
            "direction": _OUTGOING,
            "letter": each.digest,
            "lvl": int(reply.level),
            "from_aid": self.me,
            "to_aid": each.peer,
            "ts": now,
            "code": None if reply.code is None else str(int(reply.code)),
            "raw_sealed": self.sealer.seal("evidence", "raw_sealed", digest, raw),
            "ackd": False,
            "stored_at": now,
        }

    @staticmethod
    def _answer(each: Judged, reply: Reply, held: Mapping[tuple[Aid, Digest], tuple[bytes, ...]]) -> Answer:
        if reply.kind is Kind.ERROR:
            return Answer(digest=each.digest, code=reply.code, alarm=reply.alarm, ends=reply is _FLOOD)
        return Answer(digest=each.digest, evidence=held[each.peer, each.digest], alarm=reply.alarm)


def _evidence_digest(raw: bytes) -> Digest:
    return parse_signed(raw, max_bytes=MAX_EVIDENCE_BYTES).digest


def _seen_row(each: Judged, reply: Reply, now: int) -> dict[str, Any]:
    # A refused letter does not use up its id: another letter may hold it already.
    letter_id = each.letter.body.id if each.letter and reply.kind is Kind.COMMIT else None
    return {"from_aid": each.peer, "digest": each.digest, "letter_id": letter_id, "seen_at": now}


def _blob_rows(known: Letter) -> list[dict[str, Any]]:
    found = envelope.blobs_of(known.parts.whole()[1])
    return [
        {
            "letter": known.digest,
            "idx": n,
            "blob_id": blob.id,
            "direction": _INCOMING,
            "n": entry.n,
            "stored_bytes": blob.stored,
            "next_index": 0,
            "verified": False,
            "path": blob_name(known.digest, n),
        }
        for n, (blob, entry) in enumerate(zip(found, known.parts.whole()[1], strict=True))
    ]


def _events(each: Judged, reply: Reply) -> list[audit_log.Event]:
    what = "letter.stored" if reply.kind is Kind.COMMIT else "letter.refused"
    return [
        audit_log.Event(ev=what, obj=each.digest, who="node"),
        audit_log.Event(ev="evidence.issued", obj=each.digest, who="node"),
    ]
