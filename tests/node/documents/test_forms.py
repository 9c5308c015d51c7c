"""Forms for word processors: filled in, they come back; a stranger's file is only read."""

import io
import zipfile

import pytest
from docx import Document

from rogatory_node.casework.templates.filling import blank, form_of, rows
from rogatory_node.casework.types import catalogue
from rogatory_node.documents import forms


@pytest.mark.parametrize("language", ["en", "ar", "zh"])
def test_a_form_comes_back_from_its_document(language: str) -> None:
    form = catalogue.example("data.preserve")
    raw = forms.write(rows(form, language), "Title", language)
    assert form_of(forms.read(raw)) == (form, ())


def test_an_empty_form_is_filled_in_with_a_word_processor() -> None:
    file = Document(io.BytesIO(forms.write(blank("data.preserve", "es"), "T", "es")))
    for row in file.tables[0].rows:
        if row.cells[3].text == "/facts_summary":
            row.cells[2].text = "Acceso sin autorización\nen dos noches"
    file.add_paragraph("A remark of somebody")
    file.add_table(rows=1, cols=1)
    out = io.BytesIO()
    file.save(out)
    form, wrong = form_of(forms.read(out.getvalue()))
    assert wrong == ()
    assert form == {
        "kind": "request",
        "type": "data.preserve",
        "facts_summary": "Acceso sin autorización\nen dos noches",
    }


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    "raw",
    [b"", b"PK", packed(a=b"x"), packed(a=bytes(70 * 1024 * 1024)), packed(**{f"n{n}": b"" for n in range(2_001)})],
    ids=["empty", "cut", "other", "bomb", "many"],
)
def test_what_is_no_form_is_refused(raw: bytes) -> None:
    with pytest.raises(forms.FormError):
        forms.read(raw)


def test_a_document_without_such_a_table_is_no_form() -> None:
    out = io.BytesIO()
    Document().save(out)
    with pytest.raises(forms.FormError):
        forms.read(out.getvalue())
