"""``rogatory registry``: applications to our registry, and decisions that show their effect before they are made.

* A decision is public and for ever: the check page says whom, what changes, and what members will be told.
* What is decided is the statement that the page showed; if another one has come meanwhile, the node refuses.
"""

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from rogatory_node.cli import words
from rogatory_node.cli.client import Client
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure, confirmed, emit, note
from rogatory_node.i18n import _, later

AuthorityArgument = Annotated[
    str, typer.Argument(metavar="AUTHORITY", help=_("Its digits, eight or more of their beginning, or its country."))
]
WhyOption = Annotated[str, typer.Option("--why", metavar="TEXT", help=_("The reason; everybody can read it."))]
YesOption = Annotated[bool, typer.Option("--yes", help=_("Decide without asking."))]

STANDINGS = {
    None: later("not in the log"),
    "not_admitted": later("not admitted"),
    "admitted": later("admitted"),
    "followed": later("a registry that is followed"),
    "suspended": later("suspended"),
    "removed": later("removed"),
    "unconfirmed": later("admitted, to be confirmed by every member"),
    "frozen": later("frozen: it signed two different statements"),
    "blocked": later("blocked here"),
}

SIGNING = {
    "open": later("yes"),
    "listening": later("not yet: it has just started"),
    "comparing": later("no: {agreed} of {needed} members have said that they hold no more than we do"),
    "behind": later("no: somebody holds {shown} leaves; this copy is an old backup"),
}


def add(app: typer.Typer) -> None:
    """Register the commands."""
    registry = typer.Typer(
        help=_("Run a registry: applications and decisions."), no_args_is_help=True, rich_markup_mode=None
    )
    registry.command("status", help=_("How our log stands."))(status)
    registry.command("applications", help=_("First statements that wait for a decision."))(applications)
    registry.command("admit", help=_("Admit an authority by its newest statement."))(admit)
    registry.command("suspend", help=_("Suspend an authority for a time."))(suspend)
    registry.command("resume", help=_("Let a suspended authority take part again."))(resume)
    registry.command("remove", help=_("Remove an authority."))(remove)
    registry.command("vouch", help=_("Vouch that this copy of our log is the newest, where too few members say so."))(
        vouch
    )
    registry.command("refill", help=_("Read back from a copy what our log has lost."))(refill)
    app.add_typer(registry, name="registry")


def status(home: HomeOption, role: AsOption = "operator", as_json: JsonOption = False) -> None:
    """Say how our log stands."""
    found = Client(home_at(home), role=role).get("/registry")
    lines = [
        _("Log:          {origin}").format(origin=words.clean(found["origin"] or "")),
        _("Leaves:       {size}").format(size=found["size"]),
        _("Digits:       {digits}").format(digits=found["digits"]),
        _("Applications: {count}").format(count=found["applications"]),
        _("Signing:      {state}").format(state=_(SIGNING[found["signing"]]).format(**found)),
    ]
    emit(as_json, found, "\n".join(lines))


def applications(home: HomeOption, role: AsOption = "operator", as_json: JsonOption = False) -> None:
    """List what waits for a decision."""
    found = Client(home_at(home), role=role).get("/registry/applications")
    emit(as_json, found, "\n".join(_listed(found["applications"])))


