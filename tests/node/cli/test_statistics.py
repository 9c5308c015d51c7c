"""``rogatory statistics``."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any

from booked import booked

from rogatory_node.api.context import Node

PERIOD = ("--from", "2020-01-01", "--to", "2099-12-31")


async def test_counts_for_people_and_as_csv(cli: Any, node: Node, came: Any) -> None:
    await booked(node, came)
    status, text = await cli("statistics", *PERIOD, text=True)
    assert status == 0
    assert "received: in all 2, pending 2" in text
    assert "By authority\n  XB" in text
    assert "Delivered: asked 0, received 2" in text
    _, text = await cli("statistics", *PERIOD, "--csv", text=True)
    assert ["totals", "", "received", "total", "2"] in list(csv.reader(StringIO(text)))
    assert (await cli("statistics", *PERIOD, "--with", "XB"))[1]["totals"]["received"]["total"] == 2


async def test_a_period_that_ends_before_it_begins_is_wrong_usage(cli: Any) -> None:
    status, told = await cli("statistics", "--from", "2027-01-31", "--to", "2027-01-01")
    assert (status, told["error"]["code"]) == (2, "period")
    assert (await cli("statistics", "--from", "2027-01-31", "--to", "2027-01-31"))[0] == 0


async def test_the_list_for_a_meeting(cli: Any, node: Node, came: Any) -> None:
    await booked(node, came)
    _, text = await cli("statistics", "--open", "XB", text=True)
    assert "XB-2026-7  received" in text
    _, text = await cli("statistics", "--open", "XB", "--csv", text=True)
    assert [line[1] for line in csv.reader(StringIO(text))] == ["reference", "XB-2026-7", "XB-2026-7"]
    assert (await cli("statistics", "--digest", "010101"))[1]["measures"][0]["type"] == "data.content"


async def test_counts_for_a_network(cli: Any, node: Node, came: Any, tmp_path: Path) -> None:
    await booked(node, came)
    file = tmp_path / "xa.statistics"
    assert (await cli("statistics", *PERIOD, "--share", str(file)))[0] == 0
    status, added = await cli("statistics", "--together", str(file))
    assert (status, added["members"]) == (0, 1)
    assert (await cli("statistics", *PERIOD, "--share", str(file)))[1]["error"]["code"] == "unwritable"


async def test_what_cannot_be_asked(cli: Any, tmp_path: Path) -> None:
    for words, code in (
        (["--from", "soon", "--to", "2027-01-01"], "date"), (["--from", "2027-01-01"], "date"),
        (["--open", "XB", "--digest", "0101"], "what"), (["--together", str(tmp_path / "none")], "unreadable"),
    ):  # fmt: skip
        status, told = await cli("statistics", *words)
        assert (status, told["error"]["code"]) == (2, code)
