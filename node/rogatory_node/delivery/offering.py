"""Letters out on one link: offers, what errors do to them, and the evidence that comes back (B.12.1, B.17).

* A letter is sealed alone unless others of its urgency wait already; nothing waits to fill an envelope.
* What another link to the same peer has offered is not offered here until that one ends; nor is what it offered and had
  answered while we read what waits: our reading may be older than the answer.
* A letter that the peer delayed is offered again when its time has come, not only when something else happens.
* Evidence that is refused is ignored, loudly; the good ones beside it are settled and acknowledged (DLV-04).
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

from rogatory_node.delivery.line import Line
from rogatory_node.delivery.office import Office, worked
from rogatory_node.delivery.onetime import OneTimeKeys
from rogatory_node.services.delaying import Delaying, Refusal
from rogatory_node.services.sending import Due
from rogatory_node.services.settling import Settled
from rogatory_protocol import evidence
from rogatory_protocol.delivery import Action, classify
from rogatory_protocol.envelope import Outgoing, envelope_bytes, fitting, seal
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.evidence import Evidence
from rogatory_protocol.ids import Digest
from rogatory_protocol.letter import MAX_URGENCY
from rogatory_protocol.limits import MAX_ENVELOPE_LETTERS
from rogatory_protocol.link.connection import Received
from rogatory_protocol.link.frames import Frame, Type
from rogatory_protocol.signed import VerifiedMemory


class Offering:
    """The sender's side of a link."""

    def __init__(
        self,
        line: Line,
        office: Office,
        keys: OneTimeKeys,
        *,
        elsewhere: Callable[[], Collection[Digest]],
        answered: Callable[[Collection[Digest]], None],
        memory: VerifiedMemory,
    ) -> None:
        """Start; *elsewhere* names what other links to this peer have offered, *answered* tells them what is done."""
        self._line, self._office, self._keys = line, office, keys
        self._elsewhere, self._answered, self._memory = elsewhere, answered, memory
        self._delaying = Delaying(sending=office.sending)
        self._awake = asyncio.Event()
        self._sealing: frozenset[Digest] = frozenset()
        # What waited when it was last looked for, and whether to look again.
        self._due: list[Due] = []
        self._look = self._delayed = True
        # What other links had answered since a reading began; None while nothing is read.
        self._gone: set[Digest] | None = None
        # Whether more waited than was read, and what was queued since.
        self._more = False
        self._queued: list[Due] = []
        # Refused, and the transaction that says so is not durable yet.
        self._refused: set[Digest] = set()
        # Larger than what the peer takes on this link.
        self._unfit: set[Digest] = set()
        self._offers: dict[int, tuple[Digest, ...]] = {}
        self._decryption_failures: Counter[Digest] = Counter()

    @property
    def offered(self) -> frozenset[Digest]:
        """The letters that are on this link, offered or about to be."""
        return self._line.state.ours.letters | self._sealing | self._refused

    def wake(self, queued: Sequence[Digest] = ()) -> None:
        """Say that there may be something to offer: exactly what was queued, or whatever the database holds."""
        fresh = [each for each in map(self._office.sending.fresh.get, queued) if each is not None]
        self._queued += (Due(digest=each.digest, urg=each.urg) for each in fresh)
        self._look |= not queued or self._more or len(fresh) < len(queued)
        self._awake.set()

    def resume(self) -> None:
        """Say that there may be room, or a key, for what waits."""
        self._awake.set()

    def gone(self, letters: Collection[Digest]) -> None:
        """Note what another link had answered."""
        self._drop_from_due(letters)
        self._queued = [each for each in self._queued if each.digest not in letters]
        if self._gone is not None:
            self._gone.update(letters)

    async def run(self) -> None:
        """Offer what waits, for as long as the link lives."""
        while True:
            self._awake.clear()
            while await self._offer_next():
                pass
            await self._rest()

    async def _rest(self) -> None:
        seconds = await self._pause() if self._delayed else None
        try:
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        except TimeoutError:
            self._look = True

    async def _pause(self) -> float | None:
        """Return in how many seconds a letter that was delayed may be offered again."""
        # Before it reads: what is delayed meanwhile says so again, and must not be forgotten.
        self._delayed = False
        async with self._office.readers.connect() as connection:
            at = await connection.run_sync(self._office.sending.next_attempt, self._line.peer)
        self._delayed |= at is not None
        return None if at is None else max(at - self._office.wall(), 0)

    async def _offer_next(self) -> bool:
        """Offer the next envelope; tell whether there may be more to offer."""
        group = await self._group()
        if not group:
            return False
        key = self._keys.take()
        if key is None:
            return False  # they were asked for, and wake this when they come
        self._sealing = frozenset(item.digest for item in group)
        try:
            raw = await self._seal(group, key)
            self._offers[self._line.ask(Type.OFFER, raw)] = tuple(item.digest for item in group)
            self._drop_from_due(self._sealing)
        finally:
            self._sealing = frozenset()
        return True

    async def _group(self) -> list[Outgoing]:
        """Return the letters of the next envelope."""
        if self._look or (self._more and not self._due):
            self._due = await self._waiting()
        queued, self._queued = self._queued, []
        self._due = _urgent_first({each.digest: each for each in (*self._due, *queued)}.values())
        self._drop_from_due(self._taken())
        items = await self._letters(self._choose(self._due))
        return self._within(items[: fitting(items)]) if items else []

    async def _letters(self, digests: Sequence[Digest]) -> list[Outgoing]:
        """Return letters from memory, or else from the database."""
        sending = self._office.sending
        fresh = [each for each in map(sending.fresh.get, digests) if each is not None]
        if len(fresh) == len(digests):
            return fresh
        async with self._office.readers.connect() as connection:
            rows = await connection.run_sync(sending.sealed, digests)
        size = sum(len(row.raw_sealed) + len(row.parts_sealed) for row in rows)
        return await worked(size, partial(sending.opened, rows))

    def _within(self, items: Sequence[Outgoing]) -> list[Outgoing]:
        """Return as many as fit an envelope that the peer takes now; none while too much is unanswered."""
        state = self._line.state
        first = items[0].digest
        if envelope_bytes(items[:1]) > state.max_envelope_bytes:
            # It says so in its READY, and may say otherwise on the next link.
            self._unfit.add(first)
            self._office.alarm("letter.too_large_for_peer", self._line.peer, first)
            self.wake()
            return []
        room = min(state.max_envelope_bytes, state.ours.free_offered_bytes)
        count = len(items)
        while count and envelope_bytes(items[:count]) > room:
            count -= 1
        return list(items[:count])

    async def _waiting(self) -> list[Due]:
        # What is answered while this reads is on the link before and gone after it: it must not be offered again.
        taken = self._taken()
        self._look, self._gone = False, taken
        most = len(taken) + 4 * MAX_ENVELOPE_LETTERS
        try:
            async with self._office.readers.connect() as connection:
                found = await connection.run_sync(partial(self._office.sending.due, peer=self._line.peer, most=most))
        finally:
            self._gone = None
        self._more = len(found) == most
        return [each for each in found if each.digest not in taken]

    def _drop_from_due(self, digests: Collection[Digest]) -> None:
        self._due = [each for each in self._due if each.digest not in digests]

    def _taken(self) -> set[Digest]:
        return {*self.offered, *self._unfit, *self._elsewhere()}

    def _choose(self, free: Sequence[Due]) -> list[Digest]:
        """Return as many of the most urgent as may be on the link together."""
        if not free:
            return []
        urg = free[0].urg
        most = 1 if urg == MAX_URGENCY else MAX_ENVELOPE_LETTERS
        room = min(most, self._line.state.free_offers(urg))
        return [each.digest for each in free if each.urg == urg][:room]

    async def _seal(self, group: Sequence[Outgoing], public: bytes) -> bytes:
        size = sum(len(item.letter) + len(item.parts) for item in group)
        return await worked(size, partial(seal, group, sender=self._office.me, to=self._line.peer, public=public))

    # Errors

    async def refused(self, event: Received) -> None:
        """React to an ERROR about an offer."""
        frame = event.frame
        letters = self._offers.get(frame.req, ()) if frame.body["ld"] is None else tuple(frame.body["ld"])
        if event.done:
            self._offers.pop(frame.req, None)
        self._refused.update(letters)
        self._line.spawn(self._react(frame, letters))

    async def _react(self, frame: Frame, letters: Sequence[Digest]) -> None:
        code = _code_of(frame)
        reaction = classify(code)
        if reaction.event is None:
            code = Code.INTERNAL  # it says that it cannot, in words that answer no offer
        refusals = [
            Refusal(
                letter=each,
                peer=self._line.peer,
                code=code,
                retry=frame.body["retry"],
                decryption_failures=self._decryption_failures[each],
            )
            for each in letters
        ]
        if code is Code.DECRYPTION:
            self._decryption_failures.update(letters)
        writer = self._office.writer
        done = await asyncio.gather(*(writer.execute(self._delaying.refused, each) for each in refusals))
        self._refused.difference_update(letters)
        self._answered(letters)
        self._delayed = True
        if reaction.refresh or any(each and Action.REFRESH in each.actions for each in done):
            self._office.refresh(self._line.peer)
        if reaction.alarm or reaction.clock:
            for each in letters:
                self._office.alarm(f"letter.{code.name.lower()}", self._line.peer, each)
        self.wake()

    # Evidence

    async def evidence(self, event: Received) -> None:
        """Settle what an EVID brings."""
        self._line.spawn(self._settle(event.frame))

    async def _settle(self, frame: Frame) -> None:
        raws: Sequence[bytes] = frame.body
        judged = await worked(sum(map(len, raws)), lambda: [self._judge(raw) for raw in raws])
        verified = [each for each in judged if isinstance(each, Evidence)]
        refusals = [each for each in judged if isinstance(each, RefusedError)]
        # Submitted together, so that they share a commit.
        execute, settle = self._office.writer.execute, self._office.sending.settle
        done = await asyncio.gather(*(execute(settle, each) for each in verified), return_exceptions=True)
        settled = [each for each in done if isinstance(each, Settled)]
        self._office.quoted(self._line.peer, [each.content.head for each in verified])
        for each in done:
            if isinstance(each, RefusedError):
                refusals.append(each)
            elif isinstance(each, BaseException):
                raise each
        for refusal in refusals:
            self._office.alarm(f"evidence.{refusal.code.name.lower()}", self._line.peer, None)
        self._acknowledge(frame.req, settled, refusals)

    def _judge(self, raw: bytes) -> Evidence | RefusedError:
        office = self._office
        try:
            return evidence.accept(
                raw,
                me=office.me,
                peer=self._line.peer,
                now=int(office.wall()),
                keys=office.sealing_key,
                memory=self._memory,
            )
        except RefusedError as refusal:
            return refusal

    def _acknowledge(self, req: int, settled: Sequence[Settled], refusals: Sequence[RefusedError]) -> None:
        letters = [each.letter for each in settled]
        self._line.state.settle(letters)
        self._answered(letters)
        if settled:
            self._line.answer(req, Type.ACKD, tuple(each.evidence for each in settled))
        else:
            self._line.refuse(req, refusals[0].code, retry=0)
        for each in settled:
            if Action.ALARM in each.actions:
                self._office.alarm("evidence.contradicts", self._line.peer, each.letter)
        self._offers = {number: asked for number, asked in self._offers.items() if number in self._line.state.ours}
        self.resume()


def _urgent_first(letters: Iterable[Due]) -> list[Due]:
    return sorted(letters, key=lambda each: -each.urg)


def _code_of(frame: Frame) -> Code:
    """Return the code of an ERROR; one that we do not know delays like a fault inside the peer."""
    try:
        return Code(frame.body["code"])
    except ValueError:
        return Code.INTERNAL
