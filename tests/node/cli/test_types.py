"""``rogatory types`` and ``rogatory check``."""

import json
from pathlib import Path

import pytest

from rogatory_node.casework.types import catalogue
from rogatory_node.cli.main import run


def test_lists_and_shows_types(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["types", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["types"]) == 37
    assert run(["types"]) == 0
    assert "data.preserve" in capsys.readouterr().out
    assert run(["types", "data.preserve"]) == 0
    assert "Required:" in capsys.readouterr().out
    assert run(["types", "data.telepathy"]) == 2
    assert "rogatory types" in capsys.readouterr().err


def test_speaks_the_language_that_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["types", "data.preserve", "--language", "fr"]) == 0
    shown = capsys.readouterr().out
    assert "Conservation rapide de données informatiques stockées" in shown
    assert "Obligatoire :\n  kind " in shown
    assert run(["types", "data.preserve", "--language", "zh", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"]["properties"]["necessity"]["title"] == "必要性"
    file = tmp_path / "request.json"
    file.write_text(json.dumps({name: x for name, x in catalogue.example("data.preserve").items() if name != "data"}))
    assert run(["check", str(file), "--language", "es"]) == 1
    assert "Datos" in capsys.readouterr().out
    assert run(["types", "--language", "tlh"]) == 2
    assert "pt" in capsys.readouterr().err


def test_checks_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "request.json"
    form = catalogue.example("data.preserve")
    form["intent_to_submit_mla"].pop("expected", None)
    file.write_text(json.dumps(form))
    assert run(["check", str(file)]) == 0
    del form["data"][0]["identifiers"][0]["port"]
    file.write_text(json.dumps(form))
    capsys.readouterr()
    assert run(["check", str(file), "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert (found["code"], found["path"]) == ("ip.port", "/data/0/identifiers/0/port")
    assert run(["check", str(file)]) == 1
    assert "source port" in capsys.readouterr().out


def test_checks_a_file_between_two_states(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "request.json"
    form = catalogue.example("hearing.video") | {"legal_basis": [{"instrument": "UNTOC", "articles": ["18"]}]}
    file.write_text(json.dumps(form))
    assert run(["check", str(file), "--from", "XA", "--to", "XB"]) == run(["check", str(file)])
    capsys.readouterr()
    assert run(["check", str(file), "--from", "XA", "--to", "XE", "--json"]) == 1
    found = {each["code"]: each for each in json.loads(capsys.readouterr().out)["findings"]}
    assert found["basis.not-in-force"]["path"] == "/legal_basis/0/instrument"
    assert run(["check", str(file), "--from", "XA", "--to", "Xebora"]) == 2
    assert run(["check", str(file), "--from", "XA"]) == run(["check", str(file), "--to", "XB"]) == 2


@pytest.mark.parametrize("content", [None, b"x", b"[]", b'{"a":1,"a":2}'])
def test_what_cannot_be_read_is_wrong_usage(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "request.json"
    if content is not None:
        file.write_bytes(content)
    assert run(["check", str(file)]) == 2
