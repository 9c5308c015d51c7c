"""What a node keeps, opened."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from rogatory_node.app.store import open_current, opened
from rogatory_node.config import load
from rogatory_node.home import Home
from rogatory_node.services.own import OwnKeyError
from rogatory_node.storage.errors import SchemaError, StorageFailedError


async def test_it_is_opened_and_closed_with_the_block(home: Home) -> None:
    async with opened(home, load(home), {}) as store:
        assert store.own.statement.content.cc == "XA"
        assert store.writer.failure is None
    with pytest.raises(StorageFailedError):
        store.writer.submit(lambda c, n: [None], None)


async def test_what_no_letter_asks_for_is_removed(home: Home) -> None:
    for name in (f"{'a' * 64}-000.part", f"{'b' * 64}-001"):
        (home.blobs / name).write_bytes(b"left over")
    async with opened(home, load(home), {}):
        assert list(home.blobs.iterdir()) == []


async def test_a_failure_lets_go_of_the_database(home: Home) -> None:
    aside = shutil.move(home.keys / "seal.key", home.root / "seal.aside")
    with pytest.raises(OwnKeyError):
        async with opened(home, load(home), {}):
            pass
    Path(aside).rename(home.keys / "seal.key")
    async with opened(home, load(home), {}) as store:
        assert store.own.started > 0


def test_a_database_of_another_program_is_not_opened(home: Home) -> None:
    with sqlite3.connect(home.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    for _ in range(2):  # the first refusal lets go of it
        with pytest.raises(SchemaError):
            open_current(f"sqlite:///{home.database}")
