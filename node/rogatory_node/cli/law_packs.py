"""``rogatory law import`` and ``rogatory law issue``: facts about treaties that a registry signs for its members.

* What a file would change is shown before it is taken; what was shown is what is taken.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from rogatory_node.cli import words
from rogatory_node.cli.client import Client
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure, emit, note, refuse_unwritable
from rogatory_node.i18n import _

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help=_("The file."))]
YesOption = Annotated[bool, typer.Option("--yes", help=_("Do it without asking."))]


def add_to(law: typer.Typer) -> None:
    """Register the commands among those of law."""
    law.command("import", help=_("Take a file of facts that a registry has signed."))(import_)
    law.command("issue", help=_("Sign a file of facts as a registry."))(issue)


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
    if not typer.confirm(_("Take this?"), err=True):
        raise Failure(_("Nothing was taken."), slug="not-confirmed")


def _changes(shown: dict[str, Any]) -> Iterator[str]:
    yield words.clean(f"{shown['name']} {shown['version']}  {shown['issued']}  {shown['issuer'][:16]}")
    yield _("{facts} facts, {count} changes").format(**shown)
    for each in shown["changes"]:
        yield words.clean(f"  {each['about']} {each['name']}: {each['before'] or '-'} → {each['after']}")
