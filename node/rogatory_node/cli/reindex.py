"""``rogatory reindex``: throw the book of cases away and write it again.

* Letters, evidence and the audit log are only read; people, drafts and approvals are not touched.
* It holds the lock of the home, so it refuses while the node serves.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import typer

from rogatory_node.cli.options import HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import emit
from rogatory_node.home import Home
from rogatory_node.i18n import _


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("reindex", help=_("Write the book of cases again from the letters."))(reindex)


def reindex(home: HomeOption, as_json: JsonOption = False) -> None:
    """Write the book of cases again."""
    from rogatory_node.cli.trouble import told

    at = home_at(home)
    with told(at), at.lock(), _bar(quiet=as_json) as progress:
        at.check()
        entries, cases = asyncio.run(_written(at, progress))
    said = _("{entries} entries of the log read, {cases} cases written.").format(entries=entries, cases=cases)
    emit(as_json, {"entries": entries, "cases": cases}, said)


async def _written(at: Home, progress: Callable[[int], None]) -> tuple[int, int]:
    from rogatory_node.app.store import open_current
    from rogatory_node.casebook.following import Following
    from rogatory_node.casebook.reindex import count
    from rogatory_node.casebook.reindex import reindex as write_again
    from rogatory_node.config import database_url, load
    from rogatory_node.services import home_key
    from rogatory_node.services.own import find, open_keys
    from rogatory_node.storage.engine import open_reading
    from rogatory_node.storage.writer import Writer

    config = load(at)
    key, url = home_key.read(config, at, os.environ), database_url(config, at)
    writer = Writer(partial(open_current, url))
    await asyncio.to_thread(writer.start)
    try:
        readers = open_reading(url)
        try:
            async with readers.connect() as connection:
                found = await connection.run_sync(find)
            sealer = open_keys(at, key, found.statement).sealer
            following = Following(me=found.aid, sealer=sealer, writer=writer, readers=readers)
            entries = await write_again(following, writer, progress)
            async with readers.connect() as connection:
                return entries, await connection.run_sync(count)
        finally:
            await readers.dispose()
    finally:
        await asyncio.to_thread(writer.close)


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show how much is left, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda _left: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TimeRemainingColumn

    with Progress(BarColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("")
        total = 0

        def told(left: int) -> None:
            nonlocal total
            total = max(total, left)
            shown.update(task, total=total, completed=total - left)

        yield told
