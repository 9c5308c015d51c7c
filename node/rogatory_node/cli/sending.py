"""``rogatory send`` and ``rogatory reply``: check, confirm, upload, queue, and wait for evidence.

* Nothing leaves before the check page was confirmed: to whom by name and digits, how urgent, what is attached.
* A letter that lacks something, or says something that cannot be, is not sent. What is only a risk stands on the check
  page; with ``--yes``, when nobody reads it, it needs ``--anyway``. So is what rests on this program's own knowledge: a
  type that it does not know, a treaty or language of which it knows otherwise.
* An attachment that changes between the check and the end of its upload is refused.
* The letter has its identifier before it is sent, so that a broken answer never makes a second letter.
* Whoever stops waiting stops nothing else: a queued letter is delivered all the same.
"""

import base64
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from rogatory_node.casework.checking_finding import GRAVE, Finding
from rogatory_node.cli import types, words
from rogatory_node.cli.client import Client
from rogatory_node.cli.files import File, discard, files_of, read_form, send_files
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import REFUSED, USAGE, Failure, confirmed, emit, note
from rogatory_node.i18n import LANGUAGE, _

_ID_BYTES: Final = 16
_UNKNOWN_TYPE: Final = "type.unknown"  # a newer program may know it, and so may the recipient's
_LEVELS: Final = (30, 35, 40, 50)
_WAIT_SECONDS: Final = 20  # of one question; another follows

ToOption = Annotated[
    list[str],
    typer.Option("--to", metavar="AUTHORITY", help=_("Recipient: its digits, their beginning, or a country.")),
]
RequestOption = Annotated[Path, typer.Option("--file", metavar="REQUEST.json", help=_("The request, as JSON."))]
LetterOption = Annotated[Path, typer.Option("--file", metavar="LETTER.json", help=_("The letter, as JSON."))]
AttachOption = Annotated[list[Path], typer.Option("--attach", metavar="FILE", help=_("A file to attach; repeatable."))]
LangOption = Annotated[str | None, typer.Option("--lang", metavar="TAG", help=_("Language of the letter."))]
LifeOption = Annotated[
    int, typer.Option("--life", min=1, max=90, metavar="DAYS", help=_("How many days delivery is tried, 1 to 90."))
]
WaitOption = Annotated[
    int | None, typer.Option("--wait", metavar="LEVEL", help=_("Wait for evidence: 30, 35, 40 or 50."))
]
YesOption = Annotated[bool, typer.Option("--yes", help=_("Send without asking."))]
AnywayOption = Annotated[
    bool, typer.Option("--anyway", help=_("With --yes: send although something will probably lead to questions."))
]


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("send", help=_("Send a request to one or more authorities."))(send)
    app.command("reply", help=_("Send a letter in a case, to its other parties."))(reply)


def send(
    to: ToOption,
    file: RequestOption,
    home: HomeOption,
    attach: AttachOption = [],  # noqa: B006 - read only
    case: Annotated[str | None, typer.Option("--case", metavar="CASE", help=_("Send it in this case."))] = None,
    lang: LangOption = None,
    life: LifeOption = 30,
    role: AsOption = "operator",
    wait: WaitOption = None,
    yes: YesOption = False,
    anyway: AnywayOption = False,
    as_json: JsonOption = False,
) -> int:
    """Send a request."""
    letter = _Letter(to=to, case=case, raw=read_form(file), files=files_of(attach), lang=lang, life=life)
    how = _How(wait=wait, yes=yes, anyway=anyway, as_json=as_json)
    return _send(Client(home_at(home), role=role), letter, how)


def reply(
    case: Annotated[
        str, typer.Argument(metavar="CASE", help=_("The case: its digits, their beginning, or your own reference."))
    ],
    file: LetterOption,
    home: HomeOption,
    to: ToOption = [],  # noqa: B006 - read only
    attach: AttachOption = [],  # noqa: B006 - read only
    lang: LangOption = None,
    life: LifeOption = 30,
    role: AsOption = "operator",
    wait: WaitOption = None,
    yes: YesOption = False,
    anyway: AnywayOption = False,
    as_json: JsonOption = False,
) -> int:
    """Send a letter in a case."""
    letter = _Letter(to=to, case=case, raw=read_form(file), files=files_of(attach), lang=lang, life=life)
    how = _How(wait=wait, yes=yes, anyway=anyway, as_json=as_json)
    return _send(Client(home_at(home), role=role), letter, how)


# --- What is to be sent ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """What the officer wants to send."""

    to: Sequence[str]
    case: str | None
    raw: bytes = field(repr=False)
    files: Sequence[File]
    lang: str | None
    life: int
    id: str = field(default_factory=lambda: os.urandom(_ID_BYTES).hex())

    def value(self) -> dict[str, Any]:
        """Return what the node wants to know of it."""
        return {
            "id": self.id,
            "to": list(self.to),
            "case": self.case,
            "request": base64.b64encode(self.raw).decode(),
            "names": [file.path.name for file in self.files],
            "uploads": [file.upload for file in self.files],
            "lang": self.lang,
            "life_days": self.life,
        }


# --- The steps ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _How:
    """How the officer wants to send it."""

    wait: int | None
    yes: bool
    anyway: bool
    as_json: bool


