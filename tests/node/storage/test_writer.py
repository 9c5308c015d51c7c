"""The group-commit writer, over both engines."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select, update
from sqlalchemy.exc import IntegrityError

from rogatory_node import migrations
from rogatory_node.storage import writer as writing
from rogatory_node.storage.engine import open_writing
from rogatory_node.storage.errors import StorageFailedError, StorageFullError
from rogatory_node.storage.tables import boots, meta
from rogatory_node.storage.writer import Writer, WriterBusyError


def put(connection: Connection, keys: list[str]) -> list[int]:
    """Insert one row of meta for each key; return the size of the group for each."""
    connection.execute(meta.insert(), [{"key": key, "value": b"v"} for key in keys])
    return [len(keys)] * len(keys)


def boot(connection: Connection, boot_ids: list[bytes]) -> list[bytes]:
    connection.execute(boots.insert(), [{"boot": each, "started_at": 1} for each in boot_ids])
    return boot_ids


def count(connection: Connection, commands: list[None]) -> list[int]:
    return [connection.execute(select(func.count()).select_from(meta)).scalar_one()] * len(commands)


class Gate:
    """A kind that holds the writer until it is opened, so that what follows waits together."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def __call__(self, connection: Connection, commands: list[None]) -> list[None]:
        self.entered.set()
        assert self.opened.wait(10)
        return commands


def together(writer: Writer, *items: tuple[Callable[..., Any], Any]) -> list[Future[Any]]:
    """Submit commands so that the writer finds all of them waiting."""
    gate = Gate()
    held = writer.submit(gate, None)
    assert gate.entered.wait(10)
    futures = [writer.submit(kind, command) for kind, command in items]
    gate.opened.set()
    held.result(10)
    return futures


def test_what_waits_together_is_one_group(writer: Writer) -> None:
    futures = together(writer, *((put, f"k{n}") for n in range(5)), (boot, b"b" * 16))
    assert [future.result(10) for future in futures] == [5] * 5 + [b"b" * 16]


def test_a_bad_command_harms_no_other(writer: Writer) -> None:
    """A failed group is replayed singly."""
    futures = together(writer, (put, "a"), (put, "b"), (put, "a"), (put, "c"), (boot, b"b" * 16))

    assert [futures[n].result(10) for n in (0, 1)] == [1, 1]
    with pytest.raises(IntegrityError):
        futures[2].result(10)
    assert futures[3].result(10) == 1
    assert futures[4].result(10) == b"b" * 16
    assert writer.submit(count, None).result(10) == 3


def test_a_kind_that_returns_too_few_results_commits_nothing(writer: Writer) -> None:
    def forgetful(connection: Connection, keys: list[str]) -> list[int]:
        put(connection, keys)
        return []

    with pytest.raises(ValueError, match="shorter"):
        writer.submit(forgetful, "a").result(10)
    assert writer.submit(count, None).result(10) == 0


def test_results_are_released_after_the_commit(writer: Writer, database: str) -> None:
    """Whoever sees a result finds the row from another connection, also after this process is gone."""
    writer.submit(put, "k").result(10)
    writer.close()
    other = open_writing(database)
    assert other.run(partial(count, commands=[None])) == [1]
    other.close()


async def test_an_event_loop_is_woken_with_the_results(writer: Writer) -> None:
    assert [await writer.execute(put, key) for key in "abc"] == [1] * 3
    results = await asyncio.gather(*(writer.execute(put, f"k{n}") for n in range(40)))
    assert len(results) == 40
    with pytest.raises(IntegrityError):
        await writer.execute(put, "a")


async def test_a_cancelled_wait_harms_nobody(writer: Writer) -> None:
    gate = Gate()
    held = writer.submit(gate, None)
    task = asyncio.create_task(writer.execute(put, "cancelled"))
    await asyncio.sleep(0)
    task.cancel()
    gate.opened.set()
    await asyncio.wrap_future(held)
    assert await writer.execute(count, None) == 1


def test_close_finishes_what_waits(writer: Writer) -> None:
    futures = together(writer, (put, "a"), (put, "b"))
    writer.close()
    assert [future.result(0) for future in futures] == [2, 2]
    assert writer.stopped.result(0) is None
    with pytest.raises(StorageFailedError):
        writer.submit(put, "c")


