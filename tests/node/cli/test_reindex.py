"""``rogatory reindex``: the book again, whenever it was stopped."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from rogatory_node.cli.main import run
from rogatory_node.home import Home

MARK = "SELECT value FROM meta WHERE key = 'book'"


def held(home: Home) -> Any:
    with closing(sqlite3.connect(home.database)) as connection:
        return connection.execute(MARK).fetchone()


def test_it_reads_the_log_and_says_how_much(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["reindex", "--home", str(home.root), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"entries": 1, "cases": 0}
    assert held(home)
    assert run(["reindex", "--home", str(home.root)]) == 0
    assert "1" in capsys.readouterr().out


def test_a_home_in_use_is_left_alone(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with home.lock():
        assert run(["reindex", "--home", str(home.root), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "home.locked"


@pytest.mark.parametrize(("point", "there"), [("writer.applied:2", False), ("writer.committed:2", True)])
def test_what_is_written_when_it_is_killed_is_whole(
    home: Home, process: Callable[..., Any], point: str, there: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    killed = process("reindex", "--home", str(home.root), ROGATORY_TEST="1", ROGATORY_FAULT=point)
    assert killed.end()[0] == -9
    assert bool(held(home)) is there
    assert run(["reindex", "--home", str(home.root), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"entries": 1, "cases": 0}
