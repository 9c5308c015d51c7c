"""``rogatory record``, ``partners`` and ``import-cases``: partners that are not on the network.

* What is entered by hand is unproved, and says so wherever it is shown.
* A table of open cases is taken in whole or not at all; every bad row is named by its line.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from rogatory_node.casework.caselist import COLUMNS
from rogatory_node.casework.channels import CHANNELS
from rogatory_node.cli import words
from rogatory_node.cli.client import Client
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import REFUSED, USAGE, Failure, emit, note
from rogatory_node.cli.printing import read_form
from rogatory_node.cli.system import why
from rogatory_node.i18n import _

MAX_TABLE_BYTES = 2 * 1024 * 1024


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("record", help=_("Enter a letter that came or went by another way."))(record)
    app.command("partners", help=_("Partners that are not on the network; move one to the authority it became."))(
        partners
    )
    app.command("import-cases", help=_("Take in a table (CSV) of open cases."))(import_cases)


def record(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("What the letter says, as a JSON file."))],
    home: HomeOption,
    partner: Annotated[str, typer.Option(metavar="STATE", help=_("The State of the partner, as XD."))],
    name: Annotated[str, typer.Option(metavar="NAME", help=_("The name of the partner."))],
    channel: Annotated[str, typer.Option(metavar="WAY", help=", ".join(CHANNELS))],
    on: Annotated[str, typer.Option(metavar="DATE", help=_("The day on which it was sent or came."))],
    sent: Annotated[bool, typer.Option("--sent/--received", help=_("We sent it, or it came."))] = False,
    case: Annotated[str | None, typer.Option(metavar="CASE", help=_("Enter it in this case."))] = None,
    own_ref: Annotated[
        str | None, typer.Option("--own-ref", metavar="REF", help=_("Your own reference for it."))
    ] = None,
    scan: Annotated[Path | None, typer.Option(metavar="FILE", help=_("The scanned paper."))] = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Enter a letter that came or went by another way."""
    body = {
        "form": dict(read_form(file)),
        "partner": partner,
        "name": name,
        "channel": channel,
        "at": _day(on),
        "outgoing": sent,
    }
    client = Client(home_at(home), role=role)
    body |= {key: value for key, value in (("case", case), ("own_ref", own_ref)) if value is not None}
    if scan is not None:
        body["scan"] = _upload(client, scan)
    found = client.post("/recorded", json=body)
    emit(as_json, found, _("Entered in case {case}. Nothing proves it.").format(case=found["case"]))


def _upload(client: Client, scan: Path) -> str:
    upload = os.urandom(16).hex()
    try:
        size = scan.stat().st_size
    except OSError as error:
        what = _("The file {file} cannot be read: {why}").format(file=scan, why=why(error))
        raise Failure(what, code=USAGE, slug="unreadable") from None
    client.upload(f"/uploads/{upload}", scan, name=scan.name, size=size, mt="application/octet-stream")
    return upload


def _day(text: str) -> int:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        what = _("“{text}” is no date, as 2031-01-31 is.").format(text=text)
        raise Failure(what, code=USAGE, slug="date") from None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


# --- partners ---------------------------------------------------------------------------------------------------------


def partners(
    home: HomeOption,
    joined: Annotated[
        str | None, typer.Option("--joined", metavar="PARTNER", help=_("This partner joined, by its first digits."))
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="AUTHORITY", help=_("The authority of the directory that it became."))
    ] = None,
    case: Annotated[str | None, typer.Option(metavar="CASE", help=_("What was entered in this case."))] = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """List partners, show what was entered in a case, or move a partner's cases."""
    client = Client(home_at(home), role=role)
    if (joined is None) != (to is None):
        raise Failure(_("Say both --joined PARTNER and --to AUTHORITY."), code=USAGE, slug="usage")
    if case is not None:
        found = client.get("/recorded", case=case)
        emit(as_json, found, "\n".join(_recorded(found)))
        return
    found = client.get("/partners")
    if joined is None:
        emit(as_json, found, "\n".join(_listed(found)))
        return
    fitting = [each["id"] for each in found["partners"] if each["id"].startswith(joined.lower())]
    if len(fitting) != 1:
        raise Failure(_("No partner, or several, begin with {digits}.").format(digits=joined), slug="partner")
    moved = client.post("/partners/join", json={"partner": fitting[0], "to": to})
    emit(as_json, moved, _("Cases that go on over the network: {count}").format(count=moved["cases"]))


def _listed(found: dict[str, Any]) -> Iterator[str]:
    if not found["partners"]:
        yield _("Nothing was entered by hand.")
    for each in found["partners"]:
        line = f"{each['id'][:16]}  {each['cc']}  {words.clean(each['name'])}"
        yield line if each["joined"] is None else f"{line}  → {words.authority(each['joined'])}"


def _recorded(found: dict[str, Any]) -> Iterator[str]:
    yield _("Entered by hand; nothing proves it.") if found["letters"] else _("Nothing was entered by hand.")
    for each in found["letters"]:
        way = _(CHANNELS[each["channel"]]) if each["channel"] in CHANNELS else each["channel"]
        arrow = "→" if each["outgoing"] else "←"
        partner = f"{each['partner']['cc']} {words.clean(each['partner']['name'])}"
        yield f"{words.moment(each['at'])}  {arrow} {partner}  {words.clean(each['kind'])}  {way}"
        yield from ("    " + line for line in words.clean(json.dumps(each["form"], ensure_ascii=False)).splitlines())
        if each["scan"] is not None:
            yield f"    {words.clean(each['scan']['name'])}  SHA-256 {each['scan']['sha256']}"


# --- import-cases -----------------------------------------------------------------------------------------------------


def import_cases(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The table, a CSV file in UTF-8."))],
    home: HomeOption,
    check: Annotated[bool, typer.Option("--check", help=_("Only say what is wrong."))] = False,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> int:
    """Take in a table of open cases."""
    try:
        raw = file.read_bytes()
        if len(raw) > MAX_TABLE_BYTES:
            raise Failure(
                _("The file is larger than {most} bytes.").format(most=MAX_TABLE_BYTES), code=USAGE, slug="large"
            )
        table = raw.decode("utf-8-sig")
    except OSError as error:
        what = _("The file {file} cannot be read: {why}").format(file=file, why=why(error))
        raise Failure(what, code=USAGE, slug="unreadable") from None
    except UnicodeDecodeError:
        raise Failure(_("The table, a CSV file in UTF-8."), code=USAGE, slug="unreadable") from None
    found = Client(home_at(home), role=role).post("/recorded/list", json={"table": table, "check": check})
    bad = [f"{each['line']}: " + _(each["what"]).format(**each["args"]) for each in found["bad"]]
    if bad or not found["rows"]:
        if as_json:
            emit(as_json, found)
        else:
            listed = "".join(
                f"\n  {line}"
                for line in bad or [_("the first line must name the columns {known}").format(known=", ".join(COLUMNS))]
            )
            note(_("Nothing was taken in. Lines that are wrong:{lines}").format(lines=words.clean(listed, lines=True)))
        return REFUSED
    emit(as_json, found, _("Cases taken in: {count}").format(count=len(found["cases"])))
    return 0
