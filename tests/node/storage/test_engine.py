"""Opening databases: durable or not at all, one that writes, many that read."""

import asyncio
import shutil
import sqlite3
import threading
from functools import partial
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import URL, Connection, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node import migrations
from rogatory_node.storage import engine as engines
from rogatory_node.storage.engine import (
    SQLITE_WRITING,
    check_postgres,
    check_sqlite,
    open_reading,
    open_writing,
    storage_error_of,
    wal_reset_affected,
)
from rogatory_node.storage.errors import (
    StorageError,
    StorageFailedError,
    StorageFullError,
    UnsafeDatabaseError,
    WriterTakenError,
)
from rogatory_node.storage.tables import cards, meta


@pytest.mark.parametrize(
    ("pragma", "name"), [("synchronous = NORMAL", "synchronous"), ("foreign_keys = OFF", "foreign_keys")]
)
def test_STO_05_a_lowered_pragma_is_refused(sqlite_url: str, pragma: str, name: str) -> None:
    connection = open_writing(sqlite_url)

    def lower(core: Connection) -> None:
        driver = core.connection.driver_connection
        check_sqlite(driver, SQLITE_WRITING)
        driver.execute(f"PRAGMA {pragma}")
        check_sqlite(driver, SQLITE_WRITING)

    with pytest.raises(UnsafeDatabaseError) as caught:
        connection.run(lower)
    assert name == caught.value.setting
    connection.close()


def test_STO_05_what_is_set_is_read_back(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the engine does not do as it is told, nothing is opened."""
    monkeypatch.setattr(engines, "SQLITE_WRITING", {**SQLITE_WRITING, "synchronous": ("NORMAL", (2, 3))})
    with pytest.raises(UnsafeDatabaseError):
        open_writing(sqlite_url)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_STO_05_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(UnsafeDatabaseError):
        open_writing(url)


@pytest.mark.postgres
@pytest.mark.parametrize("value", ["off", "local", "remote_write"])
async def test_STO_23_a_server_that_commits_without_flushing_is_refused(postgres_url: str, value: str) -> None:
    admin = await asyncpg.connect(postgres_url)
    name = await admin.fetchval("SELECT current_database()")
    await admin.execute(f'ALTER DATABASE "{name}" SET synchronous_commit TO {value}')
    await admin.close()

    with pytest.raises(UnsafeDatabaseError) as caught:
        await asyncio.to_thread(open_writing, postgres_url)
    assert caught.value.setting == "synchronous_commit"


@pytest.mark.postgres
def test_STO_23_a_later_change_of_the_server_does_not_reach_the_session(postgres_url: str) -> None:
    connection = open_writing(postgres_url)
    source = connection.run(
        lambda c: c.execute(text("SELECT source FROM pg_settings WHERE name = 'synchronous_commit'")).scalar_one()
    )
    assert source == "session"
    connection.run(lambda c: c.rollback())
    connection.run(check_postgres)
    connection.close()


def test_STO_06_a_second_writing_connection_is_refused(sqlite_url: str) -> None:
    first = open_writing(sqlite_url)
    with pytest.raises(WriterTakenError):
        open_writing(sqlite_url)
    first.close()
    open_writing(sqlite_url).close()


async def test_STO_06_readers_cannot_write(database: str) -> None:
    reading = open_reading(database)
    async with reading.connect() as connection:
        assert (await connection.execute(select(meta))).all() == []
        if database.startswith("sqlite"):
            assert (await connection.exec_driver_sql("PRAGMA query_only")).scalar_one() == 1
        with pytest.raises(DBAPIError):
            await connection.execute(meta.insert(), [{"key": "k", "value": b"v"}])
    await reading.dispose()


async def test_STO_06_a_reader_that_closes_last_leaves_the_log_alone(tmp_path: Path) -> None:
    """Only the writing connection checkpoints, also when its process died and a reader is the last to leave."""
    connection = open_writing(f"sqlite:///{tmp_path}/node.db")
    connection.run(migrations.upgrade)
    connection.run(put)
    died = tmp_path / "died"
    died.mkdir()
    for name in ("node.db", "node.db-wal"):
        shutil.copy(tmp_path / name, died)
    connection.close()

    log = (died / "node.db-wal").read_bytes()
    reading = open_reading(f"sqlite:///{died}/node.db")
    async with reading.connect() as core:
        assert (await core.execute(select(meta.c.key))).scalars().all() == ["k"]
    await reading.dispose()
    assert log
    assert log == (died / "node.db-wal").read_bytes()


def put(connection: Connection) -> None:
    with connection.begin():
        connection.execute(meta.insert(), [{"key": "k", "value": b"v"}])


async def test_readers_see_what_was_committed_and_keep_their_snapshot(sqlite_url: str) -> None:
    connection = open_writing(sqlite_url)
    connection.run(migrations.upgrade)
    reading = open_reading(sqlite_url)
    async with reading.connect() as before:
        assert (await before.execute(select(meta.c.key))).scalars().all() == []
        connection.run(put)
        assert (await before.execute(select(meta.c.key))).scalars().all() == []
    async with reading.connect() as after:
        assert (await after.execute(select(meta.c.key))).scalars().all() == ["k"]
    await reading.dispose()
    connection.close()


def test_a_name_with_signs_that_urls_use_is_a_file(tmp_path: Path) -> None:
    url = URL.create("sqlite", database=str(tmp_path / "a?b#c%20d.db"))
    connection = open_writing(url)
    connection.run(migrations.upgrade)
    assert (tmp_path / "a?b#c%20d.db").exists()
    connection.close()


def test_a_foreign_key_without_its_row_is_refused(database: str) -> None:
    connection = open_writing(database)

    def orphan(core: Connection) -> None:
        with core.begin():
            core.exec_driver_sql(
                "INSERT INTO outbox (letter, aid, state, next_attempt, urg, exp) "
                + (
                    "VALUES (x'00', x'00', 'queued', 0, 0, 0)"
                    if "sqlite" in database
                    else "VALUES ('a', 'a', 'queued', 0, 0, 0)"
                )
            )

    with pytest.raises(DBAPIError, match=r"(?i)foreign key"):
        connection.run(orphan)
    connection.close()


def test_counters_of_64_bits_are_kept_in_order(database: str) -> None:
    """A thief may drive a card's number to its end (B.7)."""
    connection = open_writing(database)
    numbers = [0, 1, 2**63 - 1, 2**63, 2**64 - 1]

    def store(core: Connection) -> list[int]:
        with core.begin():
            rows = [
                {"aid": bytes([n]) * 32, "ver": 1, "seq": seq, "raw": b""} for n, seq in enumerate(reversed(numbers))
            ]
            core.execute(cards.insert(), rows)
            return list(core.execute(select(cards.c.seq).order_by(cards.c.seq)).scalars())

    assert numbers == connection.run(store)
    connection.close()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (13, StorageFullError),
        (4874, StorageFullError),
        (10, StorageFailedError),
        (1034, StorageFailedError),
        (19, type(None)),
    ],
)
def test_STO_03_result_codes_say_whether_the_disk_is_full_or_fails(code: int, expected: type) -> None:
    original = sqlite3.OperationalError("x")
    original.sqlite_errorcode = code
    assert isinstance(storage_error_of(OperationalError("COMMIT", {}, original)), expected)


