"""``rogatory held``, ``release`` and ``override``: what people decide after a restore (B.12.4).

* Nothing is released or overridden before the check page was confirmed: to whom, which letters, what may follow.
* The role that decided stands in the audit log.
"""

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from rogatory_node.cli import words
from rogatory_node.cli.cases import CaseArgument
from rogatory_node.cli.client import Client
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure, confirmed, emit, note
from rogatory_node.i18n import _

ToArgument = Annotated[
    str, typer.Argument(metavar="AUTHORITY", help=_("Recipient: its digits, their beginning, or a country."))
]
LettersOption = Annotated[list[str], typer.Option("--letter", metavar="DIGEST", help=_("Only this letter."))]
YesOption = Annotated[bool, typer.Option("--yes", help=_("Do it without asking."))]


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("held", help=_("What waits after a restore, here or at another authority."))(held)
    app.command("release", help=_("Give an authority back old letters that it lost."))(release)
    app.command("override", help=_("Send the letters of a case before all is back after a restore."))(override)


def held(home: HomeOption, role: AsOption = "operator", as_json: JsonOption = False) -> None:
    """Say what waits after a restore."""
    found = Client(home_at(home), role=role).get("/held")
    emit(as_json, found, "\n".join(_listed(found)))


def _listed(found: dict[str, Any]) -> Iterator[str]:
    if not (found["requests"] or found["authorities"] or found["cases"]):
        yield _("Nothing waits.")
    for each in found["requests"]:
        yield _("{who} asks for {letter}").format(who=words.authority(each["authority"]), letter=each["letter"])
        yield "    " + _request(each)
    for each in found["authorities"]:
        told = {"who": words.authority(each["authority"]), "when": words.moment(each["since"])}
        yield _("{who} has not given back what was lost, since {when}; letters that wait: {count}").format(
            **told, count=each["letters"]
        )
    for each in found["cases"]:
        named = words.clean(each["own_ref"] or each["case"])
        yield _("Case {case}: letters that wait: {count}").format(case=named, count=each["letters"])


def _request(each: dict[str, Any]) -> str:
    written = _("written {when}").format(when=words.moment(each["written"]))
    if each["released"] is None:
        return written
    return written + ", " + _("released {when}").format(when=words.moment(each["released"]))


def release(
    to: ToArgument,
    home: HomeOption,
    role: AsOption,
    letter: LettersOption = [],  # noqa: B006 - read only
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Give letters back that an authority asked for."""
    client, body = Client(home_at(home), role=role), {"to": to, "letters": letter}
    if not yes:
        found = client.post("/held/release", json=body | {"check": True})
        page = [_("To:         {who}").format(who=words.authority(found["authority"]))]
        page += [f"{each['letter']}  {_request(each)}" for each in found["letters"]]
        page.append(
            _("Ask this authority by telephone whether it was restored: a thief of its keys would ask as well.")
        )
        confirm(page)
        body["letters"] = [each["letter"] for each in found["letters"]]
    found = client.post("/held/release", json=body)
    told = _("Released: {count}. It gets them when it asks again, within an hour while it is linked.")
    emit(as_json, found, told.format(count=len(found["letters"])))


def override(
    case: CaseArgument, home: HomeOption, role: AsOption, yes: YesOption = False, as_json: JsonOption = False
) -> None:
    """Let the letters of a case go before all is back."""
    client, body = Client(home_at(home), role=role), {"case": case}
    if not yes:
        found = client.post("/held/override", json=body | {"check": True})
        page = [_("Case:       {case}").format(case=words.clean(found["own_ref"] or found["case"]))]
        page += [_("To:         {who}").format(who=words.authority(each)) for each in found["authorities"]]
        page.append(
            _("A letter sent now may bear a number that a lost letter bears already; its recipient is alarmed.")
        )
        confirm(page)
    found = client.post("/held/override", json=body)
    emit(as_json, found, _("The letters of this case go now."))


def confirm(page: list[str]) -> None:
    """Show what would be done and ask for it.

    Raises:
        Failure: Nobody is there to say yes, or the answer is no.
    """
    if not sys.stdin.isatty():
        raise Failure(_("Nobody is here to confirm this."), _("Do it without asking: --yes"), USAGE, "unconfirmed")
    note("\n".join(page))
    if not confirmed(_("Do it?")):
        raise Failure(_("Nothing was changed."), slug="not-confirmed")
