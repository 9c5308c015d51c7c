"""``rogatory export`` and ``rogatory verify``: make a proof of a case, and check one (B.15).

* ``verify`` needs no home, no node and no network, and loads nothing of the node but its words.
* Exit status of ``verify``: 0 everything holds and the registry is the one that was named; 1 something fails or is left
  open, and what fails first is named with its file; 2 the file is no bundle, or cannot be read.
* Without ``--registry`` the most it says is that the bundle is consistent: a forger brings his own registry.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from rogatory_node.cli.options import AsOption, HomeOption, JsonOption
from rogatory_node.cli.options import home as home_at
from rogatory_node.cli.output import REFUSED, USAGE, Failure, emit
from rogatory_node.cli.system import why
from rogatory_node.i18n import LANGUAGE, _, later, plural

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from rogatory_keys.bundle import FullLog
    from rogatory_keys.bundle_verdict import Finding, Verdict

EXPORT_SECONDS: Final = 3_600.0  # a large bundle on a slow disk
MAX_LOG_LEAVES: Final = 1_000_000
_MARKS: Final = {"holds": "✓", "stated": "·", "open": "?", "fails": "✗"}
_TIMES: Final = frozenset({"ts", "latest"})
_SAME: Final = later("✓ The printed document is about letters of this proof.")
_OTHER: Final = later("✗ The printed document is about other letters than this proof.")
_JOINERS: Final = frozenset("\u200c\u200d")  # letters of several scripts are joined, or not, by these


def add(app: typer.Typer) -> None:
    """Register both commands."""
    app.command("export", help=_("Write a proof of a case that anybody can check."))(export)
    app.command("verify", help=_("Check a proof, without a node and without a network."))(verify)


def export(
    case: Annotated[
        str, typer.Argument(metavar="CASE", help=_("The case: its digits, their beginning, or your own reference."))
    ],
    home: HomeOption,
    out: Annotated[Path, typer.Option(metavar="BUNDLE", help=_("The file to write."))],
    letter: Annotated[
        list[str] | None, typer.Option(metavar="DIGEST", help=_("Only this letter, by its digits; repeatable."))
    ] = None,
    withhold: Annotated[
        list[str] | None, typer.Option(metavar="form|att:N", help=_("Leave out the form or an attachment; repeatable."))
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=_("Replace a file that is there."))] = False,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Write a proof of a case that anybody can check."""
    from rogatory_node.cli.client import Client

    asked = {
        "case": case,
        "out": str(out.expanduser().absolute()),
        "letters": letter or [],
        "withhold": withhold or [],
        "force": force,
    }
    answer = Client(home_at(home), role=role).post("/case/export", json=asked, seconds=EXPORT_SECONDS)
    count = len(answer["letters"])
    held = plural("{bundle} holds {count} letter.", "{bundle} holds {count} letters.", count, LANGUAGE)
    lines = [held.format(bundle=answer["bundle"], count=count)]
    for registry in answer["registries"]:
        lines.append(_("Who checks it needs these digits, from the registry itself: {digits}").format(**registry))
    emit(as_json, answer, "\n".join(lines))


