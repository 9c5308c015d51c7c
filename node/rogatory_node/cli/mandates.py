"""``rogatory tokens`` and ``rogatory delegations``: by what somebody acts.

* The words of a token are on standard output once, and nowhere again.
"""

import time
from datetime import datetime
from typing import Annotated, Any

import typer

from rogatory_node.cli import words
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption, TokenOption
from rogatory_node.cli.output import emit, note
from rogatory_node.cli.people import API, PersonArgument, RolesOption, client_of, person_of
from rogatory_node.cli.picking import code_of, day, pick, row, rows
from rogatory_node.i18n import _


def add(app: typer.Typer) -> None:
    """Register the commands."""
    tokens = typer.Typer(help=_("Tokens by which programs and commands act for a person."), no_args_is_help=True)
    tokens.command("create", help=_("Make a token; it is shown once."))(create)
    tokens.command("list", help=_("List all tokens, without their secrets."))(list_tokens)
    tokens.command("revoke", help=_("Revoke a token."))(revoke)
    app.add_typer(tokens, name="tokens")
    delegations = typer.Typer(help=_("Who acts in whose name, and until when."), no_args_is_help=True)
    delegations.command("grant", help=_("Let a person act in another's name for a time."))(grant)
    delegations.command("list", help=_("List all delegations."))(list_delegations)
    delegations.command("end", help=_("Revoke a delegation."))(end)
    app.add_typer(delegations, name="delegations")


def create(
    person: PersonArgument,
    home: HomeOption,
    label: Annotated[str, typer.Option("--label", metavar="TEXT", help=_("What it is for."))],
    scopes: Annotated[
        list[str],
        typer.Option("--scope", metavar="ACTION", help=_("What it may do, such as draft.read; repeatable.")),
    ] = [],  # noqa: B006 - read only
    days: Annotated[int, typer.Option("--days", min=1, max=366, help=_("How long it lives."))] = 90,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Make a token."""
    from rogatory_node.casework.roles import Action

    client = client_of(home, role, None)
    asked = [code_of(Action, each) for each in scopes] or None
    new = {"person": person_of(client, person), "label": label, "scopes": asked, "days": days}
    made = client.post(f"{API}/tokens", json=new)
    emit(as_json, made, made["words"])
    if not as_json:
        note(_("Keep it: it is not shown again. It ends on {when}.").format(when=_ends(made["token"])))


def list_tokens(
    home: HomeOption, token: TokenOption = None, role: AsOption = "operator", as_json: JsonOption = False
) -> None:
    """List tokens."""
    found = client_of(home, role, token).get(f"{API}/tokens")
    emit(as_json, found, rows(map(_token, found["tokens"])))


def revoke(
    which: Annotated[str, typer.Argument(metavar="TOKEN", help=_("The first of its digits."))],
    home: HomeOption,
    token: TokenOption = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Revoke a token."""
    client = client_of(home, role, token)
    revoked = client.post(f"{API}/tokens/{pick(client.get(f'{API}/tokens')['tokens'], which)}/revoke")
    emit(as_json, revoked, _token(revoked))


def grant(
    principal: PersonArgument,
    delegate: Annotated[
        str, typer.Argument(metavar="DELEGATE", help=_("Who acts in that name: digits, their beginning, or the name."))
    ],
    roles: RolesOption,
    until: Annotated[
        datetime, typer.Option("--until", formats=["%Y-%m-%d"], metavar="DATE", help=_("Until this day."))
    ],
    home: HomeOption,
    token: TokenOption = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Make a delegation."""
    from rogatory_node.casework.roles import Role

    client = client_of(home, role, token)
    new = {
        "principal": person_of(client, principal),
        "delegate": person_of(client, delegate),
        "roles": [code_of(Role, each) for each in roles],
        "valid_from": int(time.time()),
        "valid_until": day(until),
    }
    made = client.post(f"{API}/delegations", json=new)
    emit(as_json, made, _delegation(made))


def list_delegations(
    home: HomeOption, token: TokenOption = None, role: AsOption = "operator", as_json: JsonOption = False
) -> None:
    """List delegations."""
    found = client_of(home, role, token).get(f"{API}/delegations")
    emit(as_json, found, rows(map(_delegation, found["delegations"])))


def end(
    which: Annotated[str, typer.Argument(metavar="DELEGATION", help=_("The first of its digits."))],
    home: HomeOption,
    token: TokenOption = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Revoke a delegation."""
    client = client_of(home, role, token)
    ended = client.post(f"{API}/delegations/{pick(client.get(f'{API}/delegations')['delegations'], which)}/end")
    emit(as_json, ended, _delegation(ended))


def _token(token: dict[str, Any]) -> str:
    return row(token["id"][:12], token["label"], token["person"][:12], _ends(token))


def _delegation(found: dict[str, Any]) -> str:
    between = f"{found['principal'][:12]} → {found['delegate'][:12]}"
    until = words.moment(found["revoked_at"] or found["valid_until"])
    return row(found["id"][:12], between, " ".join(found["roles"]), until)


def _ends(token: dict[str, Any]) -> str:
    return words.moment(token["revoked_at"] or token["expires_at"])
