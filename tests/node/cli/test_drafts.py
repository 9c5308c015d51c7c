"""Drafts by command: written, handed in, returned and given up by people with tokens."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from rogatory_node.cli import drafts

Cli = Callable[..., Awaitable[tuple[int, Any]]]
As = Callable[..., Awaitable[tuple[str, str]]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a request."""
    path = tmp_path / "request.json"
    path.write_text(json.dumps({"kind": "request", "type": "extradition"}))
    return path


async def test_a_draft_is_written_shown_and_saved(cli: Cli, act: As, file: Path) -> None:
    by = await act("drafter")
    attached = file.with_name("a.txt")
    attached.write_text("hello")
    status, made = await cli("draft", "new", "--file", str(file), "--to", "XB", "--attach", str(attached), *by)
    assert (status, made["type"], [each["name"] for each in made["attachments"]]) == (0, "extradition", ["a.txt"])
    file.write_text(json.dumps({"kind": "request", "type": "transit"}))
    status, saved = await cli("draft", "save", made["id"][:8], "--file", str(file), *by)
    assert (status, saved["version"], saved["to"], saved["attachments"]) == (0, 2, made["to"], made["attachments"])
    status, text = await cli("draft", "show", made["id"], *by, text=True)
    assert status == 0
    assert "transit" in text
    assert (await cli("draft", "show", made["id"], "--version-number", "1", *by))[1]["form"].count("extradition") == 1
    assert "being written" in (await cli("drafts", *by, text=True))[1]
    assert (await cli("draft", "discard", made["id"], *by, text=True))[1] == f"{made['id'][:12]}  given up\n"
    assert (await cli("drafts", *by))[1] == {"drafts": []}


async def test_what_is_returned_says_why(cli: Cli, act: As, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by, reviewer = await act("drafter"), await act("reviewer", name="Bo")
    draft = (await cli("draft", "new", "--file", str(file), "--to", "XB", *by))[1]["id"]
    assert (await cli("draft", "return", draft, "--reason", "No.", *reviewer))[1]["error"]["code"] == (
        "approval.not-offered"
    )
    status, standing = await cli("draft", "submit", draft, *by)
    assert (status, standing["needed"]) == (0, 1)
    assert (await cli("draft", "recall", draft, *by))[0] == 0
    told: list[str] = []
    monkeypatch.setattr(drafts, "note", told.append)
    assert (await cli("draft", "submit", draft, *by, text=True))[0] == 0
    assert any("“Summary of the facts” is missing." in line for line in told)
    assert "waits for approval" in (await cli("drafts", *by, text=True))[1]
    status, text = await cli("draft", "return", draft, "--reason", "Name the court.", *reviewer, text=True)
    assert (status, text) == (0, f"{draft[:12]}  Returned: Name the court.\n")
    assert "Returned: Name the court." in (await cli("draft", "show", draft, *by, text=True))[1]
    assert (await cli("draft", "submit", draft, *by, text=True))[1].endswith("approved by 0 of 1\n")
    assert await cli("draft", "recall", draft, *by, text=True) == (0, f"{draft[:12]}  being written\n")


async def test_refusals_are_told(cli: Cli, act: As, file: Path) -> None:
    by = await act("drafter")
    assert (await cli("drafts"))[1]["error"]["code"] == "no-token"
    assert (await cli("draft", "show", "ababab", *by))[1]["error"]["code"] == "unknown"
    assert (await cli("draft", "show", "ab" * 16, *by))[1]["error"]["code"] == "draft.unknown"
    assert (await cli("draft", "new", "--file", str(file), "--to", "XZ", *by))[1]["error"]["code"] == (
        "recipient.unknown"
    )
    file.write_bytes(b"\xff")
    assert (await cli("draft", "new", "--file", str(file), *by))[0] == 2
