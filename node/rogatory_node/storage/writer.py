"""The group-commit writer: one thread that owns the only writing connection.

* A *kind* of state change is one plain function over the list of commands of that kind which wait: one statement for
  each table.
* The thread takes everything that waits, without a timer, applies it kind by kind in one transaction, commits once and
  only then releases the results: nothing leaves the node that is not durable (journal rule).
* Commands that wait together are ordered within a kind, not between kinds: who needs an order waits for the first
  result.
* A group that fails is rolled back and replayed one command at a time, so that one bad command harms no other.
* No space fails the commands that needed it; smaller and later ones may succeed.
* A failed commit is final. A second fsync may report success for pages that the first one lost, so nothing is retried:
  the writer refuses everything until the process starts anew.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, RootTransaction

from rogatory_node.faults import point
from rogatory_node.storage.engine import WritingConnection, storage_error_of
from rogatory_node.storage.errors import StorageError, StorageFailedError, StorageFullError
from rogatory_protocol.limits import MAX_BATCH

C = TypeVar("C")
R = TypeVar("R")
Kind = Callable[[Connection, list[C]], Sequence[R]]
"""Applies commands to the database and returns one result for each. It never commits and has no other effect."""

MAX_WAITING: Final = 8_192  # some seconds of work at full rate; beyond that the sender must be told to wait


class WriterBusyError(StorageError):
    """Too many commands wait already."""

    code = "storage.busy"


@dataclass(slots=True, eq=False)
class _Waiting:
    kind: Kind[Any, Any]
    command: Any
    future: Future[Any] | asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop | None = None
    result: Any = None
    error: BaseException | None = None


class Writer:
    """Applies commands in groups. Start it, submit from any thread or loop, close it."""

    def __init__(self, opening: Callable[[], WritingConnection], *, group_most: int = MAX_BATCH) -> None:
        """Take what opens the connection; it is called in the writer's own thread."""
        self._opening = opening
        self._group_most = group_most
        self._waiting: deque[_Waiting] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._failure: StorageFailedError | None = None
        self._thread = threading.Thread(target=self._serve, name="rogatory-writer", daemon=True)
        self._opened: Future[None] = Future()
        self.stopped: Future[None] = Future()
        """Done when the thread has ended; holds the error when it ended by a failure."""

    def start(self) -> None:
        """Start the thread and wait until the database is open.

        Raises:
            StorageError: The database is unsafe, taken, unknown or cannot be opened.
        """
        self._thread.start()
        self._opened.result()

    def submit(self, kind: Kind[C, R], command: C) -> Future[R]:
        """Queue a command. Its future is done when the command is durable.

        The future may hold what *kind* raised, StorageFullError or StorageFailedError.

        Raises:
            StorageFailedError: The writer has failed or is closed; nothing was queued.
            WriterBusyError: Too many commands wait; nothing was queued.
        """
        future: Future[R] = Future()
        self._queue(_Waiting(kind, command, future))
        return future

    async def execute(self, kind: Kind[C, R], command: C) -> R:
        """Queue a command and wait until it is durable. A cancelled wait does not take the command back.

        Raises:
            StorageFailedError: The writer has failed or is closed.
            StorageFullError: There is no space; the command left nothing behind.
            WriterBusyError: Too many commands wait; nothing was queued.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._queue(_Waiting(kind, command, future, loop))
        return await future

    def close(self) -> None:
        """Refuse new commands, finish those that wait, and end the thread."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def failure(self) -> StorageFailedError | None:
        """Why nothing is written any more, or None."""
        return self._failure

    # Private methods for the submitting side.

    def _queue(self, item: _Waiting) -> None:
        with self._wake:
            if self._failure is not None:
                raise self._failure
            if self._closing:
                raise StorageFailedError("the writer is closed")
            if len(self._waiting) >= MAX_WAITING:
                raise WriterBusyError(f"{MAX_WAITING} commands wait")
            self._waiting.append(item)
            self._wake.notify()

    # Private methods for the thread.

    def _serve(self) -> None:
        try:
            connection = self._opening()
        except BaseException as error:  # noqa: BLE001 - it belongs to who called start
            self._opened.set_exception(error)
            self.stopped.set_exception(error)
            return
        self._opened.set_result(None)
        try:
            while self._turn(connection):
                pass
            connection.close()
        except Exception as error:  # noqa: BLE001 - whatever it was, the state of the database is unknown
            self._fail(error)
            with suppress(Exception):
                connection.close()
            return
        self.stopped.set_result(None)

    def _turn(self, connection: WritingConnection) -> bool:
        group = self._take()
        if not group:
            return False
        try:
            connection.run(partial(_commit, group))
        except Exception as error:
            self._fail(error)
            for item in group:
                item.result, item.error = None, self._failure
            _release(group)
            raise
        _release(group)
        return True

    def _take(self) -> list[_Waiting]:
        with self._wake:
            while not self._waiting and not self._closing:
                self._wake.wait()
            group = list(islice(self._waiting, self._group_most))
            for _ in group:
                self._waiting.popleft()
            return group

    def _fail(self, error: Exception) -> None:
        failure = error if isinstance(error, StorageFailedError) else StorageFailedError(str(error))
        with self._wake:
            if self._failure is None:
                self._failure = failure
            lost = list(self._waiting)
            self._waiting.clear()
        for item in lost:
            item.error = self._failure
        _release(lost)
        if not self.stopped.done():
            self.stopped.set_exception(self._failure)


