"""Statistics over the socket, and what leaves for a network."""

from typing import Any

from booked import FIRST, booked

from rogatory_node.api.context import Node
from rogatory_node.api.law import signed_by
from rogatory_protocol.ids import Id16

YEARS = {"begin": 0, "end": 2**35}


async def test_a_period_is_counted_with_partners_by_name(ask: Any, node: Node, came: Any) -> None:
    await booked(node, came)
    status, found = await ask("GET", "/book/statistics", params=YEARS)
    assert status == 200
    assert found["totals"]["received"]["total"] == 2
    assert [each["cc"] for each in found["partners"].values()] == ["XB"]
    _, found = await ask("GET", "/book/statistics", params=YEARS | {"with": "9" * 64})
    assert found["totals"]["received"]["total"] == 0
    assert (await ask("GET", "/book/statistics", params={"begin": 5, "end": 4}))[1]["code"] == "field"


async def test_lists_for_a_meeting_and_an_entry_for_a_digest(ask: Any, node: Node, came: Any) -> None:
    await booked(node, came)
    _, found = await ask("GET", "/book/statistics/open?with=XB")
    assert {each["reference"] for each in found["cases"]} == {"XB-2026-7"}
    assert {each["direction"] for each in found["cases"]} == {"received"}
    _, told = await ask("GET", f"/book/statistics/digest?case={FIRST.hex()}")
    assert [each["type"] for each in told["measures"]] == ["data.content"]
    await came(b'{"kind": "spontaneous"}', conv=Id16(b"\x05" * 16))
    assert (await ask("GET", "/book/statistics/digest?case=050505"))[1]["code"] == "no-request"


async def test_members_counts_are_signed_verified_and_added_once(ask: Any, node: Node, came: Any) -> None:
    await booked(node, came)
    status, found = await ask("POST", "/book/statistics/share", json=YEARS)
    assert (status, found["shared"]["received"]["total"]) == (200, None)
    ours = found["publication"]
    status, added = await ask("POST", "/book/statistics/together", json={"publications": [ours]})
    assert (status, added["received"]["total"]) == (200, {"count": 0, "hidden": 1})
    assert [each["self"] for each in added["from_members"]] == [True]
    changed = bytes.fromhex(ours).replace(b'"format":1', b'"format":2').hex()
    other = signed_by(node, "statistics", "x", 1, b'{"format": 1}').raw.hex()
    for files, code in (
        ([ours, ours], "twice"), ([changed], "publication.signature"), (["zz"], "field"), ([], "field"),
        ([other], "statistics.counts"), (["00"], "publication.unreadable"),
    ):  # fmt: skip
        assert (await ask("POST", "/book/statistics/together", json={"publications": files}))[1]["code"] == code
