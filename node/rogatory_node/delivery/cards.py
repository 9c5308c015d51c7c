"""Cards and log heads over links (B.7, B.11.3).

* READY says which card a peer has of its own: who holds another one, or none, asks for it.
* A registry that we follow is asked for the cards of all members, and is sent our own card as soon as it changes.
* Anybody whose link is endorsed may ask for any card that we hold; a card that comes unasked is acknowledged when it is
  durable.
* READY claims heads of logs: who holds a larger one, or another root of that size, sends its note as HEAD, and later
  each larger one, at most one in ten seconds to a peer.
* Neither directory nor card store is known here: `Shelf` holds what is needed of them, as functions.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from rogatory_node.delivery.line import Line
from rogatory_node.delivery.office import Claim
from rogatory_node.delivery.session import Session
from rogatory_node.storage.errors import StorageError
from rogatory_protocol.card import parse_card
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Aid
from rogatory_protocol.link.connection import Received
from rogatory_protocol.link.frames import Frame, Type

HEAD_SECONDS: Final = 10.0  # "1 per 10 s" (B.18)
HEAD_SLACK_SECONDS: Final = 1.0  # two clocks, and the way between
MISSING_SECONDS: Final = 5.0  # after which a card that we lack is asked for again: a letter may wait for it
HELD_SECONDS: Final = 3_600.0  # after which a registry is asked whether a card that we hold has changed
ASKED_TOGETHER: Final = 8

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What links need of cards and directory.

    Attributes:
        me: The authority.
        raw: The newest card of an authority, our own included, as it was signed; None if there is none.
        accept: Takes a card in, durable when it returns; raises RefusedError, StorageError.
        stale: Whether an authority's card is missing or past its date.
        members: Every authority that is admitted now.
        followed: The registries that we follow.
        heads: Origin, size and root of the logs that we follow.
        note_of: The newest checkpoint of the log of that origin.
        hear: Told of a checkpoint that a peer showed; raises RefusedError, StorageError.
        claimed: Told of the heads that a peer says it holds.
    """

    me: Aid
    raw: Callable[[Aid], bytes | None]
    accept: Callable[[bytes], Awaitable[object]]
    stale: Callable[[Aid], bool]
    members: Callable[[], Iterable[Aid]]
    followed: Callable[[], Iterable[Aid]]
    heads: Callable[[], Sequence[Claim]]
    note_of: Callable[[str], bytes | None]
    hear: Callable[[Aid, bytes], Awaitable[object]]
    claimed: Callable[[Aid, Sequence[Claim]], None] = lambda _peer, _claims: None


@dataclass(slots=True, eq=False)
class _Gossip:
    """What passed between us and one peer about heads, on all its links together."""

    theirs: dict[str, int] = field(default_factory=dict)
    other_roots: set[str] = field(default_factory=set)
    sent_at: float = float("-inf")
    heard_at: float = float("-inf")


