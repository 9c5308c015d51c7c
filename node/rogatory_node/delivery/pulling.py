"""Attachments in: chunks are asked for, verified, written and acknowledged while more are on their way (B.12.2 step 5).

* At most eight chunks are asked for and not written, whatever the number of blobs: the disk holds the sender back.
* The index of the next chunk is the only state. It is stored only as far as a sync has made it durable, and after the
  loss of a link or a crash the chunks before it are hashed again from the disk.
* A chunk that does not verify is asked for once more; then the letter gets evidence 90 code 15.
* All of it happens in threads but the asking.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from rogatory_node.delivery.line import Line
from rogatory_node.delivery.office import LOOK_SECONDS, Office
from rogatory_node.delivery.quotas import Use
from rogatory_node.services.completing import Ended, Missing, Place, Progress
from rogatory_node.storage.blobs import BlobFolder, BlobWriter
from rogatory_node.storage.errors import DamagedError, StorageError, StorageFullError
from rogatory_protocol.attachment import Opener, sealed_chunk_bytes
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.limits import CHUNK_BYTES, MAX_PULLED_BYTES
from rogatory_protocol.link.connection import Received
from rogatory_protocol.link.frames import Chunk, Pull, Type
from rogatory_protocol.receiving import BlobAction, BlobEvent, BlobState, advance_blob

WINDOW: Final = MAX_PULLED_BYTES // CHUNK_BYTES
AT_ONCE: Final = 4  # small blobs would else each cost a round trip; more would only share the same window
FULL_SECONDS: Final = 60  # until a disk that was full is tried again
_FINAL: Final = frozenset({Code.NOT_FOUND, Code.QUOTA})
_SYNCS: Final = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="rogatory-sync")


class _UnservedError(Exception):
    """The peer does not serve this chunk: not on this link, or not before some seconds."""

    def __init__(self, seconds: int | None) -> None:
        super().__init__()
        self.seconds = seconds


@dataclass(slots=True, kw_only=True)
class _Ask:
    """A chunk that is asked for.

    Attributes:
        size: How large it is.
        done: Holds the chunk, or what the peer says instead.
        pieces: What has come of it.
        open: Its place in the window is free when it has come and is written, or not wanted any more.
    """

    size: int
    done: asyncio.Future[bytes | memoryview]
    pieces: list[bytes | memoryview] = field(default_factory=list)
    open: int = 2


class Pulling:
    """The recipient's side of the transfers on a link."""

    def __init__(
        self, line: Line, office: Office, *, elsewhere: Callable[[], Collection[Place]], ended: Callable[[], None]
    ) -> None:
        """Start; *elsewhere* names what other links to this peer pull, *ended* is called when evidence was issued."""
        self._line, self._office = line, office
        self._elsewhere, self._ended = elsewhere, ended
        self._awake = asyncio.Event()
        self._window = asyncio.Semaphore(WINDOW)
        self._asks: dict[int, _Ask] = {}
        self._running: set[Place] = set()
        # What this peer does not serve on this link, or not now.
        self._resting: set[Place] = set()

    @property
    def pulled(self) -> frozenset[Place]:
        """What is pulled on this link."""
        return frozenset(self._running)

    def wake(self) -> None:
        """Say that something may be missing."""
        self._awake.set()

    async def run(self) -> None:
        """Pull what is missing, for as long as the link lives."""
        while True:
            self._awake.clear()
            while len(self._running) < AT_ONCE:
                missing = await self._next()
                if missing is None:
                    break
                self._running.add(missing.place)
                self._line.spawn(self._pull(missing))
            await asyncio.sleep(LOOK_SECONDS)
            await self._awake.wait()

    async def chunk(self, event: Received) -> None:
        """Take a piece of a chunk; it is the next one, `Asks` has seen to that."""
        ask = self._asks[event.frame.req]
        piece: Chunk = event.frame.body
        ask.pieces.append(piece.piece)
        if event.done:
            del self._asks[event.frame.req]
            if not ask.done.done():
                ask.done.set_result(ask.pieces[0] if len(ask.pieces) == 1 else b"".join(ask.pieces))
            self._step(ask)

    async def refused(self, event: Received) -> None:
        """Take an ERROR instead of a chunk."""
        ask = self._asks.pop(event.frame.req)
        if not ask.done.done():
            body = event.frame.body
            ask.done.set_exception(_UnservedError(None if body["code"] in _FINAL else max(body["retry"], 1)))
        self._step(ask)

    async def _next(self) -> Missing | None:
        completing = self._office.completing
        taken = {*self._running, *self._resting, *self._elsewhere()}
        async with self._office.readers.connect() as connection:
            rows = await connection.run_sync(
                partial(completing.missing, peer=self._line.peer, most=len(taken) + 1),
            )
        free = [row for row in rows if (row.letter, row.idx) not in taken]
        return await asyncio.to_thread(completing.entry, free[0]) if free else None

    async def _pull(self, missing: Missing) -> None:
        """Pull one blob to its end, or as far as the peer and the disk go."""
        place, pause = missing.place, None
        work = _Blob(self._office.blobs, missing)
        try:
            self._count(missing)
            await asyncio.to_thread(work.open)
            if await self._fetch(work):
                await self._end(missing, good=True)
            else:
                await asyncio.to_thread(work.discard)
                self._office.alarm("attachment.broken", self._line.peer, place[0])
                await self._end(missing, good=False)
        except _UnservedError as error:
            pause = error.seconds
            self._resting.add(place)
        except StorageFullError:
            pause = FULL_SECONDS
            self._resting.add(place)
            self._office.alarm("attachment.no_space", self._line.peer, place[0])
        finally:
            await _to_the_end(work.leave)
            self._running.discard(place)
        await self._note(work)
        if pause is not None:
            self._line.spawn(self._later(place, pause))
        self.wake()

    def _count(self, missing: Missing) -> None:
        """Count what is still to come against the peer's day.

        Raises:
            _UnservedError: It has used its day up.
        """
        left = (missing.entry.n - missing.next_index) * CHUNK_BYTES
        quotas = self._office.quotas
        if not quotas.take(self._line.peer, Use.ATTACHMENT_BYTES, left):
            self._office.alarm("quota.exceeded", self._line.peer, missing.place[0])
            raise _UnservedError(quotas.retry_seconds(Use.ATTACHMENT_BYTES))

    async def _end(self, missing: Missing, *, good: bool) -> None:
        ended = Ended(place=missing.place, peer=self._line.peer, good=good)
        if await self._office.writer.execute(self._office.completing.ended, ended):
            self._ended()

    async def _later(self, place: Place, seconds: int) -> None:
        await asyncio.sleep(seconds)
        self._resting.discard(place)
        self.wake()

    async def _note(self, work: "_Blob") -> None:
        if work.durable > work.noted:
            work.noted = work.durable
            done = Progress(place=work.missing.place, durable=work.durable)
            await self._office.writer.execute(self._office.completing.progress, done)

    async def _fetch(self, work: "_Blob") -> bool:
        """Bring a blob to its end; tell whether it is what the letter says."""
        state, asked, count = BlobState.PULLING, work.next, work.missing.entry.n
        coming: deque[_Ask] = deque()
        try:
            while work.next < count:
                while asked < count and (not coming or not self._window.locked()):
                    coming.append(await self._ask(work.missing, asked))
                    asked += 1
                event = await asyncio.to_thread(work.take, await coming[0].done)
                state, action = advance_blob(state, event)
                self._drop(coming.popleft())
                if action is BlobAction.REFUSE:
                    return False
                if action is BlobAction.PULL_AGAIN:
                    coming.appendleft(await self._ask(work.missing, work.next))
                if work.sync_beside():
                    await self._note(work)
        finally:
            for ask in coming:
                self._drop(ask)
        return await asyncio.to_thread(work.finish)

    async def _ask(self, missing: Missing, index: int) -> _Ask:
        await self._window.acquire()
        try:
            size = sealed_chunk_bytes(missing.entry.sz, index)
            body = Pull(letter=missing.place[0], blob=missing.entry.id, first=index, count=1)
            req = self._line.ask(Type.PULL, body, expect_bytes=size)
        except BaseException:
            self._window.release()
            raise
        ask = self._asks[req] = _Ask(size=size, done=asyncio.get_running_loop().create_future())
        return ask

    def _drop(self, ask: _Ask) -> None:
        """Take note that a chunk was written, or is not wanted any more."""
        if not ask.done.done():
            ask.done.cancel()
        elif not ask.done.cancelled():
            ask.done.exception()  # whoever waited for the first of them has heard of it
        self._step(ask)

    def _step(self, ask: _Ask) -> None:
        ask.open -= 1
        if not ask.open:
            self._window.release()


