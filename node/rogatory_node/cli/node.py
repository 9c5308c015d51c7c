"""``rogatory doctor``, ``migrate`` and ``scrub``: looking after a node.

* ``doctor`` only looks and works beside a running node; the other two hold the home's lock themselves.
* ``scrub`` names what is damaged by table and digest, never by content, and exits 1 when there is anything.
"""

import os

import typer

from rogatory_node.cli.options import HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import REFUSED, emit
from rogatory_node.i18n import _, later

WHY = {
    "damaged": later("damaged"),
    "missing": later("missing"),
    "not-in-audit": later("not in the audit log"),
}


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("doctor", help=_("Say what of a node is as it should be, and what to do about the rest."))(doctor)
    app.command("migrate", help=_("Bring the database to this program's revision."))(migrate)
    app.command("scrub", help=_("Read everything and name what the disk has changed."))(scrub)


def doctor(home: HomeOption, as_json: JsonOption = False) -> None:
    """Examine a node."""
    from rogatory_node.cli.doctor import FAIL, as_values, examine

    lines = list(examine(home_at(home)))
    shown = (f"{line.state:<4}  {line.what}" + (f"\n      → {line.next}" if line.next else "") for line in lines)
    failed = any(line.state == FAIL for line in lines)
    emit(as_json, {"good": not failed, "checks": as_values(lines)}, "\n".join(shown))
    if failed:
        raise typer.Exit(REFUSED)


def migrate(home: HomeOption, as_json: JsonOption = False) -> None:
    """Upgrade the database of a home."""
    from rogatory_node import migrations
    from rogatory_node.cli.trouble import told
    from rogatory_node.config import database_url, load
    from rogatory_node.storage.engine import open_writing

    at = home_at(home)
    with told(at):
        at.check()
        url = database_url(load(at), at)
        with at.lock():
            connection = open_writing(url)
            try:
                before = connection.run(migrations.revision)
                connection.run(migrations.upgrade)
            finally:
                connection.close()
    value = {"before": before, "after": migrations.REVISION, "changed": before != migrations.REVISION}
    said = _("The database is at revision {after}.").format(after=migrations.REVISION)
    emit(as_json, value, said)


def scrub(home: HomeOption, as_json: JsonOption = False) -> None:
    """Read everything that a home keeps."""
    from functools import partial

    from rogatory_node.app.store import open_current
    from rogatory_node.cli.trouble import told
    from rogatory_node.config import blobs_folder, database_url, load
    from rogatory_node.services import home_key
    from rogatory_node.services.own import find, open_keys
    from rogatory_node.services.scrubbing import scrub as read_all
    from rogatory_node.storage.blobs import BlobFolder

    at = home_at(home)
    with told(at):
        at.check()
        config = load(at)
        key = home_key.read(config, at, os.environ)
        with at.lock():
            connection = open_current(database_url(config, at))
            try:
                sealer = open_keys(at, key, connection.run(find).statement).sealer
                folder = BlobFolder(blobs_folder(config, at))
                report = connection.run(partial(read_all, sealer=sealer, folder=folder))
            finally:
                connection.close()
    findings = [{"where": each.where, "what": each.what, "why": each.why} for each in report.findings]
    lines = [
        *(f"{each.where}  {each.what}  {_(WHY[each.why])}" for each in report.findings),
        _("{count} values read, {bad} findings.").format(count=report.read.total(), bad=len(findings)),
        *([_("Restore what is named from a backup.")] if findings else []),
    ]
    emit(as_json, {"good": not findings, "read": dict(report.read), "findings": findings}, "\n".join(lines))
    if findings:
        raise typer.Exit(REFUSED)
