"""People by command: the operator adds the first ones, an administrator the others."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Cli = Callable[..., Awaitable[tuple[int, Any]]]


async def test_what_does_not_fit_is_named(cli: Cli) -> None:
    status, told = await cli("people", "add", "", "--role", "drafter")
    assert status == 1
    assert "$.name" in told["error"]["next"]


async def test_the_first_people_are_added_by_the_operator(cli: Cli) -> None:
    status, made = await cli("people", "add", "Ana Prova", "--role", "drafter", "--role", "handler")
    assert (status, made["name"], made["roles"]) == (0, "Ana Prova", ["drafter", "handler"])
    status, changed = await cli("people", "roles", "Ana Prova", "--role", "signatory")
    assert (status, changed["roles"]) == (0, ["signatory"])
    status, text = await cli("people", "list", text=True)
    assert (status, text.split()) == (0, [made["id"][:12], "Ana", "Prova", "signatory"])
    assert (await cli("people", "disable", made["id"][:8]))[1]["disabled_at"] is not None
    assert "disabled" in (await cli("people", "list", text=True))[1]


async def test_an_administrator_manages_people_by_his_token(cli: Cli, tmp_path: Path) -> None:
    await cli("people", "add", "Ada Min", "--role", "administrator")
    status, made = await cli("tokens", "create", "Ada Min", "--label", "directory", "--days", "2")
    assert (status, made["token"]["label"]) == (0, "directory")
    file = tmp_path / "token"
    file.write_text(made["words"] + "\n")
    by_her = ("--token-file", str(file))
    status, added = await cli("people", "add", "Bo Example", "--role", "drafter", *by_her)
    assert (status, added["name"]) == (0, "Bo Example")
    status, refused = await cli("people", "roles", "Ada Min", "--role", "secretariat", *by_her)
    assert (status, refused["error"]["code"]) == (1, "people.self")
    assert (await cli("tokens", "revoke", made["token"]["id"][:8]))[0] == 0
    assert (await cli("people", "list", *by_her))[1]["error"]["code"] == "token"


async def test_refusals_are_told(cli: Cli, tmp_path: Path) -> None:
    for words, status, code in (
        (("people", "add", "Ana", "--role", "king"), 2, "usage"),
        (("people", "add", "Ana", "--role", "drafter", "--role", "administrator"), 1, "people.roles-unfit"),
        (("people", "add", "Ana", "--role", "drafter", "--unit", "Night"), 1, "unknown"),
        (("people", "disable", "Nobody"), 1, "unknown"),
        (("people", "list", "--token-file", str(tmp_path / "none")), 2, "unreadable"),
    ):
        ended, answer = await cli(*words)
        assert (ended, answer["error"]["code"]) == (status, code)
    await cli("people", "add", "Ana", "--role", "drafter")
    await cli("people", "add", "Ana", "--role", "drafter")
    assert (await cli("people", "disable", "Ana"))[1]["error"]["code"] == "ambiguous"
