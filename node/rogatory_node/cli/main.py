"""``rogatory``: which command is in which module, and how every command ends.

* Only the module of the command that was asked for is loaded; the list of commands comes from the table below.
* A failure, wrong usage and an error inside all end here, each with its exit status.
"""

import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer._click.exceptions import NoArgsIsHelpError
from typer.exceptions import TyperException

from rogatory_node import __version__
from rogatory_node.cli import usage
from rogatory_node.cli.output import REFUSED, USAGE, Failure, show_failure
from rogatory_node.i18n import _, later

PROGRAM: Final = "rogatory"


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is, and what the list of commands says of it."""

    module: str
    help: str


# In the order in which they are listed.
COMMANDS: Final[Mapping[str, Entry]] = {
    "init": Entry("init", later("Found an authority and its node.")),
    "serve": Entry("serve", later("Run the node.")),
    "doctor": Entry("node", later("Say what of a node is as it should be, and what to do about the rest.")),
    "migrate": Entry("node", later("Bring the database to this program's revision.")),
    "restore": Entry("restore", later("Say that a backup was put back, so that others are asked for what is lost.")),
    "scrub": Entry("node", later("Read everything and name what the disk has changed.")),
    "reindex": Entry("reindex", later("Write the book of cases again from the letters.")),
    "keys": Entry("keys", later("Keys and statement of the authority.")),
    "join": Entry("join", later("Follow a registry and apply to it.")),
    "registry": Entry("registry", later("Run a registry: applications and decisions.")),
    "directory": Entry("directory", later("Authorities of the directory, and how each stands.")),
    "confirm": Entry("directory", later("Say that the digits of a second authority of a role were compared.")),
    "settle": Entry("directory", later("Say which of two statements of a frozen authority is its own.")),
    "old-directory": Entry("directory", later("Go on sending although nothing was heard of a registry for two weeks.")),
    "roster": Entry("directory", later("Who can be reached now.")),
    "authorities": Entry("authorities", later("Competent authorities of all States: functions, languages, contacts.")),
    "types": Entry("types", later("List the types of assistance, or show one.")),
    "glossary": Entry("glossary", later("The words of the field in seven languages.")),
    "check": Entry("types", later("Check a request before it is sent.")),
    "law": Entry("law", later("Treaties between States, and what carries a request.")),
    "send": Entry("sending", later("Send a request to one or more authorities.")),
    "inbox": Entry("cases", later("Cases in which something is to be done, the most urgent first.")),
    "cases": Entry("book", later("List the cases of the book, the most urgent first.")),
    "case": Entry("book", later("Show where a case stands: measures, history, deadlines.")),
    "search": Entry("book", later("Find cases by words of their letters.")),
    "statistics": Entry("statistics", later("Counts and times of a period, for reports, meetings and networks.")),
    "show": Entry("cases", later("Show a case with its letters, and save their attachments.")),
    "acknowledge": Entry("cases", later("Say that you have taken charge of a case.")),
    "decide": Entry("cases", later("Accept or refuse the requests of a case.")),
    "reply": Entry("sending", later("Send a letter in a case, to its other parties.")),
    "record": Entry("offnetwork", later("Enter a letter that came or went by another way.")),
    "partners": Entry(
        "offnetwork", later("Partners that are not on the network; move one to the authority it became.")
    ),
    "import-cases": Entry("offnetwork", later("Take in a table (CSV) of open cases.")),
    "export-form": Entry("templates", later("Write a request as a form (.docx, .csv), or an empty form of a type.")),
    "import": Entry("templates", later("Read a form that was filled in, and write the request.")),
    "translations": Entry(
        "translations", later("Languages of the letters of a case, and translations that are ordered.")
    ),
    "custody": Entry("custody", later("Evidence of a case: items, who had them when, notes, and erasing.")),
    "retention": Entry("custody", later("Cases that closed long ago and still hold evidence.")),
    "export": Entry("proof", later("Write a proof of a case that anybody can check.")),
    "verify": Entry("proof", later("Check a proof, without a node and without a network.")),
    "print": Entry("printing", later("Write the printed document of a request or another letter.")),
    "held": Entry("held", later("What waits after a restore, here or at another authority.")),
    "release": Entry("held", later("Give an authority back old letters that it lost.")),
    "override": Entry("held", later("Send the letters of a case before all is back after a restore.")),
    "drafts": Entry("drafts", later("Drafts that are written or wait for approval.")),
    "draft": Entry("drafts", later("Write a draft, hand it in, take it back, return it or give it up.")),
    "approve": Entry("approving", later("Approve a letter exactly as it waits; the last approval sends it.")),
    "people": Entry("people", later("People who act for the authority and its home agencies.")),
    "units": Entry("places", later("Parts of the authority, each with an inbox of its own.")),
    "agencies": Entry("places", later("Prosecutors, courts and police that hand in drafts and execute measures.")),
    "tokens": Entry("mandates", later("Tokens by which programs and commands act for a person.")),
    "delegations": Entry("mandates", later("Who acts in whose name, and until when.")),
    "sign-in-link": Entry("sign_in", later("Print a link by which a person sets up the sign-in to the pages, once.")),
    "demo": Entry("demo", later("Show it: a registry and three authorities on this computer.")),
    "bench": Entry("bench", later("Measure this machine.")),
}
# Here ``--json`` names a file, so it says nothing about standard output.
JSON_TO_FILE: Final = frozenset({"demo", "bench", "torture"})


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    sys.exit(run(words))


def run(words: list[str]) -> int:
    """Run one command and return its exit status."""
    wanted = next((word for word in words if not word.startswith("-")), None)
    as_json = "--json" in words and wanted not in JSON_TO_FILE
    try:
        result = usage.speaking(typer.main.get_command(build(wanted)))(words, prog_name=PROGRAM, standalone_mode=False)
    except Failure as failure:
        show_failure(failure, as_json=as_json)
        return failure.code
    except TyperException as error:
        return _usage(error, wanted, as_json=as_json)
    except typer.Abort:
        show_failure(Failure(_("Stopped."), slug="stopped"), as_json=as_json)
        return REFUSED
    except BrokenPipeError:
        # Whoever read our output has enough of it.
        sys.stderr.close()
        return REFUSED
    except Exception as error:  # noqa: BLE001 - the kind and the place help us; the text may hold a case's words
        sys.stderr.writelines(traceback.format_tb(error.__traceback__))
        show_failure(Failure(_("Internal error: {kind}.").format(kind=type(error).__name__)), as_json=as_json)
        return REFUSED
    return result if isinstance(result, int) else 0


def build(wanted: str | None) -> typer.Typer:
    """Build the program with the commands of one module, and the others by their names only."""
    app = typer.Typer(
        name=PROGRAM,
        help=_("Rogatory carries requests between central authorities, sealed and proved."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    entry = COMMANDS.get(wanted or "")
    if entry is not None:
        import_module(f"rogatory_node.cli.{entry.module}").add(app)
    for name, each in COMMANDS.items():
        if entry is None or each.module != entry.module:
            app.command(name, help=_(each.help))(_elsewhere)
    return app


def _show_version(asked: bool) -> None:
    if asked:
        print(f"{PROGRAM} {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help=_("Say which version this is."))
    ] = False,
) -> None:
    """Take the options that belong to no command."""


def _elsewhere() -> None:
    raise AssertionError("the module of this command was not loaded")


def _usage(error: Any, wanted: str | None, *, as_json: bool) -> int:
    """Show what is wrong with the words of the command."""
    if isinstance(error, NoArgsIsHelpError) and not as_json:
        error.show()
        return USAGE
    failure = usage.wrong(error, f"{PROGRAM} {wanted}" if wanted in COMMANDS else PROGRAM)
    show_failure(failure, as_json=as_json)
    return failure.code
