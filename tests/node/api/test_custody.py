"""The chain of custody over the socket."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from rogatory_protocol.ids import Id16

Ask = Callable[..., Awaitable[tuple[int, Any]]]
Came = Callable[..., Awaitable[bytes]]
CONV = Id16(b"\xc0" * 16)
FORM = {"kind": "evidence.handover", "items": [{"description": "Disk", "seal": "B-77"}]}


async def test_an_object_is_followed_until_it_is_erased(ask: Ask, came: Came) -> None:
    digest = await came(json.dumps(FORM).encode(), conv=CONV)
    key = f"{digest.hex()[:16]}.o0"
    body = {"case": CONV.hex(), "item": key}
    status, told = await ask("POST", "/case/custody", json=body | {"action": "kept", "words": {"place": "Room 4"}})
    assert (status, told["item"]) == (200, key)
    status, told = await ask("POST", "/case/custody", json=body | {"action": "kept"})
    assert (status, told["code"], told["args"]["words"]) == (422, "custody.note", "place")
    await ask("POST", "/case/custody", json=body | {"action": "held", "words": {"why": "trial"}})
    status, told = await ask("POST", "/case/custody/erase", json=body | {"why": "limit"})
    assert (status, told["code"]) == (409, "custody.held")
    await ask("POST", "/case/custody", json=body | {"action": "hold-ended", "words": {"why": "judgment"}})
    status, told = await ask("POST", "/case/custody/erase", json=body | {"why": "limit"})
    assert status == 200
    assert told["erased"] == [key]
    assert (await ask("POST", "/case/custody/erase", json=body | {"item": "all", "why": "limit"}))[1]["erased"] == []
    assert await ask("GET", "/retention?days=0") == (200, {"cases": []})
    status, told = await ask("GET", f"/case/custody?case={CONV.hex()}")
    assert [each["action"] for each in told["chain"]] == ["handed-over", "kept", "held", "hold-ended", "erased"]
    assert told["items"][0]["gone"] is True
    assert told["chain"][0]["by"]["cc"] == "XB"
