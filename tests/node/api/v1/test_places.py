"""Units and agencies over the interface."""

from typing import Any

from rogatory_node.casework.roles import Role


async def test_units_and_agencies_are_opened_listed_and_closed(call: Any, hire: Any) -> None:
    _, words = await hire(Role.ADMINISTRATOR)
    status, unit = await call("POST", "/units", token=words, json={"name": "Data", "types": ["data.*"]})
    assert (status, unit["types"], unit["grades"]) == (201, ["data.*"], ["*"])
    status, agency = await call("POST", "/agencies", token=words, json={"name": "Court 1", "kind": "court"})
    assert (status, agency["kind"]) == (201, "court")
    assert (await call("GET", "/units"))[1]["units"] == [unit]
    assert (await call("GET", "/agencies"))[1]["agencies"] == [agency]
    assert (await call("POST", f"/units/{unit['id']}/close", token=words))[1]["closed_at"] is not None
    assert (await call("POST", f"/agencies/{agency['id']}/close", token=words))[1]["closed_at"] is not None
    assert (await call("POST", f"/units/{unit['id']}/close"))[0] == 403
