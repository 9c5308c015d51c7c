"""The book follows the audit log: what was stored is opened, folded and written as rows, in the order of the log.

* A mark says up to where the log is understood; it moves in the transaction that writes what was understood. Who finds
  it moved by another writes nothing. So a crash loses nothing and nothing is understood twice with effect.
* Letters are opened by readers and in threads; the writer only writes rows.
* A piece is bounded, so that the writer serves letters between two pieces and memory does not grow: entries of the log,
  letters of the cases that they name, words. Words that are more go ahead of their piece: they are only ever added.
  A case is folded whole, so one case with many letters is one piece.
* What one fold has read needs no second one: entries that the log already held then are passed by.
* A greater version of the understanding begins at the start of the log again; rows are overwritten in their places.

The mark is the value ``book`` of the table of what there is one of: [version, epoch, number].
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Connection, delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.casebook import offnetwork
from rogatory_node.casebook.opening import Opened, facts_of, letters_of, macs_of
from rogatory_node.casebook.understanding import VERSION, Stored, Understood, understand
from rogatory_node.casebook.words import Macs
from rogatory_node.casework.life.events import Fact
from rogatory_node.storage.book_tables import book_cases, book_clocks, book_measures, book_terms, drafts
from rogatory_node.storage.rows import add, add_new, put
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit, cases, evidence, letters, meta
from rogatory_node.storage.writer import Writer
from rogatory_protocol.ids import Aid, Digest, Id16
from rogatory_protocol.rcbor import decode, encode

KEY: Final = "book"
MOST_ENTRIES: Final = 400  # of the log in a piece: half a second of full traffic
MOST_LETTERS: Final = 200  # of its cases: some tens of milliseconds of opening
MOST_TERMS: Final = 1_000  # rows of words a transaction: some milliseconds of the writer
MOST_ROWS: Final = 20  # letters in memory still sealed: with forms of 1 MiB this is what they may weigh
MOST_FRESH: Final = 20_000
_EPOCH_BITS: Final = 40
_STORED: Final = frozenset({"letter.stored", "letter.sealed", "letter.recovered", offnetwork.EVENT})
_ABOUT: Final = ("letter.", "evidence.")


class Mark(NamedTuple):
    """An entry of the audit log; the log is understood up to it."""

    epoch: int
    n: int


START: Final = Mark(0, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What was understood between two marks.

    Attributes:
        before: The mark as it was read; None: there was none of this version.
        after: Up to where it is understood.
        cases: The cases.
        terms: Hashes of words, with the numbers of their cases.
    """

    before: Mark | None
    after: Mark
    cases: tuple[Understood, ...]
    terms: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """What a step did.

    Attributes:
        entries: How many are understood now; none at the end of the log, or when another was faster.
        mark: Up to where it is understood.
        end: The last entry of the log when the step began: it tells who comes again whether the log grows.
    """

    entries: int
    mark: Mark
    end: Mark


# --- The transaction --------------------------------------------------------------------------------------------------


def write(connection: Connection, pieces: Sequence[Piece]) -> list[bool]:
    """Write what was understood with the new mark; False for a piece that does not continue the mark."""
    mark, told, fitting = mark_of(connection), [], []
    for each in pieces:
        fits = each.before == mark
        told.append(fits)
        if fits:
            fitting.append(each)
            mark = each.after
    if not fitting or mark is None:
        return told
    found = {each.case["case"]: each for piece in fitting for each in piece.cases}
    for table in (book_measures, book_clocks):
        connection.execute(delete(table).where(table.c.case.in_(list(found))))
    put(connection, book_cases, [each.case for each in found.values()])
    add(connection, book_measures, [row for each in found.values() for row in each.measures])
    add(connection, book_clocks, [row for each in found.values() for row in each.clocks])
    terms = {pair for piece in fitting for pair in piece.terms}
    add_new(connection, book_terms, [{"mac": mac, "n": n} for mac, n in sorted(terms)])
    put(connection, meta, [{"key": KEY, "value": encode([VERSION, *mark])}])
    return told


def mark_of(connection: Connection) -> Mark | None:
    """Return the mark; None when there is none of this version."""
    value = connection.execute(select(meta.c.value).where(meta.c.key == KEY)).scalar_one_or_none()
    if value is None:
        return None
    # Our own bytes: whatever does not fit is a broken store.
    stored = decode(value)
    assert isinstance(stored, list)
    version, epoch, n = stored
    assert isinstance(epoch, int)
    assert isinstance(n, int)
    return Mark(epoch, n) if version == VERSION else None


def number_of(mark: Mark) -> int:
    """Return the number of a case that the log names first in this entry."""
    return (mark.epoch << _EPOCH_BITS) + mark.n


