"""A node whose socket is asked as commands ask it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, UnixConnector
from desk import came, node, own, url, world

from rogatory_node.api.context import Node
from rogatory_node.api.server import application, serving

__all__ = ["came", "node", "own", "url", "world"]

Ask = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
async def ask(node: Node, tmp_path: Path) -> AsyncIterator[Ask]:
    """Ask the node over its real socket: ``await ask("POST", "/letters", json={…})`` gives status and answer."""
    path = tmp_path / "node.sock"
    async with (
        serving(application(node), path),
        ClientSession(connector=UnixConnector(str(path)), headers={"Rogatory-As": "desk"}) as session,
    ):

        async def asked(method: str, target: str, **options: Any) -> tuple[int, Any]:
            async with session.request(method, f"http://node{target}", **options) as reply:
                plain = reply.content_type != "application/json"
                return reply.status, await reply.read() if plain else await reply.json()

        yield asked
