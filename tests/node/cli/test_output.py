"""One result or one failure."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from rich.table import Table

from rogatory_node.cli.output import Failure, confirmed, emit, note, refuse_unwritable, show_failure


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    emit(True, {"name": "سلطة"}, "not this")
    assert json.loads(capsys.readouterr().out) == {"name": "سلطة"}


def test_people_get_text_or_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("authority")
    table.add_row("XA")
    emit(False, {}, "a text")
    emit(False, {}, table)
    emit(False, {})
    shown = capsys.readouterr().out
    assert shown.startswith("a text\n")
    assert "XA" in shown


def test_a_failure_says_what_and_what_next(capsys: pytest.CaptureFixture[str]) -> None:
    show_failure(Failure("no disk", "buy one"), as_json=False)
    show_failure(Failure("no more"), as_json=False)
    assert capsys.readouterr() == ("", "error: no disk\n  → buy one\nerror: no more\n")


def test_a_failure_as_json_is_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    show_failure(Failure("no disk", slug="disk"), as_json=True)
    out, err = capsys.readouterr()
    assert json.loads(out) == {"error": {"code": "disk", "what": "no disk", "next": None}}
    assert err == ""


def test_a_note_is_beside_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    note("waiting")
    assert capsys.readouterr() == ("", "waiting\n")


def test_a_file_is_tried_before_long_work_and_left_as_it_was(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("kept")
    for file in (kept, tmp_path / "new"):
        refuse_unwritable(file)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert kept.read_text() == "kept"
    for file in (tmp_path, tmp_path / "no" / "file"):
        with pytest.raises(Failure) as refused:
            refuse_unwritable(file)
        assert refused.value.code == 2


@pytest.mark.parametrize(
    ("said", "default", "wanted"),
    [
        ("y\n", False, True),
        ("\n", False, False),
        ("\n", True, True),
        ("YES\n", False, True),
        ("so\nno\n", True, False),
    ],
)
def test_a_person_answers_yes_or_no(
    said: str, default: bool, wanted: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    assert confirmed("Send it?", default=default) is wanted
    out, err = capsys.readouterr()
    assert (out, "Send it? (yes/no)" in err, "Answer yes or no." in err) == ("", True, "so" in said)


@pytest.mark.parametrize(
    ("language", "said"), [("ar", "نعم\n"), ("fr", "o\n"), ("ru", "Да\n"), ("zh", "是\n"), ("pt", "y\n")]
)
def test_the_answer_is_given_in_the_language(language: str, said: str) -> None:
    code = "from rogatory_node.cli.output import confirmed; raise SystemExit(3 if confirmed('?') else 4)"
    environ = os.environ | {"ROGATORY_LANGUAGE": language, "PYTHONUTF8": "1"}
    assert (
        subprocess.run([sys.executable, "-c", code], input=f"{said}\n".encode(), env=environ, check=False).returncode
        == 3
    )


def test_who_says_nothing_aborts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(typer.Abort):
        confirmed("Send it?")