def _send(client: Client, letter: _Letter, how: _How) -> int:
    if how.wait is not None and how.wait not in _LEVELS:
        listed = ", ".join(map(str, _LEVELS))
        raise Failure(_("One can wait for the levels {known} only.").format(known=listed), code=USAGE, slug="level")
    checked = client.post("/letters/check", json=letter.value())
    _refuse_mistakes(checked)
    findings = _findings(checked)
    _refuse_findings(letter, findings, how)
    if not how.yes:
        _confirm(checked, letter, findings)
    try:
        uploaded = send_files(client, letter.files, quiet=how.as_json)
        sent = _queue(client, letter)
    except BaseException:
        discard(client, letter.files)
        raise
    waited = None if how.wait is None else _wait(client, sent["letter"], how.wait)
    result = sent | {"recipients": checked["recipients"], "attachments": uploaded, "wait": waited}
    result |= {"findings": [_told_finding(letter, each) for each in findings]}
    emit(how.as_json, result, "\n".join(_told(result)))
    return 0 if waited is None or waited["outcome"] == "reached" else REFUSED


def _queue(client: Client, letter: _Letter) -> dict[str, Any]:
    try:
        return client.post("/letters", json=letter.value())
    except Failure as failure:
        if failure.slug != "not-running":
            raise
        # The answer was lost, or never came: the same identifier is the same letter, so it is safe to ask again.
        return client.post("/letters", json=letter.value())


def _refuse_mistakes(checked: dict[str, Any]) -> None:
    """Stop when something is wrong, and say all of it."""
    mistakes = [_(each["what"]).format(**each["args"]) for each in checked["mistakes"]]
    if mistakes:
        listed = "".join(f"\n  - {each}" for each in mistakes)
        raise Failure(_("The letter cannot be sent:{reasons}").format(reasons=listed), code=USAGE, slug="letter.unfit")


def _findings(checked: dict[str, Any]) -> list[Finding]:
    return [Finding(**each) for each in checked["findings"]]


def _refuse_findings(letter: _Letter, findings: Sequence[Finding], how: _How) -> None:
    """Stop at what will send the request back, and at what may when nobody reads the check page."""
    stopping = [each for each in findings if each.level in GRAVE and each.code != _UNKNOWN_TYPE]
    if stopping:
        what = _("The letter is not complete or not right:{findings}").format(findings=_listed(letter, stopping))
        raise Failure(what, _("Look at all of it with: rogatory check"), slug="request.unfit")
    risks = [each for each in findings if each.level != "hint"]
    if risks and how.yes and not how.anyway:
        what = _("The letter will probably lead to questions:{findings}").format(findings=_listed(letter, risks))
        raise Failure(what, _("Send it all the same: --anyway"), slug="request.risky")


def _listed(letter: _Letter, findings: Sequence[Finding]) -> str:
    told = [_told_finding(letter, each) for each in findings]
    return "".join(f"\n  {line}" for line in types.by_field(told, LANGUAGE))


def _told_finding(letter: _Letter, finding: Finding) -> dict[str, Any]:
    return types.finding_value(json.loads(letter.raw), finding, LANGUAGE)


def _confirm(checked: dict[str, Any], letter: _Letter, findings: Sequence[Finding]) -> None:
    if not sys.stdin.isatty():
        raise Failure(
            _("Nobody is here to confirm what is sent."), _("Send without asking: --yes"), USAGE, "unconfirmed"
        )
    note("\n".join(_check_page(checked, letter, findings)))
    if not confirmed(_("Send it?")):
        raise Failure(_("Nothing was sent."), slug="not-confirmed")


def _check_page(checked: dict[str, Any], letter: _Letter, findings: Sequence[Finding]) -> Iterator[str]:
    for each in checked["recipients"]:
        yield _("To:         {who}").format(who=words.authority(each))
        yield _("Digits:     {digits}").format(digits=each["digits"])
    yield _("Kind:       {kind}, language {lang}").format(kind=checked["kind"], lang=checked["lang"])
    grade = words.urgency(checked["urgency"])
    yield _("Urgency:    {urgency} ({grade})").format(urgency=grade, grade=checked["grade"])
    yield _("Delivery:   tried for {days} days").format(days=checked["life_days"])
    if checked["case"] is not None:
        yield _("Case:       {case}").format(case=words.clean(checked["own_ref"] or checked["case"]))
    for file in letter.files:
        told = {"name": words.clean(file.path.name), "size": words.size(file.size)}
        yield _("Attachment: {name}, {size}").format(**told)
    if findings:
        yield _("Think of:   {findings}").format(findings=_listed(letter, findings))


# --- Waiting --------------------------------------------------------------------------------------------------------


def _wait(client: Client, letter: str, level: int) -> dict[str, Any]:
    """Ask until the evidence is there or refused; who interrupts gets what is known."""
    answer: dict[str, Any] = {"level": level, "outcome": "waiting", "recipients": []}
    try:
        while answer["outcome"] == "waiting":
            answer = client.get(f"/letters/{letter}/wait", level=level, seconds=_WAIT_SECONDS)
    except KeyboardInterrupt:
        note(_("You stopped waiting. The letter is queued and is delivered all the same."))
    except Failure as failure:
        # The letter is queued; only the wait failed.
        note(_("The wait ended: {why}").format(why=failure.what))
    return {name: answer[name] for name in ("level", "outcome", "recipients")}


def _told(result: dict[str, Any]) -> Iterator[str]:
    yield _("Letter: {letter}").format(letter=result["letter"])
    yield _("Case:   {case}").format(case=result["case"])
    named = {each["aid"]: words.authority(each) for each in result["recipients"]}
    for each in result["wait"]["recipients"] if result["wait"] else ():
        said = ", ".join(words.level(number) for number in each["levels"]) or words.state(each["state"])
        yield f"{named.get(each['aid'], each['aid'])}: {said}"
