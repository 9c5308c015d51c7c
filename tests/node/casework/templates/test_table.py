"""The table of a form: every row comes back, no cell is run, and other files are refused."""

import pytest

from rogatory_node.casework.templates.filling import form_of, rows
from rogatory_node.casework.templates.table import TableError, read, write
from rogatory_node.casework.types import catalogue


def test_a_form_comes_back_from_its_table() -> None:
    form = catalogue.example("data.subscriber") | {
        "facts_summary": '=HYPERLINK(1)\nzwei; drei, "vier"',
        "remarks": "+1",
    }
    text = write(rows(form, "ru"))
    assert "\r\n=" not in text
    assert ",=" not in text
    assert form_of(read(text)) == (form, ())


def test_a_table_of_another_program_is_read() -> None:
    assert read("\ufeffPlace;Entry\n/type;data.preserve\n") == [("/type", "data.preserve")]


@pytest.mark.parametrize("text", ["", "a,b\n1,2", "entry,place\n" + "x,/y\n" * 5_001, "entry,place\n\x00"])
def test_what_is_no_table_is_refused(text: str) -> None:
    if "\x00" in text:
        assert read(text) == []
        return
    with pytest.raises(TableError):
        read(text)
