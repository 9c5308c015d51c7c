"""Running the node from the command line; what it refuses is tested with the composition root."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from rogatory_node.cli import serve
from rogatory_node.home import Home


def test_people_are_told_when_it_is_ready(process: Callable[..., Any], home: Home) -> None:
    running = process("serve", "--home", str(home.root))
    line = running.popen.stdout.readline()
    assert line.startswith("ready: link ")
    assert running.stop() == 0


def test_the_home_may_come_from_the_environment(process: Callable[..., Any], home: Home) -> None:
    running = process("serve", "--json", ROGATORY_HOME=str(home.root))
    assert running.ready()["ports"]["link"] > 0


def test_it_runs_without_the_faster_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    made = serve._loop()
    assert made is not None
    loop = made()
    assert not isinstance(loop, asyncio.SelectorEventLoop)
    loop.close()
    monkeypatch.setitem(__import__("sys").modules, "uvloop", None)
    assert serve._loop() is None
