"""From fields to values: nothing typed is lost, nothing foreign gets in."""

from typing import Any

import pytest
from multidict import MultiDict, MultiDictProxy

from rogatory_node.web.desk.answers import ABSENT, read

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "n": {"type": "integer"},
        "x": {"type": "number"},
        "b": {"type": "boolean"},
        "s": {"type": "string", "maxLength": 10},
        "many": {"type": "array", "items": {"enum": ["a", "b"]}},
        "lines": {"type": "array", "items": {"type": "string"}},
        "list": {"type": "array", "items": {"type": "object", "properties": {"s": {"type": "string"}}}},
    },
}


def told(*pairs: tuple[str, str]) -> Any:
    return read(SCHEMA, MultiDictProxy(MultiDict(pairs)), {})


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        ([("/n", "7")], {"n": 7}),
        ([("/n", "7.5")], {"n": "7.5"}),
        ([("/n", "seven")], {"n": "seven"}),
        ([("/n", "9" * 400)], {"n": "9" * 400}),
        ([("/x", "7.5")], {"x": 7.5}),
        ([("/x", "nan")], {"x": "nan"}),
        ([("/b", "no")], {"b": False}),
        ([("/b", "maybe")], None),
        ([("/s", "  ")], None),
        ([("/many", "a"), ("/many", "b"), ("/many", "a")], {"many": ["a", "b"]}),
        ([("/lines", " a \n\n b ")], {"lines": ["a", "b"]}),
        ([("/list/3/s", "d"), ("/list/1/s", ""), ("/list/0/s", "a")], {"list": [{"s": "a"}, {"s": "d"}]}),
        ([("/list/-1/s", "x"), ("/list/99999/s", "x"), ("/list/x/s", "x")], None),
        ([("/other", "x"), ("s", "x"), ("/s/t", "x")], None),
        ([("raw:/s", "[1]")], {"s": [1]}),
        ([("raw:/s", "[1")], {"s": "[1"}),
        ([("raw:/other", "[1]")], None),
    ],
)
def test_fields_become_values(pairs: list[tuple[str, str]], value: Any) -> None:
    assert told(*pairs) == (ABSENT if value is None else value)
