"""``rogatory translations``."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from rogatory_node.cli.main import run
from rogatory_protocol.ids import Id16

Cli = Callable[..., Awaitable[tuple[int, Any]]]
Came = Callable[..., Awaitable[bytes]]
CONV = Id16(b"\xc0" * 16)
CASE = CONV.hex()


async def test_a_translation_is_ordered_and_its_letter_written(cli: Cli, came: Came, tmp_path: Path) -> None:
    await came(
        b'{"kind": "request", "language": "es", "translation": [{"language": "ru", "machine": true}]}', conv=CONV
    )
    status, told = await cli("translations", CASE, "--order", "fr", "--due", "2031-01-31", "--translator", "Rosa")
    assert status == 0
    _, text = await cli("translations", CASE, text=True)
    assert "Request  es" in text
    assert "→ ru  by a machine" in text
    assert "Rosa  due 2031-01-31 23:59 UTC" in text
    out = tmp_path / "letter.json"
    digits = told["order"]["order"]
    status, _ = await cli("translations", CASE, "--done", digits[:8], "--certified", "--out", str(out))
    assert (status, json.loads(out.read_text())["translated"]["certified"]) == (0, True)
    assert (await cli("translations", CASE, "--cancel", digits))[0] == 1
    assert (await cli("translations", CASE, "--cancel", "ffff"))[1]["error"]["code"] == "translation.unknown"
    _, text = await cli("translations", CASE, text=True)
    assert "Rosa  done" in text


@pytest.mark.parametrize(
    "words", [["--order", "fr", "--done", "ab"], ["--out", "x.json"], ["--order", "fr", "--due", "soon"]]
)
def test_wrong_words_are_wrong_usage(words: list[str], tmp_path: Path) -> None:
    assert run(["translations", CASE, *words, "--home", str(tmp_path)]) == 2
