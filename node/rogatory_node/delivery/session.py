"""One link at work, from its READY to its end: who takes which frame, liveness, the last word (B.11.3, B.11.4).

* Rules of the link are `Connection`'s, state changes are the services'; the parts beside this module only carry
  between them: `onetime` keys, `offering` letters out, `taking` letters in, `pulling` and `serving` attachments.
* `handlers` says who takes a frame by its type, `refusals` who takes an ERROR by the type of our question; other
  modules put theirs in before `run`. A handler acts in the order of arrival and must not wait for the peer; what takes
  long goes into `line.spawn`. A question that has no handler is answered ERROR 21.
* `on_ready` are told of the peer's READY once it is endorsed, `on_keys` that it has given more one-time keys.
* Several links to one peer share the work: what one has offered or pulls, no other does until that one ends.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final

from rogatory_node.delivery.line import Handler, Line
from rogatory_node.delivery.offering import Offering
from rogatory_node.delivery.office import Office
from rogatory_node.delivery.onetime import OneTimeKeys
from rogatory_node.delivery.pulling import Pulling
from rogatory_node.delivery.serving import Serving
from rogatory_node.delivery.taking import Taking
from rogatory_node.services.completing import Place
from rogatory_node.transport.link import Link, LinkError
from rogatory_protocol import limits
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Digest, Kid
from rogatory_protocol.link.connection import Received
from rogatory_protocol.link.frames import Frame, Type
from rogatory_protocol.link.liveness import Due
from rogatory_protocol.signed import VerifiedMemory

FREE_CHUNKS: Final = limits.MAX_PULLED_BYTES // limits.CHUNK_BYTES  # of a window with no PULL in it
TICK_SECONDS: Final = 2.0  # a link that becomes busy has its deadline nearer than the one that was waited for

ReadyHook = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]
"""Told of the body of the peer's READY, endorsed; it must not wait for the peer."""


