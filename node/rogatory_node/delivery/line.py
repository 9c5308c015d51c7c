"""A link with the rules of its frames: what everything on one link says its part through (B.11.3, B.11.4).

* Anyone may `ask`, `answer` and `notify` at any time, also from the middle of a task; `pump` alone sends, so that
  who receives never waits for who sends.
* `inquire` is for a question with one answer; the answer, or the ERROR, is what it returns.
* Chunks leave one at a time, in pieces that take a quarter of a second at the rate at which the line took the last
  ones, so that whatever is urgent waits no longer than that.
* `spawn` runs work beside the receiving; when it fails, the link ends.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final

from rogatory_node.transport.link import Link, LinkError
from rogatory_protocol.errors import Code
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.limits import KIB
from rogatory_protocol.link.connection import Connection, Event, Received, Stage
from rogatory_protocol.link.frames import MAX_PIECE_BYTES, Frame, Type

SLOWEST_SECONDS: Final = 0.25  # "of a size that takes ≤ 250 ms at the measured rate"
LEAST_PIECE_BYTES: Final = 16 * KIB
FIRST_PIECE_BYTES: Final = 64 * KIB
GOODBYE_SECONDS: Final = 5
CHUNKS_AHEAD: Final = 2  # wait here, read from the disk, while another is on its way

Handler = Callable[[Received], Coroutine[Any, Any, None]]
"""Acts on one frame, in the order of arrival; long work belongs into `Line.spawn`."""


class Line:
    """One link."""

    def __init__(self, link: Link) -> None:
        """Take over an authenticated link."""
        self.link = link
        self.peer: Aid = link.peer
        self.now = link.clock.monotonic
        self.state = Connection(dialler=link.keys.dialler, now=self.now())
        self.piece_bytes = FIRST_PIECE_BYTES
        self._tasks: asyncio.TaskGroup | None = None
        self._work = asyncio.Event()
        self._room = asyncio.Condition()
        self._gone = asyncio.Event()
        self._inquiries: dict[int, asyncio.Future[Frame]] = {}

    # Speaking

    def ask(self, kind: Type, body: Any, *, settles: Iterable[Digest] = (), expect_bytes: int | None = None) -> int:
        """Queue a question; return its number.

        Raises:
            LocalProtocolError: The link is not open, a window is full, or the body is wrong.
        """
        req = self.state.ask(kind, body, settles=settles, expect_bytes=expect_bytes)
        self._work.set()
        return req

    def answer(self, req: int, kind: Type, body: Any, *, last: bool = True) -> None:
        """Queue an answer.

        Raises:
            LocalProtocolError: The link is not open, or no such question is.
        """
        self.state.answer(req, kind, body, last=last)
        self._work.set()

    def refuse(self, req: int, code: Code, *, retry: int = 1, letters: Iterable[Digest] | None = None) -> None:
        """Queue an ERROR.

        Raises:
            LocalProtocolError: The link is not open, or no such question is.
        """
        named = None if letters is None else list(letters)
        self.answer(req, Type.ERROR, {"code": int(code), "retry": retry, "note": "", "ld": named})

    def notify(self, kind: Type, body: Any) -> None:
        """Queue READY, HEAD or BYE.

        Raises:
            LocalProtocolError: It may not be said now.
        """
        self.state.notify(kind, body)
        self._work.set()

    async def inquire(self, kind: Type, body: Any) -> Frame:
        """Ask and wait for the one answer, which may be an ERROR. The end of the link cancels the wait.

        Raises:
            LocalProtocolError: The link is not open, or the body is wrong.
        """
        req = self.ask(kind, body)
        self._inquiries[req] = asyncio.get_running_loop().create_future()
        try:
            return await self._inquiries[req]
        finally:
            del self._inquiries[req]

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work beside the receiving, for as long as the link lives.

        Raises:
            LinkError: The link has ended, or is about to.
        """
        try:
            if self._tasks is None:
                raise LinkError("the link does not run")
            self._tasks.create_task(work)
        except RuntimeError:
            work.close()
            raise LinkError("the link ends") from None
        except LinkError:
            work.close()
            raise

    async def room_for_chunk(self) -> None:
        """Wait until few enough chunks are queued that another may be read from the disk."""
        async with self._room:
            await self._room.wait_for(lambda: self.state.queued_chunks < CHUNKS_AHEAD)

    async def leave(self) -> None:
        """Wait until what is queued, BYE last, has left; not for long."""
        self._work.set()
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._gone.wait()
        except TimeoutError:
            return

    # For the session

    def runs_in(self, tasks: asyncio.TaskGroup) -> None:
        """Say where `spawn` puts its tasks."""
        self._tasks = tasks

    def ended(self) -> None:
        """Take note that the link has ended."""
        self._tasks = None
        self.state.close()
        self._gone.set()
        self.link.abort()
        for waiting in self._inquiries.values():
            waiting.cancel()

    async def pump(self) -> None:
        """Send what is queued, most urgent first, until BYE has left.

        Raises:
            LinkError: The link has ended, or BYE was said.
        """
        while True:
            await self._work.wait()
            self._work.clear()
            while frames := self.state.frames_to_send(now=self.now(), chunks=1):
                for frame in frames:
                    await self._send(frame)
            if self.state.stage is Stage.CLOSED:
                self._gone.set()
                raise LinkError("BYE was said")

    async def receive(self) -> list[Event]:
        """Return what the next frame of the peer means, except for answers to `inquire`, which go there.

        Raises:
            LinkError: The link has ended.
            RefusedError: The peer broke the rules of the link.
        """
        frame = await self.link.receive(heard=self._heard)
        events = self.state.receive_frame(frame, now=self.now())
        self._work.set()  # a refusal may be queued
        waiting = self._inquiries.get(frame.req)
        if waiting is None or not any(isinstance(each, Received) and each.answers for each in events):
            return events
        if not waiting.done():
            waiting.set_result(frame)
        return []

    def _heard(self) -> None:
        self.state.heard(now=self.now())

    async def _send(self, frame: Frame) -> None:
        if frame.type is not Type.CHUNK:
            await self.link.send(frame, waited=True)
            return
        begun = self.now()
        await self.link.send(frame, waited=True)
        self._pace(len(frame.body.piece), self.now() - begun)
        async with self._room:
            self._room.notify_all()

    def _pace(self, size: int, seconds: float) -> None:
        """Choose the size of the next pieces by how long the line took for this one."""
        if seconds > SLOWEST_SECONDS:
            fitting = int(size * SLOWEST_SECONDS / seconds)
        elif seconds < SLOWEST_SECONDS / 2 and size == self.piece_bytes:
            fitting = 2 * size
        else:
            return
        self.piece_bytes = max(LEAST_PIECE_BYTES, min(fitting, MAX_PIECE_BYTES))
        self.link.pace(self.piece_bytes)