class _Blob:
    """One blob being written. Its methods block; run them in threads, `sync_beside` and `next` excepted."""

    def __init__(self, folder: BlobFolder, missing: Missing) -> None:
        self.missing = missing
        self.noted = missing.next_index
        self._folder = folder
        self._opener = Opener(missing.entry)
        self._writer: BlobWriter | None = None
        # A task may be cancelled while its thread still works: nothing is closed under it.
        self._lock = threading.Lock()
        self._syncing: Future[int] | None = None

    @property
    def next(self) -> int:
        """The chunk that is to come next."""
        return self._opener.next

    @property
    def durable(self) -> int:
        """How many chunks a power cut cannot take away."""
        return 0 if self._writer is None else self._writer.durable_index

    def open(self) -> None:
        """Open the file where it stopped, and hash again what it holds.

        Raises:
            StorageError: The disk is full or failed.
        """
        with self._lock:
            start = self.missing.next_index
            self._writer = self._write(start)
            try:
                while self._opener.next < self._writer.next_index:
                    self._opener.take(self._opener.next, self._writer.read_back(self._opener.next))
            except (RefusedError, DamagedError):
                # The disk has changed what was written: from here on it comes again.
                self._writer.close()
                self._writer = self._write(self._opener.next)

    def take(self, sealed: bytes | memoryview) -> BlobEvent:
        """Verify a chunk and write it.

        Raises:
            StorageError: The disk is full or failed.
        """
        with self._lock:
            assert self._writer is not None
            try:
                self._opener.take(self._opener.next, sealed)
            except RefusedError:
                return BlobEvent.BAD_CHUNK
            self._writer.append(sealed)
            return BlobEvent.CHUNK

    def sync_beside(self) -> bool:
        """Begin a sync when one is due and none runs; tell whether one has ended.

        Raises:
            StorageError: The sync failed.
        """
        assert self._writer is not None
        if self._syncing is not None:
            if not self._syncing.done():
                return False
            self._syncing.result()
            self._syncing = None
            return True
        if self._writer.due:
            self._syncing = _SYNCS.submit(self._writer.sync)
        return False

    def finish(self) -> bool:
        """Tell whether the whole blob is what the letter says; make it durable under its name if it is.

        Raises:
            StorageError: The disk failed.
        """
        with self._lock:
            assert self._writer is not None
            try:
                self._opener.finish()
            except RefusedError:
                return False
            self._writer.finish()
            return True

    def discard(self) -> None:
        """Remove what came."""
        self.leave()
        self._folder.erase(self.missing.name)

    def leave(self) -> None:
        """Keep what came for the next time, and close the file. It may be called twice."""
        with self._lock:
            if self._writer is None or self._writer.closed:
                return
            try:
                self._writer.sync()
            except StorageError:
                return  # what is not durable is asked for again
            finally:
                self._writer.close()

    def _write(self, start: int) -> BlobWriter:
        missing = self.missing
        return self._folder.write(missing.name, stored_bytes=missing.entry.stored, next_index=start)


async def _to_the_end(work: Callable[[], None]) -> None:
    """Run blocking work in a thread and wait for it, also when the task is cancelled meanwhile."""
    done = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        await asyncio.shield(done)
    except asyncio.CancelledError:
        await done
        raise