class Exchange:
    """Cards and heads on all links. Put `join` among the parts of `Peers`; call `changed` when something is new."""

    def __init__(self, shelf: Shelf, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Take what is needed of cards and directory."""
        self._shelf, self._now = shelf, monotonic
        self._asked: dict[Aid, float] = {}
        self._gossip: dict[Aid, _Gossip] = {}
        self._told: set[asyncio.Event] = set()

    def join(self, session: Session) -> None:
        """Take part in a link."""
        line = session.line

        async def wanted(event: Received) -> None:
            self._give(line, event.frame)

        async def brought(event: Received) -> None:
            if event.answers is None:
                line.spawn(self._take(line, event.frame))

        async def shown(event: Received) -> None:
            line.spawn(self._hear(line, event.frame.body))

        async def ready(body: dict[str, Any]) -> None:
            line.spawn(self._tend(line, body))

        session.handlers.update({Type.GETCARD: wanted, Type.CARD: brought, Type.HEAD: shown})
        session.on_ready.append(ready)

    def changed(self) -> None:
        """Say that the directory, a head or our own card has changed."""
        for event in self._told:
            event.set()

    # What peers ask and bring

    def _give(self, line: Line, frame: Frame) -> None:
        raw = self._shelf.raw(Aid(frame.body))
        if raw is None:
            line.refuse(frame.req, Code.NOT_FOUND, retry=0)
        else:
            line.answer(frame.req, Type.CARD, raw)

    async def _take(self, line: Line, frame: Frame) -> None:
        code = await self._accept(line, frame.body)
        with suppress(LocalProtocolError):  # the link has ended meanwhile
            if code is None:
                line.answer(frame.req, Type.ACKD, (parse_card(frame.body).object.digest,))
            else:
                line.refuse(frame.req, code, retry=0)

    async def _accept(self, line: Line, raw: bytes) -> Code | None:
        """Take a card in; return why not."""
        try:
            await self._shelf.accept(raw)
        except RefusedError as refusal:
            _log.info("card.refused", extra={"peer": line.peer.hex(), "code": int(refusal.code)})
            return refusal.code
        except StorageError:
            return Code.BUSY
        return None

    async def _hear(self, line: Line, note: bytes) -> None:
        gossip, now = self._of(line.peer), self._now()
        if now - gossip.heard_at < HEAD_SECONDS - HEAD_SLACK_SECONDS:
            return
        gossip.heard_at = now
        try:
            await self._shelf.hear(line.peer, note)
        except RefusedError as refusal:
            _log.warning("head.refused", extra={"peer": line.peer.hex(), "code": int(refusal.code)})
        except StorageError:
            return  # it is shown again

    # What we ask and bring

    async def _tend(self, line: Line, ready: dict[str, Any]) -> None:
        """Look after cards and heads for as long as a link lives."""
        changed, mine = asyncio.Event(), self._shelf.raw(self._shelf.me)
        self._told.add(changed)
        try:
            self._compare(line.peer, ready["heads"])
            if ready["card"] is not None and ready["card"] != _digest(self._shelf.raw(line.peer)):
                await self._ask(line, line.peer)
            while True:
                changed.clear()
                pause = MISSING_SECONDS
                if line.peer in self._shelf.followed():
                    mine = await self._offer(line, mine)
                    await self._ask_for_members(line)
                pause = min(pause, self._show(line))
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await changed.wait()
        except LocalProtocolError:
            return  # the link has ended, or says BYE
        finally:
            self._told.discard(changed)

    async def _offer(self, line: Line, said: bytes | None) -> bytes | None:
        """Send our own card if it is not the one that our READY named; return the one that the peer knows of."""
        mine = self._shelf.raw(self._shelf.me)
        if mine is not None and mine != said:
            await line.inquire(Type.CARD, mine)
        return mine

    async def _ask_for_members(self, line: Line) -> None:
        now = self._now()
        due = [
            aid for aid in self._shelf.members() if aid not in {self._shelf.me, line.peer} and self._is_due(aid, now)
        ]
        for first in range(0, len(due), ASKED_TOGETHER):
            await asyncio.gather(*(self._ask(line, aid) for aid in due[first : first + ASKED_TOGETHER]))

    def _is_due(self, aid: Aid, now: float) -> bool:
        pause = MISSING_SECONDS if self._shelf.stale(aid) else HELD_SECONDS
        return now - self._asked.get(aid, float("-inf")) >= pause

    async def _ask(self, line: Line, aid: Aid) -> None:
        self._asked[aid] = self._now()
        answer = await line.inquire(Type.GETCARD, aid)
        if answer.type is not Type.CARD or answer.body == self._shelf.raw(aid):
            return
        try:
            asked_for = parse_card(answer.body).content.aid == aid
        except RefusedError:
            asked_for = False
        if asked_for:
            await self._accept(line, answer.body)
        else:
            _log.warning("card.not_asked_for", extra={"peer": line.peer.hex()})

    # Heads

    def _of(self, peer: Aid) -> _Gossip:
        return self._gossip.setdefault(peer, _Gossip())

    def _compare(self, peer: Aid, claims: Sequence[Claim]) -> None:
        """Note what a peer claims to hold."""
        gossip = self._of(peer)
        self._shelf.claimed(peer, claims)
        ours = {origin: (size, root) for origin, size, root in self._shelf.heads()}
        for origin, size, root in claims:
            gossip.theirs[origin] = size
            if origin in ours and ours[origin][0] == size and ours[origin][1] != root:
                gossip.other_roots.add(origin)

    def _show(self, line: Line) -> float:
        """Send one head that the peer lacks, if it is time; return in how many seconds to look again."""
        gossip = self._of(line.peer)
        waiting = [
            (origin, size)
            for origin, size, _root in self._shelf.heads()
            if origin in gossip.other_roots or (origin in gossip.theirs and size > gossip.theirs[origin])
        ]
        left = gossip.sent_at + HEAD_SECONDS - self._now()
        if not waiting:
            return MISSING_SECONDS
        if left > 0:
            return left
        origin, size = waiting[0]
        note = self._shelf.note_of(origin)
        if note is not None:
            line.notify(Type.HEAD, note)
            gossip.sent_at = self._now()
        gossip.theirs[origin] = size
        gossip.other_roots.discard(origin)
        return HEAD_SECONDS if len(waiting) > 1 else MISSING_SECONDS


def _digest(raw: bytes | None) -> bytes | None:
    return None if raw is None else parse_card(raw).object.digest
