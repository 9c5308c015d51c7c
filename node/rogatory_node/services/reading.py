"""Reading: what officers see of the letters of a case, and the bytes of attachments (B.8, B.9, B.12.3, B.13).

* Letters come in the order in which this authority stored them; one whose predecessor is not here says so, and one
  that contradicts its predecessor is flagged: the chain of numbers and digests is the sender's own.
* That a letter was opened is a leaf of the audit log with the role, committed before its content leaves; it is no
  evidence, which would leak presence (B.13).
* Nothing of an attachment is read before its hash was verified; the row that says so was written when it was.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, select, tuple_

from rogatory_node.storage import audit_log
from rogatory_node.storage.blobs import BlobFolder, blob_name
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import blobs, evidence, letters, outbox
from rogatory_protocol import letter, parts
from rogatory_protocol.attachment import Entry, VerifiedBlob
from rogatory_protocol.evidence import Level
from rogatory_protocol.evidence import parse as parse_evidence
from rogatory_protocol.ids import Aid, Digest, Id16

MOST_LETTERS: Final = 20  # with a form of 1 MiB each this is what one answer may weigh
MIN_PREFIX: Final = 6
_DIGITS: Final = 64


class ReadingError(Exception):
    """Something cannot be shown."""

    code: ClassVar[str] = "reading"


class LetterUnknownError(ReadingError):
    """The case holds no letter, or several, of these digits."""

    code: ClassVar[str] = "letter.unknown"


class AttachmentUnknownError(ReadingError):
    """The letter has no such attachment."""

    code: ClassVar[str] = "attachment.unknown"


class NotVerifiedError(ReadingError):
    """The attachment has not arrived whole, so nothing of it may be shown."""

    code: ClassVar[str] = "attachment.arriving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """An officer opens letters that came.

    Attributes:
        letters: Their digests.
        role: The role of the officer, for the audit log.
        what: The event.
    """

    letters: tuple[Digest, ...]
    role: str
    what: str = "letter.opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attachment as it is shown: its name is a sender's word and never a path."""

    idx: int
    name: str
    mt: str
    size: int
    sha256: bytes
    stored_bytes: int
    arrived_bytes: int
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An evidence about a letter, in its own words."""

    digest: Digest
    lvl: Level
    issuer: Aid
    to: Aid
    at: int
    role: str | None
    code: int | str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A letter as it is shown.

    Attributes:
        digest: Its digest.
        outgoing: It is ours.
        sender: Who wrote it.
        to: Its recipients.
        conv: Its conversation.
        seq: Its number in its line.
        missing: The letter before it in its line is not here.
        disagrees: It contradicts the letter before it: another number, or another letter of that number is here.
        ts: Written at.
        exp: Delivered until.
        stored_at: Stored here at.
        urg: Urgency, 0 to 3.
        kind: Its kind.
        lang: Its language.
        form: Media type and bytes of its form.
        files: Its attachments.
        facts: The evidence about it, oldest first.
        states: Of an outgoing letter, where it stands with each recipient.
    """

    digest: Digest
    outgoing: bool
    sender: Aid
    to: tuple[Aid, ...]
    conv: Id16
    seq: int
    missing: bool
    disagrees: bool
    ts: int
    exp: int
    stored_at: int
    urg: int
    kind: str
    lang: str
    form: parts.Form = field(repr=False)
    files: tuple[File, ...]
    facts: tuple[Fact, ...]
    states: tuple[tuple[Aid, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some letters of a case, and after which one the next page starts, if there is one."""

    letters: tuple[Shown, ...]
    next: Digest | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """An attachment whose hash was verified, and where its sealed bytes are."""

    blob: VerifiedBlob = field(repr=False)
    path: str
    stored_bytes: int
    outgoing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Who reads, and what opens the rows."""

    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = os.urandom

    def opened(self, connection: Connection, openings: Sequence[Opening]) -> list[None]:
        """Note who opened what; content is released only after this is durable."""
        events = [
            audit_log.Event(ev=each.what, obj=digest, who=each.role) for each in openings for digest in each.letters
        ]
        audit_log.append(connection, events, now=int(self.wall()), random=self.random)
        return [None for _ in openings]

    def page(
        self, connection: Connection, case: Id16, *, after: Digest | None = None, most: int = MOST_LETTERS
    ) -> Page:
        """Return letters of a case in order."""
        most = min(max(most, 1), MOST_LETTERS)
        place = (letters.c.stored_at, letters.c.ts, letters.c.seq, letters.c.digest)
        query = select(letters).where(letters.c.case == case).order_by(*place).limit(most + 1)
        if after is not None:
            last = connection.execute(select(*place).where(letters.c.digest == after)).one_or_none()
            if last is None:
                raise LetterUnknownError(after.hex())
            query = query.where(tuple_(*place) > tuple_(*last))
        rows = connection.execute(query).all()
        shown = self._shown(connection, rows[:most])
        return Page(letters=tuple(shown), next=shown[-1].digest if len(rows) > most else None)

    def one(self, connection: Connection, case: Id16, digest: Digest) -> Shown:
        """Return one letter of a case.

        Raises:
            LetterUnknownError: The case does not hold it.
        """
        rows = connection.execute(select(letters).where(letters.c.case == case, letters.c.digest == digest)).all()
        if not rows:
            raise LetterUnknownError(digest.hex())
        return self._shown(connection, rows)[0]

    def attachment(self, connection: Connection, digest: Digest, idx: int) -> Attachment:
        """Return what opens an attachment.

        Raises:
            LetterUnknownError: There is no such letter.
            AttachmentUnknownError: The letter has no such attachment.
            NotVerifiedError: It has not arrived whole.
        """
        row = connection.execute(select(letters).where(letters.c.digest == digest)).one_or_none()
        if row is None:
            raise LetterUnknownError(digest.hex())
        entries = self._open(row)[2]
        place = (blobs.c.letter == digest, blobs.c.idx == idx)
        blob = connection.execute(select(blobs).where(*place)).one_or_none()
        if blob is None or not 0 <= idx < len(entries):
            raise AttachmentUnknownError(f"{digest.hex()} {idx}")
        if not blob.verified:
            raise NotVerifiedError(f"{digest.hex()} {idx}")
        return Attachment(
            blob=VerifiedBlob(entries[idx]),
            path=blob.path or blob_name(digest, idx),
            stored_bytes=blob.stored_bytes,
            outgoing=row.direction == "out",
        )

    # --- Showing ------------------------------------------------------------------------------------------------------

    def _shown(self, connection: Connection, rows: Sequence[Any]) -> list[Shown]:
        wanted = [row.digest for row in rows]
        files = _by_letter(connection, select(blobs).where(blobs.c.letter.in_(wanted)).order_by(blobs.c.idx))
        found = select(evidence).where(evidence.c.letter.in_(wanted)).order_by(evidence.c.ts, evidence.c.lvl)
        facts = _by_letter(connection, found)
        states = _by_letter(connection, select(outbox).where(outbox.c.letter.in_(wanted)).order_by(outbox.c.aid))
        before = self._before(connection, rows)
        return [self._letter(row, before, files, facts, states) for row in rows]

    def _letter(self, row: Any, before: list[Any], files: "_Grouped", facts: "_Grouped", states: "_Grouped") -> Shown:
        unverified, form, entries = self._open(row)
        body, core = unverified.body, unverified.core
        held = {each.idx: each for each in files.get(row.digest, ())}
        missing, disagrees = self._chain(row, body, before)
        return Shown(
            digest=Digest(row.digest),
            outgoing=row.direction == "out",
            sender=body.sender,
            to=body.to,
            conv=body.conv,
            seq=core.seq,
            missing=missing,
            disagrees=disagrees,
            ts=core.ts,
            exp=core.exp,
            stored_at=row.stored_at,
            urg=body.urg,
            kind=body.kind,
            lang=body.lang,
            form=form,
            files=tuple(_file(n, entry, held.get(n)) for n, entry in enumerate(entries)),
            facts=tuple(self._fact(each) for each in facts.get(row.digest, ())),
            states=tuple((Aid(each.aid), each.state) for each in states.get(row.digest, ())),
        )

    def _open(self, row: Any) -> tuple[letter.UnverifiedLetter, parts.Form, tuple[Entry, ...]]:
        # Stored only after letter.accept or by our own signature, and sealed since: it is not verified again.
        unverified = letter.parse(self.sealer.open("letters", "raw_sealed", row.digest, row.raw_sealed))
        raw = self.sealer.open("letters", "parts_sealed", row.digest, row.parts_sealed)
        form, entries = parts.open_parts(raw, form=unverified.body.form, att=unverified.body.att).whole()
        return unverified, form, entries

    def _fact(self, row: Any) -> Fact:
        content = parse_evidence(self.sealer.open("evidence", "raw_sealed", row.digest, row.raw_sealed)).content
        return Fact(
            digest=Digest(row.digest),
            lvl=content.lvl,
            issuer=content.issuer,
            to=content.to,
            at=content.ts,
            role=content.role,
            code=content.code,
            note=content.note,
        )

    # --- The chain of a line (B.12.3) ---------------------------------------------------------------------------------

    def _before(self, connection: Connection, rows: Sequence[Any]) -> list[Any]:
        """Return the letters that could stand before these: named by them, or of the number before theirs."""
        named = [row.prev for row in rows if row.prev is not None]
        numbered = {(row.from_aid, row.conv, row.seq - 1) for row in rows if row.seq > 1}
        line = tuple_(letters.c.from_aid, letters.c.conv, letters.c.seq)
        by_name = connection.execute(select(letters).where(letters.c.digest.in_(named))).all()
        # SQLite goes through the index for the conversations, and would read every letter for the lines alone.
        near = letters.c.conv.in_({conv for _, conv, _ in numbered})
        by_number = connection.execute(select(letters).where(near, line.in_(numbered))).all() if numbered else []
        return [*{row.digest: row for row in (*by_name, *by_number)}.values()]

    def _chain(self, row: Any, body: letter.Body, before: list[Any]) -> tuple[bool, bool]:
        """Tell whether the letter before this one is missing, and whether this one contradicts what is here."""
        named = next((each for each in before if each.digest == row.prev), None)
        numbered = [each for each in before if (each.from_aid, each.conv, each.seq) == (*_line(row), row.seq - 1)]
        beside = [each for each in numbered if each is not named and self._open(each)[0].body.to == body.to]
        if (row.prev is None) != (row.seq == 1):
            return False, True
        if named is None:
            return row.prev is not None, bool(beside)
        fits = (named.from_aid, named.conv, named.seq) == (*_line(row), row.seq - 1)
        return False, not fits or self._open(named)[0].body.to != body.to or bool(beside)


def letter_of(connection: Connection, case: Id16, word: str) -> Digest:
    """Return the letter of a case whose digest begins with these digits.

    Raises:
        LetterUnknownError: There is none, or there are several.
    """
    digits = word.lower()
    if not MIN_PREFIX <= len(digits) <= _DIGITS or set(digits) - set("0123456789abcdef"):
        raise LetterUnknownError(word)
    least, most = (bytes.fromhex(digits.ljust(_DIGITS, fill)) for fill in "0f")
    query = select(letters.c.digest).where(letters.c.case == case, letters.c.digest.between(least, most)).limit(2)
    found = connection.execute(query).scalars().all()
    if len(found) != 1:
        raise LetterUnknownError(word)
    return Digest(found[0])


def plain(folder: BlobFolder, attachment: Attachment) -> Iterator[bytes]:
    """Yield the true bytes of an attachment, a chunk at a time. It blocks: run it in a thread.

    Raises:
        StorageError: The file is missing or damaged.
        RefusedError: ATTACHMENT: the file was changed since it was verified.
    """
    with folder.read(attachment.path, stored_bytes=attachment.stored_bytes) as reader:
        for index in range(attachment.blob.entry.n):
            yield attachment.blob.read(index, reader.chunk(index))


_Grouped = dict[bytes, list[Any]]


def _by_letter(connection: Connection, query: Any) -> _Grouped:
    found: _Grouped = {}
    for row in connection.execute(query):
        found.setdefault(row.letter, []).append(row)
    return found


def _line(row: Any) -> tuple[bytes, bytes]:
    return row.from_aid, row.conv


def _file(idx: int, entry: Entry, blob: Any) -> File:
    arrived = 0 if blob is None else blob.stored_bytes if blob.verified else entry.stored * blob.next_index // blob.n
    return File(
        idx=idx,
        name=entry.name,
        mt=entry.mt,
        size=entry.sz,
        sha256=entry.h,
        stored_bytes=entry.stored,
        arrived_bytes=arrived,
        verified=blob is not None and blob.verified,
    )
