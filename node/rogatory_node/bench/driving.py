"""Driving a node: letters written one after another, so many in flight, each followed until its evidence is durable.

* The clock of a letter starts before it is composed and stops when its evidence is committed at the sender: what an
  officer would call the time from *send* to *stored over there*, with nothing left out.
* The writer that the node gets here is the node's own, with an ear: it tells which letters were settled.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from rogatory_node.api.context import Wake
from rogatory_node.services.sending import Draft, Sending
from rogatory_node.storage.writer import Writer
from rogatory_protocol import letter, parts
from rogatory_protocol.evidence import Evidence
from rogatory_protocol.ids import Aid, Digest, Id16

C = TypeVar("C")
R = TypeVar("R")
WAIT_SECONDS: Final = 1_800.0  # longer than any outage that is measured
LIFE_SECONDS: Final = 86_400
_SETTLE: Final = Sending.settle


class ListeningWriter(Writer):
    """The node's writer, which also says when the evidence of a letter is durable."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Take what a writer takes."""
        super().__init__(*args, **options)
        self._ears: dict[Digest, asyncio.Future[None]] = {}

    async def execute(self, kind: Callable[..., Sequence[R]], command: C) -> R:
        """Queue a command and wait until it is durable; then tell who waits for the letter that it settled."""
        result = await super().execute(kind, command)
        if getattr(kind, "__func__", None) is _SETTLE and isinstance(command, Evidence):
            ear = self._ear(command.content.letter)
            if not ear.done():
                ear.set_result(None)
        return result

    async def settled(self, digest: Digest) -> None:
        """Wait until the first evidence about a letter is durable here; it may be already."""
        await self._ear(digest)
        del self._ears[digest]

    def _ear(self, digest: Digest) -> asyncio.Future[None]:
        return self._ears.setdefault(digest, asyncio.get_running_loop().create_future())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A node to drive.

    Attributes:
        me: Its authority.
        to: Whom it writes to.
        sending: Its transactions of sending.
        writer: Its writer.
        wake: Says which letters wait.
    """

    me: Aid
    to: Aid
    sending: Sending
    writer: ListeningWriter
    wake: Wake

    async def send(self, form_bytes: int) -> float:
        """Send a letter in a case of its own; return the seconds until its evidence is durable here."""
        began = time.perf_counter()
        draft = self._draft(form_bytes)
        digest = await self.writer.execute(self.sending.queue, draft)
        self.wake(self.to, (digest,))
        async with asyncio.timeout(WAIT_SECONDS):
            await self.writer.settled(digest)
        return time.perf_counter() - began

    def _draft(self, form_bytes: int) -> Draft:
        pair = (os.urandom(32), parts.form_bytes(parts.Form(mt="application/json", data=_form(form_bytes))))
        body = letter.Body(
            id=Id16(os.urandom(16)),
            sender=self.me,
            to=(self.to,),
            conv=Id16(os.urandom(16)),
            urg=0,
            kind="request",
            lang="en",
            form=parts.commit(*pair),
        )
        return Draft(body=body, parts=parts.parts_bytes(pair, ()), life_seconds=LIFE_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was measured: how many, in how many seconds, and each one's time."""

    seconds: float
    times: Sequence[float]

    @property
    def rate(self) -> float:
        """Letters a second."""
        return len(self.times) / self.seconds

    def percentile_ms(self, share: float) -> float:
        """Return the time below which this share of the letters stayed, in milliseconds."""
        ordered = sorted(self.times)
        return round(1_000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)


async def drive(
    send: Callable[[], Awaitable[float]], *, in_flight: int, seconds: float, most: int | None = None
) -> Run:
    """Keep *in_flight* letters on their way for so many seconds, or until there were so many letters."""
    began = time.perf_counter()
    times: list[float] = []
    started = 0

    async def keep_on() -> None:
        nonlocal started
        while time.perf_counter() - began < seconds and (most is None or started < most):
            started += 1
            times.append(await send())

    async with asyncio.TaskGroup() as tasks:
        for _ in range(in_flight):
            tasks.create_task(keep_on())
    return Run(seconds=time.perf_counter() - began, times=times)


def _form(size: int) -> bytes:
    """Return a JSON form of exactly this size."""
    frame = b'{"kind":"request","facts_summary":"%s"}'
    return frame % (b"x" * (size - len(frame) + 2))
