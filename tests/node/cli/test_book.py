"""``rogatory cases``, ``case`` and ``search``."""

from typing import Any

import pytest
from booked import FIRST, SECOND, booked

from rogatory_node.api.context import Node


async def test_cases_are_listed_with_what_is_to_be_done(cli: Any, node: Node, came: Any) -> None:
    await booked(node, came)
    status, found = await cli("cases", "--mine")
    assert status == 0
    assert [each["case"] for each in found["cases"]] == [FIRST.hex(), SECOND.hex()]
    assert (await cli("cases", "--waiting"))[1]["cases"] == []
    assert (await cli("cases", "--with", "XB", "--type", "data.content", "--grade", "priority"))[1]["cases"]
    assert (await cli("cases", "--due", "7"))[1]["cases"] == []
    status, text = await cli("cases", "--state", "delivered", "--most", "1", text=True)
    for word in ("XB-2026-7", "Priority", "Delivered", "acknowledge the request", "the mail of Rosa", "--after"):
        assert word in text


async def test_a_case_is_told_with_its_history_and_why_a_letter_had_no_effect(cli: Any, node: Node, came: Any) -> None:
    await booked(node, came)
    status, text = await cli("case", "020202", text=True)
    assert status == 0
    for word in ("XB-2026-7", "Delivered", "had no effect: the other side makes this move", "You owe: acknowledge"):
        assert word in text
    assert (await cli("case", "XX-1"))[1]["error"]["code"] == "case.unknown"


async def test_words_find_cases(cli: Any, node: Node, came: Any) -> None:
    await booked(node, came)
    _, found = await cli("search", "Rosa", "mail")
    assert [each["case"] for each in found["cases"]] == [FIRST.hex()]
    assert "No case." in (await cli("search", "nobody", text=True))[1]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--type", "data.preserv"], "unknown"),
        (["--state", "delivred"], "usage"),
        (["--grade", "high"], "usage"),
        (["--mine", "--all"], "view"),
        (["--due", "soon"], "date"),
        (["--with", "QQ"], "recipient.unknown"),
    ],
)
async def test_what_cannot_be_asked(cli: Any, words: list[str], code: str) -> None:
    status, told = await cli("cases", *words)
    assert status in {1, 2}
    assert told["error"]["code"] == code


async def test_a_date_is_meant_to_its_end(cli: Any, node: Node, came: Any) -> None:
    from rogatory_node.cli.book import _before

    assert _before("2027-01-31") == 1_801_440_000
    assert (await cli("cases", "--due", "2027-01-31"))[0] == 0