def test_a_full_queue_refuses(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MAX_WAITING", 3)
    gate = Gate()
    writer.submit(gate, None)
    assert gate.entered.wait(10)
    waiting = [writer.submit(put, f"k{n}") for n in range(3)]
    with pytest.raises(WriterBusyError):
        writer.submit(put, "one too many")
    gate.opened.set()
    assert [future.result(10) for future in waiting] == [3] * 3
    assert writer.submit(count, None).result(10) == 3


def test_an_opening_that_fails_is_told_to_who_starts() -> None:
    writer = Writer(partial(open_writing, "oracle://x"))
    with pytest.raises(Exception, match="oracle"):
        writer.start()


# --- P04, P05: the disk ---------------------------------------------------------------------------------------------


class Faulty:
    """A connection whose commits fail as the disk under them does."""

    def __init__(self, url: str, fail: Callable[[Connection], None]) -> None:
        self._inner = open_writing(url)
        self._inner.run(lambda connection: event.listen(connection, "commit", fail))

    def run(self, work: Callable[[Connection], Any]) -> Any:
        return self._inner.run(work)

    def close(self) -> None:
        self._inner.close()


@pytest.fixture
def sqlite_database(sqlite_url: str) -> str:
    connection = open_writing(sqlite_url)
    connection.run(migrations.upgrade)
    connection.close()
    return sqlite_url


def test_STO_03_a_failed_commit_is_final(sqlite_database: str) -> None:
    """P04: after a failed fsync nothing is acknowledged and nothing more is written."""
    fails = [OSError(5, "Input/output error")]

    def fail(connection: Connection) -> None:
        if fails:
            raise fails.pop()

    writer = Writer(partial(Faulty, sqlite_database, fail))
    writer.start()
    futures = together_without_gate(writer, "a", "b")

    for future in futures:
        with pytest.raises(StorageFailedError):
            future.result(10)
    with pytest.raises(StorageFailedError):
        writer.stopped.result(10)
    # The disk is well again, but whether the first commit is durable will never be known.
    with pytest.raises(StorageFailedError):
        writer.submit(put, "c")
    assert writer.failure is not None
    writer.close()


def together_without_gate(writer: Writer, *keys: str) -> list[Future[int]]:
    futures: list[Future[int]] = []
    for key in keys:
        try:
            futures.append(writer.submit(put, key))
        except StorageFailedError as error:
            future: Future[int] = Future()
            future.set_exception(error)
            futures.append(future)
    return futures


def test_STO_04_no_space_fails_the_command_and_not_the_writer(sqlite_database: str) -> None:
    """P05: SQLite itself refuses beyond a number of pages with the same code as a full disk."""
    writer = Writer(partial(open_writing, sqlite_database))
    writer.start()

    def limit(connection: Connection, more: list[int]) -> list[None]:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + more[0]}")
        return [None]

    def big(connection: Connection, keys: list[str]) -> list[None]:
        connection.execute(meta.insert(), [{"key": key, "value": bytes(200_000)} for key in keys])
        return [None] * len(keys)

    writer.submit(limit, 2).result(10)
    futures = together(writer, (big, "big"), (put, "small"))
    with pytest.raises(StorageFullError):
        futures[0].result(10)
    assert futures[1].result(10) == 1
    writer.submit(limit, 1_000).result(10)
    assert writer.submit(big, "big").result(10) is None
    writer.close()
    assert writer.stopped.result(10) is None


@pytest.mark.postgres
def test_STO_23_a_connection_lost_in_a_commit_is_final(postgres_url: str) -> None:
    """Whether the server made that commit is unknown; the next start finds out."""
    connection = open_writing(postgres_url)
    connection.run(migrations.upgrade)
    connection.close()
    writer = Writer(partial(open_writing, postgres_url))
    writer.start()

    def suicide(connection: Connection, commands: list[None]) -> list[None]:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        return commands

    with pytest.raises(StorageFailedError):
        writer.submit(suicide, None).result(10)
    with pytest.raises(StorageFailedError):
        writer.stopped.result(10)
    with pytest.raises(StorageFailedError):
        writer.submit(put, "k")


@pytest.mark.postgres
def test_two_replicas_extend_one_counter_without_losing_a_step(postgres_url: str) -> None:
    """Both read, add one and write: without the lock over whole transactions they would overwrite each other."""
    connection = open_writing(postgres_url)
    connection.run(migrations.upgrade)
    connection.run(lambda core: commit_row(core, "n", b"0"))
    connection.close()

    def step(connection: Connection, commands: list[None]) -> list[int]:
        n = int(connection.execute(select(meta.c.value)).scalar_one())
        connection.execute(update(meta).values(value=str(n + len(commands)).encode()))
        return [n] * len(commands)

    replicas = [Writer(partial(open_writing, postgres_url), group_most=2) for _ in range(2)]
    for replica in replicas:
        replica.start()
    futures = [replica.submit(step, None) for _ in range(50) for replica in replicas]
    for future in futures:
        future.result(10)
    assert replicas[0].submit(step, None).result(10) == 100
    for replica in replicas:
        replica.close()


def commit_row(connection: Connection, key: str, value: bytes) -> None:
    with connection.begin():
        connection.execute(meta.insert(), [{"key": key, "value": value}])


# --- P02: killed at each named point --------------------------------------------------------------------------------

CHILD = """
    import sys
    from functools import partial
    from rogatory_node.storage.engine import open_writing
    from rogatory_node.storage.tables import meta
    from rogatory_node.storage.writer import Writer

    def put(connection, keys):
        connection.execute(meta.insert(), [{"key": key, "value": b"v"} for key in keys])
        return keys

    writer = Writer(partial(open_writing, sys.argv[1]))
    writer.start()
    for n in range(5):
        print(writer.submit(put, f"k{n}").result(), flush=True)
"""


@pytest.mark.parametrize("point", ["writer.begun", "writer.applied", "writer.committed"])
def test_STO_01_killed_at_each_point_nothing_acknowledged_is_lost(database: str, point: str) -> None:
    environ = {**os.environ, "ROGATORY_TEST": "1", "ROGATORY_FAULT": f"{point}:3"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CHILD), database],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    acknowledged = done.stdout.split()

    connection = open_writing(database)
    stored = connection.run(lambda c: c.execute(select(meta.c.key).order_by(meta.c.key)).scalars().all())
    connection.close()
    assert acknowledged == ["k0", "k1"]
    assert stored == (["k0", "k1", "k2"] if point == "writer.committed" else ["k0", "k1"])


def test_without_the_test_variable_no_fault_point_acts(sqlite_database: str, tmp_path: Path) -> None:
    environ = {**os.environ, "ROGATORY_TEST": "", "ROGATORY_FAULT": "writer.begun:1"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CHILD), sqlite_database],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
