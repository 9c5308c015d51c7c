"""Every field of every type can be drawn, and what is drawn is read back as it was."""

import json
from typing import Any

import pytest
from multidict import MultiDict, MultiDictProxy
from writers import fields_of

from rogatory_node.casework.types import catalogue
from rogatory_node.web.desk import answers
from rogatory_node.web.desk.sections import SECTIONS, schema_of
from rogatory_node.web.desk.widgets import Drawing, Widget, draw


def kinds_in(widget: Widget) -> set[str]:
    return {widget.kind}.union(*(kinds_in(each) for each in (*widget.shown, *widget.folded)))


def there_and_back(schema: dict[str, Any], value: dict[str, Any]) -> Any:
    drawn = draw(schema, value, Drawing(shared=schema["$defs"], language="en"))
    fields = MultiDictProxy(MultiDict(fields_of(drawn)))
    return answers.read(schema, fields, schema["$defs"])


@pytest.mark.parametrize("kind", catalogue.types(), ids=lambda kind: kind.code)
def test_what_is_drawn_is_read_back(kind: catalogue.RequestType) -> None:
    form, seen = catalogue.example(kind.code), set[str]()
    for section in SECTIONS:
        schema = schema_of(section, kind)
        value = {name: each for name, each in form.items() if name in schema["properties"]}
        seen |= set(value)
        found = there_and_back(schema, value)
        assert (found if value else found is answers.ABSENT) == (value or True), section.code
    assert set(form) - seen <= {"kind", "type", "attachments"}


def test_every_field_but_a_few_has_a_field_of_its_own() -> None:
    for kind in catalogue.types():
        for section in SECTIONS:
            schema = schema_of(section, kind)
            drawn = draw(schema, None, Drawing(shared=schema["$defs"], language="en"))
            assert "raw" not in kinds_in(drawn), (kind.code, section.code)


@pytest.mark.parametrize(
    "value",
    [
        {"facts_summary": 7},
        {"facts_summary": ["a"]},
        {"nexus": None},
        {"purpose": {"a": [1]}},
        {"facts_summary": "a\nb"},
    ],
)
def test_a_value_that_does_not_fit_is_kept(value: dict[str, Any]) -> None:
    kind = catalogue.type_of("data.preserve")
    assert isinstance(kind, catalogue.RequestType)
    schema = schema_of(SECTIONS[3], kind)
    kept = {name: each for name, each in value.items() if each is not None}
    assert there_and_back(schema, value) == (kept or answers.ABSENT)


def test_a_list_grows_by_one_and_what_is_empty_is_no_entry() -> None:
    kind = catalogue.type_of("data.preserve")
    assert isinstance(kind, catalogue.RequestType)
    schema = schema_of(SECTIONS[0], kind)
    value = {"legal_basis": [{"instrument": "UNTOC"}]}
    drawing = Drawing(shared=schema["$defs"], language="en", grown=frozenset({"/legal_basis"}))
    drawn = next(each for each in draw(schema, value, drawing).shown if each.path == "/legal_basis")
    assert [each.path for each in drawn.shown] == ["/legal_basis/0", "/legal_basis/1"]
    fields = MultiDictProxy(MultiDict(fields_of(draw(schema, value, drawing))))
    assert answers.read(schema, fields, schema["$defs"]) == value


def test_what_is_said_of_a_value_stands_at_its_field_and_opens_it() -> None:
    kind = catalogue.type_of("data.preserve")
    assert isinstance(kind, catalogue.RequestType)
    schema = schema_of(SECTIONS[1], kind)
    wrong = {"/oral_first/date": "wrong"}
    drawn = draw(schema, {}, Drawing(shared=schema["$defs"], language="en", wrong=wrong))
    assert "/oral_first" in {each.path for each in drawn.shown}


def test_labels_are_in_the_readers_language() -> None:
    kind = catalogue.type_of("data.preserve")
    assert isinstance(kind, catalogue.RequestType)
    schema = schema_of(SECTIONS[3], kind)
    drawn = {
        language: draw(schema, {}, Drawing(shared=schema["$defs"], language=language)) for language in ("en", "ar")
    }
    labels = {language: json.dumps([each.label for each in group.shown]) for language, group in drawn.items()}
    assert labels["en"] != labels["ar"]
