"""The feed: everything in order, once, from a mark."""

import asyncio
from typing import Any

import pytest

from rogatory_protocol.ids import Id16


async def test_every_event_comes_once_and_in_order(call: Any, came: Any) -> None:
    digests = [(await came(conv=Id16(bytes([n]) * 16))).hex() for n in (1, 2, 3)]
    seen, mark = [], ""
    while True:
        status, page = await call("GET", f"/events?most=2{mark}")
        assert status == 200
        seen += page["events"]
        if mark == f"&after={page['next']}":
            break
        mark = f"&after={page['next']}"
    assert [each["cursor"] for each in seen] == sorted({each["cursor"] for each in seen}, key=lambda c: int(c[2:]))
    stored = [each for each in seen if each["letter"] in digests and each["case"]]
    assert {each["letter"] for each in stored} == set(digests)
    assert not any(each["event"].startswith(("log.", "person.", "token.")) for each in seen)


async def test_waits_for_what_is_new(call: Any, came: Any) -> None:
    _, now = await call("GET", "/events?most=500")
    waiting = asyncio.create_task(call("GET", f"/events?after={now['next']}&wait=4"))
    await came(conv=Id16(b"\x09" * 16))
    async with asyncio.timeout(4):
        status, page = await waiting
    assert status == 200
    assert page["events"]
    assert (await call("GET", f"/events?after={page['next']}&wait=0"))[1]["events"] == []


@pytest.mark.parametrize("cursor", ["x", "1", "1.x", "-1.0", "9" * 50 + ".1", "9999999999999999999.1", "\u0661.\u0661"])
async def test_a_cursor_that_is_not_ours_is_refused(call: Any, cursor: str) -> None:
    assert (await call("GET", "/events", params={"after": cursor}))[1]["code"] == "query"
