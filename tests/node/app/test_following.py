"""The book follows while the node runs, and nothing of it stops the node."""

import asyncio
from collections.abc import Sequence

import pytest

from rogatory_node.app.following import keep
from rogatory_node.casebook.following import START, Stepped
from rogatory_node.storage.errors import StorageFailedError, StorageFullError


class Scripted:
    """Steps that end as they are told."""

    def __init__(self, ends: Sequence[int | Exception]) -> None:
        self.ends, self.done = list(ends), asyncio.Event()

    async def step(self) -> Stepped:
        end = self.ends.pop(0) if self.ends else 0
        if not self.ends:
            self.done.set()
        if isinstance(end, Exception):
            raise end
        return Stepped(entries=end, mark=START)


async def test_it_goes_on_after_a_full_disk_and_after_a_fault_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    book = Scripted([3, StorageFullError("x"), ZeroDivisionError("words of a case"), 2, 0])
    task = asyncio.create_task(keep(book, seconds=0, again=0))  # type: ignore[arg-type]
    async with asyncio.timeout(4):
        await book.done.wait()
    task.cancel()
    assert [record.why for record in caplog.records] == ["storage.full", "ZeroDivisionError"]  # type: ignore[attr-defined]
    assert "words" not in caplog.text


async def test_a_failed_database_ends_it() -> None:
    with pytest.raises(StorageFailedError):
        await keep(Scripted([StorageFailedError("x")]))  # type: ignore[arg-type]
