"""The custody of evidence in the book: notes of people, and erasing what must go.

* A note is sealed like everything that a person writes, and each is an audit leaf with the role.
* Erasing an attachment takes two transactions with the removal of the file between them: the first refuses what is
  held, what must be returned and what is not yet everywhere; the second says that it is gone. A crash between leaves a
  row whose file is missing, and asking again finishes it. What proves that it was here stays: letter, hash and note.
  The leaf of the audit log that says so is about the letter, and goes into the proof of that letter.
* A person must be allowed to handle the evidence of the case; the operator at the node's socket acts by his role.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import urandom
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, delete, func, select

from rogatory_node.casebook import offnetwork
from rogatory_node.casebook.actors import Acting, event, load, require
from rogatory_node.casebook.opening import Opened
from rogatory_node.casebook.sight import thing_of
from rogatory_node.casework.custody import chain, items
from rogatory_node.casework.custody.actions import MAX_WORDS, NOTED, WORDS, lacking
from rogatory_node.casework.life.events import Fact
from rogatory_node.casework.roles import Action
from rogatory_node.services.reading import Reading, Shown
from rogatory_node.storage import audit_log
from rogatory_node.storage.blobs import blob_name
from rogatory_node.storage.book_tables import book_cases, custody_notes
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import blobs, letters, outbox
from rogatory_protocol.ids import Aid, Digest, Id16

_ID_BYTES: Final = 16
MOST_CASES: Final = 100
_DONE: Final = ("complete", "incomplete", "rejected", "expired")
"""States of an outgoing letter in which nobody fetches its attachments any more."""


class CustodyError(Exception):
    """Something cannot be noted or erased."""

    code: ClassVar[str] = "custody"


class ItemUnknownError(CustodyError):
    """The case has no such item."""

    code: ClassVar[str] = "custody.item"


class NoteUnfitError(CustodyError):
    """A note that is not in the list of actions, lacks a word, or has one that is not known or too long.

    Attributes:
        words: The words concerned.
    """

    code: ClassVar[str] = "custody.note"

    def __init__(self, words: Sequence[str]) -> None:
        """Note the words."""
        super().__init__("note")
        self.words = tuple(words)


class HeldError(CustodyError):
    """The item is under a legal hold."""

    code: ClassVar[str] = "custody.held"


class OwedError(CustodyError):
    """The item must be returned first."""

    code: ClassVar[str] = "custody.owed"


class TravellingError(CustodyError):
    """The attachment has not reached everybody yet, or has not arrived here whole."""

    code: ClassVar[str] = "custody.travelling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noting:
    """Somebody notes what was done to an item.

    Attributes:
        case: The case.
        item: The key of an item, ``all``, or "" for an object that is entered with this note.
        action: What was done.
        at: When; None for now.
        words: What is to be said of it.
        by: Who notes it.
    """

    case: Id16
    item: str
    action: str
    at: int | None = None
    words: Mapping[str, str] = field(default_factory=dict, repr=False)
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """Somebody has an item erased, for a reason."""

    case: Id16
    item: str
    why: str
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A case that is closed and still holds evidence: the keys of its items, and whether any is held."""

    case: Id16
    closed_at: int
    items: tuple[str, ...]
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """What is done with the evidence of cases.

    Attributes:
        me: This authority.
        sealer: Seals and opens rows.
        wall: The clock.
        random: Randomness for identifiers and audit leaves.
    """

    me: Aid
    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    # --- Reading ------------------------------------------------------------------------------------------------------

    def view(self, connection: Connection, case: Id16) -> chain.Custody:
        """Return items and chain of a case."""
        return chain.custody(list(self.sources(connection, case)), self.notes(connection, case))

    def sources(self, connection: Connection, case: Id16) -> Iterator[items.Source]:
        """Yield the letters of a case, those first that were entered by hand."""
        rows = offnetwork.rows_of(connection, case)
        yield from map(_by_hand, offnetwork.opened(self.sealer, self.me.hex(), rows))
        reading, after = Reading(sealer=self.sealer), None
        while True:
            page = reading.page(connection, case, after=after)
            yield from map(source_of, page.letters)
            after = page.next
            if after is None:
                return

    def notes(self, connection: Connection, case: Id16) -> list[chain.Note]:
        """Return the notes of a case."""
        query = select(custody_notes).where(custody_notes.c.case == case)
        return [self._opened(row) for row in connection.execute(query.order_by(custody_notes.c.n))]

    def seen(self, connection: Connection, case: Id16, by: Acting) -> tuple[chain.Custody, str]:
        """Return items and chain for a person, and what the audit log calls him.

        Raises:
            ActorError: Who asks is unknown or may not.
        """
        actor = load(connection, by, now=int(self.wall()))
        permit = require(actor, Action.CASE_READ, thing_of(connection, self.sealer, actor, case))
        return self.view(connection, case), event("", actor, role=permit.role).who

    def kept_longer(self, connection: Connection, closed_before: int, *, most: int = MOST_CASES) -> list[Kept]:
        """Return cases that closed before a time and still hold evidence, those that closed first before the others."""
        holding = select(blobs.c.letter).join(letters, letters.c.digest == blobs.c.letter)
        query = select(book_cases.c.case, book_cases.c.closed_at).where(
            book_cases.c.closed_at < closed_before, holding.where(letters.c.case == book_cases.c.case).exists()
        )
        rows = connection.execute(query.order_by(book_cases.c.closed_at, book_cases.c.case).limit(most)).all()
        return [kept for row in rows if (kept := self._kept(connection, Id16(row.case), row.closed_at)).items]

    def _kept(self, connection: Connection, case: Id16, closed_at: int) -> Kept:
        view = self.view(connection, case)
        left = tuple(each.key for each in view.items if each.key not in view.gone)
        return Kept(case=case, closed_at=closed_at, items=left, held=bool(view.held & {*left}))

    # --- Writing ------------------------------------------------------------------------------------------------------

    def note(self, connection: Connection, commands: Sequence[Noting]) -> list[str]:
        """Note what was done; return the key of each item.

        Raises:
            ActorError: Who notes it is unknown or may not.
            NoteUnfitError: It is no such action, or its words do not fit.
            ItemUnknownError: The case has no such item.
        """
        now, rows, events, keys = int(self.wall()), [], [], []
        numbers = _Numbers(connection)
        for each in commands:
            _check(each)
            identifier = self.random(_ID_BYTES)
            key = self._key(connection, each, identifier)
            rows.append(self._row(each, key, identifier, now) | {"n": numbers.next(each.case)})
            events.append(self._event(connection, "custody.noted", each.case, each.by, now))
            keys.append(key)
        if rows:
            connection.execute(custody_notes.insert(), rows)
        audit_log.append(connection, events, now=now, random=self.random)
        return keys

    def erase(self, connection: Connection, commands: Sequence[Erasing]) -> list[tuple[Digest, int, str] | None]:
        """Allow the erasing of items; return letter, place and file of each attachment, None for an object.

        Raises:
            ActorError: Who does it is unknown or may not.
            NoteUnfitError: There is no reason.
            ItemUnknownError: The case has no such item, or it is gone.
            HeldError: It is under a legal hold.
            OwedError: It must be returned.
            TravellingError: Its attachment has not arrived whole, or is not yet everywhere.
        """
        now, events, found = int(self.wall()), [], []
        for each in commands:
            if not each.why.strip() or len(each.why) > MAX_WORDS:
                raise NoteUnfitError(("why",))
            item = self._erasable(connection, each)
            found.append(None if item.file is None else _attachment(connection, item))
            events.append(self._event(connection, "evidence.erasing", each.case, each.by, now, item.letter))
        audit_log.append(connection, events, now=now, random=self.random)
        return found

    def erased(self, connection: Connection, commands: Sequence[Erasing]) -> list[None]:
        """Say that items are erased, after their files are gone.

        Raises:
            ActorError: Who does it is unknown or may not.
            ItemUnknownError: The case has no such item, or it is gone.
            HeldError: It came under a legal hold meanwhile.
            OwedError: It must be returned.
            TravellingError: Its attachment is not yet everywhere.
        """
        now, events, rows = int(self.wall()), [], []
        numbers = _Numbers(connection)
        for each in commands:
            item = self._erasable(connection, each)
            words = {"why": each.why} | ({} if item.file is None else {"sha256": item.file.sha256})
            if item.file is not None:
                digest, index, _ = _attachment(connection, item)
                connection.execute(delete(blobs).where(blobs.c.letter == digest, blobs.c.idx == index))
            noting = Noting(case=each.case, item=each.item, action="erased", words=words, by=each.by)
            row = self._row(noting, each.item, self.random(_ID_BYTES), now)
            rows.append(row | {"n": numbers.next(each.case)})
            events.append(self._event(connection, "evidence.erased", each.case, each.by, now, item.letter))
        if rows:
            connection.execute(custody_notes.insert(), rows)
        audit_log.append(connection, events, now=now, random=self.random)
        return [None for _ in commands]

    def _erasable(self, connection: Connection, each: Erasing) -> items.Item:
        view = self.view(connection, each.case)
        item = view.of(each.item)
        if item is None or item.key in view.gone:
            raise ItemUnknownError("item")
        if item.key in view.held:
            raise HeldError("item")
        if item.key in dict(view.to_return):
            raise OwedError("item")
        return item

    def _key(self, connection: Connection, each: Noting, identifier: bytes) -> str:
        if each.action == "recorded":
            return f"own.{identifier.hex()[:16]}"
        view = self.view(connection, each.case)
        if each.item != chain.ALL and view.of(each.item) is None:
            raise ItemUnknownError("item")
        return each.item

    def _event(
        self, connection: Connection, name: str, case: Id16, by: Acting, now: int, letter: str = ""
    ) -> audit_log.Event:
        actor = load(connection, by, now=now)
        role = None
        if by.person is not None:
            role = require(actor, Action.EVIDENCE_HANDLE, thing_of(connection, self.sealer, actor, case)).role
        about = Digest(bytes.fromhex(letter)) if letter else _first(connection, case)
        return event(name, actor, about, role=role)

    def _row(self, noting: Noting, key: str, identifier: bytes, now: int) -> dict[str, object]:
        words = json.dumps({name: text for name, text in noting.words.items() if text}, ensure_ascii=False).encode()
        return {
            "id": identifier,
            "case": noting.case,
            "item": key,
            "action": noting.action,
            "at": now if noting.at is None else noting.at,
            "noted_at": now,
            "who": noting.by.role if noting.by.person is None else noting.by.person.hex(),
            "words_sealed": self.sealer.seal("custody_notes", "words_sealed", identifier, words),
        }

    def _opened(self, row: Any) -> chain.Note:
        raw = self.sealer.open("custody_notes", "words_sealed", row.id, row.words_sealed)
        return chain.Note(
            n=row.n,
            item=row.item,
            action=row.action,
            at=row.at,
            noted_at=row.noted_at,
            role=row.who,
            words=json.loads(raw),
        )


