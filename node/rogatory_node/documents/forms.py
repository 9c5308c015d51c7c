"""A form to be filled in with a word processor (.docx), and what was filled in.

* One table: number, title, entry, and the place of the field in grey; the place is how a row is read again, whatever
  somebody did to the rest of the page. Rows may be added by copying one and counting its place on.
* What comes back is a stranger's file: its size, the number of its parts and what they unpack to are limited before
  anything is read, and nothing in it is followed or run.
"""

import io
import zipfile
from collections.abc import Sequence
from typing import Any, Final

from rogatory_node.casework.templates.filling import MOST_ROWS, Row
from rogatory_node.documents.page import DocumentError, Text, printable
from rogatory_node.documents.word import said
from rogatory_node.i18n import RIGHT_TO_LEFT, later, translate

MAX_FILE: Final = 20 * 1024 * 1024
MAX_UNPACKED: Final = 64 * 1024 * 1024
MAX_PARTS: Final = 2_000
NUMBER: Final = later("No.")
FIELD: Final = later("Field")
ENTRY: Final = later("Entry")
PLACE: Final = later("Place (leave as it is)")
_COLUMNS: Final = 4
_WIDTHS: Final = (1.0, 6.0, 8.0, 3.0)  # centimetres
_GREY: Final = "808080"
_SMALL: Final = 7


class FormError(DocumentError):
    """It is no form that was made here."""


def write(rows: Sequence[Row], title: str, language: str) -> bytes:
    """Return a form as .docx. Blocking: call in a thread."""
    from docx import Document
    from docx.shared import Cm

    file = Document()
    rightward = language in RIGHT_TO_LEFT
    file.core_properties.title, file.core_properties.author = title, ""
    said(file.add_paragraph(style="Title"), Text(title, language), rightward)
    table = file.add_table(rows=0, cols=_COLUMNS, style="Table Grid")
    table.autofit = False
    head = tuple(Text(translate(each, language), language) for each in (NUMBER, FIELD, ENTRY, PLACE))
    _row(table, head, rightward)
    for row in rows:
        cells = (Text(row.number), Text(row.label, language), Text(row.cell), Text(row.pointer))
        _row(table, cells, rightward)
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        for cell in column.cells:
            cell.width = Cm(width)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _row(table: Any, texts: Sequence[Text], rightward: bool) -> None:
    from docx.shared import Pt, RGBColor

    cells = table.add_row().cells
    for place, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        said(cell.paragraphs[0], text, rightward, turned=False if place == _COLUMNS - 1 else None)
    for run in cells[-1].paragraphs[0].runs:
        run.font.size, run.font.color.rgb = Pt(_SMALL), RGBColor.from_string(_GREY)


def read(raw: bytes) -> list[tuple[str, str]]:
    """Return place and cell of each row that has a place. Blocking: call in a thread.

    Raises:
        FormError: It is no such file, or too large.
    """
    _limit(raw)
    from docx import Document

    try:
        file = Document(io.BytesIO(raw))
        found = [pair for table in file.tables for pair in _pairs(table)]
    except Exception:  # noqa: BLE001 - a stranger's file; whatever is wrong with it, it is no form of ours
        raise FormError("not a form") from None
    if not found or len(found) > MOST_ROWS:
        raise FormError("not a form")
    return found


def _pairs(table: Any) -> list[tuple[str, str]]:
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    return [
        (row[-1].strip(), printable(row[-2])) for row in rows if len(row) >= _COLUMNS and row[-1].strip()[:1] == "/"
    ]


def _limit(raw: bytes) -> None:
    if len(raw) > MAX_FILE:
        raise FormError("too large")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise FormError("not a form") from None
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise FormError("too large")
