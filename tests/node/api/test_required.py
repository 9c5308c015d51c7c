"""An answer is held against the form of evidence that the requests of its case asked for."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

from rogatory_protocol.ids import Id16

Ask = Callable[..., Awaitable[tuple[int, Any]]]
Came = Callable[..., Awaitable[bytes]]
CONV = Id16(b"\xc0" * 16)
ASKED = {"kind": "request", "evidence_form": {"hash_list": True, "certificate": "affidavit"}}


async def test_an_answer_without_what_was_asked_for_is_found(ask: Ask, came: Came) -> None:
    await came(json.dumps(ASKED).encode(), conv=CONV)

    async def codes(**form: Any) -> list[str]:
        raw = base64.b64encode(json.dumps(form).encode()).decode()
        status, told = await ask("POST", "/letters/check", json={"case": CONV.hex(), "request": raw})
        assert status == 200, told
        return [each["code"] for each in told["findings"] if each["code"] != "field.missing"]

    assert await codes(kind="response.final") == ["evidence.certificate", "evidence.hash-list"]
    evidence = [{"name": "a.zip", "sha256": "ab" * 32, "certificate": "c.pdf"}]
    assert await codes(kind="response.final", outcome="EXECUTED_FULL", evidence=evidence) == []
    assert await codes(kind="status") == []
