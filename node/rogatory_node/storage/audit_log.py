"""The authority's one audit log in the database: leaves in rows, the compact range beside them (B.14).

* Leaves are appended in the transaction of what they tell, so the log and the state never disagree.
* A head that is given away is one that was durable before the transaction began: read it before appending.
* Every function runs inside the writer's transaction; none commits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, select

from rogatory_node.storage.rows import add, put
from rogatory_node.storage.tables import audit, meta
from rogatory_protocol.audit import SALT_BYTES, Head, Leaf, extend, head_of
from rogatory_protocol.ids import Digest
from rogatory_protocol.merkle import HASH_BYTES, Frontier, leaf_hash
from rogatory_protocol.rcbor import decode, encode

_KEY: Final = "audit"
_HELD: Final = select(meta.c.value).where(meta.c.key == bindparam("key"))

Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened: its name, the object concerned, and the role or part of the system that did it."""

    ev: str
    obj: Digest | None
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The log as it stands in a transaction, read once for its head and for what is appended."""

    epoch: int
    frontier: Frontier

    @property
    def head(self) -> Head:
        """The head, to be given away."""
        return head_of(self.epoch, self.frontier)


def found(connection: Connection, *, now: int, random: Random) -> Head:
    """Write leaf 0 of epoch 0 when the log is new, and return the head: no head ever has size 0."""
    if _load(connection) is None:
        _write(connection, 0, Frontier(), [Event(ev="log.founded", obj=None, who="node")], now=now, random=random)
    return head(connection)


def head(connection: Connection) -> Head:
    """Return the head as it stands.

    Raises:
        LookupError: The log was never founded.
    """
    return held(connection).head


def held(connection: Connection) -> Held:
    """Return the log as it stands.

    Raises:
        LookupError: The log was never founded.
    """
    found = _load(connection)
    if found is None:
        raise LookupError("the audit log was never founded")
    return found


def root_at(connection: Connection, epoch: int, size: int) -> bytes:
    """Return the root over the first leaves of an epoch, from all of these: too slow for anything but a restore."""
    first = select(audit.c.leaf).where(audit.c.epoch == epoch, audit.c.n < size).order_by(audit.c.n)
    frontier = Frontier()
    for leaf in connection.execute(first).scalars():
        frontier = frontier.append(leaf_hash(bytes(leaf)))
    return frontier.root()


def leaves(connection: Connection, epoch: int, first: int, most: int) -> list[bytes]:
    """Return leaves of an epoch in order, from one on."""
    query = select(audit.c.leaf).where(audit.c.epoch == epoch, audit.c.n >= first).order_by(audit.c.n).limit(most)
    return [bytes(leaf) for leaf in connection.execute(query).scalars()]


def append(
    connection: Connection, events: Sequence[Event], *, now: int, random: Random, log: Held | None = None
) -> None:
    """Append a leaf for each event, in order, to *log* if this transaction has read it already.

    Raises:
        LookupError: The log was never founded.
    """
    log = log or held(connection)
    _write(connection, log.epoch, log.frontier, events, now=now, random=random)


def begin_epoch(connection: Connection, epoch: int, events: Sequence[Event], *, now: int, random: Random) -> None:
    """Go on in a new epoch after a restore that lost leaves; the events are its first leaves.

    Raises:
        LookupError: The log was never founded, or the epoch is not a later one.
    """
    if epoch <= held(connection).epoch:
        raise LookupError("an epoch of the audit log is a later one")
    _write(connection, epoch, Frontier(), events, now=now, random=random)


def _write(
    connection: Connection, epoch: int, frontier: Frontier, events: Sequence[Event], *, now: int, random: Random
) -> None:
    if not events:
        return
    leaves = [
        Leaf(n=n, ts=now, ev=event.ev, obj=event.obj, who=event.who, salt=random(SALT_BYTES))
        for n, event in enumerate(events, frontier.size)
    ]
    raws, frontier = extend(frontier, leaves)
    rows = [
        {"epoch": epoch, "n": leaf.n, "leaf": raw, "obj": leaf.obj, "ev": leaf.ev, "ts": now}
        for leaf, raw in zip(leaves, raws, strict=True)
    ]
    add(connection, audit, rows)
    value = encode([epoch, frontier.size, list(frontier.nodes)])
    put(connection, meta, [{"key": _KEY, "value": value}])


def _load(connection: Connection) -> Held | None:
    value = connection.execute(_HELD, {"key": _KEY}).scalar_one_or_none()
    if value is None:
        return None
    # Our own bytes: whatever does not fit is a broken store, and stops the writer.
    stored = decode(value)
    assert isinstance(stored, list)
    epoch, size, nodes = stored
    assert isinstance(epoch, int)
    assert isinstance(size, int)
    assert isinstance(nodes, list)
    hashes = tuple(node for node in nodes if isinstance(node, bytes) and len(node) == HASH_BYTES)
    assert len(hashes) == len(nodes) == size.bit_count()
    return Held(epoch=epoch, frontier=Frontier(size, hashes))
