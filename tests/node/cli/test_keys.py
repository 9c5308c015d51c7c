"""Digits and statement."""

import json
from pathlib import Path

import pytest

from rogatory_node.cli.main import run
from rogatory_node.home import Home
from rogatory_node.services.founding import Founding, found
from rogatory_protocol.ids import Aid, digits_of
from rogatory_protocol.statement import Statement


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Statement]:
    root = tmp_path_factory.mktemp("keys") / "xa"
    plan = Founding(
        names={"en": "Authority of XA"}, cc="XA", roles=("registry",), passphrases=("correct horse battery",),
        origin="xa.example/log", host="xa.example", settings='name = "Authority of XA"\n',
    )  # fmt: skip
    return root, found(Home(root=root), plan, b"h" * 32)


def test_digits_of_any_authority(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "digits", "ab" * 32]) == 0
    assert capsys.readouterr().out == digits_of(Aid(b"\xab" * 32)) + "\n"


def test_digits_of_a_home(made: tuple[Path, Statement], capsys: pytest.CaptureFixture[str]) -> None:
    root, statement = made
    assert run(["keys", "digits", "--home", str(root), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"aid": statement.aid.hex(), "digits": digits_of(statement.aid)}


def test_what_the_statement_says(made: tuple[Path, Statement], capsys: pytest.CaptureFixture[str]) -> None:
    root, statement = made
    assert run(["keys", "show", "--home", str(root), "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["aid"], value["cc"], value["roles"]) == (statement.aid.hex(), "XA", ["registry"])
    assert value["log"] == {"origin": "xa.example/log", "quorum": 0}
    assert run(["keys", "show", "--home", str(root)]) == 0
    assert "Authority of XA" in capsys.readouterr().out


@pytest.mark.parametrize(("words", "status"), [(["xy"], 2), ([], 2), (["--home", "/nonexistent/xa"], 1)])
def test_what_is_no_authority_is_refused(words: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "digits", *words, "--json"]) == status
    assert "error" in json.loads(capsys.readouterr().out)
