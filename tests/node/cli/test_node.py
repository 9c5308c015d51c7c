"""Looking after a node."""

import json
import sqlite3

import pytest

from rogatory_node import migrations
from rogatory_node.cli.main import run
from rogatory_node.home import Home


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    value = json.loads(capsys.readouterr().out)
    assert isinstance(value, dict)
    return value


def test_a_home_that_is_well_is_0_and_a_sick_one_1(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--home", str(home.root), "--json"]) == 0
    assert answer(capsys)["good"] is True
    home.keys.chmod(0o755)
    assert run(["doctor", "--home", str(home.root)]) == 1
    assert f"chmod go= {home.keys}" in capsys.readouterr().out


def test_migrating_a_current_database_changes_nothing(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["migrate", "--home", str(home.root), "--json"]) == 0
    assert answer(capsys) == {"before": migrations.REVISION, "after": migrations.REVISION, "changed": False}


def test_an_empty_database_is_migrated(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    home.database.unlink()
    home.database.touch(mode=0o600)
    assert run(["migrate", "--home", str(home.root), "--json"]) == 0
    assert answer(capsys) == {"before": None, "after": migrations.REVISION, "changed": True}


def test_a_database_of_a_later_program_is_left_alone(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(home.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    connection.close()
    assert run(["migrate", "--home", str(home.root), "--json"]) == 1
    assert answer(capsys)["error"]["code"] == "storage.schema"  # type: ignore[index]


@pytest.mark.parametrize("command", ["migrate", "scrub"])
def test_a_home_in_use_is_left_alone(home: Home, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with home.lock():
        assert run([command, "--home", str(home.root), "--json"]) == 1
    assert answer(capsys)["error"]["code"] == "home.locked"  # type: ignore[index]


def test_scrubbing_says_what_was_read_and_names_damage(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scrub", "--home", str(home.root), "--json"]) == 0
    assert answer(capsys) == {"good": True, "read": {"audit": 1, "statements": 1}, "findings": []}
    with sqlite3.connect(home.database) as connection:
        connection.execute("UPDATE audit SET ts = ts + 1")
    connection.close()
    assert run(["scrub", "--home", str(home.root), "--json"]) == 1
    assert answer(capsys)["findings"] == [{"where": "audit", "what": "0/0", "why": "damaged"}]
    assert run(["scrub", "--home", str(home.root)]) == 1
    assert "backup" in capsys.readouterr().out
