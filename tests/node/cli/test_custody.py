"""``rogatory custody``, and the report that a court reads."""

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
FORM = {
    "kind": "evidence.handover",
    "labels": ["USE_LIMITED"],
    "use_limited_to": "case 44/31",
    "items": [{"description": "Disk", "seal": "B-77", "return_by": "2031-06-30"}],
}


async def test_items_are_shown_noted_and_printed(cli: Cli, came: Came, tmp_path: Path) -> None:
    digest = await came(json.dumps(FORM).encode(), conv=CONV)
    key = f"{digest.hex()[:16]}.o0"
    words = ["--item", key, "--say", "place=Room 4", "--at", "2031-02-01T10:00:00+03:00", "--as", "custodian"]
    assert await cli("custody", CASE, "keep", *words) == (0, {"case": CASE, "item": key})
    status, added = await cli("custody", CASE, "add", "--say", "description=Ledger")
    assert status == 0
    _, text = await cli("custody", CASE, text=True)
    for part in (
        f"{key}  Disk",
        "Seal or bag number: B-77",
        "Use limited to: case 44/31",
        "2031-02-01 07:00 UTC",
        "Room 4",
    ):
        assert part in text, part
    status, told = await cli("custody", CASE, "erase", "--item", key, "--say", "why=limit")
    assert (status, told["error"]["code"]) == (1, "custody.owed")
    await cli("custody", CASE, "return", "--item", key, "--say", "to=XB")
    assert (await cli("custody", CASE, "erase", "--item", added["item"], "--say", "why=limit"))[0] == 0
    uco = tmp_path / "chain.jsonld"
    assert (await cli("custody", CASE, "--case-uco", str(uco)))[0] == 0
    assert json.loads(uco.read_text())["@graph"][0]["uco-core:name"] == CASE
    assert (await cli("custody", CASE, "--case-uco", str(uco)))[0] == 1
    assert await cli("retention", "--days", "0", text=True) == (0, "No case.\n")
    out = tmp_path / "custody.docx"
    assert (await cli("print", CASE, "--what", "custody", "--out", str(out)))[0] == 0
    assert out.read_bytes()[:2] == b"PK"


async def test_a_misspelt_action_names_those_that_people_type(cli: Cli) -> None:
    status, told = await cli("custody", CASE, "frob")
    assert (status, told["error"]["code"]) == (2, "usage")
    assert "add, receive, keep, seal" in told["error"]["what"]


@pytest.mark.parametrize("words", [["keep", "--say", "place"], ["keep", "--at", "yesterday"]])
def test_wrong_words_are_wrong_usage(words: list[str], tmp_path: Path) -> None:
    assert run(["custody", CASE, *words, "--home", str(tmp_path)]) == 2
