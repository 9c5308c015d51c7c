"""Options that many commands share, so that they read and behave alike everywhere."""

from pathlib import Path
from typing import Annotated

import typer

from rogatory_node.home import Home
from rogatory_node.i18n import _

HomeOption = Annotated[
    Path,
    typer.Option("--home", metavar="DIR", envvar="ROGATORY_HOME", help=_("Folder of the node."), show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help=_("One JSON document on standard output."))]
AsOption = Annotated[str, typer.Option("--as", metavar="ROLE", help=_("The role in which you act, for the audit log."))]


def home(path: Path) -> Home:
    """Return the home in a folder, by its absolute path."""
    return Home(root=path.expanduser().absolute())
