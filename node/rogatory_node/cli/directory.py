"""``rogatory directory`` and ``rogatory roster``: who there is, how each stands, and who can be reached now.

* Everything comes from the node's own copy: nobody learns what was looked up.
* What others wrote is shown with its control characters replaced.
"""

import time
from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer

from rogatory_node.cli import words
from rogatory_node.cli.client import Client
from rogatory_node.cli.held import YesOption
from rogatory_node.cli.held import confirm as agree
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import emit
from rogatory_node.cli.registry import STANDINGS
from rogatory_node.i18n import _, later

CountryOption = Annotated[str | None, typer.Option("--cc", metavar="XB", help=_("Only of this country."))]

REACHES: Final = {
    "open": later("on duty"),
    "closed": later("closed"),
    "unknown": later("hours unknown"),
}
FRESHNESS: Final = {
    "fresh": later("up to date"),
    "warn": later("nothing new for two days"),
    "block": later("nothing new for two weeks: nothing can be sealed"),
}


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("directory", help=_("Authorities of the directory, and how each stands."))(directory)
    app.command("confirm", help=_("Say that the digits of a second authority of a role were compared."))(confirm)
    app.command("settle", help=_("Say which of two statements of a frozen authority is its own."))(settle)
    app.command("old-directory", help=_("Go on sending although nothing was heard of a registry for two weeks."))(
        old_directory
    )
    roster = typer.Typer(help=_("Who can be reached now."), no_args_is_help=True, rich_markup_mode=None)
    roster.callback()(_group)
    roster.command("now", help=_("Who can be reached now, those on duty first."))(now)
    app.add_typer(roster, name="roster")


