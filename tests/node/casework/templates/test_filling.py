"""A form goes into rows and comes back: every type, every language, whatever stands in it."""

from typing import Any

import pytest
from documents_of import PRESERVATION
from hypothesis import given
from hypothesis import strategies as st

from rogatory_node.casework.templates.filling import blank, form_of, rows
from rogatory_node.casework.types import catalogue
from rogatory_node.i18n import LANGUAGES


def back(form: dict[str, Any], language: str = "en") -> dict[str, Any]:
    made, wrong = form_of([(row.pointer, row.cell) for row in rows(form, language)])
    assert wrong == ()
    return made


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("code", [kind.code for kind in catalogue.types()])
def test_every_type_comes_back_as_it_was(code: str) -> None:
    form = catalogue.example(code)
    assert back(form) == form


@pytest.mark.parametrize("language", LANGUAGES)
def test_codes_and_answers_are_read_in_every_language(language: str) -> None:
    assert back(dict(PRESERVATION), language) == without_nulls(dict(PRESERVATION))


def test_fields_come_in_the_order_of_the_template_with_its_numbers() -> None:
    made = rows(PRESERVATION, "en")
    assert made[0].pointer == "/type"
    numbers = [row.number for row in made if row.number]
    assert numbers == sorted(numbers, key=int)
    assert {"2", "3", "5", "6", "7"} <= set(numbers)
    assert next(row.label for row in made if row.pointer == "/data/0/identifiers/0/port") == (
        "Data 1 / Identifiers 1 / Source port"
    )


def test_an_empty_form_has_a_row_for_every_field_and_is_no_request() -> None:
    made = blank("data.subscriber", "es")
    assert {"/requesting_authority/phone", "/data/0/identifiers/0/value", "/preservation_reference"} <= {
        row.pointer for row in made
    }
    form, wrong = form_of([(row.pointer, row.cell) for row in made])
    assert (form, wrong) == ({"kind": "request", "type": "data.subscriber"}, ())


@pytest.mark.parametrize(
    ("place", "cell", "what"),
    [
        ("/partial_disclosure_wanted", "perhaps", "bool"),
        ("/duration_asked_days", "ninety", "number"),
        ("/urgency/grade", "HIGH", "code"),
        ("facts", "x", "field"),
        ("/data/2/description", "x", "order"),
        ("/data/x", "y", "field"),
        ("/facts_summary/x", "y", "field"),
    ],
)
def test_a_row_that_is_wrong_is_named(place: str, cell: str, what: str) -> None:
    good = [("/type", "data.preserve"), ("/facts_summary", "F"), ("/data/0/description", "D"), (place, cell)]
    form, wrong = form_of(good)
    assert [(each.row, each.what) for each in wrong] == [(4, what)]
    assert form["facts_summary"] == "F"


def test_a_field_twice_and_an_unknown_type_are_named() -> None:
    assert [each.what for each in form_of([("/a", "1"), ("/a", "2")])[1]] == ["twice"]
    assert [each.what for each in form_of([("/type", "poem")])[1]] == ["type"]


VALUES = st.recursive(
    st.booleans()
    | st.integers(-1000, 1000)
    | st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.text("abc/~", min_size=1), inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["remarks", "data", "persons", "x", "type"]), VALUES, max_size=4))
def test_whatever_a_form_holds_is_told_and_read_without_an_error(form: dict[str, Any]) -> None:
    made = rows(form, "fr")
    form_of([(row.pointer, row.cell) for row in made])


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=10))
def test_whatever_rows_hold_is_read_without_an_error(given_rows: list[tuple[str, str]]) -> None:
    form, _ = form_of([("/type", "data.preserve"), *given_rows])
    assert form["kind"] in ("request", *(cell for _, cell in given_rows))
