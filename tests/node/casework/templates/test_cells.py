"""Cells: what is written is read again, in any language, and what is wrong is said."""

import pytest

from rogatory_node.casework.templates.cells import BAD, CellError, read, told
from rogatory_node.i18n import LANGUAGES

CODE = {"enum": ["a", "b"], "x-labels": {"a": "Yes", "b": "No"}}


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_and_codes_are_read_in_any_language(language: str) -> None:
    assert read(told(True, {"type": "boolean"}, language), {"type": "boolean"}) is True
    assert read(told("b", CODE, language), CODE) == "b"
    assert read("A", CODE) == "a"


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        (90, {"type": "integer"}),
        (2.5, {"type": "number"}),
        (5, {"type": "number"}),
        ("=1+1\nzwei", {"type": "string"}),
        (["x", "y"], {"type": "array", "items": {"type": "string"}}),
        ({"a": [1, None]}, None),
        ("plain", None),
    ],
)
def test_values_come_back(value: object, schema: dict[str, object] | None) -> None:
    assert read(told(value, schema, "en"), schema) == value


@pytest.mark.parametrize(
    ("text", "schema", "what"),
    [
        ("maybe", {"type": "boolean"}, "bool"),
        ("1.5", {"type": "integer"}, "number"),
        ("1e999", {"type": "number"}, "number"),
        ("c", CODE, "code"),
    ],
)
def test_what_is_wrong_is_said(text: str, schema: dict[str, object], what: str) -> None:
    with pytest.raises(CellError) as caught:
        read(text, schema)
    assert caught.value.what == what
    assert BAD[what].format(**caught.value.values)
