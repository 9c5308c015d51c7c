"""``rogatory law import``, ``issue``, ``export``, ``gather``: facts about treaties that a registry signs for others.

* What a file would change is shown before it is taken; what was shown is what is taken.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rogatory_node.cli import words
from rogatory_node.cli.client import Client
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure, confirmed, emit, note, refuse_unwritable
from rogatory_node.cli.system import why
from rogatory_node.i18n import _

if TYPE_CHECKING:
    from rogatory_node.casework.law.corpus import Corpus
    from rogatory_node.casework.law.gathering import Head
    from rogatory_node.casework.law.records import Pack

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help=_("The file."))]
YesOption = Annotated[bool, typer.Option("--yes", help=_("Do it without asking."))]


MaybeHomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        envvar="ROGATORY_HOME",
        help=_("Folder of the node; without it, only what is shipped is known."),
        show_default=False,
    ),
]
OutOption = Annotated[Path, typer.Option("--out", metavar="FILE", help=_("Where the file goes."))]
NameOption = Annotated[str, typer.Option("--name", metavar="NAME", help=_("Who keeps these facts calls them so."))]
VersionOption = Annotated[int, typer.Option("--version", min=1, metavar="N", help=_("Greater than the last one."))]


def add_to(law: typer.Typer) -> None:
    """Register the commands among those of law."""
    law.command("import", help=_("Take a file of facts that a registry has signed."))(import_)
    law.command("issue", help=_("Sign a file of facts as a registry."))(issue)
    law.command("export", help=_("Write what is known as a file of facts, to edit and sign."))(export)
    law.command("gather", help=_("Make a file of facts of a table of parties (CSV)."))(gather)


def import_(
    file: FileArgument,
    home: HomeOption,
    role: AsOption = "operator",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take a signed file of facts, after its changes were shown."""
    client = Client(home_at(home), role=role)
    shown = client.upload("/law/preview", file)
    if shown["news"]:
        confirm(shown, yes=yes)
        client.upload("/law/packs", file, digest=shown["digest"])
    text = _("Taken: {name}, version {version}.") if shown["news"] else _("Held already: {name}, version {version}.")
    emit(as_json, shown, words.clean(text.format(**shown)))


def issue(
    file: FileArgument,
    home: HomeOption,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=_("Where the signed file goes."))],
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Sign a file of facts as a registry, for its members to take."""
    refuse_unwritable(out)
    done = Client(home_at(home), role=role).upload("/law/issue", file)
    out.write_bytes(bytes.fromhex(done.pop("publication")))
    emit(as_json, done | {"file": str(out)}, "\n".join(_changes(done)))


def export(
    name: NameOption,
    version: VersionOption,
    out: OutOption,
    instrument: Annotated[str | None, typer.Option("--instrument", metavar="CODE", help=_("By this treaty."))] = None,
    state: Annotated[str | None, typer.Option("--state", metavar="XB", help=_("Of this State."))] = None,
    home: MaybeHomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what is known as a file of facts."""
    from rogatory_node.casework.law import gathering

    refuse_unwritable(out)
    of = state_of(state) if state else None
    _write(gathering.known(corpus(home), _head(name, version), instrument=instrument, state=of), out, as_json=as_json)


def gather(
    file: FileArgument,
    instrument: Annotated[str, typer.Option("--instrument", metavar="CODE", help=_("Whose parties they are."))],
    source: Annotated[str, typer.Option("--source", metavar="TEXT", help=_("Where the list was found."))],
    as_of: Annotated[
        datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help=_("The day of which it is."))
    ],
    name: NameOption,
    version: VersionOption,
    out: OutOption,
    checked: Annotated[bool, typer.Option("--checked", help=_("It was compared with the official list."))] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a file of facts of a table of parties."""
    from rogatory_node.casework.law import gathering

    refuse_unwritable(out)
    origin = gathering.Origin(instrument=instrument, source=source, as_of=as_of.date(), checked=checked)
    try:
        found = gathering.parties(file.read_bytes(), origin)
    except OSError as error:
        what = _("The file {file} cannot be read: {why}").format(file=file, why=why(error))
        raise Failure(what, code=USAGE, slug="unreadable") from None
    if found.faults:
        raise unread([{"line": each.line, "text": each.text, "args": each.args} for each in found.faults])
    _write(gathering.pack_of(found, _head(name, version), origin), out, as_json=as_json)


def unread(faults: list[dict[str, Any]], count: int | None = None) -> Failure:
    """Return the failure of a table: every line that cannot be read, with its number."""
    told = [
        _("line {line}: {why}").format(line=each["line"], why=_(each["text"]).format(**each["args"])) for each in faults
    ]
    what = _("Nothing was taken: {count} lines cannot be read.").format(count=count or len(faults))
    return Failure(what + "".join(f"\n  {words.clean(line)}" for line in told), slug="table")


def corpus(home: Path | None) -> "Corpus":
    """Return what is known: what is shipped, and the packs of a node when one is named."""
    from rogatory_node.casework.law.corpus import shipped

    if home is None:
        return shipped()
    from rogatory_node.casebook.treaties import over_shipped

    found = Client(home_at(home)).get("/law/packs")
    return over_shipped(tuple(bytes.fromhex(raw) for raw in found["publications"]))


def state_of(word: str) -> str:
    """Return the code of a State.

    Raises:
        Failure: The word is none.
    """
    code = word.upper()
    if not (len(code) == 2 and code.isascii() and code.isalpha()):
        what = _("“{word}” is not the code of a State: two letters, as XA.").format(word=words.clean(word))
        raise Failure(what, code=USAGE, slug="state")
    return code


def _head(name: str, version: int) -> "Head":
    from rogatory_node.casework.law.gathering import Head

    return Head(name=name, version=version, issued=datetime.now(UTC).date())


def _write(pack: "Pack", out: Path, *, as_json: bool) -> None:
    from rogatory_node.casework.law import changes, records

    raw = records.written(pack)
    try:
        records.read(raw)
    except records.PackError as error:
        what = _("This is no pack of facts that this program can read: {where}").format(where=error.where)
        raise Failure(what, code=USAGE, slug="law.pack") from None
    out.write_bytes(raw)
    emit(as_json, {"file": str(out), "facts": changes.facts(pack)}, str(out))


def confirm(shown: dict[str, Any], *, yes: bool) -> None:
    """Show what a file changes and ask.

    Raises:
        Failure: Nobody is there, or he does not want it.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        what = _("Nobody is here to confirm the decision.")
        raise Failure(what, _("Decide without asking: --yes"), USAGE, "unconfirmed")
    note("\n".join(_changes(shown)))
    if not confirmed(_("Take this?")):
        raise Failure(_("Nothing was taken."), slug="not-confirmed")


def _changes(shown: dict[str, Any]) -> Iterator[str]:
    yield words.clean(f"{shown['name']} {shown['version']}  {shown['issued']}  {shown['issuer'][:16]}")
    yield _("{facts} facts, {count} changes").format(**shown)
    for each in shown["changes"]:
        yield words.clean(f"  {each['about']} {each['name']}: {each['before'] or '-'} → {each['after']}")
