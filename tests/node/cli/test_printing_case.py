"""``rogatory print CASE --what …``: documents of what a running node holds."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from documents_of import CONFIRMATION, PRESERVATION

from rogatory_node.cli.main import run
from rogatory_protocol.ids import Id16

Cli = Callable[..., Awaitable[tuple[int, Any]]]
Came = Callable[..., Awaitable[bytes]]
CONV = Id16(b"\xc0" * 16)
CASE = CONV.hex()


async def test_documents_come_from_the_letters_of_the_case(cli: Cli, came: Came, tmp_path: Path) -> None:
    await came(json.dumps(dict(PRESERVATION)).encode(), conv=CONV)
    for what in ("decision", "preservation"):
        out = tmp_path / f"{what}.docx"
        status, told = await cli("print", CASE, "--what", what, "--out", str(out))
        assert (status, told["error"]["code"], out.exists()) == (1, "nothing", False)
    await came(json.dumps(dict(CONFIRMATION)).encode(), conv=CONV)
    await cli("acknowledge", CASE, "--as", "registrar")
    for what in ("request", "letter", "acknowledgement", "preservation", "certificate", "copy"):
        out = tmp_path / f"{what}.docx"
        status, told = await cli("print", CASE, "--what", what, "--language", "fr", "--out", str(out))
        assert (status, told["languages"], out.read_bytes()[:2]) == (0, ["fr"], b"PK")


async def test_one_letter_is_printed_as_a_pdf(cli: Cli, came: Came, tmp_path: Path) -> None:
    await came(json.dumps(dict(PRESERVATION)).encode(), conv=CONV)
    other = await came(json.dumps(dict(CONFIRMATION)).encode(), conv=CONV)
    out = tmp_path / "copy.pdf"
    status, _ = await cli("print", CASE, "--what", "copy", "--letter", other.hex()[:12], "--out", str(out))
    assert (status, out.read_bytes()[:5]) == (0, b"%PDF-")


@pytest.mark.parametrize("words", [["--what", "poem", "--home", "."], ["--what", "request"]])
def test_an_unknown_document_or_no_home_is_wrong_usage(
    words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ROGATORY_HOME", raising=False)
    assert run(["print", CASE, *words, "--out", str(tmp_path / "a.pdf")]) == 2
