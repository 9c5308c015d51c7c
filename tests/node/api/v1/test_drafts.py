"""Drafts over the interface: versions, conflicts, attachments, and who sees them."""

import os
from typing import Any

from aiohttp import ClientSession
from office import form

from rogatory_node.api.context import Node
from rogatory_node.casework.roles import Role

FORM = form().decode()


async def test_a_draft_is_written_and_a_conflict_loses_nothing(base: str, call: Any, hire: Any, world: Any) -> None:
    _, words = await hire(Role.DRAFTER)
    new = {"form": FORM, "to": [world.xb.aid.hex()]}
    status, made = await call("POST", "/drafts", token=words, json=new)
    assert (status, made["version"], made["type"], made["form"]) == (201, 1, "extradition", FORM)
    path, more = f"/drafts/{made['id']}", {"token": words}
    other = {"form": "{", "to": []}
    assert (await call("PUT", path, **more, json=other))[0] == 428
    status, saved = await call("PUT", path, **more, json=other, headers={"If-Match": '"1"'})
    assert (status, saved["version"], saved["form"], saved["kind"]) == (200, 2, "{", None)
    status, problem = await call("PUT", path, **more, json=new, headers={"If-Match": '"1"'})
    assert (status, problem["code"]) == (412, "draft.conflict")
    assert (await call("GET", f"{path}?version=1", **more))[1]["form"] == FORM
    async with ClientSession() as session:
        headers = {"Authorization": f"Bearer {words}"}
        async with session.get(base + path, headers=headers) as reply:
            assert reply.headers["ETag"] == '"2"'
    assert [each["id"] for each in (await call("GET", "/drafts", **more))[1]["drafts"]] == [made["id"]]
    assert (await call("GET", path))[0] == 404  # a registrar of no unit
    assert (await call("POST", f"{path}/discard", **more, headers={"If-Match": '"2"'}))[0] == 200
    assert (await call("GET", path, **more))[1]["form"] is None


async def test_attachments_are_taken_up_and_erased_with_the_draft(call: Any, hire: Any, node: Node) -> None:
    _, words = await hire(Role.DRAFTER)
    upload = os.urandom(16).hex()
    more = {"token": words, "headers": {"If-Match": '"1"'}}
    status, sent = await call("PUT", f"/uploads/{upload}?name=a.txt&size=5&mt=text/plain", token=words, data=b"hello")
    assert (status, sent["name"], sent["size"]) == (200, "a.txt", 5)
    status, made = await call("POST", "/drafts", token=words, json={"form": FORM, "attachments": [upload]})
    (held,) = made["attachments"]
    assert (status, held["name"], held["sha256"]) == (201, "a.txt", sent["sha256"])
    assert len(list(node.blobs.root.iterdir())) == 1
    again = {"form": FORM, "attachments": [upload]}
    assert (await call("POST", "/drafts", token=words, json=again))[1]["code"] == "upload.unknown"
    path = f"/drafts/{made['id']}"
    kept = {"form": "{}", "attachments": [held["id"]]}
    assert (await call("PUT", path, **more, json=kept))[1]["attachments"] == [held]
    twice = {"form": "{}", "attachments": [held["id"]] * 2}
    assert (await call("PUT", path, **more, json=twice))[1]["code"] == "attachment.twice"
    await call("POST", f"{path}/discard", token=words, headers={"If-Match": '"2"'})
    assert list(node.blobs.root.iterdir()) == []


async def test_an_upload_is_not_lost_with_a_draft_that_was_refused(call: Any, hire: Any) -> None:
    _, words = await hire(Role.DRAFTER)
    upload = os.urandom(16).hex()
    await call("PUT", f"/uploads/{upload}?name=a.txt&size=1", token=words, data=b"x")
    new = {"form": FORM, "attachments": [upload]}
    assert (await call("POST", "/drafts", token=words, json=new | {"case": "00" * 16}))[1]["code"] == "draft.case"
    assert (await call("POST", "/drafts", token=words, json=new))[0] == 201


async def test_the_same_call_again_is_one_draft(base: str, call: Any, hire: Any) -> None:
    _, words = await hire(Role.DRAFTER)
    more = {"token": words, "headers": {"Idempotency-Key": "case-7"}}
    first = await call("POST", "/drafts", **more, json={"form": FORM})
    assert await call("POST", "/drafts", **more, json={"form": FORM}) == first
    headers = more["headers"] | {"Authorization": f"Bearer {words}"}
    async with (
        ClientSession() as session,
        session.post(f"{base}/drafts", headers=headers, json={"form": FORM}) as reply,
    ):
        assert reply.headers["ETag"] == '"1"'
    assert len((await call("GET", "/drafts", token=words))[1]["drafts"]) == 1
    status, problem = await call("POST", "/drafts", **more, json={"form": "{}"})
    assert (status, problem["code"]) == (422, "idempotency.reused")


async def test_WEB_an_auditor_reads_for_a_reason_that_is_noted(call: Any, hire: Any) -> None:
    _, words = await hire(Role.DRAFTER)
    _, auditor = await hire(Role.AUDITOR)
    path = f"/drafts/{(await call('POST', '/drafts', token=words, json={'form': FORM}))[1]['id']}"
    assert (await call("GET", path, token=auditor))[0] == 404
    assert (await call("GET", f"{path}?reason=Inspection+7", token=auditor))[1]["form"] == FORM
    events = (await call("GET", "/events"))[1]["events"]
    assert [each["event"] for each in events] == ["draft.created", "draft.opened"]
