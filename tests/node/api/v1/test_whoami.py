"""Who the token acts for."""

from typing import Any

from rogatory_node.api.context import Node
from rogatory_node.casework.roles import Action, Role


async def test_says_who_and_what_he_may(call: Any, hire: Any, node: Node) -> None:
    acting, words = await hire(Role.AUDITOR, scopes=frozenset({Action.LOG_READ}))
    status, me = await call("GET", "/me", token=words)
    assert status == 200
    assert me == {
        "authority": node.own.aid.hex(),
        "country": node.own.statement.content.cc,
        "person": acting.person.hex(),
        "in_name_of": None,
        "roles": ["auditor"],
        "actions": ["log.read"],
    }
