"""Units and agencies by command."""

from collections.abc import Awaitable, Callable
from typing import Any

Cli = Callable[..., Awaitable[tuple[int, Any]]]


async def test_units_are_opened_used_and_closed(cli: Cli) -> None:
    status, made = await cli("units", "add", "Data", "--type", "data.*", "--grade", "VOLATILE")
    assert (status, made["types"], made["grades"]) == (0, ["data.*"], ["VOLATILE"])
    status, ana = await cli("people", "add", "Ana", "--role", "handler", "--unit", "Data")
    assert (status, ana["unit"]) == (0, made["id"])
    assert (await cli("units", "close", "Data"))[1]["error"]["code"] == "unit.in-use"
    await cli("people", "disable", "Ana")
    assert (await cli("units", "close", "Data"))[0] == 0
    assert "closed" in (await cli("units", "list", text=True))[1]


async def test_agencies_are_taken_in_and_closed_with_their_people(cli: Cli) -> None:
    status, made = await cli("agencies", "add", "Court 1", "--kind", "court")
    assert (status, made["kind"]) == (0, "court")
    assert (await cli("people", "add", "Judge", "--role", "agency", "--agency", "Court 1"))[0] == 0
    assert (await cli("agencies", "close", "Court 1"))[0] == 0
    assert (await cli("people", "list"))[1]["people"][0]["disabled_at"] is not None
    assert "Court 1" in (await cli("agencies", "list", text=True))[1]
    assert (await cli("agencies", "add", "X", "--kind", "bank"))[0] == 2