@pytest.mark.parametrize(
    ("state", "expected"),
    [("53100", StorageFullError), ("57P01", StorageFailedError), ("58030", StorageFailedError), ("23505", type(None))],
)
def test_STO_03_sqlstates_say_whether_the_disk_is_full_or_fails(state: str, expected: type) -> None:
    original = Exception("x")
    original.sqlstate = state  # type: ignore[attr-defined]
    assert isinstance(storage_error_of(DBAPIError("COMMIT", {}, original)), expected)


def test_other_errors_say_nothing_about_the_disk() -> None:
    assert storage_error_of(ValueError()) is None


@pytest.mark.parametrize("function", [open_writing, open_reading])
def test_an_unknown_engine_is_refused(function: object) -> None:
    with pytest.raises(StorageError):
        partial(function, "oracle://x")()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("version", "affected"),
    [((3, 6, 23), False), ((3, 7, 0), True), ((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False)],
)
def test_STO_06_versions_with_the_log_reset_error_are_known(version: tuple[int, int, int], affected: bool) -> None:
    assert affected is wal_reset_affected(version)


def test_a_database_that_cannot_be_opened_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "node.db").write_bytes(b"not a database, and long enough to be looked at" * 100)
    with pytest.raises(StorageFailedError):
        open_writing(f"sqlite:///{tmp_path}/node.db")
    with pytest.raises(StorageFailedError):
        open_writing(f"sqlite:///{tmp_path}/nowhere/node.db")
    with pytest.raises(StorageFailedError):
        open_writing(f"postgresql://rogatory@/x?host={tmp_path}")


def test_a_reader_that_is_cancelled_while_connecting_leaves_no_connection_behind(sqlite_url: str) -> None:
    """The driver's threads end before the loop does; one that answers later raises, and its connection stays open."""

    async def read(engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def cancelled(turns: int) -> None:
        engine = open_reading(sqlite_url)
        readers = [asyncio.ensure_future(read(engine)) for _ in range(3)]
        for _ in range(turns):
            await asyncio.sleep(0)
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        assert engine.sync_engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        await engine.dispose()

    before = set(threading.enumerate())
    for turns in range(40):
        asyncio.run(cancelled(turns))
    left = set(threading.enumerate()) - before
    for each in left:
        each.join(5)
    assert not any(each.is_alive() for each in left)
