"""``rogatory serve``: run the node of a home until it is told to stop.

* With ``--json`` one line says when all listeners listen and on which ports; the log is on standard error.
* Terminate (SIGTERM) or interrupt it: it says good-bye on its links, finishes its commits and exits 0.
"""

import asyncio
from collections.abc import Mapping
from functools import partial

import typer

from rogatory_node.cli.options import HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import emit
from rogatory_node.i18n import _


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("serve", help=_("Run the node."))(serve)


def serve(home: HomeOption, as_json: JsonOption = False) -> None:
    """Run the node of a home."""
    from rogatory_node import app
    from rogatory_node.app.loop import factory
    from rogatory_node.cli.logs import set_up
    from rogatory_node.cli.trouble import told

    at = home_at(home)
    set_up()
    with told(at), asyncio.Runner(loop_factory=factory()) as runner:
        runner.run(app.serve(at, partial(_ready, as_json)))


def _ready(as_json: bool, value: Mapping[str, object]) -> None:
    ports = value["ports"]
    assert isinstance(ports, Mapping)
    listed = ", ".join(f"{name} {port}" for name, port in ports.items())
    emit(as_json, value, _("ready: {ports}").format(ports=listed), flush=True)
