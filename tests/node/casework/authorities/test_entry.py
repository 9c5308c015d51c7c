"""Entries are read whole or not at all."""

import json

import jsonschema_rs
import pytest

from rogatory_node.casework.authorities.directory import practice
from rogatory_node.casework.authorities.entry import (
    FUNCTIONS,
    MAX_ENTRY_BYTES,
    EntryError,
    Function,
    functions,
    read,
    schema,
    written,
)

ENTRY = {
    "id": "xe.justice",
    "state": "XE",
    "kind": "central_authority",
    "names": {"en": "Ministry of Justice of Xelland"},
    "designations": [{"function": "mla"}, {"function": "extradition"}, {"function": "mla", "instrument": "UNTOC"}],
    "verified": {"on": "2026-11-01", "by": "head of unit"},
}


def raw(**change) -> bytes:
    return json.dumps(ENTRY | change).encode()


def test_an_entry_is_written_as_it_is_read_and_says_nothing_that_is_not_said() -> None:
    entry = read(raw())
    assert json.loads(written(entry)) == ENTRY
    assert functions(entry) == (Function.MLA, Function.EXTRADITION)
    assert FUNCTIONS.keys() == set(Function)


def test_the_schema_says_the_same_as_the_reader() -> None:
    validator = jsonschema_rs.Draft202012Validator(schema())
    for each in practice():
        assert validator.is_valid(json.loads(written(each.entry)))
    assert not validator.is_valid(ENTRY | {"surprise": 1})


@pytest.mark.parametrize(
    "change",
    [
        {"surprise": 1},
        {"id": "../x"},
        {"state": "Xelland"},
        {"names": {}},
        {"names": {"english": 5}},
        {"designations": []},
        {"designations": [{"function": "magic"}]},
        {"aid": "AB" * 32},
        {"verified": {"on": "yesterday", "by": "x"}},
        {"measures": [{"type": "data.preserve", "possible": "perhaps"}]},
        {"ways": {"copies": 0}},
    ],
)
def test_what_is_not_an_entry_is_refused_with_the_place(change) -> None:
    with pytest.raises(EntryError) as caught:
        read(raw(**change))
    assert next(iter(change)) in caught.value.where


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"[" * 100_000, b" " * (MAX_ENTRY_BYTES + 1)])
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(EntryError):
        read(content)
