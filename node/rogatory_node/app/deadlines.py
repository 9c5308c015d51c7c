"""Watches the deadlines of letters that were sent, so that silence becomes a signed fact within a second (B.12.1).

* It looks every second, and writes only when something is due.
* A full disk delays the fact and is told by the log; a failed database ends the node elsewhere.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.services.expiring import MOST, Expiring
from rogatory_node.storage.errors import StorageFullError
from rogatory_node.storage.writer import Writer, WriterBusyError
from rogatory_protocol.ids import Aid

LOOK_SECONDS: Final = 1.0

_log: Final = logging.getLogger(__name__)


async def keep(
    expiring: Expiring,
    writer: Writer,
    readers: AsyncEngine,
    wake: Callable[[Aid], None],
    *,
    seconds: float = LOOK_SECONDS,
) -> None:
    """Expire letters as their deadlines pass, until cancelled; *wake* is told whom to offer them once more.

    Raises:
        StorageFailedError: The database failed.
    """
    while True:
        await asyncio.sleep(seconds)
        try:
            await expire_due(expiring, writer, readers, wake)
        except (StorageFullError, WriterBusyError) as error:
            _log.warning("deadlines.delayed", extra={"why": error.code})


async def expire_due(expiring: Expiring, writer: Writer, readers: AsyncEngine, wake: Callable[[Aid], None]) -> int:
    """Expire what is due now; return how many letters.

    Raises:
        StorageError: The database failed, is busy or has no space.
    """
    count = 0
    while True:
        async with readers.connect() as connection:
            deadline = await connection.run_sync(expiring.next_deadline)
        now = int(expiring.wall())
        if deadline is None or deadline >= now:
            return count
        expired = await writer.execute(expiring.expire, MOST)
        for each in expired:
            wake(each.peer)
        count += len(expired)
        if not expired:
            return count
