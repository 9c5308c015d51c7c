"""The book over the socket."""

from typing import Any

from booked import FIRST, SECOND, booked

from rogatory_node.api.context import Node
from rogatory_protocol.ids import Id16


async def test_lists_and_search_name_authorities(ask: Any, node: Node, came: Any, world: Any) -> None:
    await booked(node, came)
    status, found = await ask("GET", "/book/cases?view=action&with=XB&type=data.content")
    assert status == 200
    assert [(each["case"], each["counterpart"]["cc"]) for each in found["cases"]] == [(FIRST.hex(), "XB")]
    _, found = await ask("GET", "/book/cases", params={"q": "Rosa"})
    assert [each["case"] for each in found["cases"]] == [FIRST.hex()]
    _, found = await ask("GET", f"/book/cases?with={world.xd.aid.hex()}")
    assert found["cases"] == []
    _, found = await ask("GET", "/book/cases?most=1")
    _, rest = await ask("GET", f"/book/cases?most=1&after={found['next']}")
    assert {found["cases"][0]["case"], rest["cases"][0]["case"]} == {FIRST.hex(), SECOND.hex()}
    assert rest["next"] is None


async def test_a_case_is_told_with_its_parties(ask: Any, node: Node, came: Any) -> None:
    await booked(node, came)
    status, found = await ask("GET", f"/book/case?case={SECOND.hex()}")
    assert status == 200
    (request,) = found["requests"]
    assert (request["from"]["cc"], request["to"]["self"]) == ("XB", True)
    assert request["kept"][0]["reason"] == "wrong_side"


async def test_refusals(ask: Any, came: Any) -> None:
    assert (await ask("GET", "/book/case?case=nothing"))[1]["code"] == "case.unknown"
    assert (await ask("GET", "/book/cases?view=some"))[1]["code"] == "query"
    await came(conv=Id16(b"\x07" * 16))
    status, told = await ask("GET", "/book/case?case=070707")
    assert (status, told["code"]) == (409, "case.not-yet")
