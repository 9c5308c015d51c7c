"""Opening a database from its URL: one writing connection, many readers (SQLite, PostgreSQL).

* SQLite has exactly one writing connection, held for the life of the process and guarded by a lock beside the file:
  versions 3.7.0 to 3.51.2 may corrupt a write-ahead log that two connections write or checkpoint.
* Readers open the file read-only with ``query_only``, so none of them ever checkpoints.
* A reader connects whole or not at all: who is cancelled meanwhile waits until the connection is open, and closes it.
  Otherwise the driver's thread would answer a loop that is gone, and nobody would close what it opened.
* What makes commits durable is set, read back and refused when it is other: ``synchronous`` of FULL, never NORMAL,
  which loses committed letters in a power cut.
* Writing is synchronous on both engines: the same functions over a Core ``Connection``. asyncpg runs on a private event
  loop inside the thread that writes.
* Every writing transaction excludes every other from its first statement: BEGIN IMMEDIATE, or one advisory lock for all
  replicas, because they extend one audit tree.
"""

import asyncio
import fcntl
import os
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import quote
from weakref import WeakSet

import aiosqlite
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, NullPool
from sqlalchemy.util import await_only as await_
from sqlalchemy.util import greenlet_spawn

from rogatory_node.storage.errors import (
    StorageError,
    StorageFailedError,
    StorageFullError,
    UnsafeDatabaseError,
    WriterTakenError,
)

T = TypeVar("T")

BUSY_MILLISECONDS: Final = 10_000  # longer than any checkpoint; only a foreign tool ever holds the file against us
READERS: Final = 4  # pages and look-ups; more threads only contend on two cores
WAL_RESET_FIXED: Final = (3, 51, 3)
# "RGT1" and one: the same number in every replica, shared with nothing else in this database.
_WRITER_LOCK: Final = 0x52475431_01

# Pragma -> (value to set, values to accept when read back). EXTRA is FULL and more.
SQLITE_WRITING: Final[Mapping[str, tuple[object, tuple[object, ...]]]] = MappingProxyType(
    {
        "busy_timeout": (BUSY_MILLISECONDS, (BUSY_MILLISECONDS,)),
        "journal_mode": ("WAL", ("wal",)),
        "synchronous": ("FULL", (2, 3)),
        "foreign_keys": ("ON", (1,)),
        # A mapped page that goes bad is a signal, not an error.
        "mmap_size": (0, (0, None)),
        "trusted_schema": ("OFF", (0, None)),
    }
)
SQLITE_READING: Final[Mapping[str, tuple[object, tuple[object, ...]]]] = MappingProxyType(
    {
        "busy_timeout": (BUSY_MILLISECONDS, (BUSY_MILLISECONDS,)),
        "query_only": ("ON", (1,)),
        "mmap_size": (0, (0, None)),
        "trusted_schema": ("OFF", (0, None)),
    }
)
POSTGRES_WRITING: Final[Mapping[str, tuple[object, ...]]] = MappingProxyType(
    {
        "fsync": ("on",),
        "full_page_writes": ("on",),
        "synchronous_commit": ("on", "remote_apply"),
    }
)

# SQLite primary result codes (and one extended one): no space is a refusal, a failing disk is the end.
_SQLITE_SHM_NO_SPACE: Final = 4874
_SQLITE_FULL: Final = 13
_SQLITE_FATAL: Final = frozenset({8, 10, 11, 14, 26})  # READONLY, IOERR, CORRUPT, CANTOPEN, NOTADB
_POSTGRES_FULL: Final = ("53100",)
# Connection lost, server stopped, I/O error, corrupt data or index, read-only after a failover.
_POSTGRES_FATAL: Final = ("08", "57P", "58", "XX001", "XX002", "25006")


class WritingConnection(Protocol):
    """The one connection that writes. It belongs to the thread that opened it."""

    def run(self, work: Callable[[Connection], T]) -> T:
        """Run *work* over the connection and return what it returns."""

    def close(self) -> None:
        """Close the connection; the object is of no use afterwards."""


def open_writing(url: str | URL) -> WritingConnection:
    """Open the writing connection in the calling thread.

    Raises:
        UnsafeDatabaseError: A setting would let the database lose what it acknowledged.
        WriterTakenError: Another connection writes to this SQLite file.
        StorageFailedError: The database cannot be reached or opened.
        StorageError: The URL names no engine that we know.
    """
    opening = _WRITING[_backend(url)]
    try:
        return opening(make_url(url))
    except (DBAPIError, OSError) as error:
        raise storage_error_of(error) or StorageFailedError(str(error)) from error


