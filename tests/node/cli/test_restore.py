"""Noting a restore: once, by a role, never beside a running node."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rogatory_node.cli.main import run
from rogatory_node.home import Home


def answer(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def stored(home: Home) -> tuple[bytes, list[tuple[int, int, str]]]:
    with closing(sqlite3.connect(home.database)) as connection:
        [inc] = connection.execute("SELECT value FROM meta WHERE key = 'inc'").fetchone()
        return inc, connection.execute("SELECT epoch, n, ev FROM audit ORDER BY epoch, n").fetchall()


def restored(home: Home, *more: str) -> int:
    return run(["restore", "--home", str(home.root), "--as", "operator", "--json", *more])


def test_STO_10_a_restore_is_noted_once(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    inc, leaves = stored(home)
    assert restored(home, "--yes") == 0
    found = answer(capsys)
    assert (found["epoch"], found["peers"], found["repeated"]) == (1, 0, False)
    after, [*before, newest] = stored(home)
    assert (before, newest) == (leaves, (1, 0, "restore"))
    assert inc != after == bytes.fromhex(found["incarnation"])
    assert restored(home, "--yes") == 0
    assert answer(capsys) == found | {"repeated": True}
    assert run(["restore", "--home", str(home.root), "--as", "operator", "--yes"]) == 0
    assert f"rogatory serve --home {home.root}" in capsys.readouterr().out


def test_nothing_is_changed_unasked_or_beside_a_node(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    before = stored(home)
    assert restored(home) == 2
    assert answer(capsys)["error"]["code"] == "unconfirmed"
    with home.lock():
        assert restored(home, "--yes") == 1
    assert answer(capsys)["error"]["code"] == "home.locked"
    assert run(["restore", "--home", str(home.root), "--as", "\u202e", "--yes", "--json"]) == 2
    assert answer(capsys)["error"]["code"] == "role"
    (home.keys / "seal.key").unlink()
    assert restored(home, "--yes") == 1
    assert answer(capsys)["error"]["code"] == "own.key"
    assert stored(home) == before


def test_what_is_no_home_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert restored(Home(root=tmp_path / "nothing"), "--yes") == 1
    assert answer(capsys)["error"]["code"] == "home.missing"
