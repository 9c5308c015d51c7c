"""The log of a running node: one line an event on standard error, for journald and whoever reads after it.

* A line is the time, the level, the fixed name of the event and its fields as ``name=value``, values as JSON.
* Fields are what the code gave by ``extra``; nothing is taken from anywhere else.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Lines(logging.Formatter):
    """Writes one event as one line; a traceback follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record."""
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        fields = (f"{name}={_value(value)}" for name, value in vars(record).items() if name not in _STANDARD)
        line = " ".join([f"{at}Z", record.levelname, _value(record.getMessage()).strip('"'), *fields])
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up(level: int = logging.INFO) -> None:
    """Send the log of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # What libraries tell of single connections would let strangers fill the log.
    for name in ("websockets", "aiohttp", "asyncio", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