def open_reading(url: str | URL) -> AsyncEngine:
    """Make the engine of the readers; none of its connections can write. The caller disposes of it.

    Raises:
        StorageError: The URL names no engine that we know.
    """
    return _READING[_backend(url)](make_url(url))


def wal_reset_affected(version: tuple[int, int, int]) -> bool:
    """Tell whether this SQLite may corrupt its log when two connections write: then ours must stay the only one."""
    return (3, 7, 0) <= version < WAL_RESET_FIXED


def storage_error_of(error: BaseException) -> StorageError | None:
    """Translate an error of a driver, or return None when it says nothing about the disk."""
    if not isinstance(error, DBAPIError):
        return None
    if error.connection_invalidated:
        return StorageFailedError(str(error.orig))
    sqlstate = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    if sqlstate is not None:
        return _by_sqlstate(str(sqlstate), str(error.orig))
    return _by_result_code(getattr(error.orig, "sqlite_errorcode", 0), str(error.orig))


def check_sqlite(connection: Any, wanted: Mapping[str, tuple[object, tuple[object, ...]]]) -> None:
    """Read the pragmas of a driver's connection back.

    Raises:
        UnsafeDatabaseError: One of them is other than allowed.
    """
    cursor = connection.cursor()
    for name, (_, allowed) in wanted.items():
        cursor.execute(f"PRAGMA {name}")
        row = cursor.fetchone()
        seen = row[0] if row else None
        if seen not in allowed:
            raise UnsafeDatabaseError(name, seen=seen, wanted=allowed)
    cursor.close()


def check_postgres(connection: Connection) -> None:
    """Check that a commit of the server is durable, then pin that for this session.

    Raises:
        UnsafeDatabaseError: A setting is other than allowed.
    """
    for name, allowed in POSTGRES_WRITING.items():
        seen = connection.exec_driver_sql(f"SHOW {name}").scalar_one()
        if seen not in allowed:
            raise UnsafeDatabaseError(name, seen=seen, wanted=allowed)
        if name == "synchronous_commit":
            # A session that has set it does not follow a later change of the server's default.
            connection.exec_driver_sql(f"SET SESSION synchronous_commit TO {seen}")
    connection.commit()


# --- SQLite ---------------------------------------------------------------------------------------------------------


class _SqliteWriting:
    """The writing connection to a SQLite file, alone by a lock on ``<file>-writer``."""

    def __init__(self, url: URL) -> None:
        self._guard = _take_guard(url.database or "")
        try:
            self._engine = create_engine(url.set(drivername="sqlite+pysqlite"), poolclass=NullPool)
            event.listen(self._engine, "connect", _prepare(SQLITE_WRITING))
            event.listen(self._engine, "begin", _begin_immediate)
            self._connection = self._engine.connect()
        except BaseException:
            os.close(self._guard)
            raise

    def run(self, work: Callable[[Connection], T]) -> T:
        return work(self._connection)

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()
        os.close(self._guard)


