"""``rogatory statistics``: counts and times of a period, for reports, meetings and networks.

* Dates are days of UTC, the last one included.
* CSV goes to standard output; every cell of it is one that a spreadsheet shows and never computes.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from rogatory_node.cli import words
from rogatory_node.cli.client import Client
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure, emit
from rogatory_node.cli.system import why
from rogatory_node.i18n import _, later

_DAY_SECONDS: Final = 86_400
_MOST_BYTES: Final = 4 * 1024 * 1024
DIRECTIONS: Final = {"asked": later("asked"), "received": later("received")}
FATES: Final = {
    "total": later("in all"),
    "pending": later("pending"),
    "granted": later("granted"),
    "partly": later("granted in part"),
    "nothing": later("executed without result"),
    "refused": later("refused"),
    "returned": later("returned"),
    "withdrawn": later("withdrawn"),
    "closed": later("closed otherwise"),
}
STAGES: Final = {
    "preparation": later("from draft to sending"),
    "delivery": later("from sending to receipt"),
    "acknowledgement": later("from receipt to acknowledgement"),
    "decision": later("from acknowledgement to decision"),
    "execution": later("from decision to execution"),
    "total": later("from sending to execution"),
}
TABLES: Final[Mapping[str, tuple[str, Callable[[str], str]]]] = {
    "counterpart": (later("By authority"), words.clean),
    "type": (later("By type of assistance"), words.type_title),
    "state": (later("By state of the request"), words.standing),
    "outcome": (later("By outcome"), words.outcome),
    "grounds": (later("By ground of refusal"), words.ground),
    "instruments": (later("By treaty"), words.clean),
    "crimes": (later("By type of crime"), words.crime),
    "category": (later("By category of data"), words.clean),
    "grade_asked": (later("By urgency asked"), words.grade),
    "grade": (later("By urgency"), words.grade),
    "delays": (later("By cause of delay"), words.delay),
}
_MOST_LINES: Final = 10  # of a table on the screen; CSV and JSON hold all
_OPEN_HEAD: Final = ("case", "reference", "direction", "type", "state", "grade", "opened", "due")


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("statistics", help=_("Counts and times of a period, for reports, meetings and networks."))(statistics)


def statistics(
    home: HomeOption,
    begin: Annotated[str | None, typer.Option("--from", metavar="DATE", help=_("The first day."))] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="DATE", help=_("The last day."))] = None,
    partner: Annotated[
        str | None, typer.Option("--with", metavar="AUTHORITY", help=_("Only those with this authority."))
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help=_("Write CSV."))] = False,
    meeting: Annotated[
        str | None, typer.Option("--open", metavar="AUTHORITY", help=_("The open cases with this authority."))
    ] = None,
    digest: Annotated[
        str | None, typer.Option("--digest", metavar="CASE", help=_("The anonymous entry of a case for a digest."))
    ] = None,
    share: Annotated[
        Path | None, typer.Option("--share", metavar="FILE", help=_("Sign what others may see into this file."))
    ] = None,
    together: Annotated[
        list[Path] | None, typer.Option("--together", metavar="FILE", help=_("Add up what members signed."))
    ] = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Tell counts and times of a period."""
    if sum(each is not None and each != [] for each in (meeting, digest, share, together)) > 1:
        raise Failure(_("Choose one of --open, --digest, --share and --together."), code=USAGE, slug="what")
    client = Client(home_at(home), role=role)
    if meeting is not None:
        _meeting(client, meeting, as_json=as_json, as_csv=as_csv)
    elif digest is not None:
        _plain(client.get("/book/statistics/digest", case=digest), as_json=as_json)
    elif together:
        files = [_hex(each) for each in together]
        _plain(client.post("/book/statistics/together", json={"publications": files}), as_json=as_json)
    else:
        period = {"begin": _day(begin, "--from"), "end": _day(end, "--to") + _DAY_SECONDS}
        if period["begin"] >= period["end"]:
            raise Failure(_("The period ends before it begins."), code=USAGE, slug="period")
        if share is not None:
            _share(client, period, share, as_json=as_json)
        else:
            narrowed: dict[str, Any] = {"with": partner}
            found = client.get("/book/statistics", **period, **narrowed)
            _told(found, as_json=as_json, as_csv=as_csv)


