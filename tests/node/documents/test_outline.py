"""From a form to the parts of a document: order and labels of the schema, words of the form, nothing left out."""

from typing import Any

import pytest

from rogatory_node.documents import outline as module
from rogatory_node.documents.outline import Voice, outline
from rogatory_node.documents.page import Block, DocumentError, Text

SCHEMA: dict[str, Any] = {
    "properties": {
        "urgency": {"title": "Urgency", "$ref": "#/$defs/urgency"},
        "facts": {"title": "Facts"},
        "open": {"title": "Open"},
        "people": {"title": "Person", "items": {"$ref": "#/$defs/person"}},
        "kinds": {"title": "Kinds", "items": {"x-labels": {"a": "First", "b": "Second"}}},
        "at": {"title": "At"},
    }
}
DEFINITIONS: dict[str, Any] = {
    "urgency": {"properties": {"grade": {"title": "Grade", "x-codes": "urgency"}, "reasons": {"title": "Reasons"}}},
    "person": {"properties": {"name": {"title": "Name"}, "phones": {"title": "Telephone"}}},
}
VOICE = Voice(languages=("en",), written="es", definitions=DEFINITIONS, codes={"urgency": {"ROUTINE": "Routine"}})


def told(form: dict[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The parts in short: heading, and label and value of each row."""
    return [
        (
            " ".join(text.words for text in block.heading),
            [(row.label[0].words, row.value.words) for row in block.rows],
        )
        for block in outline(form, SCHEMA, VOICE)
    ]


def test_follows_the_schema_and_keeps_what_it_does_not_know() -> None:
    form = {
        "kind": "request",
        "newer": "x",
        "people": [{"name": "A"}, {"name": "B", "phones": ["+999 1", "+999 2"]}],
        "facts": "Hechos",
        "urgency": {"grade": "ROUTINE", "reasons": "r"},
        "nothing": None,
    }
    assert told(form) == [
        ("", [("Facts", "Hechos"), ("newer", "x")]),
        ("Urgency", [("Grade", "Routine"), ("Reasons", "r")]),
        ("Person 1", [("Name", "A")]),
        ("Person 2", [("Name", "B"), ("Telephone", "+999 1\n+999 2")]),
    ]


def test_inside_an_object_a_text_is_a_row_until_it_is_long() -> None:
    whole = {"urgency": {"title": "Urgency", "properties": {"reasons": {"title": "Reasons", "maxLength": 20_000}}}}
    (block,) = outline({"urgency": {"reasons": "r"}}, {"properties": whole}, VOICE)
    assert [row.value.words for row in block.rows] == ["r"]
    blocks = outline({"urgency": {"reasons": "r" * 301}}, {"properties": whole}, VOICE)
    assert [(each.heading[0].words, each.level) for each in blocks] == [("Urgency", 1), ("Reasons", 2)]


def test_entries_of_a_list_are_numbered_by_what_one_is_called() -> None:
    items = {"title": "Offence", "properties": {"title": {"title": "Title"}}}
    schema = {"properties": {"offences": {"title": "Offences", "items": items}}}
    two = outline({"offences": [{"title": "A"}, {"title": "B"}]}, schema, VOICE)
    assert [each.heading[0].words for each in two] == ["Offence 1", "Offence 2"]
    (one,) = outline({"offences": [{"title": "A"}]}, schema, VOICE)
    assert one.heading[0].words == "Offences"


def test_codes_dates_and_truth_are_words() -> None:
    assert told({"kinds": ["b", "a", "c"], "open": True, "at": "2026-12-08"}) == [
        ("", [("Open", "Yes"), ("Kinds", "Second\nFirst\nc"), ("At", "8 December 2026")])
    ]


@pytest.mark.parametrize("wrong", ["2026-13-40", "9999-99-99T00:00:00Z", "0000-01-01"])
def test_an_impossible_date_is_printed_as_it_stands(wrong: str) -> None:
    assert told({"at": wrong}) == [("", [("At", wrong)])]


def test_two_languages_label_everything_twice_and_say_values_once() -> None:
    voice = Voice(languages=("ar", "en"), written="es", definitions=DEFINITIONS, codes={})
    (block,) = outline({"open": False, "facts": "Hechos"}, SCHEMA, voice)
    assert [len(row.label) for row in block.rows] == [2, 2]
    assert block.rows[0].value == Text("Hechos", "es")
    assert block.rows[1].value.words.endswith("/ No")


def test_a_long_list_says_how_much_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ITEMS", 2)
    blocks = outline({"people": [{"name": str(n)} for n in range(5)]}, SCHEMA, VOICE)
    assert len(blocks) == 3
    assert blocks[-1].paragraphs[0].words.startswith("(More than can be printed: 3 ")


def test_DOM_a_hundred_thousand_entries_and_deep_nesting_are_bounded() -> None:
    deep: Any = "end"
    for _ in range(30):
        deep = {"x": deep}
    assert len(outline({"people": [{"name": "n"}] * 100_000, "deep": deep}, SCHEMA, VOICE)) < 300


def test_too_many_parts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BLOCKS", 3)
    with pytest.raises(DocumentError):
        outline({"people": [{"name": str(n)} for n in range(5)]}, SCHEMA, VOICE)


def test_a_list_of_lists_is_kept() -> None:
    blocks = outline({"people": [["a", "b"], "c"]}, SCHEMA, VOICE)
    assert [block.paragraphs[0].words for block in blocks] == ["a\nb", "c"]
    assert isinstance(blocks[0], Block)


def test_a_long_text_has_its_own_heading_in_its_place() -> None:
    schema = {"properties": {"facts": {"title": "Facts", "maxLength": 10_000}, "one": {"title": "One"}}}
    first, second = outline({"facts": "Hechos", "one": "1"}, schema, VOICE)
    assert [row.label[0].words for row in first.rows] == ["One"]
    assert (second.heading[0].words, second.paragraphs) == ("Facts", (Text("Hechos", "es"),))
    assert outline({"newer": "x" * 301}, {}, VOICE)[0].heading[0].words == "newer"
