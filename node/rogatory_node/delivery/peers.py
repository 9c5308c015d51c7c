"""Many links: who is dialled when, who is let in, and how all of it ends (B.11.4).

* One worker a peer. It dials while anything is queued, follows the pauses of `backoff`, and keeps a link to whoever was
  here in the last 30 days and to every registry that we follow.
* Links of both directions live side by side, at most four a peer; of more, the oldest gives way: a peer whose line
  broke unheard is never shut out by what is left of it.
* An inbound link is the return of its peer: its queue leaves at once, not at the next timer.
* A second link is dialled while attachments move on all others and a letter of urgency 3 waits, and when a link nears
  its end.
* Whatever one peer does ends its own links only.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from rogatory_node.delivery.backoff import QUEUED_SECONDS, Attempt, Outcome, pause_seconds
from rogatory_node.delivery.office import Office
from rogatory_node.delivery.session import Session
from rogatory_node.services import peering
from rogatory_node.services.peering import Queue, Seen
from rogatory_node.storage.errors import StorageError
from rogatory_node.transport.link import Identity, Link, LinkError, RefusingError
from rogatory_node.transport.reaching import STRAIGHT, Outward, reach
from rogatory_protocol import limits
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.letter import MAX_URGENCY

RECENT_SECONDS: Final = 30 * limits.DAY_SECONDS
GRACE_SECONDS: Final = 3.0  # for the BYE of all links at the end
MAX_DIALS: Final = (
    128  # at once: a registry that starts has thousands of peers, and each handshake costs processor time
)
LINKED_SECONDS: Final = 0.25  # between two looks at the queue of a peer that has a link, however often one is woken
LOOK_SECONDS: Final = 60.0  # how often a worker looks at its queue unasked

_log: Final = logging.getLogger(__name__)

Way = tuple[Sequence[str], Collection[bytes]]
"""Addresses of a peer's card, and the pins of its certificates."""


