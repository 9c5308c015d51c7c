"""``rogatory authorities``: competent authorities of all States: finding, showing, editing the own entry, taking files.

* Without ``--home``, ``search`` and ``show`` know the invented authorities that come with the program.
* What a file or table brings is shown before it is taken; a table with a bad line brings nothing.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from rogatory_node.cli import words
from rogatory_node.cli.client import Client
from rogatory_node.cli.law_packs import FileArgument, MaybeHomeOption, YesOption, state_of, unread
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure, confirmed, emit, note, refuse_unwritable
from rogatory_node.i18n import LANGUAGE, _


def add(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(
        help=_("Competent authorities of all States: functions, languages, contacts."), no_args_is_help=True
    )
    group.command("search", help=_("Find authorities."))(search)
    group.command("show", help=_("Show an entry."))(show)
    group.command("edit", help=_("Sign an entry as this authority, from a file."))(edit)
    group.command("import", help=_("Take a file of entries, or a table (CSV) as a registry."))(import_)
    group.command("export", help=_("Write all entries into one file for others to take."))(export)
    group.command("schema", help=_("Show the JSON Schema of an entry."))(schema)
    app.add_typer(group, name="authorities")


def search(
    text: Annotated[list[str] | None, typer.Argument(metavar="WORDS", help=_("Words that stand in it."))] = None,
    state: Annotated[str | None, typer.Option("--state", metavar="XB", help=_("Of this State."))] = None,
    function: Annotated[str | None, typer.Option("--function", metavar="CODE", help=_("Competent for this."))] = None,
    instrument: Annotated[str | None, typer.Option("--instrument", metavar="CODE", help=_("By this treaty."))] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="TAG", help=_("Accepting requests in this language."))
    ] = None,
    network: Annotated[str | None, typer.Option("--network", metavar="NAME", help=_("Of this network."))] = None,
    due: Annotated[bool, typer.Option("--due", help=_("To be verified soon, or overdue."))] = False,
    home: MaybeHomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find authorities."""
    asked: dict[str, Any] = {
        "state": state_of(state) if state else None,
        "function": function,
        "instrument": instrument,
        "language": language,
        "network": network,
        "words": " ".join(text or ()) or None,
        "due": 1 if due else None,
    }
    found = _practice(asked) if home is None else Client(home_at(home)).get("/authorities", **asked)
    emit(as_json, found, "\n".join(map(_line, found["authorities"])) or _("Nothing was found."))


def show(
    entry: Annotated[str, typer.Argument(metavar="ID", help=_("Identifier of the entry."))],
    home: MaybeHomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an entry."""
    if home is None:
        from rogatory_node.casework.authorities.directory import practice
        from rogatory_node.casework.authorities.telling import whole

        found: dict[str, Any] = {"entries": [whole(each, _today()) for each in practice() if each.entry.id == entry]}
        if not found["entries"]:
            what = _("The directory has no entry “{word}”.").format(word=words.clean(entry))
            raise Failure(what, _("Look for it: rogatory authorities search"), slug="authorities.unknown")
    else:
        found = Client(home_at(home)).get(f"/authorities/entries/{entry}")
    emit(as_json, found, "\n".join(line for each in found["entries"] for line in _shown(each)))


def edit(file: FileArgument, home: HomeOption, role: AsOption = "operator", as_json: JsonOption = False) -> None:
    """Sign an entry as this authority and take it."""
    done = Client(home_at(home), role=role).upload("/authorities/edit", file)
    emit(as_json, done, _("Signed and taken.") if done["news"] else _("Nothing is new in it."))


def import_(
    file: FileArgument,
    home: HomeOption,
    role: AsOption = "operator",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take a file of entries, or sign a table of them as a registry."""
    client = Client(home_at(home), role=role)
    table = file.suffix.lower() == ".csv"
    shown = client.upload("/authorities/table/preview" if table else "/authorities/preview", file)
    if shown.get("wrong"):
        raise unread(shown["faults"], shown["wrong"])
    if shown["count"]:
        _confirm(shown, yes=yes)
        client.upload("/authorities/table" if table else "/authorities/import", file)
    emit(as_json, shown, _("{count} new, {known} held already").format(**shown))


def export(
    home: HomeOption,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=_("Where the file goes."))],
    as_json: JsonOption = False,
) -> None:
    """Write all entries into one file for others to take."""
    refuse_unwritable(out)
    with out.open("wb") as opened:
        size = Client(home_at(home)).download("/authorities/export", opened)
    emit(as_json, {"file": str(out), "bytes": size}, str(out))


def schema(as_json: JsonOption = False) -> None:
    """Show the JSON Schema of an entry."""
    from rogatory_node.casework.authorities.entry import schema as described

    told = described()
    emit(as_json, told, json.dumps(told, indent=1))


# --- Inside -----------------------------------------------------------------------------------------------------------


def _practice(asked: dict[str, Any]) -> dict[str, Any]:
    from rogatory_node.casework.authorities import directory
    from rogatory_node.casework.authorities.entry import Function
    from rogatory_node.casework.authorities.telling import short

    wanted = {name: value for name, value in asked.items() if name not in {"due", "function"}}
    word = asked["function"]
    if word is not None and word not in set(Function):
        what = _("There is no function “{word}”.").format(word=words.clean(word))
        following = _("There are: {known}").format(known=", ".join(Function))
        raise Failure(what, following, code=USAGE, slug="authorities.function")
    query = directory.Query(**wanted, function=Function(word) if word else None)
    found = [short(each, _today()) for each in directory.search(directory.practice(), query)]
    kept = [each for each in found if not asked["due"] or each["due"] != directory.Due.FRESH]
    return {"authorities": kept, "count": len(kept)}


def _today() -> date:
    return datetime.now(UTC).date()


def _confirm(shown: dict[str, Any], *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        what = _("Nobody is here to confirm the decision.")
        raise Failure(what, _("Decide without asking: --yes"), USAGE, "unconfirmed")
    for each in shown["entries"]:
        note(words.clean(f"  {each['state']}  {each['id']}  {_name(each['names'])}"))
    if not confirmed(_("Take this?")):
        raise Failure(_("Nothing was taken."), slug="not-confirmed")


def _line(each: dict[str, Any]) -> str:
    functions = ", ".join(_function(code) for code in each["functions"])
    return words.clean(f"{each['state']}  {each['id']:<20}  {_name(each['names'])}  {functions}  {_housekeeping(each)}")


def _shown(each: dict[str, Any]) -> Iterator[str]:
    from rogatory_node.casework.authorities.titles import lines

    yield words.clean(f"{each['state']}  {each['id']}  {_name(each['names'])}")
    yield words.clean(_housekeeping(each))
    yield from (words.clean(line) for line in lines(each["entry"], LANGUAGE, 1))


def _housekeeping(each: dict[str, Any]) -> str:
    from rogatory_node.casework.authorities.directory import DUES, VOICES, Due, Voice

    told = _(DUES[Due(each["due"])])
    return f"({_(VOICES[Voice(each['voice'])])}; {told} {each['verified_on']})"


def _function(code: str) -> str:
    from rogatory_node.casework.authorities.entry import FUNCTIONS, Function

    return _(FUNCTIONS[Function(code)])


def _name(names: dict[str, str]) -> str:
    return names.get(LANGUAGE) or names.get("en") or next(iter(names.values()), "")
