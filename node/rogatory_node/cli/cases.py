"""``rogatory inbox``, ``show``, ``acknowledge`` and ``decide``: the receiving side, for scripts and for people.

* What others wrote is shown with its control characters replaced, and saved under names of our own.
* A file is saved only when every byte of it has come and its hash is the one that the letter commits to; nothing is
  ever overwritten.
"""

import errno
import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from rogatory_node.cli import words
from rogatory_node.cli.client import Client
from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import USAGE, Failure, emit
from rogatory_node.cli.system import why
from rogatory_node.home import FILE_MODE, FOLDER_MODE
from rogatory_node.i18n import _

_NAME_LETTERS: Final = re.compile(r"[^\w.() \-]")
_STEM_BYTES: Final = 180  # with number, extension and ``.part`` a name stays under the 255 bytes of file systems
_EXTENSION_BYTES: Final = 40
_DIGITS: Final = 16
_ID_BYTES: Final = 16

CaseArgument = Annotated[
    str, typer.Argument(metavar="CASE", help=_("The case: its digits, their beginning, or your own reference."))
]


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("inbox", help=_("Cases in which something is to be done, the most urgent first."))(inbox)
    app.command("show", help=_("Show a case with its letters, and save their attachments."))(show)
    app.command("acknowledge", help=_("Say that you have taken charge of a case."))(acknowledge)
    app.command("decide", help=_("Accept or refuse the requests of a case."))(decide)


# --- inbox ----------------------------------------------------------------------------------------------------------


def inbox(
    home: HomeOption,
    role: AsOption = "operator",
    after: Annotated[str | None, typer.Option("--after", metavar="MARK", help=_("The page after this mark."))] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=100, help=_("How many cases."))] = 100,
    as_json: JsonOption = False,
) -> None:
    """List the cases in which something is to be done."""
    found = Client(home_at(home), role=role).get("/inbox", after=after, most=most)
    emit(as_json, found, "\n".join(_listed(found)))


def _listed(found: dict[str, Any]) -> Iterator[str]:
    if not found["cases"]:
        yield _("Nothing waits.")
    for each in found["cases"]:
        named = words.clean(each["own_ref"] or each["case"])
        needs = ", ".join(_(words.NEEDS[need]) for need in each["needs"])
        yield f"{named}  {words.urgency(each['urgency'])}  {words.moment(each['since'])}  {needs}"
        yield "    " + ", ".join(words.authority(who) for who in each["parties"])
        if each["flagged"]:
            yield "    " + _("Opened by an authority that was no party of this conversation.")
    if found["next"] is not None:
        yield _("More: rogatory inbox --after {mark}").format(mark=found["next"])


# --- show -----------------------------------------------------------------------------------------------------------


