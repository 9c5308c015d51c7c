"""``rogatory law``."""

import json

import pytest

from rogatory_node.cli.main import run

FIND = ("law", "find", "--from", "xa", "--to", "XB", "--type", "data.preserve", "--offence", "cybercrime")


def test_finds_what_carries_a_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*FIND, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["instrument"] for each in told["bases"]][:2] == ["X-STRAITS", "BC"]
    assert run([*FIND, "--at", "2013-01-01"]) == 0
    text = capsys.readouterr().out
    assert "[doubtful]" in text
    assert "xb.central  Central Authority of Xebora  +999 2 555 0111" in text
    assert "These do not carry it:" in text
    assert "BC: It is not yet in force for XB." in text
    assert run(["law", "find", "--from", "XA", "--to", "XE", "--type", "transfer.sentenced"]) == 1
    assert "last resort" in capsys.readouterr().out


def test_shows_instruments_and_how_states_stand(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["law", "show"]) == 0
    assert "X-STRAITS" in capsys.readouterr().out
    assert run(["law", "show", "BC"]) == 0
    text = capsys.readouterr().out
    assert "XD  no longer a party  2010-05-01 → 2021-07-01" in text
    assert "Not all compared with official texts." in text
    assert run(["law", "parties", "AD", "--json"]) == 0
    parties = {each["instrument"]: each for each in json.loads(capsys.readouterr().out)["parties"]}
    assert (parties["UNCAC"]["status"], parties["UNCAC"]["old"]) == ("not_party", True)
    assert run(["law", "parties", "XZ"]) == 0
    assert "Nothing is known" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["law", "show", "GENTLEMEN"],
        ["law", "parties", "Xarandia"],
        ["law", "find", "--from", "XA", "--to", "XB", "--type", "telepathy"],
        [*FIND, "--offence", "bad manners"],
        [*FIND, "--at", "yesterday"],
    ],
)
def test_what_does_not_exist_is_wrong_usage(words: list[str]) -> None:
    assert run(words) == 2