def _commit(group: list[_Waiting], connection: Connection) -> None:
    """Apply a group and note the results on its items.

    Raises:
        StorageFailedError: The disk or the database failed.
    """
    try:
        transaction = _storage(connection.begin)
    except StorageFailedError:
        raise
    except Exception as error:  # noqa: BLE001 - no command is at fault, and none was tried
        for item in group:
            item.error = error
        return
    try:
        _apply(group, connection, transaction)
    except StorageFailedError:
        raise
    except Exception as error:  # noqa: BLE001 - it belongs to who submitted the command
        if len(group) == 1:
            group[0].error = error
            return
        for item in group:
            _commit([item], connection)


def _apply(group: list[_Waiting], connection: Connection, transaction: RootTransaction) -> None:
    try:
        point("writer.begun")
        for kind, items in _by_kind(group).items():
            results = _storage(partial(kind, connection, [item.command for item in items]))
            for item, result in zip(items, results, strict=True):
                item.result = result
        point("writer.applied")
    except Exception:
        _final(transaction.rollback)
        raise
    try:
        _final(transaction.commit)
    except StorageFullError:
        # SQLite has undone it, or does now: without its last frame the log holds nothing of this group.
        _final(transaction.rollback)
        raise
    point("writer.committed")


def _by_kind(group: list[_Waiting]) -> dict[Kind[Any, Any], list[_Waiting]]:
    kinds: dict[Kind[Any, Any], list[_Waiting]] = {}
    for item in group:
        kinds.setdefault(item.kind, []).append(item)
    return kinds


def _storage(work: Callable[[], R]) -> R:
    """Run *work*, with an error of the disk as one of ours and every other as it is."""
    try:
        return work()
    except Exception as error:
        translated = storage_error_of(error)
        if translated is None:
            raise
        raise translated from error


def _final(work: Callable[[], None]) -> None:
    """Run a commit or rollback: it fails for want of space, or for good."""
    try:
        _storage(work)
    except StorageFullError:
        raise
    except Exception as error:
        raise StorageFailedError(str(error)) from error


def _release(items: list[_Waiting]) -> None:
    """Hand out the results: at once to threads, with one wake-up to each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Waiting]] = {}
    for item in items:
        if item.loop is None:
            _settle([item])
        else:
            by_loop.setdefault(item.loop, []).append(item)
    for loop, settled in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, settled)
        except RuntimeError:
            # The loop is closed: nobody waits there any more, and what was committed stays committed.
            continue


def _settle(items: list[_Waiting]) -> None:
    for item in items:
        if item.future.cancelled():
            continue
        try:
            if item.error is not None:
                item.future.set_exception(item.error)
            else:
                item.future.set_result(item.result)
        except (InvalidStateError, asyncio.InvalidStateError):
            # Cancelled by its owner between the question and the answer.
            continue
