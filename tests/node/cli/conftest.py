"""A node whose socket is in its home, for commands that are its clients."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from desk import came, node, own, url, world

from rogatory_node.api.context import Node
from rogatory_node.api.server import serving
from rogatory_node.app.ways import of_operator
from rogatory_node.cli.main import run

__all__ = ["came", "node", "own", "url", "world"]

Cli = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
async def served(node: Node) -> AsyncIterator[Node]:
    """The node, answering on the socket of its home."""
    node.home.run.mkdir()
    async with serving(of_operator(node), node.home.socket):
        yield node


@pytest.fixture
def cli(served: Node, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command in a thread: ``await cli("inbox")`` gives its status and its JSON, ``text=True`` its text."""

    async def called(*words: str, text: bool = False) -> tuple[int, Any]:
        more = [] if text else ["--json"]
        status = await asyncio.to_thread(run, [*words, "--home", str(served.home.root), *more])
        out = capsys.readouterr().out
        return status, out if text else json.loads(out)

    return called


Command = Callable[..., Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
def command(served: Node) -> Command:
    """Start a command as a process of its own."""

    async def started(*words: str, **options: Any) -> asyncio.subprocess.Process:
        environ = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "ROGATORY_HOME": str(served.home.root)}
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "rogatory_node", *words, env=environ, **options
        )

    return started


@pytest.fixture
def act(cli: Cli, tmp_path: Path) -> Callable[..., Awaitable[tuple[str, str]]]:
    """Add a person: ``await act("drafter")`` gives the options by which commands act for him."""

    async def added(*roles: str, name: str = "Ana") -> tuple[str, str]:
        given = [word for role in roles for word in ("--role", role)]
        await cli("people", "add", name, *given)
        file = tmp_path / f"{name}.token"
        file.write_text((await cli("tokens", "create", name, "--label", "desk"))[1]["words"])
        return "--token-file", str(file)

    return added
