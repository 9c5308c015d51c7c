"""One link at work: READY, one-time keys, offers out, letters in, evidence both ways (B.11.3, B.12).

* Rules of the link are `Connection`'s, state changes are the services'; this module only carries between them.
* Nothing is sent for a letter before its transaction is durable (journal rule).
* One-time seeds live in this object only; each dies when the offer that names it is answered, all with the link (B.7).
* A letter whose offer met an ERROR rests until the next link.
* Several links to one peer share the work: what one has offered, no other offers until that one ends.
"""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.services.receiving import Answer, Receiving, judge
from rogatory_node.services.sending import Sending
from rogatory_node.storage.writer import Writer
from rogatory_node.transport.link import Link, LinkError
from rogatory_protocol import card, evidence, limits
from rogatory_protocol.envelope import Outgoing, SealedEnvelope, fitting, seal
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Aid, Digest, Id16, Kid
from rogatory_protocol.letter import KeyLookup
from rogatory_protocol.link.connection import Connection, Received
from rogatory_protocol.link.frames import Frame, Type
from rogatory_protocol.signed import Context, VerifiedMemory, sign
from rogatory_protocol.suite import ENCRYPTION_SEED_BYTES, SUITE, EncryptionKey, Signer

REFILL_BELOW: Final = limits.READY_KEYS // 2  # "asked for when half are used"
REFILL_KEYS: Final = 64
FREE_CHUNKS: Final = limits.MAX_PULLED_BYTES // limits.CHUNK_BYTES  # of a window with no PULL in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What every session of an authority shares.

    Attributes:
        me: The authority.
        seal: Its seal key.
        seal_key: The public seal key of an authority, good at a time or now; raises RefusedError.
        admitted: Whether an authority is admitted now.
        sending: The transactions of sending.
        receiving: The transactions of receiving.
        writer: The one writer.
        readers: The engine of the readers.
        inc: Incarnation of the database.
        boot: Of this process.
        wall: The clock.
    """

    me: Aid
    seal: Signer = field(repr=False)
    seal_key: KeyLookup
    admitted: Callable[[Aid], bool]
    sending: Sending
    receiving: Receiving
    writer: Writer
    readers: AsyncEngine
    inc: Id16
    boot: Id16
    wall: Callable[[], float] = time.time


class Session:
    """One link from its READY to its end. `run` returns when the link ends; `wake` says that letters wait."""

    def __init__(self, link: Link, office: Office, beside: list["Session"] | None = None) -> None:
        """Take over an authenticated link and join *beside*, the sessions of the same peer, until `run` returns."""
        self._link, self._office = link, office
        self._beside = [] if beside is None else beside
        self._beside.append(self)
        self._sealing: set[Digest] = set()
        self._seal_kid: Kid | None = None
        self._state = Connection(dialler=link.keys.dialler, now=time.monotonic())
        self._given: dict[Kid, EncryptionKey] = {}
        self._keys: list[bytes] = []
        self._asked_for_keys = False
        self._resting: set[Digest] = set()
        self._memory = VerifiedMemory()
        self._sending = asyncio.Lock()
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Say that a letter to this peer was queued."""
        self._awake.set()

    @property
    def dialled(self) -> bool:
        """Whether we dialled."""
        return self._link.keys.dialler

    @property
    def node_kid(self) -> Kid:
        """The node key by which the peer proved itself."""
        return self._link.keys.peer_kid

    @property
    def endorsed(self) -> bool:
        """Whether a seal key of the peer stands behind the link, or did until it ended."""
        return self._seal_kid is not None

    def good(self) -> bool:
        """Tell whether peer and seal key of this link are still good; the node key is the caller's to judge."""
        if not self._office.admitted(self._link.peer):
            return False
        try:
            if self._seal_kid is not None:
                self._office.seal_key(self._link.peer, self._seal_kid, int(self._office.wall()))
        except RefusedError:
            return False
        return True

    @property
    def offered(self) -> frozenset[Digest]:
        """The letters that are on this link, offered or about to be."""
        return self._state.ours.letters | self._sealing

    @property
    def moving(self) -> bool:
        """Whether attachments move on this link, so that an urgent letter would have to wait behind them."""
        return any(asks.free_chunks < FREE_CHUNKS for asks in (self._state.ours, self._state.theirs))

    def retiring(self) -> bool:
        """Tell whether a new link should take over."""
        return self._state.retiring(now=time.monotonic())

    def abort(self) -> None:
        """Drop the line at once, sending nothing."""
        self._link.abort()

    async def leave(self) -> None:
        """Say BYE and close the line; `run` ends by it."""
        with suppress(LocalProtocolError, LinkError):
            self._state.notify(Type.BYE, {"code": 0})
            await self._flush()
        await self._link.close()

    async def run(self) -> None:
        """Serve the link until it ends.

        Raises:
            ExceptionGroup: The link ended (LinkError), or the peer broke its rules (RefusedError).
        """
        try:
            if not self._link.keys.dialler:
                await self._say_ready()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._receive())
                tasks.create_task(self._offer())
        finally:
            self._given.clear()
            self._state.close()
            self._link.abort()
            with suppress(ValueError):  # it was told to give way
                self._beside.remove(self)
            for other in self._beside:
                other.wake()

    # The line

    async def _flush(self) -> None:
        async with self._sending:
            for frame in self._state.frames_to_send(now=time.monotonic()):
                await self._link.send(frame, waited=True)

    async def _receive(self) -> None:
        while True:
            frame = await self._link.receive()
            for event in self._state.receive_frame(frame, now=time.monotonic()):
                if isinstance(event, Received):
                    await self._take(event)
            await self._flush()

    async def _take(self, event: Received) -> None:
        frame = event.frame
        if frame.type is Type.READY:
            await self._endorse(frame)
        elif frame.type is Type.OFFER and event.sealed is not None:
            await self._store(frame, event.sealed)
        elif frame.type is Type.EVID:
            await self._settle(frame)
        elif frame.type is Type.ACKD:
            await self._office.writer.execute(self._office.receiving.acknowledged, frame.body)
        elif frame.type is Type.GETKEYS:
            await self._give_keys(frame)
        elif frame.type is Type.KEYS:
            self._take_keys(frame.body)
        elif frame.type is Type.ERROR:
            self._rest(frame)
        elif frame.type is Type.BYE:
            raise LinkError("the peer said BYE")
        elif event.answers is None and frame.req:
            body = {"code": int(Code.NOT_FOUND), "retry": 0, "note": "", "ld": None}
            self._state.answer(frame.req, Type.ERROR, body)

    # READY and one-time keys

    async def _make_keys(self, count: int) -> tuple[bytes, bytes]:
        # In a thread: 64 keys and a signature are too long for the event loop.
        fresh, obj, keys = await asyncio.to_thread(self._draw_keys, count)
        self._given.update((key.kid, key) for key in fresh)
        return obj, keys

    def _draw_keys(self, count: int) -> tuple[list[EncryptionKey], bytes, bytes]:
        fresh = [EncryptionKey(os.urandom(ENCRYPTION_SEED_BYTES)) for _ in range(count)]
        keys = card.join_keys([key.public for key in fresh])
        content = card.OneTimeKeys(
            aid=self._office.me,
            peer=self._link.peer,
            link=self._link.keys.th3,
            boot=self._office.boot,
            ts=int(self._office.wall()),
            kh=card.keys_hash(keys),
        )
        return fresh, sign(self._office.seal, Context.OTKEYS, card.build_one_time_keys(content)), keys

    async def _say_ready(self) -> None:
        body = {
            "v": 1,
            "now": int(self._office.wall()),
            "inc": self._office.inc,
            "max_env": limits.MAX_ENVELOPE_BYTES,
            "max_offers": limits.MAX_OFFERS,
            "ot": list(await self._make_keys(limits.READY_KEYS)),
            "audit": None,
            "you": [],
            "card": None,
            "heads": [],
            "x": {},
        }
        self._state.notify(Type.READY, body)
        await self._flush()

    async def _endorse(self, frame: Frame) -> None:
        self._accept_keys(frame.body["ot"], most=limits.READY_KEYS)
        self._state.endorse()
        if self._link.keys.dialler:
            await self._say_ready()
        self.wake()

    def _accept_keys(self, pair: tuple[bytes, bytes], *, most: int) -> None:
        obj, keys = pair
        unverified = card.parse_one_time_keys(obj)
        kid, made = unverified.object.signatures[0].kid, unverified.content.ts
        public = self._office.seal_key(self._link.peer, kid, made)
        content = card.verify_one_time_keys(
            unverified, public, giver=self._link.peer, receiver=self._office.me, link=self._link.keys.th3
        )
        self._keys += card.split_keys(content, keys, most=most)
        self._seal_kid = kid

    async def _give_keys(self, frame: Frame) -> None:
        count = min(frame.body, limits.MAX_ONE_TIME_KEYS - len(self._given))
        if count <= 0:
            body = {"code": int(Code.LINK_LIMIT), "retry": 1, "note": "", "ld": None}
            self._state.answer(frame.req, Type.ERROR, body)
        else:
            self._state.answer(frame.req, Type.KEYS, await self._make_keys(count))

    def _take_keys(self, pair: tuple[bytes, bytes]) -> None:
        self._asked_for_keys = False
        self._accept_keys(pair, most=REFILL_KEYS)
        self.wake()

    # Letters out

    async def _offer(self) -> None:
        while True:
            await self._awake.wait()
            self._awake.clear()
            while await self._offer_next():
                pass

    async def _offer_next(self) -> bool:
        """Offer the next envelope; tell whether there may be more to offer."""
        async with self._office.readers.connect() as connection:
            waiting = await connection.run_sync(self._office.sending.waiting, self._link.peer, most=limits.MAX_OFFERS)
        taken = self._resting | {digest for each in self._beside for digest in each.offered}
        ready = [item for item in waiting if item.digest not in taken]
        group = ready[: fitting(ready)] if ready else []
        group = group[: self._state.free_offers(group[0].urg)] if group else []
        if not group:
            return False
        if not self._keys:
            await self._ask_for_keys()
            return False
        self._sealing = {item.digest for item in group}
        try:
            raw = await self._seal(group, self._keys.pop(0))
            self._state.ask(Type.OFFER, raw)
        finally:
            self._sealing = set()
        if len(self._keys) < REFILL_BELOW:
            await self._ask_for_keys()
        await self._flush()
        return True

    async def _seal(self, group: Sequence[Outgoing], public: bytes) -> bytes:
        return await asyncio.to_thread(seal, group, sender=self._office.me, to=self._link.peer, public=public)

    async def _ask_for_keys(self) -> None:
        if not self._asked_for_keys:
            self._asked_for_keys = True
            self._state.ask(Type.GETKEYS, REFILL_KEYS)
            await self._flush()

    def _rest(self, frame: Frame) -> None:
        if frame.body["ld"] is not None:
            self._resting.update(frame.body["ld"])
        self._asked_for_keys = False

    async def _settle(self, frame: Frame) -> None:
        office = self._office
        judge_one = partial(
            evidence.accept,
            me=office.me,
            peer=self._link.peer,
            now=int(office.wall()),
            keys=office.seal_key,
            memory=self._memory,
        )
        verified = [judge_one(raw) for raw in frame.body]
        # Submitted together, so that they share a commit.
        settled = await asyncio.gather(*(office.writer.execute(office.sending.settle, each) for each in verified))
        self._state.settle([each.content.letter for each in verified])
        self._state.answer(frame.req, Type.ACKD, tuple(each.evidence for each in settled))
        self.wake()

    # Letters in

    async def _store(self, frame: Frame, sealed: SealedEnvelope) -> None:
        office, kid = self._office, sealed.header.kid
        key = self._given.get(kid)
        try:
            if key is None:
                raise RefusedError(Code.KEY_UNKNOWN, "one-time key")
            judged = judge(
                frame.body,
                key,
                me=office.me,
                peer=self._link.peer,
                suites=(SUITE,),
                now=int(office.wall()),
                keys=office.seal_key,
                admitted=office.admitted,
                memory=self._memory,
            )
        except RefusedError as refusal:
            self._given.pop(kid, None)
            self._refuse(frame.req, refusal.code, sealed.header.ld)
            return
        # Submitted together, so that they share a commit and a signature.
        answers = await asyncio.gather(*(office.writer.execute(office.receiving.commit, each) for each in judged))
        self._given.pop(kid, None)
        self._answer(frame.req, answers)

    def _answer(self, req: int, answers: Sequence[Answer]) -> None:
        for answer in answers:
            if answer.code is not None:
                self._refuse(req, answer.code, (answer.digest,))
        proofs = tuple(raw for answer in answers for raw in answer.evidence)
        if proofs:
            self._state.ask(Type.EVID, proofs, settles=[answer.digest for answer in answers if answer.evidence])

    def _refuse(self, req: int, code: Code, letters: Sequence[Digest]) -> None:
        body = {"code": int(code), "retry": 1, "note": "", "ld": list(letters)}
        self._state.answer(req, Type.ERROR, body)
