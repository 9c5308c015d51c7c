"""The same document as .docx, for editing before it is approved or where a court wants its own letterhead.

* python-docx knows no direction: three elements of ours say it (paragraph, run, table), as the format defines them.
* The editable text is never the signed one: what was sent is the letter, and the document says so at its foot.
"""

import io
from datetime import UTC, datetime
from typing import Any, Final

from rogatory_node.documents.page import Block, Page, Row, Text, printable, runs_rightward
from rogatory_node.i18n import RIGHT_TO_LEFT

FONT: Final = "Noto Sans"
LOCALES: Final = {
    "ar": "ar-SA",
    "zh": "zh-CN",
    "en": "en-GB",
    "fr": "fr-FR",
    "ru": "ru-RU",
    "es": "es-ES",
    "pt": "pt-PT",
}


def write(page: Page) -> bytes:
    """Return a document as .docx (Office Open XML, ISO/IEC 29500). Blocking: call in a thread."""
    from docx import Document

    file = Document()
    rightward = page.languages[0] in RIGHT_TO_LEFT
    made = datetime.fromtimestamp(page.stamp, UTC).replace(tzinfo=None)
    about = file.core_properties
    about.title = " / ".join(text.words for text in page.title)
    about.author, about.last_modified_by = printable(page.sender.words), ""
    about.created = about.modified = made
    said(file.add_paragraph(), page.sender, rightward)
    for text in page.title:
        said(file.add_paragraph(style="Title"), text, rightward)
    for text in (Text(page.reference), *page.date):
        said(file.add_paragraph(), text, rightward)
    for block in page.blocks:
        _block(file, block, rightward)
    _rows(file, page.signature, rightward)
    foot = file.sections[0].footer.paragraphs[0]
    for text in page.foot:
        said(foot, text, rightward)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _block(file: Any, block: Block, rightward: bool) -> None:
    if block.heading:
        heading = file.add_paragraph(style=f"Heading {min(block.level, 3)}")
        for index, text in enumerate(block.heading):
            if index:
                heading.add_run(" · ")
            said(heading, text, rightward)
    _rows(file, block.rows, rightward)
    for text in block.paragraphs:
        said(file.add_paragraph(), text, runs_rightward(text))


def _rows(file: Any, rows: tuple[Row, ...], rightward: bool) -> None:
    if not rows:
        return
    table = file.add_table(rows=0, cols=2, style="Table Grid")
    if rightward:
        table._tblPr.append(_element("w:bidiVisual"))
    for row in rows:
        cells = table.add_row().cells
        for index, text in enumerate(row.label):
            said(cells[0].paragraphs[0] if index == 0 else cells[0].add_paragraph(), text, rightward)
        said(cells[1].paragraphs[0], row.value, rightward, turned=False if row.code else None)


def said(paragraph: Any, text: Text, rightward: bool, *, turned: bool | None = None) -> None:
    """Add a text to a paragraph of a page that runs from right to left, or does not; *turned* is the text's own way."""
    if rightward and paragraph._p.get_or_add_pPr().find(_name("w:bidi")) is None:
        paragraph._p.get_or_add_pPr().append(_element("w:bidi"))
    run = paragraph.add_run(printable(text.words))
    run.font.name = FONT
    properties = run._r.get_or_add_rPr()
    language = text.lang.partition("-")[0].lower()
    if runs_rightward(text) if turned is None else turned:
        properties.append(_element("w:rtl"))
        properties.append(_element("w:lang", bidi=LOCALES.get(language, language or "ar-SA")))
    elif language:
        properties.append(_element("w:lang", val=LOCALES.get(language, language)))


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(_name(f"w:{key}"), value)
    return element


def _name(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(name))
