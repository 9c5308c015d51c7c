"""``rogatory people``: who acts for the authority and its home agencies.

* The operator may add people without being one; everybody else needs the token of an administrator.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from rogatory_node.cli import words
from rogatory_node.cli.client import Client
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption, TokenOption, token_of
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import emit
from rogatory_node.cli.picking import code_of, day, is_whole, pick, row, rows
from rogatory_node.i18n import _

API: Final = "/api/v1"
RolesOption = Annotated[list[str], typer.Option("--role", metavar="ROLE", help=_("A role; repeatable."))]
PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help=_("The person: digits, their beginning, or exactly the name."))
]


def add(app: typer.Typer) -> None:
    """Register the commands."""
    people = typer.Typer(help=_("People who act for the authority and its home agencies."), no_args_is_help=True)
    people.command("add", help=_("Add a person."))(add_person)
    people.command("list", help=_("List all people."))(list_people)
    people.command("roles", help=_("Give a person other roles."))(change_roles)
    people.command("disable", help=_("Disable a person, with all tokens and delegations."))(disable)
    app.add_typer(people, name="people")


def client_of(home: Path, role: str, token: Path | None) -> Client:
    """Return who asks the node: the operator, or the person of a token."""
    return Client(home_at(home), role=role, token=token_of(token))


def add_person(
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("The name."))],
    roles: RolesOption,
    home: HomeOption,
    unit: Annotated[str | None, typer.Option("--unit", metavar="UNIT", help=_("The unit."))] = None,
    agency: Annotated[str | None, typer.Option("--agency", metavar="AGENCY", help=_("The home agency."))] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], metavar="DATE", help=_("Until this day."))
    ] = None,
    token: TokenOption = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Add a person."""
    client = client_of(home, role, token)
    new = {
        "name": name,
        "roles": _roles(roles),
        "unit": None if unit is None else pick(client.get(f"{API}/units")["units"], unit),
        "agency": None if agency is None else pick(client.get(f"{API}/agencies")["agencies"], agency),
        "valid_until": day(until),
    }
    _tell(as_json, client.post(f"{API}/people", json=new))


def list_people(
    home: HomeOption, token: TokenOption = None, role: AsOption = "operator", as_json: JsonOption = False
) -> None:
    """List people."""
    found = client_of(home, role, token).get(f"{API}/people")
    emit(as_json, found, rows(map(_line, found["people"])))


def change_roles(
    person: PersonArgument,
    roles: RolesOption,
    home: HomeOption,
    token: TokenOption = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Give a person other roles."""
    client = client_of(home, role, token)
    who = person_of(client, person)
    _tell(as_json, client.put(f"{API}/people/{who}/roles", json={"roles": _roles(roles)}))


def disable(
    person: PersonArgument,
    home: HomeOption,
    token: TokenOption = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Disable a person."""
    client = client_of(home, role, token)
    _tell(as_json, client.post(f"{API}/people/{person_of(client, person)}/disable"))


def person_of(client: Client, word: str) -> str:
    """Return the identifier of the person whom a word means; whole digits need no look at the list of people.

    Raises:
        Failure: Nobody is called so, or several are.
    """
    if is_whole(word):
        return word
    return pick(client.get(f"{API}/people")["people"], word)


def _roles(given: list[str]) -> list[str]:
    from rogatory_node.casework.roles import Role

    return [code_of(Role, each) for each in given]


def _tell(as_json: bool, person: dict[str, Any]) -> None:
    emit(as_json, person, _line(person))


def _line(person: dict[str, Any]) -> str:
    from rogatory_node.casework.roles import ROLES, Role

    roles = ", ".join(_(ROLES[Role(each)]) for each in person["roles"])
    ended = person["disabled_at"] and _("disabled {when}").format(when=words.moment(person["disabled_at"]))
    return row(person["id"][:12], person["name"], roles, ended)