def admit(
    authority: AuthorityArgument,
    home: HomeOption,
    only: Annotated[
        list[str] | None, typer.Option("--role", metavar="ROLE", help=_("Only for this role; repeatable."))
    ] = None,
    replaces: Annotated[
        str | None, typer.Option("--replaces", metavar="AUTHORITY", help=_("The authority whose place it takes."))
    ] = None,
    why: WhyOption = "",
    role: AsOption = "operator",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Admit an authority by its newest statement."""
    order = {"act": "admit", "authority": authority, "roles": only or None, "replaces": replaces, "why": why}
    _decide(Client(home_at(home), role=role), order, yes=yes, as_json=as_json)


def suspend(
    authority: AuthorityArgument,
    home: HomeOption,
    why: WhyOption = "",
    role: AsOption = "operator",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Suspend an authority for a time."""
    order = {"act": "suspend", "authority": authority, "why": why}
    _decide(Client(home_at(home), role=role), order, yes=yes, as_json=as_json)


def resume(
    authority: AuthorityArgument,
    home: HomeOption,
    why: WhyOption = "",
    role: AsOption = "operator",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let a suspended authority take part again."""
    order = {"act": "resume", "authority": authority, "why": why}
    _decide(Client(home_at(home), role=role), order, yes=yes, as_json=as_json)


def remove(
    authority: AuthorityArgument,
    home: HomeOption,
    why: WhyOption = "",
    role: AsOption = "operator",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Remove an authority."""
    order = {"act": "remove", "authority": authority, "why": why}
    _decide(Client(home_at(home), role=role), order, yes=yes, as_json=as_json)


def vouch(home: HomeOption, role: AsOption = "operator", yes: YesOption = False, as_json: JsonOption = False) -> None:
    """Vouch that this copy of our log is the newest."""
    client = Client(home_at(home), role=role)
    if not yes:
        note(_("If members hold more of our log than this copy does, signing destroys it for ever."))
        _ask()
    found = client.post("/registry/vouch", json={})
    emit(as_json, found, _("The registry signs again."))


def refill(
    home: HomeOption,
    source: Annotated[str, typer.Option("--from", metavar="URL", help=_("Where a copy of our log is: https://…"))],
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Read back from a copy what our log has lost."""
    found = Client(home_at(home), role=role).post("/registry/refill", json={"url": source})
    emit(as_json, found, _("Leaves read back: {came}; the log has {size}.").format(**found))


def _decide(client: Client, order: dict[str, Any], *, yes: bool, as_json: bool) -> None:
    shown = client.post("/registry/preview", json=order)
    if not yes:
        _confirm(shown)
    done = client.post("/registry/decisions", json=order | {"authority": shown["aid"], "stmt": shown["stmt"]})
    told = _("{who} is now {standing}.").format(who=words.authority(done), standing=_(STANDINGS[done["after"]]))
    emit(as_json, done, told)


def _confirm(shown: dict[str, Any]) -> None:
    _must_be_asked()
    note("\n".join(_check_page(shown)))
    _ask()


def _ask() -> None:
    _must_be_asked()
    if not confirmed(_("Decide this?")):
        raise Failure(_("Nothing was decided."), slug="not-confirmed")


def _must_be_asked() -> None:
    if not sys.stdin.isatty():
        raise Failure(
            _("Nobody is here to confirm the decision."), _("Decide without asking: --yes"), USAGE, "unconfirmed"
        )


def _check_page(shown: dict[str, Any]) -> Iterator[str]:
    yield _("Authority: {who}").format(who=words.authority(shown))
    yield _("Digits:    {digits}").format(digits=shown["digits"])
    yield _("Roles:     {roles}").format(roles=" ".join(map(words.clean, shown["roles"])))
    yield _("Statement: {ver}, good until {exp}").format(ver=shown["ver"], exp=words.moment(shown["exp"]))
    yield _("Now:       {standing}").format(standing=_(STANDINGS[shown["before"]]))
    yield _("Then:      {standing}").format(standing=_(STANDINGS[shown["after"]]))
    if shown["second"]:
        listed = " ".join(map(words.clean, shown["second"]))
        yield _("Another authority of this country holds: {roles}. Every member must confirm.").format(roles=listed)
    if shown["outside"]:
        yield _("Our own statement does not say that we admit for this country.")
    if shown["before"] is None:
        yield _("Compare the digits with the authority by another way than this network.")


def _listed(waiting: list[dict[str, Any]]) -> Iterator[str]:
    if not waiting:
        yield _("Nobody waits.")
    for each in waiting:
        yield words.authority(each)
        yield "    " + _("Digits: {digits}").format(digits=each["digits"])
        roles = " ".join(map(words.clean, each["roles"]))
        yield "    " + _("Roles: {roles}; came {at}").format(roles=roles, at=words.moment(each["received_at"]))
