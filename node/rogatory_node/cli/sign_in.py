"""``rogatory sign-in-link``: how the first people, and those who lost everything, get to the pages."""

from typing import Annotated

import typer

from rogatory_node.cli import words
from rogatory_node.cli.client import Client
from rogatory_node.cli.options import HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import emit
from rogatory_node.i18n import _

PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help=_("The person: digits, their beginning, or exactly the name."))
]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("sign-in-link", help=_("Print a link by which a person sets up the sign-in to the pages, once."))(link)


def link(person: PersonArgument, home: HomeOption, as_json: JsonOption = False) -> None:
    """Print a link by which a person sets up the sign-in."""
    made = Client(home_at(home)).post("/people/sign-in-link", json={"person": person})
    told = _("Works once, until {when}. It ends every sign-in that this person had.")
    emit(as_json, made, f"{made['link']}\n{told.format(when=words.moment(made['until']))}")
