"""``rogatory export-form`` and ``rogatory import``: requests as forms for who has no such program, and back.

* The ending decides: ``.docx`` to be filled in, ``.csv`` for spreadsheets, ``.json`` as it is sent.
* Every row that cannot be read is named, and then nothing is written.
* Only ``export-form CASE`` needs a node.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from rogatory_node.casework.templates import filling, table
from rogatory_node.casework.templates.cells import BAD
from rogatory_node.casework.types import catalogue
from rogatory_node.cli import words
from rogatory_node.cli.options import AsOption, JsonOption
from rogatory_node.cli.output import USAGE, Failure, emit, refuse_unwritable
from rogatory_node.cli.printing import CaseHomeOption, read_form
from rogatory_node.cli.system import why
from rogatory_node.i18n import LANGUAGE, LANGUAGES, _, translate

ENDINGS: Final = (".docx", ".csv", ".json")
MAX_TABLE_BYTES: Final = 4 * 1024 * 1024


def add(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("export-form", help=_("Write a request as a form (.docx, .csv), or an empty form of a type."))(
        export_form
    )
    app.command("import", help=_("Read a form that was filled in, and write the request."))(import_form)


def export_form(
    source: Annotated[str, typer.Argument(metavar="CASE|FILE|TYPE", help=_("A case, a request, or a type."))],
    out: Annotated[Path, typer.Option(metavar="FILE", help=_("The file to write: .docx, .csv or .json."))],
    language: Annotated[str, typer.Option(metavar="LANGUAGE", help=_("One of ar, en, es, fr, pt, ru, zh."))] = LANGUAGE,
    letter: Annotated[str | None, typer.Option("--letter", metavar="DIGEST", help=_("Only this letter."))] = None,
    force: Annotated[bool, typer.Option("--force", help=_("Replace a file that is there."))] = False,
    home: CaseHomeOption = None,
    role: AsOption = "operator",
    as_json: JsonOption = False,
) -> None:
    """Write a request as a form."""
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise Failure(_("One of {known}").format(known=known), code=USAGE, slug="language")
    _check(out, force)
    kind = catalogue.type_of(source)
    if isinstance(kind, catalogue.RequestType):
        form: Mapping[str, Any] = {"kind": "request", "type": kind.code}
        rows = filling.blank(kind.code, language)
    else:
        form = _form(source, letter, home, role)
        rows = filling.rows(form, language)
    refuse_unwritable(out)
    out.write_bytes(_written(out, form, rows, language))
    value = {"out": str(out), "language": language, "rows": len(rows)}
    emit(as_json, value, _("{file} is written: {bytes} bytes.").format(file=out, bytes=out.stat().st_size))


def import_form(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("A form: .docx, .csv or .json."))],
    out: Annotated[Path, typer.Option(metavar="FILE", help=_("The request to write, a JSON file."))],
    force: Annotated[bool, typer.Option("--force", help=_("Replace a file that is there."))] = False,
    as_json: JsonOption = False,
) -> None:
    """Read a form that was filled in."""
    if out.exists() and not force:
        raise _there(out)
    form, wrong = (dict(read_form(file)), ()) if file.suffix.lower() == ".json" else filling.form_of(_pairs(file))
    if wrong:
        lines = [f"{each.row}: " + _(BAD[each.what]).format(**each.values) for each in wrong]
        listed = words.clean("".join(f"\n  {line}" for line in lines), lines=True)
        what = _("Nothing was written. Rows that are wrong:{rows}").format(rows=listed)
        raise Failure(what, slug="form.wrong")
    refuse_unwritable(out)
    out.write_text(json.dumps(form, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    value = {"out": str(out), "fields": len(form)}
    emit(as_json, value, _("{file} is written. Check it: rogatory check {file}").format(file=out))


def _form(source: str, letter: str | None, home: Path | None, role: str) -> Mapping[str, Any]:
    if Path(source).is_file():
        return read_form(Path(source))
    if home is None:
        raise Failure(_("Name the folder of the node: --home DIR"), code=USAGE, slug="home")
    from rogatory_node.cli.printing_case import request_of

    return request_of(source, letter=letter, home=home, role=role)


def _check(out: Path, force: bool) -> None:
    if out.suffix.lower() not in ENDINGS:
        raise Failure(_("The file to write: .docx, .csv or .json."), code=USAGE, slug="ending")
    if out.exists() and not force:
        raise _there(out)


def _there(out: Path) -> Failure:
    what = _("{file} is there already").format(file=out)
    return Failure(what, _("Choose another name, or give --force"), slug="exists")


def _written(out: Path, form: Mapping[str, Any], rows: Sequence[filling.Row], language: str) -> bytes:
    ending = out.suffix.lower()
    if ending == ".json":
        return (json.dumps(dict(form), ensure_ascii=False, indent=1) + "\n").encode()
    if ending == ".csv":
        # Spreadsheets take a file for UTF-8 only with this mark.
        return ("\ufeff" + table.write(rows)).encode()
    from rogatory_node.documents import forms

    kind = catalogue.type_of(form.get("type"))
    title = translate(kind.title if isinstance(kind, catalogue.RequestType) else catalogue.request()["title"], language)
    return forms.write(rows, title, language)


def _pairs(file: Path) -> list[tuple[str, str]]:
    from rogatory_node.documents.forms import FormError, read

    unfit = Failure(_("{file} is no form that can be read.").format(file=file), code=USAGE, slug="form")
    try:
        raw = file.read_bytes()
    except OSError as error:
        what = _("The file {file} cannot be read: {why}").format(file=file, why=why(error))
        raise Failure(what, code=USAGE, slug="unreadable") from None
    try:
        if file.suffix.lower() == ".docx":
            return read(raw)
        if len(raw) > MAX_TABLE_BYTES:
            raise unfit
        return table.read(raw.decode("utf-8-sig"))
    except (FormError, table.TableError, UnicodeDecodeError):
        raise unfit from None
