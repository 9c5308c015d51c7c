"""``rogatory print``: the printed document of a request or another letter, from its file, or of a case.

* From a file it needs no home, no node and no network. With ``--what`` it prints a document of a case of the node.
* The ending of the output file decides: ``.pdf`` (PDF/A with tags) or ``.docx`` (for editing).
* Exit status: 0 written, 1 refused, 2 unreadable input or wrong usage.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from rogatory_node.cli.options import AsOption, JsonOption
from rogatory_node.cli.output import USAGE, Failure, emit, refuse_unwritable
from rogatory_node.cli.system import why
from rogatory_node.i18n import LANGUAGES, _

if TYPE_CHECKING:
    from rogatory_node.documents.page import Page

ENDINGS: Final = (".pdf", ".docx")
CaseHomeOption = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIR", envvar="ROGATORY_HOME", help=_("Folder of the node."), show_default=False),
]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("print", help=_("Write the printed document of a request or another letter."))(print_document)


def print_document(
    file: Annotated[
        str, typer.Argument(metavar="FILE|CASE", help=_("A request or letter, a JSON file; with --what a case."))
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help=_("The file to write: .pdf or .docx."))],
    what: Annotated[str | None, typer.Option(metavar="WHAT", help=_("Which document of the case."))] = None,
    letter: Annotated[str | None, typer.Option("--letter", metavar="DIGEST", help=_("Only this letter."))] = None,
    language: Annotated[
        list[str] | None,
        typer.Option(metavar="LANGUAGE", help=_("One of ar, en, es, fr, pt, ru, zh; give two for both side by side.")),
    ] = None,
    sender: Annotated[str, typer.Option(metavar="NAME", help=_("Name of the authority at the head."))] = "",
    sign: Annotated[Path | None, typer.Option(metavar="FILE", help=_("Sign the PDF with this key (PKCS#12)."))] = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("A file that holds the passphrase of the key."))
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=_("Replace a file that is there."))] = False,
    home: CaseHomeOption = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Write the printed document of a request or another letter."""
    from rogatory_node.cli import printing_case
    from rogatory_node.documents.page import DocumentError

    _check(out, language or [], sign, force)
    wanted = tuple(language or ())
    try:
        if what is None:
            page = _page_of(Path(file), wanted, sender)
        else:
            page = printing_case.page_of(file, what, letter=letter, languages=wanted, home=home, role=role)
        refuse_unwritable(out)
        made = _made(page, out)
        data = made if sign is None else _signed(made, sign, passphrase_file)
    except DocumentError as error:
        raise _failure(error) from None
    out.write_bytes(data)
    value = {"out": str(out), "languages": list(page.languages), "bytes": len(data), "signed": sign is not None}
    emit(as_json, value, _("{file} is written: {bytes} bytes.").format(file=out, bytes=len(data)))


def _page_of(file: Path, wanted: tuple[str, ...], sender: str) -> "Page":
    from rogatory_node.documents import formal

    form = read_form(file)
    return formal.page(form, formal.languages_of(form, wanted), sender=sender)


def read_form(file: Path) -> Mapping[str, Any]:
    """Read a form.

    Raises:
        Failure: It cannot be read, or is not one JSON object.
    """
    from rogatory_node.services.composing import UnfitError
    from rogatory_node.services.composing import read_form as read

    try:
        raw = file.read_bytes()
        read(raw)  # refuses what two readers could read differently
        return dict(json.loads(raw))
    except OSError as error:
        what = _("The file {file} cannot be read: {why}").format(file=file, why=why(error))
        raise Failure(what, code=USAGE, slug="unreadable") from None
    except UnfitError as error:
        what = "; ".join(_(mistake.what).format(**mistake.args) for mistake in error.mistakes)
        raise Failure(what, code=USAGE, slug=error.code) from None


def _check(out: Path, languages: list[str], sign: Path | None, force: bool) -> None:
    if out.suffix.lower() not in ENDINGS:
        raise Failure(_("The output must end in .pdf or .docx"), code=USAGE, slug="ending")
    if len(languages) > 2 or set(languages) - set(LANGUAGES):
        known = ", ".join(LANGUAGES)
        raise Failure(_("One or two languages of {known}").format(known=known), code=USAGE, slug="language")
    if sign is not None and out.suffix.lower() != ".pdf":
        raise Failure(_("Only a PDF can be signed"), code=USAGE, slug="sign")
    if out.exists() and not force:
        what = _("{file} is there already").format(file=out)
        raise Failure(what, _("Choose another name, or give --force"), slug="exists")


def _made(page: "Page", out: Path) -> bytes:
    import asyncio

    if out.suffix.lower() == ".docx":
        from rogatory_node.documents.word import write

        return write(page)
    from rogatory_node.documents.press import Press

    async def work() -> bytes:
        async with Press() as press:
            return await press.print(page)

    return asyncio.run(work())


def _signed(document: bytes, key: Path, passphrase_file: Path | None) -> bytes:
    from rogatory_node.documents.signing import sign, signer

    try:
        store = key.read_bytes()
        phrase = None if passphrase_file is None else passphrase_file.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        what = _("The file {file} cannot be read: {why}").format(file=error.filename, why=why(error))
        raise Failure(what, code=USAGE, slug="unreadable") from None
    return sign(document, signer(store, phrase))


def _failure(error: Exception) -> Failure:
    from rogatory_node.documents.press import PrintError
    from rogatory_node.documents.printing import FONT_ERROR
    from rogatory_node.documents.signing import SigningError

    if isinstance(error, PrintError) and str(error).startswith(FONT_ERROR):
        what = _("A font for the language {language} is missing").format(language=str(error).partition(":")[2])
        return Failure(what, _("Install it: apt-get install fonts-noto-cjk fonts-noto-core"), slug="font")
    if isinstance(error, SigningError):
        return Failure(_("The key cannot sign this: wrong passphrase, or not a PKCS#12 file"), slug="signing")
    return Failure(_("The document cannot be printed"), slug="print")