class _Numbers:
    """Gives the notes of a transaction their numbers within their cases."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last: dict[Id16, int] = {}

    def next(self, case: Id16) -> int:
        """Return the next number of a case."""
        if case not in self._last:
            query = select(func.max(custody_notes.c.n)).where(custody_notes.c.case == case)
            self._last[case] = self._connection.execute(query).scalar_one() or 0
        self._last[case] += 1
        return self._last[case]


def _by_hand(entered: Opened) -> items.Source:
    """Return a letter that was entered by hand as the chain of custody reads it."""
    letter = entered.letter
    assert letter is not None  # what people enter is read as it was written
    return items.Source(
        digest=letter.digest,
        kind=letter.kind,
        sender=letter.sender,
        to=letter.to,
        ts=letter.ts,
        form=letter.payload,
        proved=False,
    )


def source_of(letter: Shown) -> items.Source:
    """Return a letter as the chain of custody reads it."""
    try:
        form = json.loads(letter.form.data)
    except (ValueError, RecursionError):
        form = None
    return items.Source(
        digest=letter.digest.hex(),
        kind=letter.kind,
        sender=letter.sender.hex(),
        to=tuple(each.hex() for each in letter.to),
        ts=letter.ts,
        form=form if isinstance(form, dict) else {},
        files=tuple(
            items.File(
                index=each.idx,
                name=each.name,
                mt=each.mt,
                size=each.size,
                sha256=each.sha256.hex(),
                verified=each.verified,
            )
            for each in letter.files
        ),
        facts=tuple(
            Fact(level=int(each.lvl), letter=letter.digest.hex(), issuer=each.issuer.hex(), ts=each.at, role=each.role)
            for each in letter.facts
        ),
    )


def _check(each: Noting) -> None:
    if each.action not in NOTED:
        raise NoteUnfitError((each.action,))
    wrong = [name for name, text in each.words.items() if name not in WORDS or len(text) > MAX_WORDS]
    if wrong or (wrong := list(lacking(each.action, each.words))):
        raise NoteUnfitError(wrong)


def _attachment(connection: Connection, item: items.Item) -> tuple[Digest, int, str]:
    """Return letter, place and file of an attachment that may go.

    Raises:
        TravellingError: It has not arrived whole, or is not yet everywhere.
    """
    assert item.file is not None
    digest = Digest(bytes.fromhex(item.letter))
    place = (blobs.c.letter == digest, blobs.c.idx == item.file.index)
    row = connection.execute(select(blobs).where(*place)).one_or_none()
    waiting = select(outbox.c.aid).where(outbox.c.letter == digest, outbox.c.state.not_in(_DONE)).limit(1)
    if row is None or not row.verified or connection.execute(waiting).one_or_none() is not None:
        raise TravellingError("attachment")
    return digest, item.file.index, row.path or blob_name(digest, item.file.index)


def _first(connection: Connection, case: Id16) -> Digest | None:
    """Return the letter that opened a case: by it an audit leaf names the case."""
    query = select(letters.c.digest).where(letters.c.case == case).order_by(letters.c.stored_at, letters.c.digest)
    found = connection.execute(query.limit(1)).scalar_one_or_none()
    return None if found is None else Digest(found)
