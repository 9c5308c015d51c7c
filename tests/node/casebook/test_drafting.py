"""What a form says in known words, and the bytes of a version."""

import json

import pytest
from office import XB, content, form

from rogatory_node.casebook.drafting import Said, content_bytes, parse_content, read_said


def test_the_codes_of_a_form_are_read() -> None:
    raw = form("data.preserve", urgency={"grade": "VOLATILE"})
    assert read_said(raw) == Said(kind="request", type="data.preserve", grade="VOLATILE", alone=True)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"kind":"strange"}', b"\xff"])
def test_what_is_not_right_yet_says_nothing(raw: bytes) -> None:
    assert read_said(raw) == Said()


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "request"},
        {"kind": "request", "type": "strange"},
        {"kind": "request", "type": "extradition"},
        {"kind": "request", "assistance": [{"type": "data.preserve"}, {"type": "search.seizure"}]},
        {"kind": "request", "assistance": [{"type": "data.preserve"}, {"type": None}]},
        {"kind": "request", "type": "data.preserve", "assistance": [{"type": "extradition"}]},
        {"kind": "supplement", "type": "data.preserve"},
    ],
)
def test_one_measure_that_is_not_urgent_by_nature_is_enough_to_ask_a_second_person(value: object) -> None:
    assert not read_said(json.dumps(value).encode()).alone


def test_all_measures_together_may_be_sent_alone() -> None:
    measures = [{"type": "data.preserve"}, {"type": "emergency.disclosure"}]
    assert read_said(json.dumps({"kind": "request", "assistance": measures}).encode()).alone


def test_a_version_is_read_as_it_was_written() -> None:
    said = content(to=(XB.aid,), life_seconds=60)
    assert parse_content(content_bytes(said)) == said
    assert "Prova" not in repr(said)
