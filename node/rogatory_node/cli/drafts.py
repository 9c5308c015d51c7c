"""``rogatory drafts`` and ``rogatory draft``: letters that are written by one person and approved by another.

* A person acts, so all of these need the token of one.
* Whoever saves overwrites the version that was read; if another saved meanwhile, nothing is lost and nothing is saved.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from rogatory_node.cli import words
from rogatory_node.cli.client import Client
from rogatory_node.cli.files import discard as take_back
from rogatory_node.cli.files import files_of, read_form, send_files
from rogatory_node.cli.options import HomeOption, JsonOption, TokenOption
from rogatory_node.cli.output import USAGE, Failure, emit, note
from rogatory_node.cli.people import API, client_of
from rogatory_node.cli.picking import is_whole, pick, row, rows
from rogatory_node.cli.sending import AttachOption, LangOption, LetterOption, LifeOption, ToOption
from rogatory_node.i18n import _, later

DraftArgument = Annotated[str, typer.Argument(metavar="DRAFT", help=_("The draft: the first of its digits."))]

_SHORT: Final = 12
STATES: Final[Mapping[str, str]] = {
    "open": later("being written"),
    "offered": later("waits for approval"),
    "sent": later("sent"),
    "discarded": later("given up"),
}


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("drafts", help=_("Drafts that are written or wait for approval."))(drafts)
    about = _("Write a draft, hand it in, take it back, return it or give it up.")
    draft = typer.Typer(help=about, no_args_is_help=True)
    draft.command("new", help=_("Begin a draft."))(new)
    draft.command("show", help=_("Show a draft."))(show)
    draft.command("save", help=_("Save another version of a draft."))(save)
    draft.command("submit", help=_("Hand a draft in for approval."))(submit)
    draft.command("recall", help=_("Take back what waits for approval."))(recall)
    draft.command("return", help=_("Return a draft to its author, with a reason."))(give_back)
    draft.command("discard", help=_("Give a draft up."))(discard)
    app.add_typer(draft, name="draft")


def writer(home: Path, token: Path | None) -> Client:
    """Return who asks the node: the person of a token.

    Raises:
        Failure: No token was named, or its file cannot be read.
    """
    if token is None:
        then = _("Name the file of a token: --token-file FILE")
        raise Failure(_("Letters are written and approved by a person."), then, code=USAGE, slug="no-token")
    return client_of(home, "", token)


def found(client: Client, word: str, *, version: int | None = None, reason: str | None = None) -> dict[str, Any]:
    """Return the draft that a word means.

    Raises:
        Failure: None or several begin so, or it is not there for this person.
    """
    which = word if is_whole(word) else pick(client.get(f"{API}/drafts")["drafts"], word)
    return client.get(f"{API}/drafts/{which}", version=version, reason=reason)


# --- Reading ----------------------------------------------------------------------------------------------------------


def drafts(home: HomeOption, token: TokenOption = None, as_json: JsonOption = False) -> None:
    """List drafts."""
    answer = writer(home, token).get(f"{API}/drafts")
    emit(as_json, answer, rows(map(_line, answer["drafts"])))


def show(
    draft: DraftArgument,
    home: HomeOption,
    version: Annotated[int | None, typer.Option("--version-number", metavar="N", help=_("An older version."))] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help=_("Why, for an auditor."))] = None,
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a draft."""
    said = found(writer(home, token), draft, version=version, reason=reason)
    text = [_line(said), *(words.clean(each["name"]) for each in said["attachments"])]
    if said["returned"]:
        text.append(_("Returned: {reason}").format(reason=words.clean(said["returned"], lines=True)))
    emit(as_json, said, "\n".join([*text, words.clean(said["form"] or "", lines=True)]))


# --- Writing ----------------------------------------------------------------------------------------------------------


