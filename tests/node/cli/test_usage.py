"""Help and wrong usage: no word of the library is left in another language than ours."""

import os
import subprocess
import sys

import pytest

from rogatory_node.cli.main import run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["send"], "“--to” is missing. rogatory send --help"),
        (["print", "x"], "“--out” is missing. rogatory print --help"),
        (["send", "--to"], "The option --to needs a value. rogatory send --help"),
        (["types", "--json=2"], "The option --json takes no value. rogatory types --help"),
        (["types", "--wide"], "There is no option --wide. rogatory types --help"),
        (["types", "a", "b"], "“b” is too much here. rogatory types --help"),
        (["bench", "replay", "--count", "x"], "--count takes a number. rogatory bench --help"),
        (["send", "--life", "91", "--to", "a", "--file", "b", "--home", "c"], "--life takes at most 90. send --help"),
        (["send", "--life", "0", "--to", "a", "--file", "b", "--home", "c"], "--life takes at least 1. send --help"),
        (["nothing-of-ours"], "There is no command “nothing-of-ours”. rogatory --help"),
        (["registry", "crown"], "There is no command “crown”. rogatory registry --help"),
    ],
)
def test_what_is_wrong_is_told_with_where_to_look(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    for part in said.replace(". ", ".|").split("|"):
        assert part in err


def test_a_command_with_others_below_it_and_no_word_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["registry"]) == 2
    out, err = capsys.readouterr()
    assert (out, "Show this text and end." in err, "admit" in err) == ("", True, True)


def test_no_sentence_of_a_list_is_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    out, _ = capsys.readouterr()
    assert "Say what of a node is as it should be, and what to do about the rest." in " ".join(out.split())


@pytest.mark.parametrize("command", [["send"], []])
def test_help_speaks_the_language_of_the_reader(command: list[str]) -> None:
    environ = os.environ | {"ROGATORY_LANGUAGE": "fr"}
    words = [sys.executable, "-m", "rogatory_node", *command, "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=environ)
    for part in ("Usage :", "Options", "Afficher ce texte et terminer."):
        assert part in done.stdout
    for part in ("Show this", "required", "default:", "env var", "Commands:"):
        assert part not in done.stdout
