"""What the running node says of itself."""

import os
from pathlib import Path

from aiohttp import ClientSession, UnixConnector

from rogatory_node import __version__
from rogatory_node.api.context import Node
from rogatory_node.api.server import application, serving


async def test_it_says_who_runs(node: Node, tmp_path: Path) -> None:
    path = tmp_path / "s"
    async with (
        serving(application(node), path),
        ClientSession(connector=UnixConnector(str(path))) as session,
        session.get("http://node/status") as reply,
    ):
        assert await reply.json() == {
            "aid": node.own.aid.hex(),
            "pid": os.getpid(),
            "version": __version__,
            "started": node.own.started,
            "ports": {"link": 8443},
            "failure": None,
        }
