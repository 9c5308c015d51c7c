"""Sending a letter: queue it signed, hand it to a link, settle the evidence that returns (B.12.1).

* ``Sending.queue`` writes letter, outbox rows and audit leaf in one transaction; the core is written there, once for
  all recipients, so that numbers have no gaps and the audit head is a durable one.
* ``Sending.due`` reads what a peer is owed, urgent first; that something is offered is known in memory only.
* To a peer that has not given back what a restore lost, only urgent letters, new conversations and those that an
  officer lets go are sent, and no other is numbered (B.12.4).
* ``Sending.settle`` records verified evidence and moves the letter by the table; the caller sends ACKD after it.
"""

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from sqlalchemy import ColumnElement, Connection, LargeBinary, Row, and_, bindparam, func, literal, or_, select

from rogatory_node.services import settling
from rogatory_node.services.filing import Filing, file
from rogatory_node.services.fresh import Fresh
from rogatory_node.services.settling import Settled
from rogatory_node.storage import audit_log
from rogatory_node.storage.rows import add, among, halves, put
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import blobs, cases, letters, outbox, overrides, parties, peers, sequences
from rogatory_protocol import letter, parts
from rogatory_protocol.attachment import Entry
from rogatory_protocol.audit import Head
from rogatory_protocol.delivery import OFFERABLE, State
from rogatory_protocol.envelope import Outgoing, blobs_of
from rogatory_protocol.errors import LocalProtocolError, RefusedError
from rogatory_protocol.evidence import Evidence
from rogatory_protocol.ids import Aid, Digest, Id16, digest_of
from rogatory_protocol.limits import MAX_ENVELOPE_LETTERS, MAX_LETTER_LIFE_SECONDS
from rogatory_protocol.signed import Context, sign_batch
from rogatory_protocol.suite import Signer

_OUTGOING: Final = "out"
_OFFERABLE: Final = [state.value for state in OFFERABLE]
_NUMBERS: Final = select(sequences).where(among(sequences.c.conv, sequences.c.to_hash))
_UNSYNCED: Final = select(peers.c.aid, peers.c.unsynced).where(
    peers.c.aid.in_(bindparam("aids", expanding=True)), peers.c.unsynced.is_not(None)
)
_BILATERAL: Final = 2
_RECENT: Final = 64  # letters of a case that are looked through for one of the other side
_LATEST: Final = (
    select(letters.c.digest, letters.c.direction, letters.c.stored_at, letters.c.seq)
    .where(letters.c.case == cases.c.id)
    .order_by(letters.c.stored_at.desc())
    .limit(_RECENT)
    .correlate(cases)
    .subquery()
)
_NEWEST: Final = select(
    cases.c.id,
    select(_LATEST.c.digest)
    .where(_LATEST.c.direction == "in")
    .order_by(_LATEST.c.stored_at.desc(), _LATEST.c.seq.desc())
    .limit(1)
    .scalar_subquery()
    .label("digest"),
).where(
    cases.c.id.in_(bindparam("cases", expanding=True)),
    select(func.count()).where(parties.c.case == cases.c.id).scalar_subquery() == _BILATERAL,
)
NEVER: Final = 2**62
"""``next_attempt`` of a letter that was offered once more after its deadline: SETTLED, held as EXPIRED (B.12.1)."""

Line = tuple[bytes, bytes]
"""Conversation and hash of the recipients: what letters are numbered by (B.8 ``seq``)."""


