"""Who calls, what he sends, and how a refusal looks."""

from typing import Any

import pytest
from aiohttp import ClientSession

from rogatory_node.api.context import Node
from rogatory_node.api.v1 import serving
from rogatory_node.casebook.people import Disabling, People
from rogatory_node.casebook.tokens import Revoking, Tokens
from rogatory_node.casework.roles import Role


async def test_without_a_token_nothing_is_said(call: Any) -> None:
    for token in (None, "", "rgt_x", "rgt_" + "0" * 32 + "_" + "A" * 43):
        status, problem = await call("GET", "/me", token=token)
        assert (status, problem["code"]) in {(401, "no-token"), (401, "token")}


async def test_a_revoked_token_and_a_disabled_person_are_refused_at_once(call: Any, hire: Any, node: Node) -> None:
    acting, words = await hire(Role.DRAFTER)
    assert (await call("GET", "/me", token=words))[0] == 200
    await node.writer.execute(Tokens(sealer=node.own.sealer).revoke, Revoking(token=acting.token, by=acting))
    assert (await call("GET", "/me", token=words))[0] == 401
    acting, words = await hire(Role.DRAFTER)
    await node.writer.execute(People(sealer=node.own.sealer).disable, Disabling(person=acting.person))
    assert (await call("GET", "/me", token=words))[0] == 401


async def test_WEB_what_a_role_may_not_do_is_refused(call: Any, hire: Any) -> None:
    _, words = await hire(Role.ADMINISTRATOR)
    status, problem = await call("GET", "/events", token=words)
    assert (status, problem["code"], problem["args"]) == (403, "forbidden", {"needed": "case.list"})


async def test_refusals_are_problem_details_in_the_caller_s_language(base: str, call: Any) -> None:
    async with (
        ClientSession() as session,
        session.get(f"{base}/me", headers={"Accept-Language": "de, fr;q=0.5"}) as reply,
    ):
        problem = await reply.json(content_type="application/problem+json")
        assert (reply.status, reply.headers["Content-Language"]) == (401, "fr")
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    assert problem["type"] == "urn:rogatory:problem:no-token"
    assert problem["title"] == "Aucun jeton n'a été envoyé."


async def test_nothing_else_is_there(call: Any) -> None:
    assert await call("GET", "/nothing") == (
        404,
        {"type": "urn:rogatory:problem:unknown", "title": "There is nothing here.", "status": 404, "code": "unknown"},
    )


@pytest.mark.parametrize("query", ["most=0", "most=x", "nonsense=1", "most=1&most=2"])
async def test_a_query_is_read_strictly(call: Any, query: str) -> None:
    assert (await call("GET", f"/events?{query}"))[0] == 400


async def test_an_answer_that_did_not_change_is_not_sent_again(base: str, call: Any, hire: Any) -> None:
    _, words = await hire(Role.DRAFTER)
    headers = {"Authorization": f"Bearer {words}"}
    async with ClientSession(headers=headers) as session:
        async with session.get(f"{base}/types") as first:
            version = first.headers["ETag"]
            assert first.headers["Cache-Control"] == "no-store"
        async with session.get(f"{base}/types", headers={"If-None-Match": version}) as second:
            assert (second.status, await second.read()) == (304, b"")


async def test_OVL_one_token_has_so_many_calls_at_once(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(serving, "MOST_AT_ONCE", 1)
        assert {(await call("GET", "/me"))[0] for _ in range(5)} == {200}  # each gives its place back
        patch.setattr(serving, "MOST_AT_ONCE", 0)
        status, problem = await call("GET", "/me")
        assert (status, problem["code"], problem["next"]) == (429, "too-many", "Wait for their answers.")
    assert (await call("GET", "/me"))[0] == 200
