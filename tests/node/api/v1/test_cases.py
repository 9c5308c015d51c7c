"""Cases for programs: what each role sees, pages, versions, and an auditor's reason."""

from typing import Any

import jsonschema_rs
import pytest
from booked import FIRST, SECOND, booked
from sqlalchemy import func, select

from rogatory_node.api.context import Node
from rogatory_node.api.v1.table import description
from rogatory_node.casework.roles import Role
from rogatory_node.storage.book_tables import readings


async def test_lists_pages_and_search(call: Any, node: Node, came: Any) -> None:
    await booked(node, came)
    status, first = await call("GET", "/cases?most=1")
    assert status == 200
    _, second = await call("GET", f"/cases?most=1&after={first['next']}")
    assert [each["cases"][0]["case"] for each in (first, second)] == [FIRST.hex(), SECOND.hex()]
    assert second["next"] is None
    _, found = await call("GET", "/cases", params={"q": "XB-2026-7", "most": 1})
    assert [each["case"] for each in found["cases"]] == [SECOND.hex()]
    _, rest = await call("GET", "/cases", params={"q": "XB-2026-7", "most": 1, "after": found["next"]})
    assert [each["case"] for each in rest["cases"]] == [FIRST.hex()]
    assert (await call("GET", "/cases", params={"state": "DELIVERED", "view": "action"}))[1]["cases"]
    assert not (await call("GET", "/cases", params={"due_before": 1}))[1]["cases"]


@pytest.mark.parametrize("query", ["after=x", "view=mine", "most=0", "counterpart=XB", "due_before=-1"])
async def test_a_query_that_is_not_as_described_is_refused(call: Any, query: str) -> None:
    assert (await call("GET", f"/cases?{query}"))[1]["code"] == "query"


async def test_an_unchanged_case_is_304(call: Any, node: Node, came: Any) -> None:
    await booked(node, came)
    status, found = await call("GET", f"/cases/{FIRST.hex()[:8]}")
    assert status == 200
    assert found["requests"][0]["measures"][0]["state"] == "DELIVERED"
    assert (await call("GET", f"/cases/{FIRST.hex()}", headers={"If-None-Match": '"other"'}))[0] == 200


async def test_a_case_is_answered_as_described(call: Any, node: Node, came: Any) -> None:
    await booked(node, came)
    _, answer = await call("GET", f"/cases/{SECOND.hex()}")
    told = description()
    schema = told["paths"]["/api/v1/cases/{case}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert jsonschema_rs.is_valid(schema | {"components": told["components"]}, answer)


async def test_who_may_not_is_not_told_that_it_is_there(call: Any, hire: Any, node: Node, came: Any) -> None:
    await booked(node, came)
    _, handler = await hire(Role.HANDLER)
    assert (await call("GET", "/cases", token=handler))[1]["cases"] == []
    there = await call("GET", f"/cases/{FIRST.hex()}", token=handler)
    nowhere = await call("GET", f"/cases/{'9' * 32}", token=handler)
    assert there == nowhere
    assert there[0] == 404
    _, secretariat = await hire(Role.SECRETARIAT)
    assert (await call("GET", "/cases", token=secretariat))[1]["code"] == "forbidden"


async def test_an_auditor_gives_a_reason_that_is_noted(call: Any, hire: Any, node: Node, came: Any) -> None:
    await booked(node, came)
    _, auditor = await hire(Role.AUDITOR)
    assert (await call("GET", f"/cases/{FIRST.hex()}", token=auditor))[1]["code"] == "reason"
    status, _ = await call("GET", f"/cases/{FIRST.hex()}", params={"reason": "yearly review"}, token=auditor)
    assert status == 200
    async with node.readers.connect() as connection:
        assert (await connection.execute(select(func.count()).select_from(readings))).scalar_one() == 1


async def test_a_case_that_the_book_has_not_read(call: Any, came: Any) -> None:
    await came(conv=FIRST)
    status, told = await call("GET", f"/cases/{FIRST.hex()}")
    assert (status, told["code"]) == (409, "case.not-yet")
