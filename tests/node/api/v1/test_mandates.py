"""Tokens and delegations over the interface: one's own, and all for an administrator."""

import time
from typing import Any

from rogatory_node.casework.roles import Role


async def test_WEB_27_a_token_ends_itself_and_makes_no_other(call: Any, hire: Any) -> None:
    acting, words = await hire(Role.DRAFTER)
    (mine,) = (await call("GET", "/tokens", token=words))[1]["tokens"]
    assert mine["id"] == acting.token.hex()
    new = {"person": acting.person.hex(), "label": "again"}
    assert (await call("POST", "/tokens", token=words, json=new))[0] == 403
    assert (await call("POST", f"/tokens/{mine['id']}/revoke", token=words))[0] == 200
    assert (await call("GET", "/tokens", token=words))[0] == 401


async def test_a_delegation_is_seen_by_both_and_ended_by_who_gave_it(call: Any, hire: Any) -> None:
    ana, words = await hire(Role.SIGNATORY)
    bo, others = await hire(Role.DRAFTER)
    new = {
        "principal": ana.person.hex(), "delegate": bo.person.hex(), "roles": ["signatory"],
        "valid_from": int(time.time()) - 10, "valid_until": int(time.time()) + 1_000,
    }  # fmt: skip
    assert (await call("POST", "/delegations", token=others, json=new))[0] == 403
    status, made = await call("POST", "/delegations", token=words, json=new)
    assert (status, made["roles"]) == (201, ["signatory"])
    for token in (words, others):
        assert (await call("GET", "/delegations", token=token))[1]["delegations"] == [made]
    headers = {"Rogatory-Name-Of": ana.person.hex()}
    assert (await call("GET", "/me", token=others, headers=headers))[1]["roles"] == ["signatory"]
    assert (await call("POST", f"/delegations/{made['id']}/end", token=others))[0] == 403
    assert (await call("POST", f"/delegations/{made['id']}/end", token=words))[1]["revoked_at"] is not None
    assert (await call("GET", "/me", token=others, headers=headers))[0] == 403