def left(connection: Connection) -> int:
    """Return how many entries of the log are not understood yet."""
    mark = mark_of(connection) or START
    behind = select(func.count()).select_from(audit).where(tuple_(audit.c.epoch, audit.c.n) > tuple_(*mark))
    return int(connection.execute(behind).scalar_one())


R = TypeVar("R")
Pause = Callable[[float], Awaitable[None]]
"""Is told how long a thread worked, and returns when it may work again."""
Read = Callable[..., Awaitable[Any]]
"""Runs a reading function on the connection of a step."""


# --- Following --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    mark: Mark
    letter: Digest | None
    case: Id16 | None
    stored: bool


@dataclass(slots=True)
class _Gathered:
    """A piece in the making; ``folded`` says up to which entry of the log a case holds everything."""

    cases: dict[Id16, Understood] = field(default_factory=dict)
    folded: dict[Id16, Mark] = field(default_factory=dict)
    numbers: dict[Id16, int] = field(default_factory=dict)
    terms: list[tuple[int, int]] = field(default_factory=list)
    letters: int = 0

    @property
    def full(self) -> bool:
        return self.letters >= MOST_LETTERS or len(self.terms) >= MOST_TERMS


class Following:
    """Reads the log from the mark on, a piece at a time."""

    def __init__(
        self, *, me: Aid, sealer: RowSealer, writer: Writer, readers: AsyncEngine, pause: Pause | None = None
    ) -> None:
        """Take who we are, what opens the rows, the two ways to the database, and who says when to rest."""
        self._pause = pause
        self._me, self._sealer, self._macs = me.hex(), sealer, Macs(sealer)
        self._writer, self._readers = writer, readers
        # Which cases were folded from rows that were there before the log reached which entry.
        self._fresh: OrderedDict[Id16, Mark] = OrderedDict()

    async def step(self) -> Stepped:
        """Understand one piece.

        Raises:
            StorageError: The database failed, is busy or has no space.
        """
        async with self._readers.connect() as connection:
            read = connection.run_sync
            before, end = await read(mark_of), await read(_end)
            entries = await read(_entries, before or START)
            gathered, count = _Gathered(), 0
            for entry in entries:
                await self._one(read, entry, gathered)
                count += 1
                if gathered.full:
                    break
        if not count:
            return Stepped(entries=0, mark=before or START, end=end)
        after = entries[count - 1].mark
        piece = Piece(before=before, after=after, cases=tuple(gathered.cases.values()), terms=tuple(gathered.terms))
        if not await self._writer.execute(write, piece):
            return Stepped(entries=0, mark=before or START, end=end)
        self._remember(gathered.folded)
        return Stepped(entries=count, mark=after, end=end)

    async def _one(self, read: Read, entry: _Entry, gathered: _Gathered) -> None:
        case = entry.case
        if case is None or entry.letter is None:
            return
        if case not in gathered.numbers:
            gathered.numbers[case] = await read(_number, case, number_of(entry.mark))
        if entry.stored:
            await self._words(read, entry.letter, gathered.numbers[case], gathered)
        held = gathered.folded.get(case) or self._fresh.get(case)
        if held is None or entry.mark > held:
            gathered.folded[case] = await read(_end)
            stored = await self._stored(read, case, gathered.numbers[case])
            gathered.letters += len(stored.letters)
            gathered.cases[case] = await self._worked(understand, self._sealer, self._me, stored)

    async def _words(self, read: Read, digest: Digest, n: int, gathered: _Gathered) -> None:
        """Add the words of a letter; what is too much for one transaction is written ahead."""
        rows = await read(_rows, select(letters).where(letters.c.digest == digest))
        entered = [] if rows else await read(_entered_one, digest)
        found = await self._worked(self._macs_of, rows, entered)
        gathered.letters += 1
        gathered.terms += ((mac, n) for mac in sorted(found))
        while len(gathered.terms) > MOST_TERMS:
            ahead, gathered.terms = gathered.terms[:MOST_TERMS], gathered.terms[MOST_TERMS:]
            await self._writer.execute(write_ahead, ahead)

    def _macs_of(self, rows: Sequence[Any], entered: Sequence[Any]) -> frozenset[int]:
        found = [*letters_of(self._sealer, rows), *offnetwork.opened(self._sealer, self._me, entered)]
        return frozenset().union(*(macs_of(self._macs, each) for each in found))

    async def _stored(self, read: Read, case: Id16, n: int) -> Stored:
        found: list[Opened] = []
        facts: list[Fact] = []
        heard = 0
        drafted: dict[str, int] = {}
        digests = await read(_digests, case)
        for begin in range(0, len(digests), MOST_ROWS):
            some = digests[begin : begin + MOST_ROWS]
            sealed = await read(_rows, select(letters).where(letters.c.digest.in_(some)))
            found += await self._worked(letters_of, self._sealer, sealed)
            told = await read(_rows, select(evidence).where(evidence.c.letter.in_(some)))
            facts += await self._worked(facts_of, self._sealer, told)
            heard = max([heard, *(each.stored_at for each in told)])
            drafted |= await read(_drafted, some)
        entered = await read(offnetwork.rows_of, case)
        by_hand = await self._worked(offnetwork.opened, self._sealer, self._me, entered)
        place = {digest: index for index, digest in enumerate(digests)}
        row = await read(_case, case)
        return Stored(
            case=case,
            conv=row.conv,
            n=n,
            opened_at=row.opened_at,
            letters=(*by_hand, *sorted(found, key=lambda each: place[each.digest])),
            facts=tuple(facts),
            heard_at=heard,
            drafted=drafted,
        )

    async def _worked(self, work: Callable[..., R], *args: Any) -> R:
        """Work in a thread, and rest after it as long as is asked for."""
        began = time.perf_counter()
        done = await asyncio.to_thread(work, *args)
        if self._pause is not None:
            await self._pause(time.perf_counter() - began)
        return done

    def _remember(self, folded: dict[Id16, Mark]) -> None:
        for case, mark in folded.items():
            self._fresh[case] = mark
            self._fresh.move_to_end(case)
        while len(self._fresh) > MOST_FRESH:
            self._fresh.popitem(last=False)


