"""The moves of a case for programs: by side and role, in the caller's language."""

from typing import Any

from booked import FIRST, SECOND, booked

from rogatory_node.api.context import Node
from rogatory_node.casework.roles import Role


def by_name(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (request,) = answer["requests"]
    return {each["move"]: each for each in request["moves"]}


async def test_the_requested_side_sees_its_moves_and_why_not_the_others(
    call: Any, hire: Any, node: Node, came: Any
) -> None:
    await booked(node, came)
    _, registrar = await hire(Role.REGISTRAR)
    status, answer = await call("GET", f"/cases/{SECOND.hex()}/moves", token=registrar)
    assert status == 200
    assert answer["requests"][0]["side"] == "Q"
    found = by_name(answer)
    assert (found["acknowledge"]["possible"], found["acknowledge"]["measures"]) == (True, ["1"])
    assert [each["reason"] for each in found["accept"]["refused"]] == ["unacknowledged"]
    assert [each["reason"] for each in found["withdraw"]["refused"]] == ["wrong_side"]
    french = await call("GET", f"/cases/{SECOND.hex()}/moves", token=registrar, headers={"Accept-Language": "fr"})
    assert by_name(french[1])["acknowledge"]["label"] != found["acknowledge"]["label"]


async def test_a_duty_officer_is_offered_only_types_that_are_marked(
    call: Any, hire: Any, node: Node, came: Any
) -> None:
    await booked(node, came)
    _, duty = await hire(Role.DUTY)
    offered = []
    for case in (FIRST, SECOND):
        _, answer = await call("GET", f"/cases/{case.hex()}/moves", token=duty)
        offered.append(by_name(answer)["acknowledge"]["possible"])
    assert offered == [False, True]


async def test_who_may_not_read_the_case_is_not_told_that_it_is_there(
    call: Any, hire: Any, node: Node, came: Any
) -> None:
    await booked(node, came)
    _, handler = await hire(Role.HANDLER)
    assert (await call("GET", f"/cases/{FIRST.hex()}/moves", token=handler))[0] == 404
    assert (await call("GET", f"/cases/{'9' * 32}/moves", token=handler))[0] == 404