def show(
    case: CaseArgument,
    home: HomeOption,
    letter: Annotated[str | None, typer.Option("--letter", metavar="DIGEST", help=_("Only this letter."))] = None,
    save: Annotated[Path | None, typer.Option("--save", metavar="DIR", help=_("Save forms and attachments."))] = None,
    after: Annotated[
        str | None, typer.Option("--after", metavar="DIGEST", help=_("The page after this letter."))
    ] = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Show a case."""
    client = Client(home_at(home), role=role)
    found = client.get("/case", case=case, letter=letter, after=after)
    saved = [] if save is None else [name for each in found["letters"] for name in _save(client, each, save)]
    emit(as_json, found | {"saved": saved}, "\n".join([*_shown(found), *saved]))


def _shown(found: dict[str, Any]) -> Iterator[str]:
    yield _("Case:   {case}").format(case=found["case"])
    if found["own_ref"] is not None:
        yield _("Yours:  {reference}").format(reference=words.clean(found["own_ref"]))
    for each in found["letters"]:
        yield ""
        yield from _letter(each)
    if found["next"] is not None:
        yield ""
        yield _("More: rogatory show {case} --after {mark}").format(case=found["case"], mark=found["next"])


def _letter(each: dict[str, Any]) -> Iterator[str]:
    if each["missing_before"]:
        yield _("(An earlier letter is missing here.)")
    if each["disagrees"]:
        yield _("(This letter contradicts the one before it: ask its sender.)")
    told = {"number": each["seq"], "who": words.authority(each["from"]), "when": words.moment(each["written"])}
    yield _("Letter {number} of {who}, {when}").format(**told)
    yield f"  {each['letter']}"
    yield "  " + _("To: {who}").format(who=", ".join(words.authority(who) for who in each["to"]))
    told = {"kind": words.clean(each["kind"]), "lang": words.clean(each["lang"])}
    yield "  " + _("{kind}, {urgency}, language {lang}").format(**told, urgency=words.urgency(each["urgency"]))
    yield from ("  " + line for line in _form(each["form"]).splitlines())
    for file in each["attachments"]:
        yield "  " + _attachment(file)
    for fact in each["evidence"]:
        yield "  " + _fact(fact)
    for state in each["states"]:
        yield f"  {words.authority(state['to'])}: {words.state(state['state'])}"


def _form(form: dict[str, Any]) -> str:
    if "text" not in form:
        return _("(The form is not text; save it to read it.)")
    try:
        text = json.dumps(json.loads(form["text"]), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        text = form["text"]
    return words.clean(text, lines=True)


def _attachment(file: dict[str, Any]) -> str:
    told = {"index": file["index"], "name": words.clean(file["name"]), "size": words.size(file["size"])}
    if file["verified"]:
        return _("Attachment {index}: {name}, {size}").format(**told)
    arrived = 100 * file["arrived_bytes"] // max(file["stored_bytes"], 1)
    return _("Attachment {index}: {name}, {size}, {arrived} % arrived").format(**told, arrived=arrived)


def _fact(fact: dict[str, Any]) -> str:
    told = {
        "when": words.moment(fact["at"]),
        "who": words.authority(fact["from"]),
        "what": words.level(fact["lvl"]),
    }
    line = _("{when}: {what}, says {who}").format(**told)
    more = [str(fact[name]) for name in ("role", "code", "note") if fact[name] is not None]
    return words.clean(" · ".join([line, *more]))


# --- Saving ---------------------------------------------------------------------------------------------------------


def _save(client: Client, each: dict[str, Any], into: Path) -> Iterator[str]:
    """Save form and verified attachments of a letter in a folder of its own; yield the paths."""
    folder = into / each["letter"][:_DIGITS]
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        yield str(_save_form(each["form"], folder))
        for file in each["attachments"]:
            if file["verified"]:
                yield str(_save_file(client, each["letter"], file, folder))
    except FileExistsError as error:
        what = _("{file} is there already; nothing is overwritten.").format(file=error.filename)
        raise Failure(what, _("Save into another folder."), slug="exists") from None
    except OSError as error:
        what = _("{file} cannot be written: {why}").format(file=error.filename or folder, why=why(error))
        raise Failure(what, slug="unwritable") from None


def _save_form(form: dict[str, Any], folder: Path) -> Path:
    import base64

    path = folder / ("form.json" if form["mt"] == "application/json" else "form.bin")
    raw = form["text"].encode() if "text" in form else base64.b64decode(form["base64"])
    with _new(path) as opened:
        opened.write(raw)
    return path


def _save_file(client: Client, letter: str, file: dict[str, Any], folder: Path) -> Path:
    path = folder / safe_name(file["index"], file["name"])
    part = path.with_name(path.name + ".part")
    hashed = _Hashed(_new(part))
    try:
        with hashed.opened:
            client.download(f"/letters/{letter}/attachments/{file['index']}", hashed)
        if hashed.digest() != file["sha256"]:
            what = _("The attachment {name} did not come whole.").format(name=words.clean(file["name"]))
            raise Failure(what, _("Try again."), slug="attachment.broken")
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def safe_name(index: int, name: str) -> str:
    """Return a file name for what a sender called an attachment: numbered, without anything that a system reads."""
    # The number in front keeps apart what has one name, and makes names like CON or .profile harmless.
    stem, dot, extension = _NAME_LETTERS.sub("_", name).strip(" .").rpartition(".")
    kept = (
        f"{_cut(stem, _STEM_BYTES)}{dot}{_cut(extension, _EXTENSION_BYTES)}" if stem else _cut(extension, _STEM_BYTES)
    )
    return f"{index + 1:03d}-{kept or '_'}"


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore")


def _new(path: Path) -> Any:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    return os.fdopen(os.open(path, flags, FILE_MODE), "wb")


class _Hashed:
    """An open file that hashes what is written."""

    def __init__(self, opened: Any) -> None:
        self.opened = opened
        self._hash = hashlib.sha256()

    def write(self, block: bytes) -> None:
        self._hash.update(block)
        self.opened.write(block)

    def digest(self) -> str:
        return self._hash.hexdigest()


# --- acknowledge and decide -------------------------------------------------------------------------------------------


def acknowledge(
    case: CaseArgument,
    home: HomeOption,
    role: AsOption,
    own_ref: Annotated[
        str | None, typer.Option("--own-ref", metavar="REF", help=_("Your own reference for it."))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say that you have taken charge of a case."""
    body = {"case": case} | ({} if own_ref is None else {"reference": own_ref})
    found = Client(home_at(home), role=role).post("/case/acknowledge", json=body)
    emit(as_json, found, "\n".join(_answered(found) or [_("Everything was taken already.")]))


def decide(
    case: CaseArgument,
    home: HomeOption,
    accept: Annotated[bool, typer.Option("--accept", help=_("Accept for execution."))] = False,
    refuse: Annotated[str | None, typer.Option("--refuse", metavar="GROUND", help=_("Refuse on this ground."))] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help=_("Reasons, sent in a sealed letter."))
    ] = None,
    letter: Annotated[str | None, typer.Option("--letter", metavar="DIGEST", help=_("Only this letter."))] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="TAG", help=_("Language of the reasons."))] = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Accept or refuse the requests of a case."""
    if accept == (refuse is not None):
        raise Failure(_("Say either --accept or --refuse GROUND."), code=USAGE, slug="usage")
    body = {
        "case": case,
        "letter": letter,
        "ground": refuse,
        "reason": reason,
        "lang": lang,
        "id": os.urandom(_ID_BYTES).hex(),
    }
    found = Client(home_at(home), role=role).post("/case/decide", json=body)
    emit(as_json, found, "\n".join(_answered(found)))


def _answered(found: dict[str, Any]) -> list[str]:
    lines = [f"{each['letter']}: {words.level(each['lvl'])}" for each in found["evidence"]]
    return lines + [_("Reasons sent in letter {letter}").format(letter=each) for each in found.get("letters", ())]
