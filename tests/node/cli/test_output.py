"""One result or one failure."""

import json
from pathlib import Path

import pytest
from rich.table import Table

from rogatory_node.cli.output import Failure, emit, note, refuse_unwritable, show_failure


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
