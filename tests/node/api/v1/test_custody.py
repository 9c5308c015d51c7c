"""Custody for programs: a custodian to whom the case is assigned, and nobody else."""

import json
import os
from typing import Any

from rogatory_node.api.context import Node
from rogatory_node.casework.roles import Role
from rogatory_node.storage.book_tables import assignments
from rogatory_protocol.ids import Id16

CONV = Id16(b"\xc0" * 16)
FORM = {"kind": "evidence.handover", "items": [{"description": "Disk"}]}


async def test_only_who_has_the_case_sees_and_notes(call: Any, came: Any, hire: Any, node: Node) -> None:
    digest = await came(json.dumps(FORM).encode(), conv=CONV)
    who, token = await hire(Role.CUSTODIAN)
    place, body = f"/cases/{CONV.hex()}/custody", {"item": f"{digest.hex()[:16]}.o0", "action": "copied"}
    assert (await call("POST", place, token=token, json=body))[0] == 403

    def assign(connection: Any, _: Any) -> list[None]:
        row = {"id": os.urandom(16), "case": CONV, "person": who.person, "made_at": 1}
        connection.execute(assignments.insert(), [row])
        return [None]

    await node.writer.execute(assign, None)
    status, told = await call("POST", place, token=token, json=body)
    assert (status, told["item"]) == (201, body["item"])
    status, told = await call("GET", place, token=token)
    assert (status, [each["action"] for each in told["chain"]]) == (200, ["handed-over", "copied"])
    status, told = await call("POST", f"{place}/erase", token=token, json={"item": body["item"], "why": "limit"})
    assert status == 200
    assert (await call("POST", f"{place}/erase", token=token, json={"item": body["item"], "why": "limit"}))[0] == 404
