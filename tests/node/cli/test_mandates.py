"""Tokens and delegations by command."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Cli = Callable[..., Awaitable[tuple[int, Any]]]


async def test_a_token_is_shown_once(cli: Cli) -> None:
    await cli("people", "add", "Ana", "--role", "drafter")
    status, text = await cli("tokens", "create", "Ana", "--label", "cases", "--scope", "draft.read", text=True)
    assert status == 0
    assert text.startswith("rgt_")
    listed = (await cli("tokens", "list"))[1]["tokens"]
    assert [(each["label"], each["scopes"]) for each in listed] == [("cases", ["draft.read"])]
    assert text.strip()[-43:] not in (await cli("tokens", "list", text=True))[1]
    refused = await cli("tokens", "create", "Ana", "--label", "more", "--scope", "people.manage")
    assert refused[1]["error"]["code"] == "token.scope"


async def test_somebody_acts_in_anothers_name_until_it_is_ended(cli: Cli) -> None:
    await cli("people", "add", "Ana", "--role", "signatory")
    await cli("people", "add", "Bo", "--role", "drafter")
    given = ("--role", "signatory", "--until")
    assert (await cli("delegations", "grant", "Ana", "Bo", *given, "2000-01-01"))[1]["error"]["code"] == (
        "delegation.unfit"
    )
    soon = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%d")
    status, made = await cli("delegations", "grant", "Ana", "Bo", *given, soon)
    assert (status, made["roles"]) == (0, ["signatory"])
    assert "→" in (await cli("delegations", "list", text=True))[1]
    assert (await cli("delegations", "end", made["id"][:10]))[1]["revoked_at"] is not None


async def test_who_does_not_see_the_list_of_people_names_others_by_their_digits(cli: Cli, act: Any) -> None:
    by = await act("signatory")
    bo = (await cli("people", "add", "Bo", "--role", "drafter"))[1]["id"]
    ana = next(each["id"] for each in (await cli("people", "list"))[1]["people"] if each["name"] == "Ana")
    soon = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%d")
    more = ("--role", "signatory", "--until", soon, *by)
    assert (await cli("delegations", "grant", "Ana", bo, *more))[1]["error"]["code"] == "forbidden"
    assert (await cli("delegations", "grant", ana, bo, *more))[0] == 0
