"""Letters in on one link, and all evidence out (B.12.2, B.13).

* Offers are judged and stored beside each other, so that those which come together share a commit, a signature and
  one EVID.
* Nothing is said of a letter before its transaction is durable (journal rule).
* What people or transfers add later is sent at once; what a link never acknowledged is repeated on the next one.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from rogatory_node.delivery.line import Line
from rogatory_node.delivery.office import LOOK_SECONDS, Office, worked
from rogatory_node.delivery.onetime import OneTimeKeys
from rogatory_node.delivery.quotas import Use
from rogatory_node.services.receiving import Answer, Judged, judge
from rogatory_node.storage.errors import StorageFullError
from rogatory_node.storage.writer import WriterBusyError
from rogatory_protocol.envelope import SealedEnvelope
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Digest
from rogatory_protocol.limits import DAY_SECONDS, MAX_EVIDENCE_BYTES, MAX_EVIDENCE_PER_FRAME
from rogatory_protocol.link.connection import Received
from rogatory_protocol.link.frames import Frame, Type
from rogatory_protocol.signed import VerifiedMemory, parse
from rogatory_protocol.suite import SUITE

BUSY_SECONDS: Final = 10  # after which a letter may be offered again that found no room


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proof:
    """Evidence that answers an offer."""

    raw: bytes
    letter: Digest


class Taking:
    """The recipient's side of a link."""

    def __init__(
        self, line: Line, office: Office, keys: OneTimeKeys, *, stored: Callable[[], None], memory: VerifiedMemory
    ) -> None:
        """Start; *stored* is called when a letter with attachments was stored."""
        self._line, self._office, self._keys, self._memory = line, office, keys, memory
        self._stored = stored
        self._ready = asyncio.Event()
        self._look = asyncio.Event()
        self._proofs: list[_Proof] = []
        # Said on this link and not acknowledged.
        self._said: set[Digest] = set()

    def wake(self) -> None:
        """Say that there may be evidence to send."""
        self._look.set()

    async def run(self) -> None:
        """Answer offers, for as long as the link lives."""
        while True:
            await self._ready.wait()
            self._ready.clear()
            while self._proofs:
                self._answer()

    async def repeat(self) -> None:
        """Send evidence that was issued beside the offers, or on a link before, for as long as the link lives."""
        while True:
            await self._repeat()
            await asyncio.sleep(LOOK_SECONDS)
            await self._look.wait()
            self._look.clear()

    def _answer(self) -> None:
        group = self._proofs[:MAX_EVIDENCE_PER_FRAME]
        del self._proofs[: len(group)]
        self._line.ask(
            Type.EVID, tuple(each.raw for each in group), settles=list(dict.fromkeys(each.letter for each in group))
        )

    async def _repeat(self) -> None:
        """Send what is not acknowledged and was not said on this link yet."""
        completing, peer = self._office.completing, self._line.peer
        while True:
            most = len(self._said) + MAX_EVIDENCE_PER_FRAME
            async with self._office.readers.connect() as connection:
                rows = await connection.run_sync(partial(completing.unacknowledged, peer=peer, most=most))
            fresh = [row for row in rows if row.digest not in self._said][:MAX_EVIDENCE_PER_FRAME]
            if not fresh:
                return
            self._said.update(Digest(row.digest) for row in fresh)
            raws = await worked(sum(len(row.raw_sealed) for row in fresh), partial(completing.opened, fresh))
            self._line.ask(Type.EVID, tuple(raws))

    async def acknowledged(self, event: Received) -> None:
        """Note what the peer keeps."""
        self._line.spawn(self._acknowledged(event.frame.body))

    async def _acknowledged(self, digests: Sequence[Digest]) -> None:
        await self._office.writer.execute(self._office.receiving.acknowledged, digests)
        self._said.difference_update(digests)

    async def offered(self, event: Received) -> None:
        """Judge, store and answer an offer."""
        assert event.sealed is not None  # of every OFFER that fits the state of the link
        self._line.spawn(self._store(event.frame, event.sealed))

    async def _store(self, frame: Frame, sealed: SealedEnvelope) -> None:
        header, req = sealed.header, frame.req
        if header.sender != self._line.peer:
            self._office.alarm("letter.disagree", self._line.peer, None)
            self._line.refuse(req, Code.DISAGREE, letters=header.ld)
            return
        if not self._office.quotas.take(self._line.peer, Use.OFFERS, len(header.ld)):
            self._keys.used(header.kid)
            self._over(req, Use.OFFERS, header.ld)
            return
        judged = await worked(len(frame.body), partial(self._judge, frame.body, sealed))
        execute, commit = self._office.writer.execute, self._office.receiving.commit
        try:
            # Submitted together, so that they share a commit and a signature.
            answers = await asyncio.gather(*(execute(commit, each) for each in judged))
        except (StorageFullError, WriterBusyError):
            self._line.refuse(req, Code.BUSY, retry=BUSY_SECONDS, letters=header.ld)
            return
        finally:
            self._keys.used(header.kid)
        for answer in answers:
            self._say(req, answer)
        if any(answer.ends for answer in answers):
            raise RefusedError(Code.LINK_LIMIT, "signed refusals")
        self._office.quoted(self._line.peer, [each.letter.core.head for each in judged if each.letter])
        if any(each.letter and each.letter.body.att for each in judged):
            self._stored()

    def _over(self, req: int, use: Use, letters: Sequence[Digest]) -> None:
        self._office.alarm("quota.exceeded", self._line.peer, letters[0])
        retry = min(self._office.quotas.retry_seconds(use), DAY_SECONDS)
        self._line.refuse(req, Code.QUOTA, retry=retry, letters=letters)

    def _judge(self, raw: bytes, sealed: SealedEnvelope) -> list[Judged]:
        office, peer, key = self._office, self._line.peer, self._keys.key(sealed.header.kid)
        try:
            if key is None:
                raise RefusedError(Code.KEY_UNKNOWN, "one-time key")
            return judge(
                raw,
                key,
                me=office.me,
                peer=peer,
                suites=(SUITE,),
                now=int(office.wall()),
                keys=office.seal_key,
                admitted=office.admitted,
                memory=self._memory,
            )
        except RefusedError as refusal:
            # Each letter by itself: what is known is answered with its stored bytes, whatever came this time.
            return [Judged(peer=peer, digest=digest, failure=refusal.code) for digest in sealed.header.ld]

    def _say(self, req: int, answer: Answer) -> None:
        if answer.alarm:
            self._office.alarm("letter.refused", self._line.peer, answer.digest)
        if answer.code is Code.QUOTA:
            self._over(req, Use.REFUSALS if answer.ends else Use.LETTERS, (answer.digest,))
        elif answer.code is not None:
            self._line.refuse(req, answer.code, letters=(answer.digest,))
        for raw in answer.evidence:
            self._proofs.append(_Proof(raw=raw, letter=answer.digest))
            self._said.add(parse(raw, max_bytes=MAX_EVIDENCE_BYTES).digest)
        self._ready.set()
