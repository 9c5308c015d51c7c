"""What a node keeps, opened in the order of trust: home key, database of this very revision, own keys, attachments."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node import migrations
from rogatory_node.config import Config, blobs_folder, database_url
from rogatory_node.home import Home
from rogatory_node.services import home_key, own, uploads
from rogatory_node.services.own import Own
from rogatory_node.storage.blobs import SEALED_CHUNK_BYTES, BlobFolder
from rogatory_node.storage.engine import WritingConnection, open_reading, open_writing
from rogatory_node.storage.tables import blobs as blob_rows
from rogatory_node.storage.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What a node keeps, opened."""

    home: Home
    config: Config
    own: Own
    writer: Writer
    readers: AsyncEngine
    blobs: BlobFolder


@asynccontextmanager
async def opened(
    home: Home, config: Config, environ: Mapping[str, str], writing: type[Writer] = Writer
) -> AsyncIterator[Store]:
    """Open what a node keeps; at the end of the block the commits that wait are finished.

    Raises:
        HomeKeyError: There is no home key.
        OwnError: The authority's keys do not open, or the clock is far behind.
        StorageError: The database is unsafe, of another revision, or failed.
    """
    key = home_key.read(config, home, environ)
    url = database_url(config, home)
    writer = writing(partial(open_current, url))
    await asyncio.to_thread(writer.start)
    try:
        me = await asyncio.to_thread(own.load, home, key, writer)
        readers = open_reading(url)
        try:
            blobs = BlobFolder(blobs_folder(config, home))
            await _sweep(readers, blobs)
            yield Store(home=home, config=config, own=me, writer=writer, readers=readers, blobs=blobs)
        finally:
            await readers.dispose()
    finally:
        await asyncio.to_thread(writer.close)


def open_current(url: str) -> WritingConnection:
    """Open the writing connection to a database of this program's revision.

    Raises:
        SchemaError: It is of another one.
        StorageError: It cannot be opened.
    """
    connection = open_writing(url)
    try:
        connection.run(migrations.require_current)
    except BaseException:
        connection.close()
        raise
    return connection


async def _sweep(readers: AsyncEngine, blobs: BlobFolder) -> None:
    """Remove what no letter asks for: part files of dead transfers and uploads that were never sent."""
    coming = (blob_rows.c.direction == "in", blob_rows.c.verified.is_(False))
    async with readers.connect() as connection:
        rows = (await connection.execute(select(blob_rows).where(*coming))).all()
        durable = {row.path: min(row.stored_bytes, row.next_index * SEALED_CHUNK_BYTES) for row in rows}
        await asyncio.to_thread(blobs.prepare, durable)
        for name in await connection.run_sync(uploads.sweep, blobs):
            blobs.erase(name)
