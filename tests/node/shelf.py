"""A book of some hundred made-up cases in a real database, for the tests that read it. Fixtures to import."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from rogatory_node.bench import bookcase
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.seal import RowSealer

COUNT = 300
R = TypeVar("R")


class Shelf:
    """The book, and what opens it."""

    def __init__(self, opened: WritingConnection) -> None:
        """Fill it."""
        self.opened, self.sealer = opened, RowSealer(bytes(32))
        bookcase.fill(opened, self.sealer, COUNT)

    def do(self, work: Callable[[Connection], R]) -> R:
        """Run in one transaction."""

        def whole(core: Connection) -> R:
            with core.begin():
                return work(core)

        return self.opened.run(whole)


@pytest.fixture
def shelf(database: str) -> Iterator[Shelf]:
    opened = open_writing(database)
    yield Shelf(opened)
    opened.close()