def _take_guard(database: str) -> int:
    if not database or database == ":memory:":
        raise UnsafeDatabaseError("database", seen=database, wanted=("a file",))
    guard = os.open(f"{database}-writer", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        # The lock belongs to this opening of the file, so it also holds against ourselves.
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(guard)
        raise WriterTakenError(database) from None
    return guard


def _prepare(pragmas: Mapping[str, tuple[object, tuple[object, ...]]]) -> Callable[[Any, Any], None]:
    def prepare(connection: Any, record: Any) -> None:
        # Transactions are begun by us alone, with the kind of BEGIN that we mean.
        connection.isolation_level = None
        cursor = connection.cursor()
        for name, (value, _) in pragmas.items():
            cursor.execute(f"PRAGMA {name} = {value}")
            cursor.fetchall()
        cursor.close()
        check_sqlite(connection, pragmas)

    return prepare


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    # One snapshot for all the queries of one page.
    connection.exec_driver_sql("BEGIN DEFERRED")


class _WholePool(AsyncAdaptedQueuePool):
    """A pool whose connections are not left half open by a cancellation."""

    def _create_connection(self) -> ConnectionPoolEntry:
        return await_(_whole(greenlet_spawn(super()._create_connection)))


async def _whole(connecting: Coroutine[Any, Any, ConnectionPoolEntry]) -> ConnectionPoolEntry:
    task = asyncio.ensure_future(connecting)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await _ended(task)
        if not task.cancelled() and task.exception() is None:
            await _ended(asyncio.ensure_future(greenlet_spawn(task.result().close)))
        raise


async def _ended(task: asyncio.Future[Any]) -> None:
    """Wait for what takes no longer than opening or closing a file, however often we are cancelled."""
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([task])


class _SqliteReaders(AsyncEngine):
    """Readers whose threads have all ended when they are disposed of."""

    __slots__ = ("_opened",)

    def __init__(self, engine: Engine, opened: "WeakSet[aiosqlite.Connection]") -> None:
        super().__init__(engine)
        self._opened = opened

    async def dispose(self, close: bool = True) -> None:
        await super().dispose(close)
        # What a cancelled reader let go of ends behind it; a connection that is closed already takes no notice.
        left = [each for each in self._opened if each._thread.is_alive()]
        for each in left:
            each.stop()
        for each in left:
            await asyncio.to_thread(each._thread.join, BUSY_MILLISECONDS / 1_000)


def _sqlite_reading(url: URL) -> AsyncEngine:
    name = "file:" + quote(str(Path(url.database or "").absolute()))
    reading = URL.create("sqlite+aiosqlite", database=name, query={"mode": "ro", "uri": "true"})
    opened: WeakSet[aiosqlite.Connection] = WeakSet()

    def connect(*args: Any, **options: Any) -> aiosqlite.Connection:
        connection = aiosqlite.connect(*args, **options)
        connection._thread.daemon = True  # as the dialect does: a thread that hangs must not keep the process
        opened.add(connection)
        return connection

    made = create_async_engine(
        reading,
        pool_size=READERS,
        max_overflow=0,
        poolclass=_WholePool,
        connect_args={"async_creator_fn": connect},
    )
    engine = _SqliteReaders(made.sync_engine, opened)
    event.listen(engine.sync_engine, "connect", _prepare(SQLITE_READING))
    event.listen(engine.sync_engine, "begin", _begin_deferred)
    return engine


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


class _PostgresWriting:
    """The writing connection of this replica, on an event loop of its own."""

    def __init__(self, url: URL) -> None:
        self._loop = asyncio.new_event_loop()
        self._engine = create_async_engine(url.set(drivername="postgresql+asyncpg"), poolclass=NullPool)
        self._connection = self._engine.connect()
        try:
            self._loop.run_until_complete(self._connection.start())
            self.run(check_postgres)
        except BaseException:
            self.close()
            raise
        # Only now: what checks the server needs no lock.
        event.listen(self._connection.sync_connection, "begin", _begin_alone)

    def run(self, work: Callable[[Connection], T]) -> T:
        return self._loop.run_until_complete(self._connection.run_sync(work))

    def close(self) -> None:
        self._loop.run_until_complete(self._close())
        self._loop.close()

    async def _close(self) -> None:
        if self._connection.sync_connection is not None:
            await self._connection.close()
        await self._engine.dispose()
        # The transport closes its socket one turn of the loop later.
        await asyncio.sleep(0)


def _begin_alone(connection: Connection) -> None:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")


def _postgres_reading(url: URL) -> AsyncEngine:
    settings = {"default_transaction_read_only": "on"}
    return create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        pool_size=READERS,
        max_overflow=0,
        # A connection may have died with the server since its last use.
        pool_pre_ping=True,
        connect_args={"server_settings": settings},
    )


_WRITING: Final[Mapping[str, Callable[[URL], WritingConnection]]] = MappingProxyType(
    {"sqlite": _SqliteWriting, "postgresql": _PostgresWriting}
)
_READING: Final[Mapping[str, Callable[[URL], AsyncEngine]]] = MappingProxyType(
    {"sqlite": _sqlite_reading, "postgresql": _postgres_reading}
)


def _backend(url: str | URL) -> str:
    name = make_url(url).get_backend_name()
    if name not in _WRITING:
        raise StorageError(f"no such engine: {name}")
    return name


def _by_sqlstate(state: str, text: str) -> StorageError | None:
    if state.startswith(_POSTGRES_FULL):
        return StorageFullError(text)
    return StorageFailedError(text) if state.startswith(_POSTGRES_FATAL) else None


def _by_result_code(code: int, text: str) -> StorageError | None:
    if code == _SQLITE_SHM_NO_SPACE or code & 0xFF == _SQLITE_FULL:
        return StorageFullError(text)
    return StorageFailedError(text) if code & 0xFF in _SQLITE_FATAL else None
