"""What an officer decides after a restore: old letters that a peer asks back, and own letters that are held (B.12.4).

* A letter that is too old to be given back by itself waits here once its other party asked for it. Released, it is
  given for some days, so that a key stolen later fetches nothing more.
* Letters of an old conversation wait until every recipient has given back what a restore lost. An officer may let those
  of one conversation go; that holds until the next restore.
* Both are leaves of the audit log with the role that decided.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, select, update

from rogatory_node.services.sending import OLD_LETTERS
from rogatory_node.storage import audit_log
from rogatory_node.storage.rows import insert
from rogatory_node.storage.tables import cases, letters, outbox, overrides, peers, releases
from rogatory_protocol.ids import Aid, Digest, Id16
from rogatory_protocol.limits import DAY_SECONDS

RELEASED_SECONDS: Final = 7 * DAY_SECONDS
MOST_SHOWN: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A peer asks for a letter that is too old to be given back by itself."""

    letter: Digest
    peer: Aid


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An officer lets letters go back to an authority.

    Attributes:
        peer: The authority, which asked for them.
        letters: Which of them.
        role: The role of the officer, for the audit log.
    """

    peer: Aid
    letters: tuple[Digest, ...]
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """An officer lets the letters of a conversation go before all is back.

    Attributes:
        case: The case of the conversation.
        role: The role of the officer, for the audit log.
    """

    case: Id16
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A letter that a peer asked back.

    Attributes:
        letter: The letter.
        peer: Who asked.
        outgoing: Whether it is our own letter, else it is the peer's.
        written: When it was written.
        asked: When it was first asked for.
        released: When an officer let it go, if it may be given now.
    """

    letter: Digest
    peer: Aid
    outgoing: bool
    written: int
    asked: int
    released: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """A peer that has not given back what a restore lost, since when, and how many letters wait for it."""

    peer: Aid
    since: int
    letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCase:
    """A conversation whose letters wait, and how many do."""

    case: Id16
    letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All that waits after a restore, here or at a peer; at most `MOST_SHOWN` of each."""

    requests: tuple[Request, ...]
    peers: tuple[Waited, ...]
    cases: tuple[HeldCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Releasing:
    """The officers' decisions after a restore, and the clock that dates them."""

    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = os.urandom

    def asked(self, connection: Connection, commands: Sequence[Asked]) -> list[None]:
        """Note which letters wait for a release, each once."""
        now = int(self.wall())
        wanted = list(dict.fromkeys((each.letter, each.peer) for each in commands))
        events = []
        for letter, peer in wanted:
            row = {"letter": letter, "aid": peer, "asked_at": now}
            found = connection.execute(insert(connection, releases).on_conflict_do_nothing(), row)
            if found.rowcount:
                events.append(audit_log.Event(ev="letter.withheld", obj=letter, who=peer.hex()))
        audit_log.append(connection, events, now=now, random=self.random)
        return [None for _ in commands]

    def release(self, connection: Connection, commands: Sequence[Release]) -> list[tuple[Digest, ...]]:
        """Let letters go back that were asked for; return those that this changes."""
        now = int(self.wall())
        found: list[tuple[Digest, ...]] = []
        events = []
        for each in commands:
            held = (releases.c.aid == each.peer, releases.c.letter.in_(each.letters), ~is_released(now))
            waiting = connection.execute(select(releases.c.letter).where(*held).order_by(releases.c.letter))
            freed = tuple(Digest(letter) for letter in waiting.scalars())
            mine = (releases.c.aid == each.peer, releases.c.letter.in_(freed))
            connection.execute(update(releases).where(*mine).values(released_at=now))
            events += [audit_log.Event(ev="letter.released", obj=letter, who=each.role) for letter in freed]
            found.append(freed)
        audit_log.append(connection, events, now=now, random=self.random)
        return found

    def override(self, connection: Connection, commands: Sequence[Override]) -> list[tuple[Aid, ...]]:
        """Let the letters of conversations go; return the recipients for whom some wait."""
        now = int(self.wall())
        found: list[tuple[Aid, ...]] = []
        events = []
        for each in commands:
            conv = connection.execute(select(cases.c.conv).where(cases.c.id == each.case)).scalar_one()
            waiting = select(outbox.c.aid).distinct().join(letters, letters.c.digest == outbox.c.letter)
            waiting = waiting.join(peers, peers.c.aid == outbox.c.aid).where(letters.c.conv == conv, *OLD_LETTERS)
            found.append(tuple(Aid(aid) for aid in connection.execute(waiting.order_by(outbox.c.aid)).scalars()))
            statement = insert(connection, overrides).values(conv=conv, at=now)
            connection.execute(statement.on_conflict_do_update(index_elements=["conv"], set_={"at": now}))
            obj = Digest(bytes(conv).ljust(32, b"\0"))  # a leaf names 32 bytes; a conversation has 16
            events.append(audit_log.Event(ev="conversation.overridden", obj=obj, who=each.role))
        audit_log.append(connection, events, now=now, random=self.random)
        return found

    def held(self, connection: Connection) -> Held:
        """Read what waits for a release, for a peer, or for an override."""
        return Held(requests=self._requests(connection), peers=_waited(connection), cases=_held_cases(connection))

    def _requests(self, connection: Connection) -> tuple[Request, ...]:
        now = int(self.wall())
        query = (
            select(releases, letters.c.direction, letters.c.ts)
            .join(letters, letters.c.digest == releases.c.letter)
            .order_by(releases.c.asked_at, releases.c.aid, releases.c.letter)
            .limit(MOST_SHOWN)
        )
        return tuple(
            Request(
                letter=Digest(row.letter),
                peer=Aid(row.aid),
                outgoing=row.direction == "out",
                written=row.ts,
                asked=row.asked_at,
                released=row.released_at if (row.released_at or 0) + RELEASED_SECONDS > now else None,
            )
            for row in connection.execute(query)
        )


def is_released(now: int) -> ColumnElement[bool]:
    """Tell of a row of ``releases`` whether its letter may be given now."""
    return func.coalesce(releases.c.released_at, 0) > now - RELEASED_SECONDS


def _waited(connection: Connection) -> tuple[Waited, ...]:
    waiting = select(func.count()).select_from(outbox).join(letters, letters.c.digest == outbox.c.letter)
    count = waiting.where(outbox.c.aid == peers.c.aid, *OLD_LETTERS).correlate(peers).scalar_subquery()
    query = select(peers.c.aid, peers.c.unsynced, count.label("letters")).where(peers.c.unsynced.is_not(None))
    rows = connection.execute(query.order_by(peers.c.unsynced, peers.c.aid).limit(MOST_SHOWN))
    return tuple(Waited(peer=Aid(row.aid), since=row.unsynced, letters=row.letters) for row in rows)


def _held_cases(connection: Connection) -> tuple[HeldCase, ...]:
    count = func.count(outbox.c.letter.distinct()).label("letters")
    query = select(letters.c.case, count).join(outbox, outbox.c.letter == letters.c.digest)
    query = query.join(peers, peers.c.aid == outbox.c.aid).where(*OLD_LETTERS).group_by(letters.c.case)
    rows = connection.execute(query.order_by(letters.c.case).limit(MOST_SHOWN))
    return tuple(HeldCase(case=Id16(row.case), letters=row.letters) for row in rows)
