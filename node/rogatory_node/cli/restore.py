"""``rogatory restore``: say that home and database were put back from a backup (B.12.4).

* It holds the home's lock itself; beside a running node it is refused.
* Keys are opened first: a home that could not start is not touched.
* Nothing is changed before the check page was confirmed, and a restore that is noted already is not noted again.
"""

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from rogatory_node.cli.held import confirm
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure, emit
from rogatory_node.i18n import _

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")
MOST_ROLE: Final = 64

YesOption = Annotated[bool, typer.Option("--yes", help=_("Do it without asking."))]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("restore", help=_("Say that a backup was put back, so that others are asked for what is lost."))(
        restore
    )


def restore(home: HomeOption, role: AsOption, yes: YesOption = False, as_json: JsonOption = False) -> None:
    """Note a restore."""
    from functools import partial

    from rogatory_node.app.store import open_current
    from rogatory_node.cli.trouble import told
    from rogatory_node.config import database_url, load
    from rogatory_node.services import home_key
    from rogatory_node.services.own import find, open_keys
    from rogatory_node.services.restoring import Declared, declare

    if not (1 <= len(role) <= MOST_ROLE and role.isascii() and role.isprintable()):
        raise Failure(_("The role must have 1 to 64 plain characters."), code=USAGE, slug="role")
    at = home_at(home)
    with told(at):
        at.check()
        config = load(at)
        key = home_key.read(config, at, os.environ)
        with at.lock():
            connection = open_current(database_url(config, at))
            try:
                open_keys(at, key, connection.run(partial(_committed, work=find)).statement)
                if not yes:
                    confirm(_page())
                declared = Declared(role=role, now=int(time.time()))
                begun = connection.run(partial(_committed, work=partial(declare, declared=declared, random=os.urandom)))
            finally:
                connection.close()
    value = {"epoch": begun.epoch, "incarnation": begun.inc.hex(), "peers": begun.peers, "repeated": begun.repeated}
    first = [_("This restore was noted already; nothing was changed.")] if begun.repeated else _page()
    emit(as_json, value, "\n".join([*first, _("Start the node: rogatory serve --home {home}").format(home=at.root)]))


def _committed(connection: "Connection", work: "Callable[[Connection], T]") -> T:
    """Run *work* in a transaction of its own: none is open while a person thinks."""
    with connection.begin():
        return work(connection)


def _page() -> list[str]:
    return [
        _("The database gets a new incarnation and its audit log a new epoch."),
        _("Every authority is then asked for what it holds; letters of old conversations with it wait for that."),
    ]