class Session:
    """One link from its READY to its end. `run` returns when the link ends; `wake` says that something waits."""

    def __init__(self, link: Link, office: Office, beside: list["Session"] | None = None) -> None:
        """Take over an authenticated link and join *beside*, the sessions of the same peer, until `run` returns."""
        self._office = office
        self._beside = [] if beside is None else beside
        self._beside.append(self)
        memory = VerifiedMemory()
        self.line: Final = Line(link)
        self.keys: Final = OneTimeKeys(self.line, office, arrived=self._keys_arrived)
        self._offering = Offering(
            self.line, office, self.keys, elsewhere=self._offered_elsewhere, answered=self._answered, memory=memory
        )
        self._pulling = Pulling(self.line, office, elsewhere=self._pulled_elsewhere, ended=self._wake_all)
        self._taking = Taking(self.line, office, self.keys, stored=self._pulling.wake, memory=memory)
        self._serving = Serving(self.line, office)
        self.handlers: Final[dict[Type, Handler]] = {
            Type.READY: self._ready,
            Type.BYE: self._bye,
            Type.ERROR: self._refused,
            Type.OFFER: self._taking.offered,
            Type.EVID: self._offering.evidence,
            Type.ACKD: self._taking.acknowledged,
            Type.GETKEYS: self.keys.give,
            Type.PULL: self._serving.pull,
            Type.CHUNK: self._pulling.chunk,
        }
        self.refusals: Final[dict[Type, Handler]] = {
            Type.OFFER: self._offering.refused,
            Type.PULL: self._pulling.refused,
        }
        self.on_ready: Final[list[ReadyHook]] = []
        self.on_keys: Final[list[Callable[[], None]]] = []

    def wake(self, queued: Sequence[Digest] = ()) -> None:
        """Say that these letters to this peer were queued; without any: that there may be anything for it."""
        self._offering.wake(queued)
        if queued:
            return
        self._taking.wake()
        self._pulling.wake()

    @property
    def dialled(self) -> bool:
        """Whether we dialled."""
        return self.line.link.keys.dialler

    @property
    def endorsed(self) -> bool:
        """Whether a seal key of the peer stands behind the link, or did until it ended."""
        return self.keys.seal_kid is not None

    @property
    def node_kid(self) -> Kid:
        """The node key by which the peer proved itself."""
        return self.line.link.keys.peer_kid

    def good(self) -> bool:
        """Tell whether peer and seal key of this link are still good; the node key is the caller's to judge."""
        office, peer = self._office, self.line.peer
        try:
            if self.keys.seal_kid is not None:
                office.sealing_key(peer, self.keys.seal_kid, int(office.wall()))
        except RefusedError:
            return False
        return office.admitted(peer)

    @property
    def offered(self) -> frozenset[Digest]:
        """The letters that are on this link, offered or about to be."""
        return self._offering.offered

    @property
    def pulled(self) -> frozenset[Place]:
        """The attachments that are pulled on this link."""
        return self._pulling.pulled

    @property
    def moving(self) -> bool:
        """Whether attachments move on this link, so that an urgent letter would have to wait behind them."""
        state = self.line.state
        return any(asks.free_chunks < FREE_CHUNKS for asks in (state.ours, state.theirs))

    def retiring(self) -> bool:
        """Tell whether a new link should take over."""
        return self.line.state.retiring(now=self.line.now())

    def abort(self) -> None:
        """Drop the line at once, sending nothing."""
        self.line.link.abort()

    async def leave(self) -> None:
        """Say BYE and close the line; `run` ends by it."""
        with suppress(LocalProtocolError):
            self.line.notify(Type.BYE, {"code": 0})
            await self.line.leave()
        await self.line.link.close()

    async def run(self) -> None:
        """Serve the link until it ends.

        Raises:
            ExceptionGroup: The link ended (LinkError), or the peer broke its rules (RefusedError).
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                self.line.runs_in(tasks)
                tasks.create_task(self.line.pump())
                tasks.create_task(self._receive())
                tasks.create_task(self._live())
                if not self.dialled:
                    await self._say_ready()
        finally:
            self.line.ended()
            self.keys.forget()
            self._serving.close()
            with suppress(ValueError):  # it was told to give way
                self._beside.remove(self)
            for other in self._beside:
                other.wake()

    # Frames

    async def _receive(self) -> None:
        while True:
            for event in await self.line.receive():
                if isinstance(event, Received):
                    await self._take(event)

    async def _take(self, event: Received) -> None:
        frame = event.frame
        handler = self.handlers.get(frame.type)
        if handler is not None:
            await handler(event)
        elif event.answers is None and frame.req:
            self.line.refuse(frame.req, Code.NOT_FOUND, retry=0)

    async def _refused(self, event: Received) -> None:
        handler = None if event.answers is None else self.refusals.get(event.answers)
        if handler is not None:
            await handler(event)

    async def _bye(self, _event: Received) -> None:
        raise LinkError("the peer said BYE")

    # READY

    async def _say_ready(self) -> None:
        office, peer = self._office, self.line.peer
        body = {
            "v": 1,
            "now": int(office.wall()),
            "inc": office.inc,
            "max_env": limits.MAX_ENVELOPE_BYTES,
            "max_offers": limits.MAX_OFFERS,
            "ot": list(await self.keys.make(limits.READY_KEYS)),
            "audit": None if (head := office.audit(peer)) is None else head.value(),
            "you": list(office.you(peer)),
            "card": office.card(),
            "heads": [list(claim) for claim in office.heads()],
            "x": {},
        }
        self.line.notify(Type.READY, body)

    async def _ready(self, event: Received) -> None:
        frame: Frame = event.frame
        self.keys.accept(frame.body["ot"], most=limits.READY_KEYS)
        self.line.state.endorse()
        if self.dialled:
            await self._say_ready()
        for hook in self.on_ready:  # first: what a READY shows may keep letters back
            await hook(frame.body)
        for part in (self._offering.run, self._taking.run, self._taking.repeat, self._pulling.run):
            self.line.spawn(part())

    # Life

    async def _live(self) -> None:
        while True:
            deadline = self.line.state.next_timeout()
            left = deadline.at - self.line.now()
            if left > 0:
                await asyncio.sleep(min(left, TICK_SECONDS))
            elif deadline.due is Due.HEARTBEAT:
                self.line.state.beaten(now=self.line.now())
                self.line.spawn(self._beat())
            else:
                raise LinkError(deadline.due.value)

    async def _beat(self) -> None:
        await self.line.link.ping()
        self.line.state.heard(now=self.line.now())

    def _keys_arrived(self) -> None:
        self._offering.resume()
        for hook in self.on_keys:
            hook()

    # Links beside this one

    def _offered_elsewhere(self) -> set[Digest]:
        return {digest for each in self._beside if each is not self for digest in each.offered}

    def _answered(self, letters: Collection[Digest]) -> None:
        for each in self._beside:
            if each is not self:
                each._offering.gone(letters)

    def _pulled_elsewhere(self) -> set[Place]:
        return {place for each in self._beside if each is not self for place in each.pulled}

    def _wake_all(self) -> None:
        self.wake()
        for each in self._beside:
            each.wake()
