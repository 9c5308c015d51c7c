"""``rogatory approve``: a second person reads what will be sent, compares the digits, and approves exactly that.

* The check page shows to whom by name and digits, how urgent, what is attached and what a check finds.
* What is approved is the hash that was shown: a draft that was edited meanwhile is refused.
"""

import sys
from collections.abc import Iterator
from typing import Any

import typer

from rogatory_node.cli import words
from rogatory_node.cli.drafts import DraftArgument, approvals_line, checked, findings, found, writer
from rogatory_node.cli.options import HomeOption, JsonOption, TokenOption
from rogatory_node.cli.output import USAGE, Failure, confirmed, emit, note
from rogatory_node.cli.people import API
from rogatory_node.cli.sending import YesOption
from rogatory_node.i18n import _


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("approve", help=_("Approve a letter exactly as it waits; the last approval sends it."))(approve)


def approve(
    draft: DraftArgument,
    home: HomeOption,
    token: TokenOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Approve a letter."""
    client = writer(home, token)
    waiting = found(client, draft)
    if waiting["approvals"] is None:
        raise Failure(_("This draft does not wait for approval."), slug="approval.not-offered")
    if not yes:
        _confirm(waiting, checked(client, waiting))
    standing = client.post(f"{API}/drafts/{waiting['id']}/approve", json={"hash": waiting["hash"]})
    emit(as_json, standing, approvals_line(standing))


def _confirm(waiting: dict[str, Any], checked: dict[str, Any]) -> None:
    if not sys.stdin.isatty():
        then = _("Send without asking: --yes")
        raise Failure(_("Nobody is here to confirm what is sent."), then, USAGE, "unconfirmed")
    note("\n".join(check_page(waiting, checked)))
    if not confirmed(_("Approve it?")):
        raise Failure(_("Nothing was sent."), slug="not-confirmed")


def check_page(waiting: dict[str, Any], checked: dict[str, Any]) -> Iterator[str]:
    """Yield what is shown before somebody approves."""
    for each in checked["recipients"]:
        yield _("To:         {who}").format(who=words.authority(each | {"cc": each["country"]}))
        yield _("Digits:     {digits}").format(digits=each["digits"])
    yield _("Kind:       {kind}, language {lang}").format(kind=checked["kind"], lang=waiting["lang"])
    yield _("Urgency:    {urgency} ({grade})").format(urgency=words.urgency(checked["urgency"]), grade=checked["grade"])
    yield _("Delivery:   tried for {days} days").format(days=waiting["life_days"])
    for each in waiting["attachments"]:
        yield _("Attachment: {name}, {size}").format(name=words.clean(each["name"]), size=words.size(each["size"]))
    yield from findings(checked)
    yield _("Approved:   {approved} of {needed}, {hash}").format(**waiting["approvals"])
    yield words.clean(waiting["form"], lines=True)
