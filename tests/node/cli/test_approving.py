"""Approving by command: the check page first, then exactly what it showed."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from rogatory_node.cli.approving import check_page
from rogatory_protocol.ids import digits_of

Cli = Callable[..., Awaitable[tuple[int, Any]]]
As = Callable[..., Awaitable[tuple[str, str]]]


async def test_a_second_person_approves_and_it_is_sent(cli: Cli, act: As, world: Any, tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text(json.dumps({"kind": "request", "type": "extradition"}))
    by, signatory = await act("drafter"), await act("signatory", name="Bo")
    draft = (await cli("draft", "new", "--file", str(file), "--to", "XB", *by))[1]["id"]
    assert (await cli("approve", draft, "--yes", *signatory))[1]["error"]["code"] == "approval.not-offered"
    await cli("draft", "submit", draft, *by)
    status, refused = await cli("approve", draft, *signatory)  # nobody at the terminal
    assert (status, refused["error"]["code"]) == (2, "unconfirmed")
    assert (await cli("approve", draft, "--yes", *by))[1]["error"]["code"] == "actor.forbidden"
    status, sent = await cli("approve", draft, "--yes", *signatory)
    assert (status, sent["approved"], sent["letter"] is not None) == (0, 1, True)
    assert world.woken == [world.xb.aid]


def test_the_page_shows_digits_urgency_and_hash() -> None:
    digits = digits_of(bytes(32))  # type: ignore[arg-type]
    waiting = {
        "lang": "en", "life_days": 30, "attachments": [{"name": "a\x1b.txt", "size": 5}], "form": "{}",
        "approvals": {"approved": 0, "needed": 2, "hash": "ab" * 32},
    }  # fmt: skip
    checked = {
        "recipients": [{"aid": "00" * 32, "country": "XB", "name": {"en": "Authority of XB"}, "digits": digits}],
        "kind": "request", "grade": "VOLATILE", "urgency": 3,
        "findings": [{"path": "/data", "text": "Say the period."}],
    }  # fmt: skip
    page = "\n".join(check_page(waiting, checked))
    for part in (digits, "Authority of XB", "VOLATILE", "a�.txt", "/data Say the period.", "0 of 2", "ab" * 32, "{}"):
        assert part in page