def directory(
    home: HomeOption,
    authority: Annotated[
        str | None, typer.Argument(metavar="AUTHORITY", help=_("One authority, with digits and contacts."))
    ] = None,
    cc: CountryOption = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """List the authorities of the directory, or show one."""
    client = Client(home_at(home), role=role)
    if authority is not None:
        found = client.get(f"/directory/{authority}")
        emit(as_json, found, "\n".join(_shown(found)))
        return
    found = client.get("/directory", cc=cc)
    emit(as_json, found, "\n".join(_listed(found, cc)))


def confirm(
    home: HomeOption,
    authority: Annotated[str, typer.Argument(metavar="AUTHORITY", help=_("The one that waits for confirmation."))],
    digits: Annotated[
        str, typer.Option("--digits", metavar="DIGITS", help=_("The thirty digits that it told you by telephone."))
    ],
    role: AsOption,
    as_json: JsonOption = False,
) -> None:
    """Confirm a second authority of a role; the digits that a person compared are the check."""
    body = {"authority": authority, "digits": digits}
    found = Client(home_at(home), role=role).post("/directory/confirm", json=body)
    emit(as_json, found, _("Confirmed: {who}.").format(who=words.authority(found)))


def settle(
    home: HomeOption,
    authority: Annotated[str, typer.Argument(metavar="AUTHORITY", help=_("The one that is frozen."))],
    statement: Annotated[
        str,
        typer.Option("--own", metavar="DIGEST", help=_("The beginning of the statement that it calls its own.")),
    ],
    role: AsOption,
    as_json: JsonOption = False,
) -> None:
    """Go on with a frozen authority after it said, by telephone, which of two statements is its own."""
    body = {"authority": authority, "statement": statement}
    found = Client(home_at(home), role=role).post("/directory/settle", json=body)
    emit(as_json, found, _("Confirmed: {who}.").format(who=words.authority(found)))


def old_directory(
    home: HomeOption,
    role: AsOption,
    days: Annotated[int, typer.Option(min=0, max=7, help=_("For how many days; 0 ends it."))] = 1,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Go on sending although nothing was heard of a registry for two weeks."""
    client = Client(home_at(home), role=role)
    if not yes and days:
        page = list(_listed(client.get("/directory", cc=None), None))
        page.append(_("Keys that were revoked meanwhile are still used: ask each recipient whether its keys are good."))
        agree(page)
    found = client.post("/directory/override", json={"days": days})
    told = _("This node sends by the directory that it has until {at}.").format(at=words.moment(found["old_until"]))
    emit(as_json, found, told if days else _("This node sends nothing by an old directory any more."))


def now(home: HomeOption, cc: CountryOption = None, role: AsOption = "operator", as_json: JsonOption = False) -> None:
    """Say who can be reached now."""
    found = Client(home_at(home), role=role).get("/roster", cc=cc)
    emit(as_json, found, "\n".join(_duties(found)))


def _group() -> None:
    """Keep ``now`` a command of its own: there will be others."""


def _listed(found: dict[str, Any], country: str | None) -> Iterator[str]:
    if not found["authorities"]:
        yield (
            _("The directory knows no authority of this country.") if country else _("The directory knows nobody yet.")
        )
    for each in found["authorities"]:
        roles = " ".join(map(words.clean, each["roles"]))
        yield f"{words.authority(each)}  {_(STANDINGS[each['standing']])}  {roles}".rstrip()
        if each["unconfirmed"]:
            waits = " ".join(map(words.clean, each["unconfirmed"]))
            yield "    " + _("To be confirmed by its digits: {roles}").format(roles=waits)
    for log in found["logs"]:
        yield from _log(log)
    if found["old_until"] > time.time():
        yield _("This node sends by the directory that it has until {at}.").format(at=words.moment(found["old_until"]))


def _log(log: dict[str, Any]) -> Iterator[str]:
    name = words.clean(log["origin"] or log["registry"][:16])
    yield _("Log {name}: {size} leaves, {freshness}").format(
        name=name, size=log["size"], freshness=_(FRESHNESS[log["freshness"]])
    )
    if log["forked"]:
        yield "    " + _("It showed two different histories and is not followed any more.")
    if log["server"] and log["server"]["withholds"]:
        yield "    " + _("It does not publish our newest statement: others go on with our old keys. Call the registry.")


def _shown(found: dict[str, Any]) -> Iterator[str]:
    yield words.authority(found)
    for language, name in found["name"].items():
        yield f"  {words.clean(language)}: {words.clean(name)}"
    yield _("Authority: {aid}").format(aid=found["aid"])
    yield _("Digits:    {digits}").format(digits=found["digits"])
    yield _("Standing:  {standing}").format(standing=_(STANDINGS[found["standing"]]))
    yield _("Roles:     {roles}").format(roles=" ".join(map(words.clean, found["roles"])))
    for digest in (found["forked"] or {}).values():
        yield _("It signed two statements of one number; ask it by telephone which is its own: {digest}").format(
            digest=digest
        )
    for contact in found["contacts"]:
        yield from _contact(contact, f"{words.clean(contact['hours'])} {words.clean(contact['zone'])}")


def _duties(found: dict[str, Any]) -> Iterator[str]:
    if not found["duties"]:
        yield _("No points of contact are known.")
    for each in found["duties"]:
        yield words.authority(each)
        yield from _contact(each, _when(each))
    for each in found["silent"]:
        yield _("{who}: no points of contact known").format(who=words.authority(each))


def _when(duty: dict[str, Any]) -> str:
    told = _(REACHES[duty["reach"]])
    if duty["until"] is not None:
        told = _("{state} until {at}").format(state=told, at=words.moment(duty["until"]))
    elif duty["opens"] is not None:
        told = _("{state}, opens {at}").format(state=told, at=words.moment(duty["opens"]))
    elif duty["reach"] == "unknown":
        told = f"{told}: {words.clean(duty['hours'])}"
    return _("{state} (old card)").format(state=told) if duty["stale"] else told


def _contact(contact: dict[str, Any], when: str) -> Iterator[str]:
    languages = " ".join(map(words.clean, contact["languages"]))
    yield f"    {words.clean(contact['role'])}  {when}  {languages}".rstrip()
    for way in contact["channels"]:
        yield f"        {words.clean(way['kind'])}: {words.clean(way['value'])}"