def write_ahead(connection: Connection, commands: Sequence[Sequence[tuple[int, int]]]) -> list[None]:
    """Write words ahead of their piece: the number of the case is theirs whenever its line follows."""
    pairs = {pair for each in commands for pair in each}
    add_new(connection, book_terms, [{"mac": mac, "n": n} for mac, n in sorted(pairs)])
    return [None for _ in commands]


# --- What is read -----------------------------------------------------------------------------------------------------


def _entries(connection: Connection, mark: Mark) -> list[_Entry]:
    columns = (audit.c.epoch, audit.c.n, audit.c.ev, audit.c.obj)
    query = select(*columns).where(tuple_(audit.c.epoch, audit.c.n) > tuple_(*mark))
    rows = connection.execute(query.order_by(audit.c.epoch, audit.c.n).limit(MOST_ENTRIES)).all()
    named = {row.obj for row in rows if row.obj is not None and row.ev.startswith(_ABOUT)}
    held = select(letters.c.digest, letters.c.case).where(letters.c.digest.in_(named))
    of = {digest: Id16(case) for digest, case in connection.execute(held)}
    of |= offnetwork.cases_of(connection, named - of.keys())
    return [
        _Entry(
            mark=Mark(row.epoch, row.n),
            letter=None if row.obj is None else Digest(row.obj),
            case=of.get(row.obj) if row.ev.startswith(_ABOUT) else None,
            stored=row.ev in _STORED,
        )
        for row in rows
    ]


def _end(connection: Connection) -> Mark:
    """Return the last entry of the log as it stands before the rows of a case are read."""
    last = select(audit.c.epoch, audit.c.n).order_by(audit.c.epoch.desc(), audit.c.n.desc()).limit(1)
    return Mark(*connection.execute(last).one())


def _number(connection: Connection, case: Id16, fresh: int) -> int:
    known = connection.execute(select(book_cases.c.n).where(book_cases.c.case == case)).scalar_one_or_none()
    return fresh if known is None else int(known)


def _entered_one(connection: Connection, digest: Digest) -> Sequence[Any]:
    case = offnetwork.cases_of(connection, [digest]).get(digest)
    return [] if case is None else [row for row in offnetwork.rows_of(connection, case) if row.digest == digest]


def _case(connection: Connection, case: Id16) -> Any:
    return connection.execute(select(cases.c.conv, cases.c.opened_at).where(cases.c.id == case)).one()


def _digests(connection: Connection, case: Id16) -> list[bytes]:
    order = (letters.c.stored_at, letters.c.ts, letters.c.seq, letters.c.digest)
    return list(connection.execute(select(letters.c.digest).where(letters.c.case == case).order_by(*order)).scalars())


def _rows(connection: Connection, query: Any) -> Sequence[Any]:
    return connection.execute(query).all()


def _drafted(connection: Connection, digests: Sequence[bytes]) -> dict[str, int]:
    query = select(drafts.c.letter, drafts.c.made_at).where(drafts.c.letter.in_(digests))
    return {digest.hex(): made_at for digest, made_at in connection.execute(query)}
