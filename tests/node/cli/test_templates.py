"""``rogatory export-form`` and ``rogatory import``."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from rogatory_node.casework.types import catalogue
from rogatory_node.cli.main import run
from rogatory_protocol.ids import Id16

Cli = Callable[..., Awaitable[tuple[int, Any]]]
Came = Callable[..., Awaitable[bytes]]
CONV = Id16(b"\xc0" * 16)
FORM = catalogue.example("data.preserve")


@pytest.mark.parametrize("ending", ["docx", "csv", "json"])
def test_a_request_goes_out_and_comes_back(ending: str, tmp_path: Path) -> None:
    source, between, back = (tmp_path / name for name in ("request.json", f"form.{ending}", "back.json"))
    source.write_text(json.dumps(FORM))
    assert run(["export-form", str(source), "--out", str(between), "--language", "pt"]) == 0
    assert run(["import", str(between), "--out", str(back)]) == 0
    assert json.loads(back.read_text()) == FORM
    assert run(["import", str(between), "--out", str(back)]) == 1


async def test_the_request_of_a_case_and_an_empty_form_go_out(cli: Cli, came: Came, tmp_path: Path) -> None:
    await came(json.dumps(FORM).encode(), conv=CONV)
    out, empty = tmp_path / "form.csv", tmp_path / "empty.docx"
    assert (await cli("export-form", CONV.hex(), "--out", str(out)))[0] == 0
    assert "Example Hosting" in out.read_text(encoding="utf-8")
    assert (await cli("export-form", "data.subscriber", "--out", str(empty)))[0] == 0
    assert (await cli("export-form", "eeeeee", "--out", str(tmp_path / "x.csv")))[0] == 1


def test_rows_that_are_wrong_are_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "form.csv", tmp_path / "request.json"
    file.write_text("entry,place\ndata.preserve,/type\nninety,/duration_asked_days\n")
    assert run(["import", str(file), "--out", str(out)]) == 1
    assert "2: “ninety” is no number" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    "words",
    [
        ["export-form", "data.preserve", "--out", "a.txt"],
        ["export-form", "data.preserve", "--out", "a.csv", "--language", "de"],
        ["export-form", "nothing.here", "--out", "a.csv"],
        ["import", "nothing.csv", "--out", "a.json"],
        ["import", "bad.docx", "--out", "a.json"],
        ["import", "latin.csv", "--out", "a.json"],
    ],
)
def test_wrong_usage_is_said(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROGATORY_HOME", raising=False)
    Path("bad.docx").write_bytes(b"no")
    Path("latin.csv").write_bytes(b"\xe9")
    assert run(words) == 2
