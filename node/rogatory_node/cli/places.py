"""``rogatory units`` and ``rogatory agencies``: where people belong and where work goes."""

from typing import Annotated, Any, Final

import typer

from rogatory_node.cli import words
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption, TokenOption
from rogatory_node.cli.output import emit
from rogatory_node.cli.people import API, client_of
from rogatory_node.cli.picking import code_of, pick, row, rows
from rogatory_node.i18n import _

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help=_("The name."))]
ALL: Final = "*"


def add(app: typer.Typer) -> None:
    """Register the commands."""
    units = typer.Typer(help=_("Parts of the authority, each with an inbox of its own."), no_args_is_help=True)
    units.command("add", help=_("Open a unit."))(open_unit)
    units.command("list", help=_("List all units."))(list_units)
    units.command("close", help=_("Close a unit in which nobody is."))(close_unit)
    app.add_typer(units, name="units")
    about = _("Prosecutors, courts and police that hand in drafts and execute measures.")
    agencies = typer.Typer(help=about, no_args_is_help=True)
    agencies.command("add", help=_("Take in a home agency."))(open_agency)
    agencies.command("list", help=_("List all home agencies."))(list_agencies)
    agencies.command("close", help=_("Close a home agency and disable its people."))(close_agency)
    app.add_typer(agencies, name="agencies")


def open_unit(
    name: NameArgument,
    home: HomeOption,
    types: Annotated[
        list[str], typer.Option("--type", metavar="CODE", help=_("What comes to it: a type, data.* or *; repeatable."))
    ] = [ALL],  # noqa: B006 - read only
    grades: Annotated[
        list[str], typer.Option("--grade", metavar="GRADE", help=_("Which urgency comes to it; repeatable."))
    ] = [ALL],  # noqa: B006 - read only
    token: TokenOption = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Open a unit."""
    new = {"name": name, "types": types, "grades": grades}
    made = client_of(home, role, token).post(f"{API}/units", json=new)
    emit(as_json, made, _unit(made))


def list_units(
    home: HomeOption, token: TokenOption = None, role: AsOption = "operator", as_json: JsonOption = False
) -> None:
    """List units."""
    found = client_of(home, role, token).get(f"{API}/units")
    emit(as_json, found, rows(map(_unit, found["units"])))


def close_unit(
    unit: Annotated[str, typer.Argument(metavar="UNIT", help=_("The unit."))],
    home: HomeOption,
    token: TokenOption = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Close a unit."""
    client = client_of(home, role, token)
    which = pick(client.get(f"{API}/units")["units"], unit)
    closed = client.post(f"{API}/units/{which}/close")
    emit(as_json, closed, _unit(closed))


def open_agency(
    name: NameArgument,
    home: HomeOption,
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help=_("prosecutor, court, police or other."))
    ] = "prosecutor",
    token: TokenOption = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Take in a home agency."""
    from rogatory_node.casebook.agencies import AgencyKind

    new = {"name": name, "kind": code_of(AgencyKind, kind)}
    made = client_of(home, role, token).post(f"{API}/agencies", json=new)
    emit(as_json, made, _agency(made))


def list_agencies(
    home: HomeOption, token: TokenOption = None, role: AsOption = "operator", as_json: JsonOption = False
) -> None:
    """List home agencies."""
    found = client_of(home, role, token).get(f"{API}/agencies")
    emit(as_json, found, rows(map(_agency, found["agencies"])))


def close_agency(
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help=_("The home agency."))],
    home: HomeOption,
    token: TokenOption = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Close a home agency."""
    client = client_of(home, role, token)
    which = pick(client.get(f"{API}/agencies")["agencies"], agency)
    closed = client.post(f"{API}/agencies/{which}/close")
    emit(as_json, closed, _agency(closed))


def _unit(unit: dict[str, Any]) -> str:
    return row(unit["id"][:12], unit["name"], " ".join(unit["types"]), " ".join(unit["grades"]), _closed(unit))


def _agency(agency: dict[str, Any]) -> str:
    return row(agency["id"][:12], agency["name"], agency["kind"], _closed(agency))


def _closed(place: dict[str, Any]) -> str | None:
    return place["closed_at"] and _("closed {when}").format(when=words.moment(place["closed_at"]))
