"""Founding an authority."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from rogatory_keys.custody import load_carried
from rogatory_keys.errors import KeyFileError
from rogatory_node.home import Home, HomeExistsError
from rogatory_node.services import founding as module
from rogatory_node.services.founding import FoundedError, Founding, found
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.statement import accept

NOW = 1_800_000_000
KEY = b"h" * 32
PLAN = Founding(
    names={"en": "Central Authority of XA", "fr": "Autorité centrale de XA"}, cc="XA", roles=("mla", "extradition"),
    passphrases=("correct horse battery",), host="xa.example", settings='name = "Central Authority of XA"\n',
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path / "xa")


def test_an_authority_is_founded_whole(home: Home) -> None:
    statement = found(home, PLAN, KEY, now=NOW)
    assert accept(statement.raw, None, latest=NOW) == statement
    assert statement.content.log is None
    assert statement.content.exp == NOW + 400 * 86_400
    assert {path.name for path in home.keys.iterdir()} == {
        "node.key", "root-1.key", "seal.key", "store.key", "tls.key", "tls.pem",
    }  # fmt: skip
    home.check()
    everything = [path for path in home.root.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in everything} == {0o600}
    assert [path.name for path in home.root.parent.iterdir()] == ["xa"]


def test_a_registry_has_a_log_and_roots_of_several_custodians(home: Home) -> None:
    plan = replace(
        PLAN, roles=("registry",), origin="xa.example/log", threshold=2, passphrases=("first one 1", "second two 2")
    )
    statement = found(home, plan, KEY, now=NOW)
    assert statement.content.log is not None
    assert (statement.content.log.public.origin, statement.content.log.quorum) == ("xa.example/log", 0)
    assert (statement.content.root.k, len(statement.content.root.keys)) == (2, 2)
    second = (home.keys / "root-2.key").read_bytes()
    assert load_carried(second, "second two 2").public == statement.content.root.keys[1]
    with pytest.raises(KeyFileError):
        load_carried(second, "first one 1")


def test_a_folder_that_holds_something_is_left_alone(home: Home) -> None:
    home.root.mkdir()
    (home.root / "thesis.txt").write_text("years of work")
    with pytest.raises(HomeExistsError):
        found(home, PLAN, KEY, now=NOW)
    assert [path.name for path in home.root.rglob("*")] == ["thesis.txt"]


def test_an_empty_folder_becomes_the_home(home: Home) -> None:
    home.root.mkdir()
    found(home, PLAN, KEY, now=NOW)
    home.check()


def test_what_fails_leaves_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(host: str, now: object) -> tuple[bytes, bytes]:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(module, "self_signed", fail)
    with pytest.raises(OSError, match="No space"):
        found(home, PLAN, KEY, now=NOW)
    with pytest.raises(RefusedError):
        found(home, replace(PLAN, cc="xa"), KEY, now=NOW)
    assert list(home.root.parent.iterdir()) == []


def test_what_a_killed_founding_left_is_removed_and_a_running_one_is_not(home: Home) -> None:
    dead, alive = (Home(root=home.root.parent / f".xa.new-{name}") for name in ("dead", "alive"))
    for left in (dead, alive):
        left.root.mkdir()
        (left.root / "secret").write_bytes(b"s")
    with alive.lock():
        found(home, PLAN, KEY, now=NOW)
    assert not dead.root.exists()
    assert alive.root.exists()


@pytest.mark.postgres
def test_a_database_of_another_authority_is_left_alone(home: Home, postgres_url: str) -> None:
    plan = replace(PLAN, database=postgres_url)
    found(home, plan, KEY, now=NOW)
    other = Home(root=home.root.parent / "xb")
    with pytest.raises(FoundedError):
        found(other, plan, KEY, now=NOW)
    assert not other.root.exists()
