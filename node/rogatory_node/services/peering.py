"""What the database knows of peers: who was here lately, and for whom letters wait (B.11.4).

* A letter that waits for a later attempt does not count before its time: nobody is dialled for it.
* An expired letter is offered once more on the next link, but no link is dialled for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from rogatory_node.storage.engine import insert
from rogatory_node.storage.tables import outbox, peers
from rogatory_protocol.delivery import State
from rogatory_protocol.ids import Aid


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A peer that proved itself on a link."""

    aid: Aid
    at: int


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


def authenticated(connection: Connection, seen: Sequence[Seen]) -> list[None]:
    """Note when peers proved themselves: those of the last 30 days are dialled at the next start."""
    rows = {each.aid: {"aid": each.aid, "last_auth": each.at} for each in seen}
    statement = insert(connection, peers)
    newer = {"last_auth": statement.excluded.last_auth}
    connection.execute(statement.on_conflict_do_update(index_elements=["aid"], set_=newer), list(rows.values()))
    return [None for _ in seen]


def recent(connection: Connection, since: int) -> dict[Aid, int]:
    """Return the peers that proved themselves since then, and when they last did."""
    query = select(peers.c.aid, peers.c.last_auth).where(peers.c.last_auth >= since)
    return {Aid(row.aid): row.last_auth for row in connection.execute(query)}


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
