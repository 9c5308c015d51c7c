"""What ``Trust`` keeps in the database, and how it comes back after a restart (B.6.4).

* ``write`` is the one transaction function: leaves, checkpoint, accepted statements, fork proof, audit leaves and,
  when it is time, the snapshot; or nothing.
* ``read`` loads the snapshot and what was stored after it; without a snapshot of this configuration, everything.
* ``restore`` judges the stored leaves again, each group under the checkpoint that first contained it, so that
  decisions take effect at the same second as before.
* Meta keys: ``directory`` (snapshot), ``forks`` (proofs), ``officers_word`` (what officers decided).
"""

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Insert, func, select

from rogatory_keys.directory import Directory
from rogatory_keys.errors import SnapshotError
from rogatory_keys.replay import Local
from rogatory_keys.snapshot import load
from rogatory_node.services import officers_word
from rogatory_node.services.officers_word import Word
from rogatory_node.storage import audit_log
from rogatory_node.storage.errors import DamagedError, StorageError
from rogatory_node.storage.rows import insert
from rogatory_node.storage.tables import checkpoints, log_leaves, meta, statements
from rogatory_protocol.checkpoint import Checkpoint
from rogatory_protocol.errors import Code, ProtocolError, RefusedError
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.rcbor import decode, encode
from rogatory_protocol.statement import parse
from rogatory_protocol.tiles import LeafKind, parse_leaf

SNAPSHOT: Final = "directory"
FORKS: Final = "forks"
WORD: Final = "officers_word"
STRETCH: Final = 1_024  # rows of a log that are in memory at a time, some 10 MB
_ANY_TIME: Final = 2**63 - 1  # what is stored was found not to be of the future when it came

Forks = dict[Aid, tuple[bytes, bytes]]


class StaleError(StorageError):
    """The store holds more, or less, of a log than the memory of this process: another replica wrote."""

    code = "storage.stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A statement that the chains accepted; it is read when it is written, for a first replay brings thousands."""

    aid: Aid
    ver: int
    digest: Digest
    raw: Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One change of the directory, judged already.

    Attributes:
        registry: Whose log it is about.
        head: The checkpoint, when there is a new one.
        first: Number of the first new leaf.
        leaves: The new leaves.
        accepted: Statements that the chains accepted.
        forks: All proofs of forks, when there is a new one.
        word: All that officers decided, when something is new.
        snapshot: The state after it, when it is time to write one.
        events: For the audit log.
        now: The time.
    """

    registry: Aid
    head: Checkpoint | None = None
    first: int = 0
    leaves: Sequence[bytes] = ()
    accepted: Sequence[Accepted] = ()
    forks: Forks | None = None
    word: Word | None = None
    snapshot: bytes | None = field(default=None, repr=False)
    events: Sequence[audit_log.Event] = ()
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stored checkpoint and the leaves that it added."""

    registry: Aid
    note: bytes
    leaves: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the store holds of the directory.

    Attributes:
        directory: From the snapshot, or empty.
        steps: What came after it, in order.
    """

    directory: Directory
    steps: tuple[Step, ...]
    forks: Forks
    word: Word

    @property
    def tail(self) -> int:
        """How many leaves must be judged again."""
        return sum(len(step.leaves) for step in self.steps)


def write(connection: Connection, commands: Sequence[Taken]) -> list[None]:
    """Store changes of the directory.

    Raises:
        StaleError: The log in the store does not end where the first new leaf begins; nothing was written.
    """
    for each in commands:
        if each.leaves:
            _write_leaves(connection, each)
        if each.head is not None:
            _write_head(connection, each.registry, each.head, each.now)
        if each.accepted:
            _in_stretches(
                connection, insert(connection, statements).on_conflict_do_nothing(), map(_row_of, each.accepted)
            )
        for key, value in _meta(each):
            put_meta(connection, key, value)
        audit_log.append(connection, each.events, now=each.now, random=os.urandom)
    return [None for _ in commands]


def read(connection: Connection, local: Local) -> Stored:
    """Read what is stored of the logs that local configuration follows."""
    held: dict[str, bytes] = {row.key: row.value for row in connection.execute(
        select(meta).where(meta.c.key.in_((SNAPSHOT, FORKS, WORD)))
    )}  # fmt: skip
    directory = _from_snapshot(held.get(SNAPSHOT), local)
    found = [step for log in directory.state.logs for step in _steps(connection, directory, log)]
    # Chains are merged over all logs, so they are judged in the order in which they came.
    found.sort(key=lambda pair: pair[0])
    return Stored(
        directory=directory,
        steps=tuple(step for _, step in found),
        forks=_forks(held.get(FORKS)),
        word=officers_word.read(held.get(WORD)),
    )


def restore(stored: Stored) -> Directory:
    """Judge again what was stored after the snapshot. It takes a millisecond a leaf: call it in a thread.

    Raises:
        DamagedError: The stored leaves are not those of the stored checkpoints.
    """
    directory = stored.directory
    stored.word.tell(directory)
    for log in directory.state.logs.values():
        log.fork = None  # it would refuse what was taken before; the proofs are put back below
    for step in stored.steps:
        try:
            directory.apply(step.registry, step.note, step.leaves, now=_ANY_TIME)
        except ProtocolError:
            raise DamagedError("log_leaves", step.registry) from None
    for aid, proof in stored.forks.items():
        if aid in directory.state.logs:
            directory.state.logs[aid].fork = proof
    return directory


def put_meta(connection: Connection, key: str, value: bytes) -> None:
    """Write a value of which there is one."""
    statement = insert(connection, meta).values(key=key, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": value}))


def get_meta(connection: Connection, key: str) -> bytes | None:
    """Read a value of which there is one."""
    value: bytes | None = connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()
    return value


def leaves_of(connection: Connection, registry: Aid, first: int, end: int) -> list[bytes]:
    """Read stored leaves from *first* up to *end*."""
    where = (log_leaves.c.registry == registry, log_leaves.c.n >= first, log_leaves.c.n < end)
    return [bytes(row.leaf) for row in connection.execute(select(log_leaves.c.leaf).where(*where).order_by("n"))]


def accepted(old: Directory, fresh: Directory, leaves: Sequence[bytes]) -> list[Accepted]:
    """Return the statements that the new leaves brought into the chains, those that had waited included."""
    waited = [partial(bytes, raw) for entries in old.state.waiting.values() for _, _, raw in entries]
    found: dict[Digest, Accepted] = {}
    for read in (*waited, *(partial(_object_of, leaves, n) for n in range(len(leaves)))):
        try:
            statement = parse(read())
        except RefusedError:
            continue  # not a statement, or it raised an alarm when it was judged
        digest = statement.object.digest
        if digest in fresh.state.owners and digest not in old.state.owners:
            found[digest] = Accepted(aid=fresh.state.owners[digest], ver=statement.content.ver, digest=digest, raw=read)
    return list(found.values())


def _object_of(leaves: Sequence[bytes], n: int) -> bytes:
    """Return the statement of a leaf.

    Raises:
        RefusedError: MALFORMED: it holds none.
    """
    leaf = parse_leaf(leaves[n])
    if leaf.kind is not LeafKind.STATEMENT:
        raise RefusedError(Code.MALFORMED, "not a statement")
    return leaf.object


# --- Writing --------------------------------------------------------------------------------------------------------


def _write_leaves(connection: Connection, each: Taken) -> None:
    last = connection.execute(
        select(func.max(log_leaves.c.n)).where(log_leaves.c.registry == each.registry)
    ).scalar_one()  # fmt: skip
    if (-1 if last is None else last) + 1 != each.first:
        raise StaleError("the stored log has another size")
    rows = ({"registry": each.registry, "n": each.first + n, "leaf": leaf} for n, leaf in enumerate(each.leaves))
    _in_stretches(connection, log_leaves.insert(), rows)


def _write_head(connection: Connection, registry: Aid, head: Checkpoint, now: int) -> None:
    text = head.raw.decode()
    values = {"registry": registry, "size": head.size, "root": head.root, "text": text, "seen_at": now}
    statement = insert(connection, checkpoints).values(**values)
    key = [checkpoints.c.registry, checkpoints.c.size, checkpoints.c.root]
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_={"newest": text}))


def _in_stretches(connection: Connection, statement: Insert, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows without holding all of them in memory."""
    rest = iter(rows)
    while stretch := list(itertools.islice(rest, STRETCH)):
        connection.execute(statement, stretch)


