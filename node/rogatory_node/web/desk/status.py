"""The operator's page: whether the node works, how its peers stand, what waits.

* Names and numbers; no letter, no case. It can change nothing.
"""

import shutil
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from rogatory_node.casebook import following
from rogatory_node.delivery.peers import State
from rogatory_node.i18n import later
from rogatory_node.web.desk import rendering, telling
from rogatory_node.web.desk.context import Ask
from rogatory_protocol.limits import DAY_SECONDS

LOW_BYTES: Final = 5 * 1024**3
STATES: Final = {
    State.LINKED: later("connected"),
    State.DIALLING: later("being called"),
    State.UNREACHABLE: later("unreachable"),
    State.REFUSED: later("refuses us"),
    State.ENDED: later("the connection ended"),
    State.NO_ADDRESS: later("has no address"),
    State.IDLE: later("nothing waits"),
}


async def show(ask: Ask) -> web.StreamResponse:
    """Show how the node stands."""
    desk, now = ask.desk, int(ask.desk.wall())

    def left(connection: Connection) -> int:
        return following.left(connection)

    behind = await desk.read(left)
    free = shutil.disk_usage(desk.scratch).free
    expires = desk.own.statement.content.exp
    rows = sorted(desk.links(), key=lambda row: (row.state is not State.UNREACHABLE, -row.waiting, row.aid))
    good = later("good")
    lines = [
        (later("Database"), good if desk.writer.failure is None else later("failed"), desk.writer.failure is None, ""),
        (later("Free space"), "", free >= LOW_BYTES, telling.size(free)),
        (later("Entries of the log that the lists do not show yet"), "", behind < 1_000, str(behind)),
        (
            later("The statement is good for days"),
            "",
            expires - now > 30 * DAY_SECONDS,
            str((expires - now) // DAY_SECONDS),
        ),
    ]
    return rendering.page(
        ask,
        "status.html",
        lines=lines,
        rows=[(telling.authority(ask, row.aid), STATES[row.state], row.waiting, row.since) for row in rows],
        connected=sum(row.state is State.LINKED for row in rows),
        started=desk.own.started,
    )