class HeldError(Exception):
    """A letter of an old conversation may not be numbered: its peer may hold later numbers than we do (B.12.4)."""

    code: ClassVar[str] = "letter.held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter whose body is approved and whose parts are final.

    Attributes:
        body: What the officers approved.
        parts: The salted form and attachment entries that the body commits to.
        life_seconds: How long delivery is tried, at most 90 days.
        blobs: The files of its attachments, in the order of the entries; each is complete and durable.
    """

    body: letter.Body
    parts: bytes = field(repr=False)
    life_seconds: int
    blobs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A letter that may be offered now."""

    digest: Digest
    urg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The sending authority: who signs its letters and what seals its rows."""

    me: Aid
    signer: Signer = field(repr=False)
    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = os.urandom
    fresh: Fresh = field(default_factory=Fresh, repr=False)

    # For officers

    def queue(self, connection: Connection, drafts: Sequence[Draft]) -> list[Digest]:
        """Sign and queue letters; return their digests.

        Raises:
            LocalProtocolError: A draft is not ours, its parts do not fit its body, an attachment has no file, or it
                would live too long.
            HeldError: It is not urgent, its conversation is old, no officer lets it go, and a recipient has not given
                back what a restore lost.
        """
        now = int(self.wall())
        entries = [self._check(draft) for draft in drafts]
        _check_held(connection, drafts)
        log = audit_log.held(connection)
        numbers = self._numbers(connection, drafts)
        filed = [
            Filing(conv=draft.body.conv, parties=frozenset({self.me, *draft.body.to}), by=(*draft.body.to, self.me))
            for draft in drafts
        ]
        of_case = file(connection, filed, now=now, random=self.random)
        known = _seen(connection, set(of_case))
        cores = [
            self._core(draft, numbers, known.get(case, ()), log.head, now)
            for draft, case in zip(drafts, of_case, strict=True)
        ]
        signed = self._sign([draft.body.to for draft in drafts], [payload for _, payload in cores])
        digests = [digest_of(payload) for _, payload in cores]
        found = list(zip(drafts, (core for core, _ in cores), digests, signed, strict=True))
        add(connection, letters, [self._row(*each, case, now) for each, case in zip(found, of_case, strict=True)])
        carried = [
            row
            for each, draft, digest in zip(entries, drafts, digests, strict=True)
            for row in _blob_rows(digest, each, draft.blobs)
        ]
        add(connection, blobs, carried)
        _keep_numbers(connection, {_line(draft.body) for draft in drafts}, numbers)
        queued = [
            _queued(digest, aid, draft.body.urg, core.exp, now)
            for draft, core, digest, _ in found
            for aid in draft.body.to
        ]
        add(connection, outbox, queued)
        events = [audit_log.Event(ev="letter.sealed", obj=digest, who="node") for digest in digests]
        audit_log.append(connection, events, now=now, random=self.random, log=log)
        self.fresh.keep(_outgoing(*each, held) for each, held in zip(found, entries, strict=True))
        return digests

    def _check(self, draft: Draft) -> tuple[Entry, ...]:
        """Return the attachment entries of a draft that may be queued."""
        body = draft.body
        try:
            entries = parts.open_parts(draft.parts, form=body.form, att=body.att).whole()[1]
        except RefusedError as refusal:
            raise LocalProtocolError(f"parts of a draft: {refusal.what}") from None
        if body.sender != self.me:
            raise LocalProtocolError("a letter is sent in its own authority's name")
        if not 0 < draft.life_seconds <= MAX_LETTER_LIFE_SECONDS:
            raise LocalProtocolError("a letter lives at most 90 days")
        if len(draft.blobs) != len(entries):
            raise LocalProtocolError("every attachment has its file")
        return entries

    def _numbers(self, connection: Connection, drafts: Sequence[Draft]) -> dict[Line, tuple[int, Digest]]:
        """Return number and digest of our last letter on each line that these drafts continue."""
        rows = connection.execute(_NUMBERS, halves({_line(draft.body) for draft in drafts}))
        return {(row.conv, row.to_hash): (row.seq, Digest(row.digest)) for row in rows}

    def _core(
        self,
        draft: Draft,
        numbers: dict[Line, tuple[int, Digest]],
        seen: tuple[Digest, ...],
        head: Head,
        now: int,
    ) -> tuple[letter.Core, bytes]:
        """Write the core of the next letter of its line; return it with the payload to sign."""
        line = _line(draft.body)
        number, previous = numbers.get(line, (0, None))
        exp = now + draft.life_seconds
        core = letter.Core(seq=number + 1, prev=previous, ts=now, exp=exp, seen=seen, head=head)
        payload = letter.payload(letter.core_bytes(core), letter.body_bytes(draft.body))
        numbers[line] = core.seq, digest_of(payload)
        return core, payload

    def _sign(self, recipients: Sequence[tuple[Aid, ...]], payloads: Sequence[bytes]) -> list[bytes]:
        """Sign payloads, one signature for those with equal recipients: a batch shows its size to its readers (B.4)."""
        groups: dict[tuple[Aid, ...], list[int]] = {}
        for n, to in enumerate(recipients):
            groups.setdefault(to, []).append(n)
        signed: dict[int, bytes] = {}
        for places in groups.values():
            batch = sign_batch(self.signer, Context.LETTER, [payloads[n] for n in places])
            signed.update(zip(places, batch, strict=True))
        return [signed[n] for n in range(len(payloads))]

    def _row(self, draft: Draft, core: letter.Core, digest: Digest, raw: bytes, case: Id16, now: int) -> dict[str, Any]:
        body = draft.body
        return {
            "digest": digest,
            "direction": _OUTGOING,
            "from_aid": self.me,
            "letter_id": body.id,
            "conv": body.conv,
            "case": case,
            "seq": core.seq,
            "prev": core.prev,
            "urg": body.urg,
            "ts": core.ts,
            "exp": core.exp,
            "raw_sealed": self.sealer.seal("letters", "raw_sealed", digest, raw),
            "parts_sealed": self.sealer.seal("letters", "parts_sealed", digest, draft.parts),
            "stored_at": now,
        }

    # For links

    def due(self, connection: Connection, peer: Aid, *, most: int = MAX_ENVELOPE_LETTERS) -> list[Due]:
        """Return what *peer* may be offered now, without opening it: the most urgent first, then the oldest."""
        query = (
            select(letters.c.digest, letters.c.urg)
            .join(outbox, outbox.c.letter == letters.c.digest)
            .where(outbox.c.aid == peer, outbox.c.state.in_(_OFFERABLE), outbox.c.next_attempt <= int(self.wall()))
            .order_by(letters.c.urg.desc(), letters.c.ts, letters.c.seq, letters.c.digest)
            .limit(most)
        )
        since = _unsynced(connection, {peer}).get(peer)
        if since is not None:
            query = query.where(or_(letters.c.urg == letter.MAX_URGENCY, ~_is_old(letters.c.conv, since)))
        return [Due(digest=Digest(row.digest), urg=row.urg) for row in connection.execute(query)]

    def next_attempt(self, connection: Connection, peer: Aid) -> int | None:
        """Return when the next letter to *peer* that rests now may be offered, or None when none rests."""
        query = select(func.min(outbox.c.next_attempt)).where(
            outbox.c.aid == peer,
            outbox.c.state.in_(_OFFERABLE),
            outbox.c.next_attempt > int(self.wall()),
            outbox.c.next_attempt < NEVER,
        )
        found: int | None = connection.execute(query).scalar_one()
        return found

    def sealed(self, connection: Connection, digests: Sequence[Digest]) -> list[Any]:
        """Read the rows of these letters, in this order, for `opened`."""
        query = select(
            letters.c.digest, letters.c.urg, letters.c.exp, letters.c.raw_sealed, letters.c.parts_sealed
        ).where(letters.c.digest.in_(digests))
        found = {row.digest: row for row in connection.execute(query)}
        return [found[digest] for digest in digests]

    def opened(self, rows: Sequence[Any]) -> list[Outgoing]:
        """Open rows for an envelope; pure, so that it may run in a thread."""
        return [self._outgoing(row) for row in rows]

    def waiting(self, connection: Connection, peer: Aid, *, most: int = MAX_ENVELOPE_LETTERS) -> list[Outgoing]:
        """Return letters that *peer* may be offered now: the most urgent first, then the oldest."""
        found = [each.digest for each in self.due(connection, peer, most=most)]
        return self.opened(self.sealed(connection, found)) if found else []

    def _outgoing(self, row: Any) -> Outgoing:
        parts_raw = self.sealer.open("letters", "parts_sealed", row.digest, row.parts_sealed)
        raw = self.sealer.open("letters", "raw_sealed", row.digest, row.raw_sealed)
        body = letter.parse(raw).body
        entries: tuple[Entry, ...] = parts.open_parts(parts_raw, form=body.form, att=body.att).whole()[1]
        return Outgoing(
            letter=raw,
            parts=parts_raw,
            digest=Digest(row.digest),
            exp=row.exp,
            urg=row.urg,
            blobs=blobs_of(entries),
        )

    def blob(self, connection: Connection, peer: Aid, letter: Digest, blob: Id16) -> Row[Any] | None:
        """Return the row of an attachment of a letter that is addressed to *peer*."""
        query = (
            select(blobs)
            .join(outbox, outbox.c.letter == blobs.c.letter)
            .where(
                outbox.c.aid == peer,
                blobs.c.letter == letter,
                blobs.c.blob_id == blob,
                blobs.c.direction == _OUTGOING,
            )
            .limit(1)
        )
        return connection.execute(query).one_or_none()

    def settle(self, connection: Connection, verified: Sequence[Evidence]) -> list[Settled]:
        """Record evidence whose signature, key and recipient were verified, and move its letters by the table.

        Raises:
            RefusedError: NOT_FOUND: it is about no letter of ours to that authority; DISAGREE: it does not fit it.
        """
        now = int(self.wall())
        return settling.settle(connection, verified, me=self.me, sealer=self.sealer, now=now, random=self.random)


def _outgoing(draft: Draft, core: letter.Core, digest: Digest, raw: bytes, entries: Sequence[Entry]) -> Outgoing:
    return Outgoing(
        letter=raw, parts=draft.parts, digest=digest, exp=core.exp, urg=draft.body.urg, blobs=blobs_of(entries)
    )


def _seen(connection: Connection, cases: set[Id16]) -> dict[Id16, tuple[Digest, ...]]:
    """Return the newest letter of the other side in each of these cases (B.8 ``seen``).

    Only where a case has two parties: in a case of more, a letter may be unknown to some of them.
    """
    rows = connection.execute(_NEWEST, {"cases": [*cases]}) if cases else ()
    return {Id16(row.id): (Digest(row.digest),) for row in rows if row.digest is not None}


def _unsynced(connection: Connection, aids: set[Aid]) -> dict[Aid, int]:
    """Return which of these have not given back what a restore lost, and since when we know of it."""
    return {Aid(row.aid): row.unsynced for row in connection.execute(_UNSYNCED, {"aids": [*aids]})}


def _check_held(connection: Connection, drafts: Sequence[Draft]) -> None:
    waited = _unsynced(connection, {aid for draft in drafts for aid in draft.body.to})
    for draft in drafts if waited else ():
        since = [waited[aid] for aid in draft.body.to if aid in waited]
        if since and draft.body.urg < letter.MAX_URGENCY:
            old = select(_is_old(literal(draft.body.conv, LargeBinary), max(since)))
            if connection.execute(old).scalar_one():
                raise HeldError


def _is_old(conv: ColumnElement[bytes], since: ColumnElement[int] | int) -> ColumnElement[bool]:
    """Tell whether a conversation had begun by then, and no officer lets it go: a peer may hold later letters of it."""
    older = letters.alias()
    begun = select(older.c.digest).where(older.c.conv == conv, older.c.stored_at <= since).exists()
    let_go = select(overrides.c.conv).where(overrides.c.conv == conv, overrides.c.at >= since).exists()
    return and_(begun, ~let_go)


OLD_LETTERS: Final[tuple[ColumnElement[bool], ...]] = (
    peers.c.unsynced.is_not(None),
    outbox.c.state.in_(_OFFERABLE),
    letters.c.urg < letter.MAX_URGENCY,
    _is_old(letters.c.conv, peers.c.unsynced),
)
"""Conditions on letter, outbox row and peer: it is not offered before the peer gave back what a restore lost."""


def _line(body: letter.Body) -> Line:
    return body.conv, hashlib.sha256(b"".join(body.to)).digest()


def _keep_numbers(connection: Connection, lines: set[Line], numbers: dict[Line, tuple[int, Digest]]) -> None:
    rows = [
        {"conv": conv, "to_hash": to, "seq": seq, "digest": digest}
        for (conv, to), (seq, digest) in numbers.items()
        if (conv, to) in lines
    ]
    put(connection, sequences, rows)


def _blob_rows(digest: Digest, entries: Sequence[Entry], names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "letter": digest,
            "idx": n,
            "blob_id": entry.id,
            "direction": _OUTGOING,
            "n": entry.n,
            "stored_bytes": entry.stored,
            "next_index": entry.n,
            "verified": True,
            "path": name,
        }
        for n, (entry, name) in enumerate(zip(entries, names, strict=True))
    ]


def _queued(digest: bytes, aid: Aid, urg: int, exp: int, now: int) -> dict[str, Any]:
    return {
        "letter": digest,
        "aid": aid,
        "state": State.QUEUED.value,
        "next_attempt": now,
        "urg": urg,
        "last_code": None,
        "exp": exp,
        "attempts": 0,
    }
