"""Two authorities and a registry to measure on: the recipient a process of its own, the sender's node in this one.

* Quotas are raised: a day's letters of one peer are seconds of a benchmark. Nothing else differs from a real network.
* What is measured crosses a real socket between two processes, and both databases are durable.
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from rogatory_node import app
from rogatory_node.api.context import Node
from rogatory_node.bench.driving import ListeningWriter, Sender
from rogatory_node.home import Home
from rogatory_node.stage import Actor, Part, Say, Stage
from rogatory_node.storage.tables import outbox
from rogatory_protocol.delivery import State
from rogatory_protocol.ids import Aid

LOOK_SECONDS: Final = 0.005
_QUOTAS: Final = "[quotas]\nletters_a_day = 10000000\noffers_a_day = 30000000\nattachment_gib_a_day = 1000000\n"
_PARTS: Final = (
    Part(code="XR", names={"en": "Bench Registry"}, roles=("registry",), registry=True),
    Part(code="XA", names={"en": "Bench Sender"}, settings=_QUOTAS),
    Part(code="XB", names={"en": "Bench Recipient"}, settings=_QUOTAS),
)


@contextmanager
def network(say: Say, database: str | None = None) -> Iterator[Stage]:
    """Build the network in a temporary folder; the sender's process is stopped again.

    Args:
        say: Told that it takes a while.
        database: The URL of an empty PostgreSQL for the sender; otherwise both sides have SQLite.
    """
    parts = [replace(part, database=database) if part.code == "XA" else part for part in _PARTS]
    with tempfile.TemporaryDirectory(prefix="rogatory-bench-") as folder:
        stage = Stage(Path(folder), parts)
        with closing(stage):
            say("…")
            stage.build()
            stage.stop("XA")
            yield stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The sender's node in this process."""

    node: Node
    sender: Sender


@asynccontextmanager
async def sending(stage: Stage) -> AsyncIterator[Sending]:
    """Run the sender's node in this process, linked to the recipient."""
    home = Home(root=stage.actors["XA"].home)
    async with app.running(home, writing=ListeningWriter) as node:
        writer = node.writer
        assert isinstance(writer, ListeningWriter)
        sender = Sender(
            me=node.own.aid,
            to=Aid(bytes.fromhex(stage.actors["XB"].aid)),
            sending=node.sending,
            writer=writer,
            wake=node.wake,
        )
        await sender.send(64)  # the first letter waits for the link
        yield Sending(node=node, sender=sender)


async def completed(node: Node) -> int:
    """Count the letters of the sender whose evidence says that everything has arrived."""
    done = select(func.count()).select_from(outbox).where(outbox.c.state == State.COMPLETE.value)
    async with node.readers.connect() as connection:
        found: int = (await connection.execute(done)).scalar_one()
        return found


async def until_completed(node: Node, wanted: int, *, seconds: float) -> None:
    """Wait until so many letters of the sender are complete.

    Raises:
        TimeoutError: They are not.
    """
    async with asyncio.timeout(seconds):
        while await completed(node) < wanted:  # noqa: ASYNC110 - another process decides when
            await asyncio.sleep(LOOK_SECONDS)


def pid_of(actor: Actor) -> int:
    """Return the process of an actor that runs."""
    assert actor.process is not None
    return actor.process.pid


def counted(actor: Actor, query: str) -> int:
    """Count in an actor's database, from outside and without writing."""
    with closing(sqlite3.connect(f"file:{actor.home}/node.db?mode=ro", uri=True)) as connection:
        found: int = connection.execute(query).fetchone()[0]
        return found