def _day(word: str | None, option: str) -> int:
    """Return the first second of a day.

    Raises:
        Failure: It is no date.
    """
    try:
        day = date.fromisoformat(word or "")
    except ValueError:
        raise Failure(
            _("{option} needs a date like 2027-01-31.").format(option=option), code=USAGE, slug="date"
        ) from None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _told(found: dict[str, Any], *, as_json: bool, as_csv: bool) -> None:
    from rogatory_node.casework.statistics.sheets import HEAD, lines, written

    if as_csv and not as_json:
        sys.stdout.write(written(HEAD, lines(found)))
        return
    emit(as_json, found, "\n".join(_report(found)))


def _report(found: Mapping[str, Any]) -> Iterator[str]:
    for side, label in DIRECTIONS.items():
        counts = ", ".join(f"{_(FATES[what])} {count}" for what, count in found["totals"][side].items() if count)
        yield f"{_(label)}: {counts or 0}"
    for stage, label in STAGES.items():
        for side, direction in DIRECTIONS.items():
            told = found["stages"][stage][side]
            if told is not None:
                days = {"median": words.days(told["median"]), "p90": words.days(told["p90"]), "count": told["count"]}
                line = _("median {median}, 90 of 100 within {p90} ({count})").format(**days)
                yield f"{_(label)}, {_(direction)}: {line}"
    for name, (label, said) in TABLES.items():
        if found["by"][name]:
            yield ""
            yield _(label)
        for value, cell in list(found["by"][name].items())[:_MOST_LINES]:
            shown = words.authority(found["partners"][value]) if name == "counterpart" else said(value)
            counts = ", ".join(f"{_(DIRECTIONS[side])} {cell[side]['total']}" for side in DIRECTIONS)
            yield f"  {shown}: {counts}"


def _meeting(client: Client, partner: str, *, as_json: bool, as_csv: bool) -> None:
    from rogatory_node.casework.statistics.sheets import written

    wanted: dict[str, Any] = {"with": partner}
    found = client.get("/book/statistics/open", **wanted)
    if as_csv and not as_json:
        sys.stdout.write(written(_OPEN_HEAD, map(_cells, found["cases"])))
        return
    emit(as_json, found, "\n".join(map(_open, found["cases"])) or _("No case."))


def _cells(each: Mapping[str, Any]) -> list[str | None]:
    return [*(each[name] for name in _OPEN_HEAD[:6]), _date(each["opened_at"]), _date(each["due_at"])]


def _open(each: Mapping[str, Any]) -> str:
    named = words.clean(each["reference"] or each["case"][:16])
    told = [named, _(DIRECTIONS[each["direction"]]), words.type_title(each["type"]), words.standing(each["state"])]
    return "  ".join([*told, _date(each["opened_at"])])


def _date(at: int | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at, UTC).date().isoformat()


def _share(client: Client, period: Mapping[str, int], out: Path, *, as_json: bool) -> None:
    found = client.post("/book/statistics/share", json=period)
    try:
        with out.open("xb") as file:
            file.write(bytes.fromhex(found.pop("publication")))
    except OSError as error:
        what = _("{file} cannot be written: {why}").format(file=out, why=why(error))
        raise Failure(what, slug="unwritable") from None
    emit(as_json, found | {"out": str(out)}, str(out))


def _hex(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES).hex()
    except OSError as error:
        what = _("The file {file} cannot be read: {why}").format(file=file, why=why(error))
        raise Failure(what, code=USAGE, slug="unreadable") from None


def _plain(found: dict[str, Any], *, as_json: bool) -> None:
    """Write what is for programs and papers: JSON, in lines for people."""
    import json

    emit(as_json, found, json.dumps(found, ensure_ascii=False, indent=2))
