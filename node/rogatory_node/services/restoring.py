"""What follows once it is proved that this database is older than what we signed (B.12.4, B.14).

* The proof is an own letter or evidence that quotes a head which our audit log does not have: a longer one, or one of
  another root, since the log grows again while what was lost comes back. A peer's claim is none.
* A person who put a backup back says so, and it counts as much: nothing is signed before, so nothing is given twice.
* The log goes on in a new epoch. Its first leaf binds the last own head and the one shown, if there is one; heads that
  other peers show later are bound by further leaves. ``obj`` of such a leaf is the SHA-256 of RCBOR of the list of
  heads, which lies in meta under ``restore.<epoch>``.
* The database gets a new incarnation, for the links of the next start. Every peer may hold what we lost, so each is
  ``unsynced`` until a run with it is complete.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from sqlalchemy import Connection, func, select, update

from rogatory_node.services.own import INCARNATION
from rogatory_node.services.trust_store import get_meta
from rogatory_node.storage import audit_log
from rogatory_node.storage.rows import insert
from rogatory_node.storage.tables import meta, peers
from rogatory_protocol.audit import Head
from rogatory_protocol.audit import head as head_of_value
from rogatory_protocol.ids import Aid, Digest, Id16
from rogatory_protocol.rcbor import decode, encode

RESTORE: Final = "restore"
"""The name of the leaves, and with the epoch that of the list of heads in meta."""

Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A run with a peer is over; complete if it gave all that it listed."""

    peer: Aid
    complete: bool
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A person says that the database was put back from a backup.

    Attributes:
        role: The role of the person, for the audit log.
        now: When.
    """

    role: str
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What follows from it.

    Attributes:
        epoch: Of the audit log from now on.
        inc: The new incarnation.
        peers: How many peers are to be asked.
        repeated: It was said before and nothing happened since, so nothing was changed.
    """

    epoch: int
    inc: Id16
    peers: int
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lost:
    """Heads that were lost, shortest first, and how many of them a leaf binds already."""

    heads: tuple[Head, ...]
    bound: int


def prove(connection: Connection, shown: Sequence[Head], *, now: int, random: Random) -> bool:
    """Take heads that own objects quote; tell whether they prove, for the first time, that we were restored."""
    if not shown:
        return False
    own = audit_log.head(connection)
    longest = reduce(lambda a, b: b if b.is_longer_than(a) else a, shown)
    if longest.is_longer_than(own) or not _is_ours(connection, own, longest):
        _begin(connection, own, longest, now=now, random=random)
        return True
    lost = _lost(connection, own.epoch)
    if lost is not None and longest.epoch < own.epoch and longest.is_longer_than(lost.heads[-1]):
        _keep(connection, own.epoch, _Lost(heads=(*lost.heads[: max(lost.bound, 1)], longest), bound=lost.bound))
    return False


def declare(connection: Connection, declared: Declared, *, random: Random) -> Begun:
    """Begin a new epoch and a new incarnation, because a person says so; once for a restore."""
    own = audit_log.head(connection)
    repeated = own.size == 1 and _lost(connection, own.epoch) is not None
    if not repeated:
        heads = (own,)
        _start(connection, own.epoch + 1, heads, _leaf(heads, declared.role), now=declared.now, random=random)
    inc = get_meta(connection, INCARNATION)
    assert inc is not None  # an authority has one since it was founded
    waited = select(func.count()).select_from(peers).where(peers.c.unsynced.is_not(None))
    return Begun(
        epoch=audit_log.head(connection).epoch,
        inc=Id16(inc),
        peers=connection.execute(waited).scalar_one(),
        repeated=repeated,
    )


def ended(connection: Connection, runs: Sequence[Ended], *, random: Random) -> list[None]:
    """Bind the heads that runs have shown, and note with whom all is back."""
    now = runs[-1].now
    epoch = audit_log.head(connection).epoch
    events: list[audit_log.Event] = []
    lost = _lost(connection, epoch)
    if lost is not None and len(lost.heads) > lost.bound:
        events.append(_leaf(lost.heads))
        _keep(connection, epoch, _Lost(heads=lost.heads, bound=len(lost.heads)))
    whole = {each.peer for each in runs if each.complete}
    waited = select(peers.c.aid).where(peers.c.aid.in_(whole), peers.c.unsynced.is_not(None)).order_by(peers.c.aid)
    back = list(connection.execute(waited).scalars())
    if back:
        connection.execute(update(peers).where(peers.c.aid.in_(back)).values(unsynced=None))
    events += [audit_log.Event(ev="restore.synced", obj=Digest(aid), who="node") for aid in back]
    audit_log.append(connection, events, now=now, random=random)
    return [None for _ in runs]


def _is_ours(connection: Connection, own: Head, shown: Head) -> bool:
    """Tell whether a head that is no longer than ours is one of our tree: what was lost may have grown over since."""
    return shown.epoch != own.epoch or audit_log.root_at(connection, shown.epoch, shown.size) == shown.root


def _begin(connection: Connection, own: Head, shown: Head, *, now: int, random: Random) -> None:
    heads = (own, shown)
    _start(connection, shown.epoch + 1, heads, _leaf(heads), now=now, random=random)


def _start(
    connection: Connection, epoch: int, heads: tuple[Head, ...], leaf: audit_log.Event, *, now: int, random: Random
) -> None:
    audit_log.begin_epoch(connection, epoch, [leaf], now=now, random=random)
    _keep(connection, epoch, _Lost(heads=heads, bound=len(heads)))
    _put(connection, INCARNATION, Id16(random(16)))
    connection.execute(update(peers).values(unsynced=func.coalesce(peers.c.unsynced, now)))


def _leaf(heads: Sequence[Head], who: str = "node") -> audit_log.Event:
    digest = hashlib.sha256(encode([head.value() for head in heads])).digest()
    return audit_log.Event(ev=RESTORE, obj=Digest(digest), who=who)


def _lost(connection: Connection, epoch: int) -> _Lost | None:
    raw = get_meta(connection, f"{RESTORE}.{epoch}")
    if raw is None:
        return None
    stored = decode(raw)  # our own bytes: what does not fit is a broken store
    assert isinstance(stored, list)
    heads, bound = stored
    assert isinstance(heads, list)
    assert isinstance(bound, int)
    return _Lost(heads=tuple(head_of_value(each, RESTORE) for each in heads), bound=bound)


def _keep(connection: Connection, epoch: int, lost: _Lost) -> None:
    _put(connection, f"{RESTORE}.{epoch}", encode([[head.value() for head in lost.heads], lost.bound]))


def _put(connection: Connection, key: str, value: bytes) -> None:
    statement = insert(connection, meta).values(key=key, value=value)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
