"""``rogatory record``, ``partners`` and ``import-cases``."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from rogatory_node.casework.caselist import COLUMNS, write
from rogatory_node.cli.main import run

Cli = Callable[..., Awaitable[tuple[int, Any]]]
WORDS = ["--partner", "XD", "--name", "Ministry", "--channel", "post", "--on", "2020-01-02"]


async def test_letters_are_entered_shown_and_moved(cli: Cli, tmp_path: Path) -> None:
    form, scan = tmp_path / "letter.json", tmp_path / "scan.pdf"
    form.write_text(json.dumps({"kind": "request", "type": "data.preserve"}))
    scan.write_bytes(b"%PDF-1")
    status, told = await cli("record", str(form), *WORDS, "--sent", "--own-ref", "XA-7", "--scan", str(scan))
    assert status == 0, told
    _, text = await cli("partners", "--case", "XA-7", text=True)
    assert "nothing proves it" in text
    assert "2020-01-02 00:00 UTC  → XD Ministry  request  Post" in text
    assert "scan.pdf" in text
    _, text = await cli("partners", text=True)
    digits = text.split()[0]
    out = tmp_path / "form.csv"
    assert (await cli("export-form", "XA-7", "--out", str(out)))[0] == 0
    assert "data.preserve" in out.read_text(encoding="utf-8")
    status, moved = await cli("partners", "--joined", digits, "--to", "XB")
    assert (status, moved["cases"], moved["authority"]["cc"]) == (0, 1, "XB")
    _, text = await cli("partners", text=True)
    assert "→ XB" in text
    assert (await cli("partners", "--joined", "ffff", "--to", "XB"))[0] == 1


async def test_a_table_is_taken_in(cli: Cli, tmp_path: Path) -> None:
    row = dict.fromkeys(COLUMNS, "") | {
        "partner_state": "XD", "partner_name": "Ministry", "direction": "in", "type": "data.preserve",
        "sent_on": "2020-01-02", "channel": "post",
    }  # fmt: skip
    file = tmp_path / "cases.csv"
    file.write_text(write([row, row | {"channel": "pigeon"}]), encoding="utf-8")
    status, told = await cli("import-cases", str(file))
    assert (status, [each["line"] for each in told["bad"]]) == (1, [3])
    file.write_text(write([row, row]), encoding="utf-8")
    status, told = await cli("import-cases", str(file))
    assert (status, len(told["cases"])) == (0, 2)


@pytest.mark.parametrize(
    "words",
    [
        ["record", "letter.json", *WORDS[:-1], "yesterday"],
        ["record", "nothing.json", *WORDS],
        ["partners", "--joined", "ab"],
        ["import-cases", "nothing.csv"],
        ["import-cases", "latin.csv"],
    ],
)
def test_wrong_words_are_wrong_usage(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("letter.json").write_text('{"kind": "request"}')
    Path("latin.csv").write_bytes(b"\xe9,\xe8")
    assert run([*words, "--home", str(tmp_path)]) == 2
