"""Two authorities and a registry to measure on: the recipient a process of its own, the sender's node in this one.

* Quotas are raised: a day's letters of one peer are seconds of a benchmark. Nothing else differs from a real network.
* What is measured crosses a real socket between two processes, and both databases are durable.
"""

import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rogatory_node import app
from rogatory_node.api.context import Node
from rogatory_node.bench.driving import ListeningWriter, Sender
from rogatory_node.home import Home
from rogatory_node.stage import Actor, Part, Say, Stage
from rogatory_protocol.ids import Aid

LOOK_SECONDS: Final = 0.005
_QUOTAS: Final = "[quotas]\nletters_a_day = 10000000\noffers_a_day = 30000000\nattachment_gib_a_day = 1000000\n"
_PARTS: Final = (
    Part(code="XR", names={"en": "Bench Registry"}, roles=("registry",), registry=True),
    Part(code="XA", names={"en": "Bench Sender"}, settings=_QUOTAS),
    Part(code="XB", names={"en": "Bench Recipient"}, settings=_QUOTAS),
)


@contextmanager
def network(say: Say) -> Iterator[Stage]:
    """Build the network in a temporary folder; the sender's process is stopped again."""
    with tempfile.TemporaryDirectory(prefix="rogatory-bench-") as folder:
        stage = Stage(Path(folder), _PARTS)
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


def pid_of(actor: Actor) -> int:
    """Return the process of an actor that runs."""
    assert actor.process is not None
    return actor.process.pid


def counted(actor: Actor, query: str) -> int:
    """Count in an actor's database, from outside and without writing."""
    with closing(sqlite3.connect(f"file:{actor.home}/node.db?mode=ro", uri=True)) as connection:
        found: int = connection.execute(query).fetchone()[0]
        return found


def until_counted(actor: Actor, query: str, wanted: int, *, seconds: float) -> None:
    """Wait until a count is reached. It blocks: call it in a thread.

    Raises:
        TimeoutError: It was not reached.
    """
    end = time.monotonic() + seconds
    while counted(actor, query) < wanted:
        if time.monotonic() > end:
            raise TimeoutError(query)
        time.sleep(LOOK_SECONDS)