def new(
    file: LetterOption,
    home: HomeOption,
    to: ToOption = [],  # noqa: B006 - read only
    attach: AttachOption = [],  # noqa: B006 - read only
    case: Annotated[str | None, typer.Option("--case", metavar="CASE", help=_("Send it in this case."))] = None,
    lang: LangOption = None,
    life: LifeOption = 30,
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Begin a draft."""
    client = writer(home, token)
    form = _text(file)
    said = {"form": form, "to": _recipients(client, form, to), "lang": lang, "life_days": life}
    said["case"] = None if case is None else client.get(f"{API}/cases/{case}")["case"]
    made = _kept(client, said, attach, lambda whole: client.post(f"{API}/drafts", json=whole), quiet=as_json)
    emit(as_json, made, _line(made))


def save(
    draft: DraftArgument,
    file: LetterOption,
    home: HomeOption,
    to: ToOption = [],  # noqa: B006 - read only
    attach: AttachOption = [],  # noqa: B006 - read only
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Save another version; recipients stay unless some are named, attachments are added."""
    client = writer(home, token)
    old, form = found(client, draft), _text(file)
    said = {name: old[name] for name in ("lang", "life_days")}
    said |= {"form": form, "to": _recipients(client, form, to) if to else old["to"]}
    said["attachments"] = [each["id"] for each in old["attachments"]]
    path, version = f"{API}/drafts/{old['id']}", str(old["version"])
    saved = _kept(client, said, attach, lambda whole: client.put(path, json=whole, version=version), quiet=as_json)
    emit(as_json, saved, _line(saved))


def _kept(client: Client, said: dict[str, Any], attach: Sequence[Path], keep: Any, *, quiet: bool) -> dict[str, Any]:
    """Send the files, and have a version kept that names them."""
    files = files_of(attach)
    try:
        send_files(client, files, quiet=quiet)
        kept: dict[str, Any] = keep(
            said | {"attachments": [*said.get("attachments", ()), *(file.upload for file in files)]}
        )
    except BaseException:
        take_back(client, files)
        raise
    return kept


def _recipients(client: Client, form: str, to: Sequence[str]) -> list[str]:
    if not to:
        return []
    checked = client.post(f"{API}/check", json={"form": form, "to": list(to)})
    return [each["aid"] for each in checked["recipients"]]


def _text(file: Path) -> str:
    try:
        return read_form(file).decode()
    except UnicodeDecodeError:
        what = _("The file {file} cannot be read: {why}").format(file=file, why="UTF-8")
        raise Failure(what, code=USAGE, slug="unreadable") from None


# --- What follows -----------------------------------------------------------------------------------------------------


def submit(draft: DraftArgument, home: HomeOption, token: TokenOption = None, as_json: JsonOption = False) -> None:
    """Hand a draft in."""
    client = writer(home, token)
    old = found(client, draft)
    standing = client.post(f"{API}/drafts/{old['id']}/submit", version=str(old["version"]))
    for line in () if as_json else findings(checked(client, old)):
        note(line)
    emit(as_json, standing, approvals_line(standing))


def recall(draft: DraftArgument, home: HomeOption, token: TokenOption = None, as_json: JsonOption = False) -> None:
    """Take back what waits for approval."""
    client = writer(home, token)
    old = found(client, draft)
    done = client.post(f"{API}/drafts/{old['id']}/recall")
    emit(as_json, done, row(old["id"][:_SHORT], _(STATES["open"])))


def give_back(
    draft: DraftArgument,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=_("Why."))],
    home: HomeOption,
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Return a draft to its author."""
    client = writer(home, token)
    old = found(client, draft)
    if old["hash"] is None:
        raise Failure(_("This draft does not wait for approval."), slug="approval.not-offered")
    done = client.post(f"{API}/drafts/{old['id']}/return", json={"hash": old["hash"], "reason": reason})
    emit(as_json, done, row(old["id"][:_SHORT], _("Returned: {reason}").format(reason=reason)))


def discard(draft: DraftArgument, home: HomeOption, token: TokenOption = None, as_json: JsonOption = False) -> None:
    """Give a draft up."""
    client = writer(home, token)
    old = found(client, draft)
    done = client.post(f"{API}/drafts/{old['id']}/discard", version=str(old["version"]))
    emit(as_json, done, row(old["id"][:_SHORT], _(STATES["discarded"])))


def checked(client: Client, draft: dict[str, Any]) -> dict[str, Any]:
    """Return what the node says of a draft as it stands."""
    asked = {name: draft[name] for name in ("form", "to", "lang")}
    names = [each["name"] for each in draft["attachments"]]
    return client.post(f"{API}/check", json=asked | {"names": names})


def findings(checked: dict[str, Any]) -> Iterator[str]:
    """Yield what a check found, a line each."""
    for each in checked["findings"]:
        yield words.clean(_("Think of:   {findings}").format(findings=f"{each['path']} {each['text']}"))


def approvals_line(standing: dict[str, Any]) -> str:
    """Say how many persons approved, of how many, over which hash."""
    counted = _("approved by {approved} of {needed}").format(**standing)
    return row(standing["hash"], counted, standing["letter"])


def _line(draft: dict[str, Any]) -> str:
    said = draft["type"] or draft["kind"]
    return row(draft["id"][:_SHORT], _(STATES[draft["state"]]), said, draft["grade"], words.moment(draft["changed_at"]))