def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help=_("The proof to check."))],
    registry: Annotated[
        list[str] | None, typer.Option(metavar="DIGITS", help=_("The registry you trust: 30 digits, or its id."))
    ] = None,
    log: Annotated[Path | None, typer.Option(metavar="DIR", help=_("The whole log of the registry, as tiles."))] = None,
    tsa_roots: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=_("Certificates of the time-stamping authorities you trust (PEM).")),
    ] = None,
    code: Annotated[
        str | None, typer.Option(metavar="CODE", help=_("The code of a printed document: is it about these letters?"))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a proof, without a node and without a network."""
    from rogatory_keys.bundle import check

    full = None if log is None else read_log(log)
    stamps = () if tsa_roots is None else read_roots(tsa_roots)
    try:
        with bundle.open("rb") as file:
            verdict = check(file, registries=registry or (), log=full, stamps=stamps)
    except ValueError:
        what = _("A registry is named by its 30 digits, or by the 64 hexadecimal digits of its id.")
        raise Failure(what, code=USAGE, slug="registry") from None
    except OSError as error:
        what = _("The file {file} cannot be read: {why}").format(file=bundle, why=why(error))
        raise Failure(what, code=USAGE, slug="unreadable") from None
    same = None if code is None else _names_all(code, verdict)
    lines = [*as_lines(verdict), *([] if same is None else [_(_SAME if same else _OTHER)])]
    emit(as_json, as_value(verdict) | ({} if same is None else {"code": same}), "\n".join(lines))
    if not verdict.holds or same is False:
        raise typer.Exit(REFUSED if verdict.readable else USAGE)


def _names_all(code: str, verdict: "Verdict") -> bool:
    """Say whether the letters of a printed document's code are all in the proof."""
    from rogatory_node.documents.record import names_all

    try:
        return names_all(code, {str(each.args["letter"]) for each in verdict.findings if "letter" in each.args})
    except ValueError:
        raise Failure(_("This is no code of a printed document."), code=USAGE, slug="code") from None


def read_log(folder: Path) -> "FullLog":
    """Read a log from its tiles: ``checkpoint`` and ``tile/entries/…``, as a registry serves them.

    Raises:
        Failure: It cannot be read.
    """
    from rogatory_keys.bundle import FullLog
    from rogatory_protocol.errors import RefusedError
    from rogatory_protocol.tiles import decode_bundle, entry_bundles

    try:
        checkpoint = (folder / "checkpoint").read_bytes()
        size = int(checkpoint.split(b"\n", 2)[1])
        if not 0 < size <= MAX_LOG_LEAVES:
            raise ValueError
        leaves: list[bytes] = []
        for tile in entry_bundles(0, size):
            leaves += decode_bundle((folder / tile.path).read_bytes(), tile.width)
    except (OSError, ValueError, IndexError, RefusedError):
        what = _("The folder {folder} holds no whole log.").format(folder=folder)
        raise Failure(what, _("It needs the file checkpoint and all of tile/entries."), USAGE, "log") from None
    return FullLog(checkpoint=checkpoint, leaves=leaves)


def read_roots(file: Path) -> "tuple[Certificate, ...]":
    """Read the certificates of trusted time-stamping authorities.

    Raises:
        Failure: They cannot be read.
    """
    from rogatory_keys.certificates import load_roots

    try:
        return load_roots(file.read_bytes())
    except (OSError, ValueError):
        what = _("The file {file} holds no certificates.").format(file=file)
        raise Failure(what, _("It needs certificates in PEM, one after the other."), USAGE, "roots") from None


# --- Showing ----------------------------------------------------------------------------------------------------------


def as_value(verdict: "Verdict") -> dict[str, Any]:
    """Return a verdict as JSON has it."""
    failure = verdict.first_failure
    return {
        "verdict": _word(verdict),
        "failure": None if failure is None else _finding(failure),
        "findings": [_finding(each) for each in verdict.findings],
    }


def as_lines(verdict: "Verdict") -> Iterator[str]:
    """Yield a verdict as people read it: the registry, then letter by letter, then continuity and the verdict."""
    letter: object = None
    for each in verdict.findings:
        if each.args.get("letter") != letter:
            letter = each.args.get("letter")
            yield ""
            if letter is not None:
                yield _("Letter {digits}").format(digits=letter)
        mark = _MARKS[each.status.value]
        yield f"{'  ' if letter else ''}{mark} {text_of(each)}"
    yield ""
    yield from _conclusion(verdict)


def text_of(finding: "Finding") -> str:
    """Return the text of a finding in the language of this process."""
    from rogatory_node.cli.proof_texts import TEXTS

    return _(TEXTS[finding.what]).format(file=_plain(finding.file), **_shown(finding.args))


def _conclusion(verdict: "Verdict") -> Iterator[str]:
    failure = verdict.first_failure
    if failure is not None:
        where = _plain(failure.file) or _("the file itself")
        yield _("FAILS at {file}: {text}").format(file=where, text=text_of(failure))
        yield _("Nothing that comes after it was checked.")
    elif verdict.holds:
        yield _("EVERYTHING HOLDS, for acts of the authorities named, under the registry that you named.")
    elif _word(verdict) == "consistent":
        yield _("CONSISTENT, ROOT UNKNOWN: name the registry that you trust with --registry.")
    else:
        yield _("NOT PROVED: what is marked ? is left open by this bundle.")


def _word(verdict: "Verdict") -> str:
    from rogatory_keys.bundle_verdict import Status, What

    if verdict.first_failure is not None:
        return "fails" if verdict.readable else "unreadable"
    open_ones: Sequence[What] = [each.what for each in verdict.findings if each.status is Status.OPEN]
    if not open_ones:
        return "holds"
    return "consistent" if set(open_ones) == {What.ROOT_UNKNOWN} else "open"


def _finding(each: "Finding") -> dict[str, Any]:
    return {
        "item": each.item.value,
        "status": each.status.value,
        "what": each.what.value,
        "file": each.file,
        "args": dict(each.args),
    }


def _shown(args: Mapping[str, str | int]) -> dict[str, object]:
    return {name: _time(value) if name in _TIMES else _plain(value) for name, value in args.items()}


def _plain(value: str | int) -> str:
    """Return a signer's word without what could move a terminal's cursor or turn its lines around."""
    return "".join(
        sign if sign.isprintable() or sign in _JOINERS else "\N{REPLACEMENT CHARACTER}" for sign in str(value)
    )


def _time(seconds: str | int) -> str:
    try:
        return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        # A signer may have written any number; it is shown as it is.
        return str(seconds)
