"""``rogatory bench NAME``: a named measure, with the machine, the versions and a limit beside it."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from rogatory_node.cli.output import USAGE, Failure, note, refuse_unwritable
from rogatory_node.i18n import _

NAMES = ("deliver", "latency", "transfer", "outage", "recover", "replay", "sync", "book", "check")


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("bench", help=_("Measure this machine: {names}.").format(names=", ".join(NAMES)))(bench)


def bench(
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("What to measure."))],
    count: Annotated[int | None, typer.Option(help=_("How many letters, leaves, kills or cases."))] = None,
    seconds: Annotated[float | None, typer.Option(help=_("How long; of outage, how long the peer is away."))] = None,
    size: Annotated[int | None, typer.Option(help=_("Bytes of the form, or of the attachment."))] = None,
    in_flight: Annotated[int | None, typer.Option(help=_("Letters on their way at a time."))] = None,
    database: Annotated[str | None, typer.Option(help=_("URL of a PostgreSQL for the sender or the book."))] = None,
    report_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help=_("Write the result to this file."))
    ] = None,
) -> None:
    """Measure one thing on this machine."""
    from rogatory_node.bench.machine import machine, versions
    from rogatory_node.bench.scenes import SCENES, Wanted

    scene = SCENES.get(name)
    if scene is None:
        raise Failure(
            _("There is no measure “{name}”.").format(name=name),
            _("Choose one of: {names}").format(names=", ".join(SCENES)),
            code=USAGE,
            slug="unknown",
        )
    if report_file is not None:
        refuse_unwritable(report_file)
    before = machine()
    wanted = Wanted(count=count, seconds=seconds, size=size, in_flight=in_flight, database=database)
    result: dict[str, Any] = {"name": name, "machine": before, "versions": versions(), **scene(wanted, note)}
    text = json.dumps(result, ensure_ascii=False, indent=1)
    if report_file is not None:
        report_file.write_text(f"{text}\n", encoding="utf-8")
    print(text)