class State(Enum):
    """How a peer stands to us."""

    LINKED = "linked"
    DIALLING = "dialling"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    ENDED = "ended"  # the last link is gone; it is dialled again when its pause is over
    NO_ADDRESS = "no_address"
    IDLE = "idle"  # nothing waits, and it was not here lately


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One peer, for operators.

    Attributes:
        aid: The peer.
        state: How it stands.
        links: How many links live.
        since: Since when it stands so.
        waiting: Letters that wait for it, when its worker last looked.
    """

    aid: Aid
    state: State
    links: int
    since: int
    waiting: int


@dataclass(slots=True, kw_only=True, eq=False)
class _Peer:
    aid: Aid
    sessions: list[Session] = field(default_factory=list)
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    queue: Queue = field(default_factory=Queue)
    last: Attempt | None = None
    tried_at: float = 0.0
    last_auth: float = 0.0
    state: State = State.IDLE
    since: int = 0


class Peers:
    """All links of a node. `run` is its life, `stop` ends it."""

    def __init__(
        self,
        office: Office,
        identity: Identity,
        addresses: Callable[[Aid], Way | None],
        *,
        followed: Callable[[], Iterable[Aid]] = tuple,
        outward: Outward = STRAIGHT,
        parts: Sequence[Callable[[Session], None]] = (),
        draw: Callable[[], float] = random.random,
    ) -> None:
        """Take what every session needs.

        Args:
            office: What sessions share.
            identity: Who we are on links.
            addresses: Where a peer is reached; None or no address if only it can dial.
            followed: The registries that we follow.
            outward: Which addresses may be dialled, and through what.
            parts: Each is given every session before it runs, to put its handlers in.
            draw: Randomness for the pauses, from 0 to below 1.
        """
        self._office, self._identity, self._addresses = office, identity, addresses
        self._followed, self._outward, self._draw = followed, outward, draw
        self._parts = parts
        self._peers: dict[Aid, _Peer] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._runs = self._begun = False
        self._workers: list[asyncio.Task[None]] = []
        self._dials = asyncio.Semaphore(MAX_DIALS)
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()

    # For the node

    async def run(self) -> None:
        """Serve all peers until `stop`, or until cancelled."""
        self._runs = True
        try:
            async with asyncio.TaskGroup() as self._tasks:
                try:
                    await self._begin()
                    await self._stopping.wait()
                finally:
                    self._stopping.set()
                    for worker in self._workers:
                        worker.cancel()
                    await self._leave()
        finally:
            self._tasks = None
            self._ended.set()

    async def stop(self) -> None:
        """Say BYE on all links, and return when `run` has ended; one that begins later ends at once."""
        self._stopping.set()
        if self._runs:
            await self._ended.wait()

    def wake(self, aid: Aid, queued: Sequence[Digest] = ()) -> None:
        """Say that something waits for a peer, and which letters if it is these alone.

        It is offered, or the peer is dialled, at once.
        """
        peer = self._peer(aid)
        for session in peer.sessions:
            session.wake(queued)
        peer.awake.set()

    def found(self, aid: Aid) -> None:
        """Say that the address of a peer may be new; a peer that nobody needs is not looked at."""
        peer = self._peers.get(aid)
        if peer is not None:
            self._forgive(peer)

    async def accept(self, link: Link) -> None:
        """Serve a link that a peer dialled, until it ends."""
        if self._stopping.is_set():
            await link.close()
            return
        peer = self._peer(link.peer)
        await self._attend(peer, self._open(peer, link), link.network)

    def recheck(self) -> None:
        """Close the links whose keys or peer are no longer good, and look anew at every address.

        To be called whenever the directory or a card has changed.
        """
        for peer in self._peers.values():
            for session in list(peer.sessions):
                if not self._good(peer, session):
                    _log.warning("link.no_longer_good", extra={"peer": peer.aid.hex()})
                    session.abort()
            self._forgive(peer)

    def status(self) -> list[Row]:
        """Return how every peer stands."""
        return [
            Row(
                aid=peer.aid,
                state=State.LINKED if peer.sessions else peer.state,
                links=len(peer.sessions),
                since=peer.since,
                waiting=peer.queue.letters,
            )
            for peer in self._peers.values()
        ]

    # Beginning and end

    async def _begin(self) -> None:
        since = int(self._office.wall()) - RECENT_SECONDS
        async with self._office.readers.connect() as connection:
            recent = await connection.run_sync(peering.recent, since)
            awaited = await connection.run_sync(peering.awaited)
        for aid in {*recent, *awaited, *self._followed()}:
            peer = self._peer(aid)
            peer.last_auth = max(peer.last_auth, recent.get(aid, 0))
            peer.awake.set()
        self._begun = True
        # Also those that came or were woken before.
        for peer in self._peers.values():
            self._start(peer)

    def _peer(self, aid: Aid) -> _Peer:
        peer = self._peers.get(aid)
        if peer is None:
            peer = self._peers[aid] = _Peer(aid=aid, since=int(self._office.wall()))
            if self._begun:
                self._start(peer)
        return peer

    def _start(self, peer: _Peer) -> None:
        if self._tasks is not None and not self._stopping.is_set():
            self._workers.append(self._tasks.create_task(self._work(peer)))

    async def _leave(self) -> None:
        sessions = [session for peer in self._peers.values() for session in peer.sessions]
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await asyncio.gather(*(session.leave() for session in sessions))
        except TimeoutError:
            _log.warning("links.left_without_answer")
        finally:
            for session in sessions:
                session.abort()

    # One peer

    async def _work(self, peer: _Peer) -> None:
        while True:
            peer.awake.clear()
            await self._look(peer)
            due = self._due(peer)
            if due <= 0:
                await self._dial(peer)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(min(due, self._next_look(peer))):
                    await peer.awake.wait()
            if peer.sessions:  # they were woken themselves
                await asyncio.sleep(LINKED_SECONDS)

    async def _look(self, peer: _Peer) -> None:
        async with self._office.readers.connect() as connection:
            now = int(self._office.wall())
            peer.queue = await connection.run_sync(peering.queue_of, peer.aid, now)
        if peer.queue.letters:
            for session in peer.sessions:
                session.wake()

    def _next_look(self, peer: _Peer) -> float:
        """Return how long the worker may sleep when nothing wakes it."""
        if peer.queue.letters and peer.sessions:
            return QUEUED_SECONDS
        later = peer.queue.later
        return LOOK_SECONDS if later is None else min(LOOK_SECONDS, max(QUEUED_SECONDS, later - self._office.wall()))

    def _due(self, peer: _Peer) -> float:
        """Return in how many seconds the peer is dialled."""
        since = time.monotonic() - peer.tried_at
        if peer.sessions:
            return QUEUED_SECONDS - since if self._wants_another(peer) else LOOK_SECONDS
        if self._way(peer) is None:
            self._stand(peer, State.NO_ADDRESS)
            return LOOK_SECONDS
        lately = self._office.wall() - peer.last_auth <= RECENT_SECONDS or peer.aid in self._followed()
        if not peer.queue.letters and not lately:
            self._stand(peer, State.IDLE)
            return LOOK_SECONDS
        return 0 if peer.last is None else pause_seconds(peer.last, peer.queue.urgency) - since

    def _wants_another(self, peer: _Peer) -> bool:
        if len(peer.sessions) >= limits.MAX_LINKS_PER_PEER or self._way(peer) is None:
            return False
        blocked = peer.queue.urgency == MAX_URGENCY and all(session.moving for session in peer.sessions)
        return blocked or all(session.retiring() for session in peer.sessions)

    def _way(self, peer: _Peer) -> Way | None:
        way = self._addresses(peer.aid)
        return way if way is not None and way[0] else None

    async def _dial(self, peer: _Peer) -> None:
        way = self._way(peer)
        assert way is not None  # _due says so
        async with self._dials:
            if not peer.sessions:
                self._stand(peer, State.DIALLING)
            peer.tried_at = time.monotonic()
            try:
                link = await reach(way[0], peer.aid, self._identity, pins=way[1], outward=self._outward)
            except LinkError as error:
                refused = isinstance(error, RefusingError)
                self._note(peer, Outcome.REFUSED if refused else Outcome.UNREACHABLE)
                return
        assert self._tasks is not None
        self._tasks.create_task(self._attend(peer, self._open(peer, link), None))

    def _open(self, peer: _Peer, link: Link) -> Session:
        self._make_room(peer)
        peer.last_auth = self._office.wall()
        self._stand(peer, State.LINKED)
        peer.awake.set()
        session = Session(link, self._office, peer.sessions)
        for part in self._parts:
            part(session)
        return session

    async def _attend(self, peer: _Peer, session: Session, network: str | None) -> None:
        """Serve one link until it ends."""
        seen = Seen(aid=peer.aid, at=int(peer.last_auth), network=network)
        try:
            with suppress(StorageError):  # a full disk stores no letter, but evidence still comes back
                await self._office.writer.execute(peering.authenticated, seen)
            await session.run()
        except Exception as error:  # noqa: BLE001 - one peer's fault must harm no other (P17)
            _log.info("link.ended", extra={"peer": peer.aid.hex(), "why": _reasons(error)})
        finally:
            self._close(peer, session)

    def _close(self, peer: _Peer, session: Session) -> None:
        session.abort()
        if session in peer.sessions:  # its first step was never made
            peer.sessions.remove(session)
        if session.endorsed:
            self._note(peer, Outcome.ENDED)
        elif session.dialled:
            self._note(peer, Outcome.REFUSED)
        peer.awake.set()

    def _make_room(self, peer: _Peer) -> None:
        while len(peer.sessions) >= limits.MAX_LINKS_PER_PEER:
            oldest = next((each for each in peer.sessions if not each.moving), peer.sessions[0])
            oldest.abort()
            peer.sessions.remove(oldest)

    def _good(self, peer: _Peer, session: Session) -> bool:
        try:
            self._identity.node_key(peer.aid, session.node_kid)
        except RefusedError:
            return False
        return session.good()

    def _forgive(self, peer: _Peer) -> None:
        """Let the worker look anew; what a peer refused for may be no longer so."""
        if peer.last is not None and peer.last.outcome is Outcome.REFUSED:
            peer.last = None
        peer.awake.set()

    def _note(self, peer: _Peer, outcome: Outcome) -> None:
        """Keep how an attempt or a link ended."""
        before = peer.last.refusals if peer.last is not None and peer.last.outcome is Outcome.REFUSED else 0
        refusals = before + 1 if outcome is Outcome.REFUSED else 0
        peer.last = Attempt(outcome=outcome, refusals=refusals, draw=self._draw())
        if not peer.sessions:
            self._stand(peer, State(outcome.value))

    def _stand(self, peer: _Peer, state: State) -> None:
        if peer.state is not state:
            peer.state, peer.since = state, int(self._office.wall())


def _reasons(error: BaseException) -> list[str]:
    """Return the names of what ended a link: no text of it, which may quote what a peer sent."""
    if isinstance(error, BaseExceptionGroup):
        return sorted({name for each in error.exceptions for name in _reasons(each)})
    return [type(error).__name__]
