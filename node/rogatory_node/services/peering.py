"""What the database knows of peers: who was here, for whom letters wait, how far their logs go (B.11.4, B.12.4).

* A letter that waits for a later attempt does not count before its time: nobody is dialled for it.
* An expired letter is offered once more on the next link, but no link is dialled for it.
* A peer whose database is another one than before was restored: that is a leaf of the audit log.
* A peer that claims a head of ours which our log does not have is asked for what we lost; until that is done, it is
  ``unsynced`` since then. It is asked once for a head and for those below it.
* Of a peer's audit heads the longest is kept, and never a shorter one in its place.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select

from rogatory_node.storage import audit_log
from rogatory_node.storage.rows import insert
from rogatory_node.storage.tables import outbox, peers
from rogatory_protocol.audit import Head
from rogatory_protocol.delivery import State
from rogatory_protocol.ids import Aid, Digest, Id16

_SHOWN: Final = ("inc", "unsynced", "claimed_epoch", "claimed_size")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A peer that proved itself on a link.

    Attributes:
        aid: The peer.
        at: When.
        network: Where it dialled from; None if we dialled.
    """

    aid: Aid
    at: int
    network: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits for a peer.

    Attributes:
        letters: How many may be offered now.
        urgency: The highest urgency among these; None if there are none.
        later: When the first of the others may be offered; None if there are none.
    """

    letters: int = 0
    urgency: int | None = None
    later: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A peer as its verified READY shows it.

    Attributes:
        aid: The peer.
        inc: Incarnation of its database.
        claim: The newest head of our own audit log that it says it holds, if our log does not have it.
        now: When.
    """

    aid: Aid
    inc: Id16
    claim: Head | None
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What a READY showed to be different.

    Attributes:
        restored: The peer's database is another one than it was.
        longer: It says, for the first time, that it holds a history of ours that we do not have.
        unsynced: What we lost by a restore is not back from it: for that or for an earlier READY.
    """

    restored: bool
    longer: bool
    unsynced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A head of a peer's audit log that it quoted in a verified letter or evidence."""

    aid: Aid
    head: Head


def met(connection: Connection, ready: Sequence[Met]) -> list[Meeting]:
    """Keep the incarnation of each peer; note in the audit log whose is another one than before."""
    columns = (peers.c.aid, peers.c.inc, peers.c.unsynced, peers.c.claimed_epoch, peers.c.claimed_size)
    mine = select(*columns).where(peers.c.aid.in_({each.aid for each in ready}))
    known = {Aid(row.aid): dict(row._mapping) for row in connection.execute(mine)}
    found: list[Meeting] = []
    events: list[audit_log.Event] = []
    for each in ready:
        row = known.setdefault(each.aid, {"aid": each.aid} | dict.fromkeys(_SHOWN))
        restored = row["inc"] is not None and row["inc"] != each.inc
        longer = each.claim is not None and _is_new(each.claim, row)
        if each.claim is not None and longer:
            row["claimed_epoch"], row["claimed_size"] = each.claim.epoch, each.claim.size
            row["unsynced"] = each.now if row["unsynced"] is None else row["unsynced"]
        found.append(Meeting(restored=restored, longer=longer, unsynced=row["unsynced"] is not None))
        if restored:
            events.append(audit_log.Event(ev="peer.restored", obj=Digest(each.aid), who="node"))
        row["inc"] = each.inc
    statement = insert(connection, peers)
    newer = {name: statement.excluded[name] for name in _SHOWN}
    connection.execute(statement.on_conflict_do_update(index_elements=["aid"], set_=newer), list(known.values()))
    if events:
        audit_log.append(connection, events, now=ready[-1].now, random=os.urandom)
    return found


def _is_new(claim: Head, row: Mapping[str, Any]) -> bool:
    """Tell whether a peer was not yet asked for what a head that it claims covers."""
    epoch, size = row["claimed_epoch"], row["claimed_size"]
    return epoch is None or (claim.epoch, claim.size) > (epoch, size)


def quoted(connection: Connection, heads: Sequence[Quoted]) -> list[None]:
    """Keep the longest audit head of each peer."""
    held = quoted_heads(connection)
    longest: dict[Aid, Head] = {}
    for each in heads:
        before = longest.get(each.aid, held.get(each.aid))
        if before is None or each.head.is_longer_than(before):
            longest[each.aid] = each.head
    rows = [
        {"aid": aid, "head_epoch": head.epoch, "head_size": head.size, "head_root": head.root}
        for aid, head in longest.items()
    ]
    if rows:
        statement = insert(connection, peers)
        newer = {name: statement.excluded[name] for name in ("head_epoch", "head_size", "head_root")}
        connection.execute(statement.on_conflict_do_update(index_elements=["aid"], set_=newer), rows)
    return [None for _ in heads]


def quoted_heads(connection: Connection) -> dict[Aid, Head]:
    """Return the longest audit head that we hold of each peer."""
    columns = (peers.c.aid, peers.c.head_epoch, peers.c.head_size, peers.c.head_root)
    rows = connection.execute(select(*columns).where(peers.c.head_size.is_not(None)))
    return {Aid(row.aid): Head(epoch=row.head_epoch, size=row.head_size, root=row.head_root) for row in rows}


def authenticated(connection: Connection, seen: Sequence[Seen]) -> list[None]:
    """Note when peers proved themselves: those of the last 30 days are dialled at the next start."""
    rows: dict[Aid, dict[str, object]] = {}
    for each in seen:
        network = each.network or rows.get(each.aid, {}).get("network")
        rows[each.aid] = {"aid": each.aid, "last_auth": each.at, "network": network}
    statement = insert(connection, peers)
    kept = func.coalesce(statement.excluded.network, peers.c.network)
    newer = {"last_auth": statement.excluded.last_auth, "network": kept}
    connection.execute(statement.on_conflict_do_update(index_elements=["aid"], set_=newer), list(rows.values()))
    return [None for _ in seen]


def recent(connection: Connection, since: int) -> dict[Aid, int]:
    """Return the peers that proved themselves since then, and when they last did."""
    query = select(peers.c.aid, peers.c.last_auth).where(peers.c.last_auth >= since)
    return {Aid(row.aid): row.last_auth for row in connection.execute(query)}


def networks(connection: Connection, since: int) -> dict[str, int]:
    """Return where peers that proved themselves since then dialled from, and when they were last here."""
    columns = (peers.c.network, func.max(peers.c.last_auth).label("last_auth"))
    query = select(*columns).where(peers.c.network.is_not(None), peers.c.last_auth >= since).group_by(peers.c.network)
    return {row.network: row.last_auth for row in connection.execute(query)}


def awaited(connection: Connection) -> set[Aid]:
    """Return every authority for which a letter is queued, now or for later."""
    query = select(outbox.c.aid).where(outbox.c.state == State.QUEUED.value).distinct()
    return {Aid(aid) for aid in connection.execute(query).scalars()}


def queue_of(connection: Connection, aid: Aid, now: int) -> Queue:
    """Return what waits for one peer."""
    mine = (outbox.c.aid == aid, outbox.c.state == State.QUEUED.value)
    due = select(func.count(), func.max(outbox.c.urg)).where(*mine, outbox.c.next_attempt <= now)
    later = select(func.min(outbox.c.next_attempt)).where(*mine, outbox.c.next_attempt > now)
    letters, urgency = connection.execute(due).one()
    return Queue(letters=letters, urgency=urgency, later=connection.execute(later).scalar_one())
