"""Statistics for programs: whole for who sees cases, hidden counts for others."""

from typing import Any

from booked import booked

from rogatory_node.api.context import Node
from rogatory_node.casework.roles import Role

PERIOD = "/statistics?begin=0&end=34359738368"


async def test_a_registrar_sees_all_and_the_secretariat_no_small_count(
    call: Any, hire: Any, node: Node, came: Any
) -> None:
    await booked(node, came)
    status, found = await call("GET", PERIOD)
    assert status == 200
    assert (found["whole"], found["report"]["totals"]["received"]["total"]) == (True, 2)
    _, secretariat = await hire(Role.SECRETARIAT)
    _, found = await call("GET", PERIOD, token=secretariat)
    assert (found["whole"], found["report"]["received"]["total"]) == (False, None)
    _, handler = await hire(Role.HANDLER)
    assert (await call("GET", PERIOD, token=handler))[1]["code"] == "forbidden"
    assert (await call("GET", "/statistics?begin=2&end=1"))[1]["code"] == "period"
