"""``rogatory glossary``."""

import json

import pytest

from rogatory_node.cli.main import run


def test_a_word_is_shown_in_all_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["glossary", "extradición", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["terms"][0]["words"]["pt"] == "extradição"
    assert run(["glossary", "extradición"]) == 0
    assert "引渡" in capsys.readouterr().out


def test_all_words_are_listed_and_an_unknown_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["glossary"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 40
    assert run(["glossary", "zebra"]) == 1
