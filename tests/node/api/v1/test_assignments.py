"""Assignments over the interface."""

import os
from typing import Any

from rogatory_node.api.asking import read
from rogatory_node.api.context import Node
from rogatory_node.casework.roles import Role
from rogatory_node.storage.tables import cases
from rogatory_protocol.ids import Id16


async def test_a_registrar_gives_a_case_and_takes_it_back(call: Any, hire: Any, node: Node, came: Any) -> None:
    await came(conv=Id16(os.urandom(16)))
    case = (await read(node, lambda core: core.execute(cases.select()).one())).id.hex()
    handler, words = await hire(Role.HANDLER)
    path = f"/cases/{case}/assignments"
    assert (await call("GET", path, token=words))[0] == 404
    status, made = await call("POST", path, json={"person": handler.person.hex()})
    assert (status, made["case"], made["person"]) == (201, case, handler.person.hex())
    assert (await call("GET", path, token=words))[1]["assignments"] == [made]
    assert (await call("POST", path, token=words, json={"person": handler.person.hex()}))[0] == 403
    assert (await call("POST", f"/assignments/{made['id']}/end"))[1]["ended_at"] is not None
    assert (await call("GET", path, token=words))[0] == 404
    assert (await call("POST", path, json={}))[1]["code"] == "assignment.unfit"
