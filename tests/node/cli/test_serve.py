"""Running the node from the command line; what it refuses is tested with the composition root."""

from collections.abc import Callable
from typing import Any

from rogatory_node.home import Home


def test_people_are_told_when_it_is_ready(process: Callable[..., Any], home: Home) -> None:
    running = process("serve", "--home", str(home.root))
    line = running.popen.stdout.readline()
    assert line.startswith("ready: link ")
    assert running.stop() == 0


def test_the_home_may_come_from_the_environment(process: Callable[..., Any], home: Home) -> None:
    running = process("serve", "--json", ROGATORY_HOME=str(home.root))
    assert running.ready()["ports"]["link"] > 0
