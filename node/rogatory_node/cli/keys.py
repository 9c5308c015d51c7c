"""``rogatory keys``: the numbers by which people compare authorities, and what the statement says.

* Reading changes nothing, so it works while the node runs and while it does not.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rogatory_node.cli.options import HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure, emit
from rogatory_node.home import Home
from rogatory_node.i18n import _

if TYPE_CHECKING:
    from rogatory_protocol.statement import Statement
    from rogatory_protocol.statement_fields import Period

AID_BYTES = 32


def add(app: typer.Typer) -> None:
    """Register the commands."""
    keys = typer.Typer(help=_("Keys and statement of the authority."), no_args_is_help=True, rich_markup_mode=None)
    keys.command("digits", help=_("The digits by which two people compare an authority."))(digits)
    keys.command("show", help=_("What this authority's statement says."))(show)
    app.add_typer(keys, name="keys")


def digits(
    aid: Annotated[str | None, typer.Argument(metavar="AID", help=_("Authority: 64 hexadecimal digits."))] = None,
    home: Annotated[
        Path | None, typer.Option("--home", metavar="DIR", envvar="ROGATORY_HOME", help=_("Folder of the node."))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the digits of an authority, or of the one in a home."""
    from rogatory_protocol.ids import Aid, digits_of

    found = Aid(_aid(aid)) if aid is not None else _statement(_home(home)).aid
    shown = digits_of(found)
    emit(as_json, {"aid": found.hex(), "digits": shown}, shown)


def show(home: HomeOption, as_json: JsonOption = False) -> None:
    """Show the newest statement of the authority in a home."""
    statement = _statement(home_at(home))
    value = described(statement)
    lines = [
        *(f"{language}: {text}" for language, text in value["name"].items()),
        _("Authority: {aid}").format(aid=value["aid"]),
        _("Digits:    {digits}").format(digits=value["digits"]),
        _("Country {cc}, roles {roles}").format(cc=value["cc"], roles=" ".join(value["roles"])),
        _("Statement {ver} of {ts}, good until {exp}").format(
            ver=value["ver"], ts=_day(value["ts"]), exp=_day(value["exp"])
        ),
        _("Root keys: {k} of {n}").format(k=value["root"]["k"], n=len(value["root"]["keys"])),
        *(f"  {kid}" for kid in value["root"]["keys"]),
        _("Seal keys:"),
        *_periods(value["seal"]),
        _("Node keys:"),
        *_periods(value["node"]),
    ]
    if value["log"] is not None:
        lines.append(_("Log: {origin}").format(origin=value["log"]["origin"]))
    emit(as_json, value, "\n".join(lines))


def described(statement: "Statement") -> dict[str, Any]:
    """Return what a statement says, for JSON."""
    from rogatory_protocol.ids import digits_of, kid_of

    content = statement.content
    return {
        "aid": statement.aid.hex(),
        "digits": digits_of(statement.aid),
        "ver": content.ver,
        "digest": statement.digest.hex(),
        "ts": content.ts,
        "exp": content.exp,
        "name": dict(content.name),
        "cc": content.cc,
        "roles": list(content.roles),
        "root": {"k": content.root.k, "keys": [kid_of(key).hex() for key in content.root.keys]},
        "seal": [_period(period) for period in content.seal],
        "node": [_period(period) for period in content.node],
        "log": None if content.log is None else {"origin": content.log.public.origin, "quorum": content.log.quorum},
    }


def _period(period: "Period") -> dict[str, Any]:
    from rogatory_protocol.ids import kid_of

    return {"kid": kid_of(period.pub).hex(), "nb": period.nb, "na": period.na}


def _periods(periods: list[dict[str, Any]]) -> list[str]:
    return [f"  {each['kid']}  {_day(each['nb'])} to {_day(each['na'])}" for each in periods]


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _aid(text: str) -> bytes:
    try:
        aid = bytes.fromhex(text)
    except ValueError:
        aid = b""
    if len(aid) != AID_BYTES:
        raise Failure(_("An authority is 64 hexadecimal digits."), code=USAGE, slug="usage")
    return aid


def _home(path: Path | None) -> Home:
    if path is None:
        raise Failure(_("Name an authority or a home."), code=USAGE, slug="usage")
    return home_at(path)


def _statement(home: Home) -> "Statement":
    from rogatory_node.cli.trouble import told
    from rogatory_node.config import database_url, load
    from rogatory_node.services.own import find
    from rogatory_node.storage.engine import open_reading

    async def read() -> "Statement":
        readers = open_reading(database_url(load(home), home))
        try:
            async with readers.connect() as connection:
                return (await connection.run_sync(find)).statement
        finally:
            await readers.dispose()

    with told(home):
        home.check()
        return asyncio.run(read())
