"""Founding an authority from the command line."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from rogatory_node.cli.main import run
from rogatory_node.config import Role, load
from rogatory_node.home import Home
from rogatory_protocol.ids import Aid, digits_of

PASSPHRASE = "correct horse battery"


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    return str(path)


def words(tmp_path: Path, secret: str, *more: str) -> list[str]:
    return [
        "init", "--home", str(tmp_path / "xa"), "--name", "en=Authority of XA", "--cc", "XA",
        "--passphrase-file", secret, *more,
    ]  # fmt: skip


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    value = json.loads(capsys.readouterr().out)
    assert isinstance(value, dict)
    return value


def test_it_founds_and_says_what_to_do_next(tmp_path: Path, secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words(tmp_path, secret)) == 0
    out = capsys.readouterr().out
    assert f"rogatory serve --home {tmp_path / 'xa'}" in out
    config = load(Home(root=tmp_path / "xa"))
    assert (config.name, config.link.port, config.link.urls) == ("Authority of XA", 8443, ())
    assert config.keys.home_key_file == tmp_path / "xa.home-key"


def test_a_registry_is_founded_with_its_ports(tmp_path: Path, secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--registry", "--link-url", "wss://r.example:9001", "--registry-port", "9002", "--desk-port", "9003"]
    assert run(words(tmp_path, secret, *more, "--allow-private-addresses", "--json")) == 0
    told = answer(capsys)
    assert told["digits"] == digits_of(Aid(bytes.fromhex(str(told["aid"]))))
    config = load(Home(root=tmp_path / "xa"))
    assert config.roles == {Role.AUTHORITY, Role.REGISTRY}
    assert (config.link.port, config.registry.port, config.desk.port) == (9001, 9002, 9003)
    assert config.allow_private_addresses


def test_a_second_founding_changes_nothing(tmp_path: Path, secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words(tmp_path, secret)) == 0
    before = (tmp_path / "xa" / "node.toml").read_bytes(), (tmp_path / "xa.home-key").read_bytes()
    capsys.readouterr()
    assert run(words(tmp_path, secret, "--json")) == 1
    assert answer(capsys)["error"]["code"] == "home.exists"  # type: ignore[index]
    assert before == ((tmp_path / "xa" / "node.toml").read_bytes(), (tmp_path / "xa.home-key").read_bytes())


def test_all_that_is_missing_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "--home", str(tmp_path / "xa"), "--json"]) == 2
    what = answer(capsys)["error"]["what"]  # type: ignore[index]
    assert all(word in what for word in ("--name", "--cc", "--passphrase-file"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--threshold", "2"], "usage"),
        (["--link-url", "https://xa.example"], "config"),
        (["--role", "rôle"], "refused"),
        (["--name", f"fr={'x' * 300}"], "refused"),
    ],
)
def test_what_no_node_would_take_is_refused(
    tmp_path: Path, secret: str, more: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words(tmp_path, secret, *more, "--json")) in {1, 2}
    assert answer(capsys)["error"]["code"] == code  # type: ignore[index]
    assert not (tmp_path / "xa").exists()


def test_a_short_or_missing_passphrase_is_refused_without_being_shown(
    tmp_path: Path, secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(secret).write_text("tooshort!")
    assert run(words(tmp_path, secret, "--json")) == 2
    shown = capsys.readouterr().out
    assert "passphrase-short" in shown
    assert "tooshort!" not in shown
    assert run(words(tmp_path, str(tmp_path / "none"), "--json")) == 2


def test_the_passphrase_may_be_a_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "rogatory-root-passphrase").write_text(PASSPHRASE)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    assert run(["init", "--home", str(tmp_path / "xa"), "--name", "en=A", "--cc", "XA", "--json"]) == 0
    assert len(answer(capsys)["root_keys"]) == 1  # type: ignore[arg-type]


# What the program asks -> what a person types then; typed ahead it would be thrown away before a passphrase.
SAID = (
    (b"name of the authority: ", "Authority of XA"),
    (b"letters): ", "xa"),
    (b"[mla]: ", "mla extradition"),
    (b"[]: ", ""),
    (b"root key: ", PASSPHRASE),
    (b"more: ", PASSPHRASE),
    (b"[yes]: ", "y"),
)


def test_at_a_terminal_it_asks_five_things_and_shows_a_page(tmp_path: Path) -> None:
    here, there = pty.openpty()
    command = [sys.executable, "-m", "rogatory_node", "init", "--home", str(tmp_path / "xa")]
    with subprocess.Popen(command, stdin=there, stdout=there, stderr=there, start_new_session=True) as running:
        os.close(there)
        shown = b"".join(read_until(here, asked, line) for asked, line in SAID) + read_until(here, None, "")
        os.close(here)
    assert running.returncode == 0, shown.decode()
    assert b"extradition" in shown
    assert b"What to do next" in shown
    assert load(Home(root=tmp_path / "xa")).name == "Authority of XA"


def read_until(here: int, asked: bytes | None, line: str) -> bytes:
    """Read until a question or the end, then type a line."""
    seen = b""
    while asked is None or not seen.endswith(asked):
        try:
            block = os.read(here, 4096)
        except OSError:  # how Linux says that the other side has closed
            block = b""
        if not block:
            break
        seen += block
    if asked is not None:
        assert seen.endswith(asked), seen.decode()
        os.write(here, line.encode() + b"\n")
    return seen
