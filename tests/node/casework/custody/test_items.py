"""The manifest: every attachment and object of an answer, with what was said of it, and what binds it."""

from typing import Any

import pytest
from evidence_of import FILE, answer

from rogatory_node.casework.custody.items import Item, items_of


def test_attachments_and_objects_are_items_with_what_is_said_of_them() -> None:
    form = {
        "evidence": [
            {"name": "mail.zip", "acquired_by": "Police of District 3", "tool": "dd 9.1", "original": False},
            {"id": "P-1", "description": "Telephone", "seal": "B-77", "return_by": "2031-06-30"},
        ]
    }
    file, thing = items_of([answer(form, FILE)])
    assert (file.name, file.told["tool"], file.told["original"]) == ("mail.zip", "dd 9.1", "no")
    assert (thing.name, thing.file, thing.return_by) == ("P-1", None, "2031-06-30")
    assert len({file.key, thing.key}) == 2


def test_SUP_limits_of_the_letter_and_its_measures_are_on_every_item() -> None:
    form = {
        "use_limited_to": "case 44/31",
        "measures": [{"measure": "1", "conditions": [{"code": "NO_ONWARD"}], "labels": "H2"}, 7],
        "labels": ["TLP_RED"],
    }
    (item,) = items_of([answer(form, FILE)])
    assert item.labels == ("H2", "NO_ONWARD", "TLP_RED")
    assert item.purpose == "case 44/31"


def test_an_entry_is_joined_to_its_file_by_hash_as_well() -> None:
    (item,) = items_of([answer({"items": [{"sha256": FILE.sha256.upper(), "format": "zip"}]}, FILE)])
    assert item.told == {"format": "zip"}


@pytest.mark.parametrize(
    "form", [{"evidence": 5}, {"evidence": [None, 5, []], "measures": "x"}, {"labels": {"a": 1}, "evidence": [{}]}]
)
def test_whatever_stands_in_a_form_is_no_error(form: dict[str, Any]) -> None:
    assert all(isinstance(each, Item) for each in items_of([answer(form, FILE)]))


def test_letters_that_bring_no_evidence_have_no_items() -> None:
    assert items_of([answer({}, FILE, kind="request")]) == ()
