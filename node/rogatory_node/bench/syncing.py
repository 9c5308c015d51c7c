"""How long a node needs to follow a registry for the first time, and how much memory: read, verified and stored.

* The log comes over HTTP from files, as from any mirror; the node's own follower reads it into a database of its own.
* Memory is what the process needs above what it had before, mirror and all.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from itertools import count as numbers
from itertools import islice
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from rogatory_keys.replay import Followed, Local
from rogatory_node import migrations
from rogatory_node.bench.machine import forget_peak, rss_mib
from rogatory_node.bench.replay import NOW, YEAR, Progress, followed, leaves_of, note_over
from rogatory_node.registry.follower import Follower, Outcome
from rogatory_node.registry.listening import serving
from rogatory_node.services.trust import Trust
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import open_reading, open_writing
from rogatory_node.storage.writer import Writer
from rogatory_node.transport.fetch import Fetcher
from rogatory_protocol.merkle import Frontier, leaf_hash
from rogatory_protocol.statement_fields import ANYWHERE
from rogatory_protocol.tiles import TILE_WIDTH, encode_bundle, entry_bundles

_HOST: Final = "127.0.0.1"


def run(count: int, database: str | None, progress: Progress) -> dict[str, Any]:
    """Let a node follow a log of *count* leaves from nothing; return seconds and MiB.

    Raises:
        RuntimeError: It did not take the log.
    """
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        _mirror(folder, count, progress)
        url = database or f"sqlite:///{folder}/node.db"
        opening = open_writing(url)
        opening.run(migrations.upgrade)
        opening.close()
        return asyncio.run(_followed(folder, url, count))


def _mirror(folder: Path, count: int, progress: Progress) -> None:
    """Write the log as files."""
    leaves, frontier = leaves_of(count, progress), Frontier()
    for number in numbers():
        bundle = list(islice(leaves, TILE_WIDTH))
        if not bundle:
            break
        frontier = frontier.extend([leaf_hash(leaf) for leaf in bundle])
        _write(folder, number * TILE_WIDTH, bundle)
    (folder / "checkpoint").write_bytes(note_over(frontier))


def _write(folder: Path, first: int, bundle: Sequence[bytes]) -> None:
    (tile,) = entry_bundles(first, first + len(bundle))
    path = folder / tile.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_bundle(bundle))


async def _followed(folder: Path, url: str, count: int) -> dict[str, Any]:
    writer, readers = Writer(partial(open_writing, url)), open_reading(url)
    writer.start()
    try:
        await writer.execute(_found, None)
        local = Local(followed=(Followed(aid=followed().aid, scope=(ANYWHERE,)),))
        trust = await Trust.open(writer, readers, local, wall=lambda: NOW + YEAR)
        pages = web.Application()
        pages.router.add_static("/", folder)
        async with serving(pages, _HOST, 0, None) as port, Fetcher() as fetch:
            follower = Follower(trust, None, followed().aid, f"http://{_HOST}:{port}")
            forget_peak()
            before, began = rss_mib(), time.perf_counter()
            outcome = await follower.poll(fetch)
            taken = time.perf_counter() - began
        if outcome is not Outcome.NEWER:
            raise RuntimeError(f"the log was not taken: {outcome.value}")
        return {
            "leaves": count,
            "seconds": round(taken, 2),
            "extra_rss_mib": round(rss_mib(peak=True) - before, 1),
        }
    finally:
        writer.close()
        await readers.dispose()


def _found(connection: Any, commands: Sequence[None]) -> list[None]:
    audit_log.found(connection, now=NOW, random=os.urandom)
    return [None for _ in commands]
