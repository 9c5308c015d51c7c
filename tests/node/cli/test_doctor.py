"""What of a node is as it should be."""

import os
import socket
import sqlite3
import time
from collections import namedtuple
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from rogatory_node.casework.authorities.directory import practice
from rogatory_node.casework.authorities.entry import Verified, written
from rogatory_node.cli import doctor
from rogatory_node.cli.doctor import FAIL, OK, WARN, Line, examine
from rogatory_node.home import Home
from rogatory_protocol.ids import Aid
from rogatory_protocol.publication import Publication, build
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.suite import SigningKey


def states(home: Home) -> dict[str, str]:
    return {line.check: line.state for line in examine(home)}


def of(home: Home, check: str) -> Line:
    (line,) = [line for line in examine(home) if line.check == check]
    return line


def test_a_new_node_is_well_but_for_what_is_still_to_do(home: Home) -> None:
    found = states(home)
    assert [check for check, state in found.items() if state == FAIL] == []
    assert {check for check, state in found.items() if state == WARN} == {"root-keys", "follow", "node"}
    assert all(line.next for line in examine(home) if line.state != OK)


@pytest.mark.parametrize(("days", "state"), [(1, OK), (340, WARN), (400, WARN)])
def test_an_own_entry_is_to_be_verified_once_a_year(home: Home, days: int, state: str) -> None:
    verified = Verified(on=datetime.now(UTC).date() - timedelta(days=days), by="head of unit")
    with closing(sqlite3.connect(home.database)) as connection:
        (aid,) = connection.execute("SELECT value FROM meta WHERE key = 'aid'").fetchone()
        entry = msgspec.structs.replace(practice()[0].entry, aid=aid.hex(), verified=verified)
        said = Publication(kind="entry", issuer=Aid(aid), name=entry.id, ver=1, ts=1, content=written(entry))
        raw = sign(SigningKey(bytes(64)), Context.PUBLICATION, build(said))
        row = ("entry", aid, entry.id, bytes(16), 1, bytes(32), 1, 1, raw)
        connection.execute("INSERT INTO publications VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.commit()
    line = of(home, "entries")
    assert line.state == state
    assert (entry.id in line.what) == (state == WARN)


def test_a_running_node_says_so_itself(process: Callable[..., Any], home: Home) -> None:
    running = process("serve", "--home", str(home.root), "--json")
    running.ready()
    line = of(home, "node")
    assert line.state == OK
    assert str(running.popen.pid) in line.what


def spoil_mode(home: Home) -> None:
    home.blobs.chmod(0o755)


def spoil_key(home: Home) -> None:
    (home.keys / "seal.key").write_bytes(b"RGTH1\0" + os.urandom(120))


def spoil_home_key(home: Home) -> None:
    (home.root.parent / "home-key").unlink()


def spoil_schema(home: Home) -> None:
    with sqlite3.connect(home.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    connection.close()


def spoil_clock(home: Home) -> None:
    with sqlite3.connect(home.database) as connection:
        connection.execute("UPDATE audit SET ts = ?", (int(time.time()) + 1_000,))
    connection.close()


def spoil_certificate(home: Home) -> None:
    (home.keys / "tls.key").write_bytes((home.keys / "tls.pem").read_bytes())


def spoil_config(home: Home) -> None:
    home.config.write_text('nam = "x"')


@pytest.mark.parametrize(
    ("spoil", "check", "word"),
    [
        (spoil_mode, "home", "blobs"),
        (spoil_key, "keys", "seal.key"),
        (spoil_home_key, "keys", "home-key"),
        (spoil_schema, "database", "0999"),
        (spoil_clock, "clock", "16 minutes"),
        (spoil_certificate, "certificate", "tls.pem"),
        (spoil_config, "config", "nam "),
    ],
)
def test_what_is_wrong_fails_with_the_way_out(home: Home, spoil: Callable[[Home], None], check: str, word: str) -> None:
    spoil(home)
    line = of(home, check)
    assert line.state == FAIL
    assert word in line.what
    assert line.next


def test_a_port_of_another_program_is_named(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        home.config.write_text(home.config.read_text().replace("[desk]\nport = 0", f"[desk]\nport = {port}"))
        line = of(home, "port-desk")
    assert (line.state, str(port) in line.what) == (FAIL, True)


@pytest.mark.parametrize(("days", "state"), [(100, OK), (10, WARN), (-1, FAIL)])
def test_a_statement_that_ends_is_told_in_time(
    home: Home, days: int, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = time.time() + 400 * 86_400 - 600
    monkeypatch.setattr(doctor.time, "time", lambda: ends - days * 86_400 - 5)
    assert of(home, "statement").state == state


@pytest.mark.parametrize(("mib", "state"), [(5_000, OK), (500, WARN), (5, FAIL)])
def test_a_disk_that_fills_is_told(home: Home, mib: int, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", ["free"])
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage(mib * 2**20))
    assert of(home, "disk").state == state
