"""A registry's node over a real database, on a clock that a test moves."""

from collections.abc import AsyncIterator

import pytest
from offices import NOW, Authority, Registry, follow
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.registry.admitting import Admitting
from rogatory_node.registry.fence import Fence
from rogatory_node.registry.log import Log
from rogatory_node.services.cards import Cards
from rogatory_node.services.trust import Trust
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import open_reading
from rogatory_node.storage.writer import Writer


class House:
    """A registry's node; ``start`` it again to see what is durable."""

    def __init__(self, writer: Writer, readers: AsyncEngine) -> None:
        self.writer, self.readers, self.time = writer, readers, float(NOW + 10)
        self.monotonic = 0.0
        self.registry = Registry()
        self.trust: Trust
        self.fence: Fence
        self.log: Log
        self.admitting: Admitting
        self.cards: Cards

    def wall(self) -> float:
        return self.time

    async def start(self, *, compared: bool = True) -> None:
        """Start; as a rule nobody holds more of the log than this house does."""
        me, seal = self.registry.aid, self.registry.seal
        self.trust = await Trust.open(self.writer, self.readers, follow(self.registry), wall=self.wall)
        self.fence = Fence(self.trust, me, clock=lambda: self.monotonic)
        if compared:
            self.fence.founded(int(self.time))
        self.log = Log(self.trust, self.registry.log_keys, me, self.fence)
        self.admitting = Admitting(self.log, self.trust, seal, writer=self.writer, readers=self.readers)
        self.cards = await Cards.open(
            self.trust, me=me, seal=seal, writer=self.writer, readers=self.readers, wall=self.wall
        )

    async def found(self) -> None:
        await self.admitting.publish([each.raw for each in self.registry.chain])

    async def apply(self, who: Authority) -> None:
        await self.admitting.submit(who.newest.raw)


@pytest.fixture
async def house(writer: Writer, database: str) -> AsyncIterator[House]:
    await writer.execute(lambda conn, _: [audit_log.found(conn, now=NOW, random=bytes)], None)
    readers = open_reading(database)
    made = House(writer, readers)
    await made.start()
    yield made
    await readers.dispose()
