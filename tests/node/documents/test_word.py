"""The editable document: words, order and direction as the format defines them."""

import io
import zipfile

from docx import Document

from rogatory_node.documents.page import Block, Page, Row, Text
from rogatory_node.documents.word import write


def page(*languages: str) -> Page:
    title = tuple(Text(f"title {language}", language) for language in languages)
    rows = (Row(title, Text("نص", "ar")), Row(title, Text("192.0.2.7"), code=True))
    return Page(
        languages=languages,
        title=title,
        sender=Text("Ministerio", "es"),
        reference="XA-1",
        date=(Text("day", "en"),),
        blocks=(Block(title, 1, rows, (Text("نص عربي"), Text("latin"))),),
        signature=rows[1:],
        foot=(Text("foot", "en"),),
        stamp=1_930_000_000,
    )


def test_says_what_the_document_says() -> None:
    file = Document(io.BytesIO(write(page("en", "fr"))))
    words = [paragraph.text for paragraph in file.paragraphs]
    assert words == ["Ministerio", "title en", "title fr", "XA-1", "day", "title en · title fr", "نص عربي", "latin"]
    assert file.tables[0].rows[1].cells[1].text == "192.0.2.7"
    assert file.sections[0].footer.paragraphs[0].text == "foot"


def test_right_to_left_is_marked_on_paragraph_run_and_table() -> None:
    xml = zipfile.ZipFile(io.BytesIO(write(page("ar")))).read("word/document.xml").decode()
    assert all(mark in xml for mark in ("<w:bidiVisual/>", "<w:bidi/>", "<w:rtl/>"))
    plain = zipfile.ZipFile(io.BytesIO(write(page("en")))).read("word/document.xml").decode()
    assert "<w:bidiVisual/>" not in plain
    assert plain.count("<w:bidi/>") == 1  # only the Arabic paragraph
