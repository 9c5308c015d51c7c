"""Approvals over the interface: over exact bytes, by another person, sent by the last."""

from typing import Any

import pytest
from office import form

from rogatory_node.casework.roles import Role


@pytest.fixture
async def offered(call: Any, hire: Any, world: Any) -> Any:
    """A draft that was handed in: its path, its hash, and the token of its author."""
    _, words = await hire(Role.DRAFTER)
    new = {"form": form().decode(), "to": [world.xb.aid.hex()]}
    path = f"/drafts/{(await call('POST', '/drafts', token=words, json=new))[1]['id']}"
    status, standing = await call("POST", f"{path}/submit", token=words, headers={"If-Match": '"1"'})
    assert (status, standing["needed"], standing["approved"]) == (200, 1, 0)
    return path, standing["hash"], words


async def test_a_signatory_sends_what_the_hash_names(call: Any, hire: Any, offered: Any, world: Any) -> None:
    path, hash, author = offered
    _, signatory = await hire(Role.SIGNATORY)
    assert (await call("POST", f"{path}/approve", token=author, json={"hash": hash}))[0] == 403
    wrong = await call("POST", f"{path}/approve", token=signatory, json={"hash": "00" * 32})
    assert wrong[1]["code"] == "approval.stale"
    more = {"token": signatory, "headers": {"Idempotency-Key": "once"}, "json": {"hash": hash}}
    status, standing = await call("POST", f"{path}/approve", **more)
    assert (status, standing["approved"], standing["signed"]) == (200, 1, True)
    assert world.woken == [world.xb.aid]
    assert await call("POST", f"{path}/approve", **more) == (200, standing)
    assert world.woken == [world.xb.aid]
    shown = (await call("GET", path, token=author))[1]
    assert (shown["state"], shown["letter"], shown["approvals"]) == ("sent", standing["letter"], standing)


async def test_what_is_returned_or_recalled_is_written_on(call: Any, hire: Any, offered: Any) -> None:
    path, hash, author = offered
    _, reviewer = await hire(Role.REVIEWER)
    told = {"hash": hash, "reason": "Name the court."}
    assert (await call("POST", f"{path}/return", token=author, json=told))[0] == 403
    assert (await call("POST", f"{path}/return", token=reviewer, json=told))[0] == 200
    assert (await call("GET", path, token=author))[1]["returned"] == "Name the court."
    await call("POST", f"{path}/submit", token=author, headers={"If-Match": '"1"'})
    assert (await call("POST", f"{path}/recall", token=author))[0] == 200
    assert (await call("GET", path, token=author))[1]["state"] == "open"
    assert (await call("POST", f"{path}/approve", token=reviewer, json={"hash": hash}))[1]["code"] == (
        "approval.not-offered"
    )


async def test_nothing_is_handed_in_for_who_is_not_admitted(call: Any, hire: Any, world: Any) -> None:
    _, words = await hire(Role.DRAFTER)
    for aid, code in ((world.xd.aid, "recipient.not-admitted"), (bytes(32), "recipient.unknown")):
        new = {"form": form().decode(), "to": [aid.hex()]}
        path = f"/drafts/{(await call('POST', '/drafts', token=words, json=new))[1]['id']}"
        answer = await call("POST", f"{path}/submit", token=words, headers={"If-Match": '"1"'})
        assert answer[1]["code"] == code