def _row_of(one: Accepted) -> dict[str, Any]:
    return {"aid": one.aid, "ver": one.ver, "digest": one.digest, "raw": one.raw()}


def _meta(each: Taken) -> Iterator[tuple[str, bytes]]:
    if each.forks is not None:
        yield FORKS, encode([[aid, *proof] for aid, proof in each.forks.items()])
    if each.word is not None:
        yield WORD, officers_word.written(each.word)
    if each.snapshot is not None:
        yield SNAPSHOT, each.snapshot


# --- Reading: our own bytes, so whatever does not fit is a broken store ---------------------------------------------


def _from_snapshot(value: bytes | None, local: Local) -> Directory:
    try:
        return Directory(local) if value is None else load(value, local)
    except SnapshotError:
        return Directory(local)


def _forks(value: bytes | None) -> Forks:
    rows: Any = [] if value is None else decode(value)
    return {Aid(aid): (ours, theirs) for aid, ours, theirs in rows}


def _steps(connection: Connection, directory: Directory, registry: Aid) -> list[tuple[int, Step]]:
    size = directory.state.logs[registry].frontier.size
    rows = connection.execute(
        select(checkpoints)
        .where(checkpoints.c.registry == registry, checkpoints.c.size >= size)
        .order_by(checkpoints.c.size)
    ).all()  # fmt: skip
    if not rows:
        return []
    leaves = leaves_of(connection, registry, size, rows[-1].size)
    times = itertools.accumulate((row.seen_at for row in rows), max)
    steps = []
    for row, seen_at in zip(rows, times, strict=True):
        new, leaves = tuple(leaves[: row.size - size]), leaves[row.size - size :]
        size = row.size
        steps.append((seen_at, Step(registry=registry, note=row.text.encode(), leaves=new)))
        if row.newest is not None:
            steps.append((seen_at, Step(registry=registry, note=row.newest.encode())))
    return steps
