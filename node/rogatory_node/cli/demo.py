"""``rogatory demo``: a registry and three authorities on this computer, and a proved exchange between them.

* ``--once`` plays the exchange, checks its proof, writes the report and stops everything.
* Without it the network stays up until Ctrl-C, with the addresses of its pages to look at.
* Everything is invented, and everything is real: processes, sockets, databases, cryptography.
"""

import json
import shutil
import signal
import tempfile
import threading
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rogatory_node.cli.output import REFUSED, Failure, note, refuse_unwritable
from rogatory_node.i18n import _

if TYPE_CHECKING:
    from rogatory_node.stage import Stage


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("demo", help=_("Show it: a registry and three authorities on this computer."))(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help=_("Play the exchange, check its proof, and stop."))] = False,
    report_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help=_("Write the report to this file."))
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help=_("Keep the network in this new folder; otherwise a temporary one.")),
    ] = None,
) -> None:
    """Show it: a registry and three authorities on this computer."""
    from rogatory_node.demo.cast import CAST
    from rogatory_node.demo.exchange import Exchange, ExchangeError
    from rogatory_node.demo.report import report
    from rogatory_node.stage import CommandError, Stage

    if report_file is not None:
        refuse_unwritable(report_file)
    place = _place(folder)
    papers = place / "papers"
    papers.mkdir()
    signal.signal(signal.SIGTERM, _interrupt)
    with closing(Stage(place, CAST)) as stage:
        try:
            note(_("Setting up four nodes in {folder} …").format(folder=place))
            stage.build()
            _addresses(stage)
            played = Exchange(stage=stage, folder=papers, say=lambda what: note(f"· {_(what)}")).play()
            found = report(stage, played)
        except (ExchangeError, TimeoutError):
            raise Failure(
                _("The demonstration waited too long for what had to come."),
                _("What the nodes wrote is in {folder}.").format(folder=place),
                slug="demo",
            ) from None
        except CommandError as error:
            raise Failure(
                _("The demonstration failed: {why}").format(why=error),
                _("What the nodes wrote is in {folder}.").format(folder=place),
                slug="demo",
            ) from None
        _finish(found, report_file)
        if not once:
            _stay()
        elif folder is None:
            # The bundle stays for whoever wants to check it, and with it what the nodes keep.
            note(
                _("The network's files stay in {folder}; delete it when you are done: rm -r {folder}").format(
                    folder=place
                )
            )
    if folder is None and not once:
        shutil.rmtree(place, ignore_errors=True)


def _place(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="rogatory-demo-"))
    place = folder.expanduser().absolute()
    if place.exists():
        raise Failure(_("{path} is there already.").format(path=place), _("Name a new folder."), slug="exists")
    place.mkdir(mode=0o700, parents=True)
    return place


def _addresses(stage: "Stage") -> None:
    note(_("Look at what passes:"))
    for actor in stage.actors.values():
        note(f"    {actor.part.code}  {actor.desk_url}  {next(iter(actor.part.names.values()))}")


def _finish(found: dict[str, Any], report_file: Path | None) -> None:
    """Write the report, and say whether the proof holds."""
    if report_file is not None:
        report_file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    good = found["verified"] and found["damaged_refused"]
    if not good:
        raise Failure(_("The proof does not hold."), _("See {path}.").format(path=found["bundle"]), REFUSED, "unproved")
    note(_("Proved. The bundle is {path}; check it yourself:").format(path=found["bundle"]))
    note(f"    ./rogatory verify {found['bundle']} --registry '{found['registry']}'")


def _stay() -> None:
    note(_("The network stays up. Ctrl-C stops it."))
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        note(_("Stopping …"))


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
