"""The book follows while the node runs, and nothing of it stops the node."""

import asyncio
from collections.abc import Sequence

import pytest

from rogatory_node.app.following import RESTS, Pace, keep
from rogatory_node.casebook.following import START, Mark, Stepped
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
        return Stepped(entries=end, mark=START, end=START)


async def test_it_goes_on_after_a_full_disk_and_after_a_fault_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    book = Scripted([3, StorageFullError("x"), ZeroDivisionError("words of a case"), 2, 0])
    task = asyncio.create_task(keep(book, Pace(), seconds=0, again=0))  # type: ignore[arg-type]
    async with asyncio.timeout(4):
        await book.done.wait()
    task.cancel()
    assert [record.why for record in caplog.records] == ["storage.full", "ZeroDivisionError"]  # type: ignore[attr-defined]
    assert "words" not in caplog.text


async def test_a_failed_database_ends_it() -> None:
    with pytest.raises(StorageFailedError):
        await keep(Scripted([StorageFailedError("x")]), Pace())  # type: ignore[arg-type]


async def test_it_rests_while_the_log_grows_and_not_when_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []

    async def slept(seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr("rogatory_node.app.following.asyncio.sleep", slept)
    pace = Pace()
    await pace.rest(0.01)
    pace.look(Mark(0, 7))
    await pace.rest(0.01)
    pace.look(Mark(0, 7))
    await pace.rest(0.01)
    assert rests == [RESTS * 0.01]
