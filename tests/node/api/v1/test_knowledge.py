"""Types over the interface: all of them, their schemas, in the caller's language."""

from typing import Any

from rogatory_node.casework.types import catalogue
from rogatory_node.casework.types.speaking import spoken


async def test_lists_and_describes_every_type(call: Any) -> None:
    status, listed = await call("GET", "/types")
    assert (status, len(listed["types"])) == (200, len(catalogue.types()))
    for each in listed["types"]:
        status, whole = await call("GET", f"/types/{each['code']}")
        assert status == 200
        schema = catalogue.schema(each["code"])
        assert isinstance(schema, dict)
        assert whole["request_schema"] == spoken(schema, "en")
        assert whole["example"]["type"] == each["code"]


async def test_speaks_the_caller_s_language(call: Any) -> None:
    _, whole = await call("GET", "/types/data.preserve", headers={"Accept-Language": "ar"})
    assert whole["group"] == "حفظ البيانات الآن"
    assert whole["request_schema"]["properties"]["necessity"]["title"] == "الضرورة"


async def test_an_unknown_type_or_version_is_said(call: Any) -> None:
    for path in ("/types/telepathy", "/types/data.preserve?version=99", "/types/..%2fcommon"):
        status, problem = await call("GET", path)
        assert (status, problem["code"]) in {(404, "type-unknown"), (404, "unknown")}
