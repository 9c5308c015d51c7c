"""What the running node says of itself: for ``doctor`` and for whoever asks whether it runs."""

import os
from typing import Final

from aiohttp import web

from rogatory_node import __version__
from rogatory_node.api.context import Node, Route, say


async def status(node: Node, request: web.Request) -> web.Response:
    """Say who runs here, since when and on which ports."""
    return say(
        {
            "aid": node.own.aid.hex(),
            "pid": os.getpid(),
            "version": __version__,
            "started": node.own.started,
            "ports": dict(node.ports),
            "failure": None if node.writer.failure is None else node.writer.failure.code,
        }
    )


ROUTES: Final = (Route("GET", "/status", status),)
