"""Has the book follow the audit log while the node runs.

* It looks twice a second, one read by the primary key, and works only when the log has grown.
* While the log keeps growing it rests nine times as long as it worked: letters come first, the book comes after.
* Whatever fails here stops no letter: it is noted, and tried again later. A failed database ends the node elsewhere.
"""

import asyncio
import logging
from typing import Final

from rogatory_node.casebook.following import Following
from rogatory_node.storage.errors import StorageFailedError, StorageFullError
from rogatory_node.storage.writer import WriterBusyError

LOOK_SECONDS: Final = 0.5
RESTS: Final = 9  # times what the work took: a tenth of one core
TRY_AGAIN_SECONDS: Final = 30.0

_log: Final = logging.getLogger(__name__)


async def keep(following: Following, *, seconds: float = LOOK_SECONDS, again: float = TRY_AGAIN_SECONDS) -> None:
    """Follow the log until cancelled.

    Raises:
        StorageFailedError: The database failed.
    """
    clock = asyncio.get_running_loop().time
    while True:
        began = clock()
        try:
            stepped = await following.step()
        except StorageFailedError:
            raise
        except (StorageFullError, WriterBusyError) as error:
            _log.warning("book.delayed", extra={"why": error.code})
            await asyncio.sleep(again)
            continue
        except Exception as error:  # noqa: BLE001 - the book is computed: letters go on without it
            _log.error("book.delayed", extra={"why": type(error).__name__})
            await asyncio.sleep(again)
            continue
        await asyncio.sleep(RESTS * (clock() - began) if stepped.entries else seconds)
