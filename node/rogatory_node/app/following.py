"""Has the book follow the audit log while the node runs.

* It looks twice a second, a few reads by primary keys, and works only when the log has grown.
* While the log keeps growing it rests after each slice of work, nineteen times as long as the slice took: letters come
  first, the book comes after. In a quiet hour it works through what is left without rest.
* Whatever fails here stops no letter: it is noted, and tried again later. A failed database ends the node elsewhere.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from rogatory_node.casebook.following import START, Following, Mark
from rogatory_node.storage.errors import StorageFailedError, StorageFullError
from rogatory_node.storage.writer import WriterBusyError

LOOK_SECONDS: Final = 0.5
RESTS: Final = 19  # times what a slice took: a twentieth of one core while letters come and go
MOST_REST_SECONDS: Final = 5.0
TRY_AGAIN_SECONDS: Final = 30.0

_log: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class Pace:
    """When to rest: as long as the log grows.

    Attributes:
        end: The last entry of the log that was seen.
        busy: Whether it has grown since the look before.
    """

    end: Mark = START
    busy: bool = False

    def look(self, end: Mark) -> None:
        """Note where the log ends now."""
        self.busy, self.end = end != self.end, end

    async def rest(self, worked: float) -> None:
        """Return when work may go on."""
        if self.busy:
            await asyncio.sleep(min(RESTS * worked, MOST_REST_SECONDS))


async def keep(
    following: Following, pace: Pace, *, seconds: float = LOOK_SECONDS, again: float = TRY_AGAIN_SECONDS
) -> None:
    """Follow the log until cancelled; *pace* is that of *following*.

    Raises:
        StorageFailedError: The database failed.
    """
    while True:
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
        pace.look(stepped.end)
        # At the end of the log, and while it grows, a look every so often is enough.
        await asyncio.sleep(0 if stepped.entries and not pace.busy else seconds)
