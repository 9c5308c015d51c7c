"""Packs are read whole or not at all, and are written as they are read."""

import json
from datetime import date

import pytest

from rogatory_node.casework.law.corpus import DATA
from rogatory_node.casework.law.records import MAX_PACK_BYTES, PackError, parties_of, read, written

FILES = sorted(DATA.glob("*.json"))
HEAD = {"format": 1, "name": "network", "version": 1, "issued": "2026-11-24"}
INSTRUMENT = {"code": "X-T", "kind": "subject", "title": {"en": "T"}, "source": "s", "as_of": "2026-11-24"}
PARTY = {"instrument": "UNTOC", "state": "XA", "source": "the depositary", "as_of": "2026-11-24"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_shipped_is_read_and_written_without_loss(file) -> None:
    pack = read(file.read_bytes())
    assert read(written(pack)) == pack


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": 2},
        {"version": 0},
        {"name": "../x"},
        {"surprise": 1},
        {"issued": "2026-13-01"},
        {"parties": [PARTY | {"state": "Xarandia"}]},
        {"parties": [{name: value for name, value in PARTY.items() if name != "as_of"}]},
        {"parties": [PARTY | {"source": ""}]},
        {"statements": [PARTY | {"effect": "SOMETHING"}]},
        {"instruments": [INSTRUMENT | {"days_after": 10**9}]},
        {"instruments": [INSTRUMENT | {"months_after": -1}]},
        {"tables": [{**PARTY, "rows": {"XA": ["2001-01-01"]}}]},
    ],
)
def test_what_the_format_does_not_name_is_refused(wrong) -> None:
    with pytest.raises(PackError):
        read(json.dumps(HEAD | wrong).encode())


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"[" * 100_000, b" " * (MAX_PACK_BYTES + 1)])
def test_what_is_no_pack_is_refused(raw: bytes) -> None:
    with pytest.raises(PackError):
        read(raw)


def test_a_table_is_many_parties_of_one_source_and_the_list_has_the_last_word() -> None:
    row = ["2000-12-13", None, None]
    table = {"instrument": "UNTOC", "source": "a table", "as_of": "2013-10-17", "rows": {"XA": row}}
    pack = read(json.dumps(HEAD | {"tables": [table], "parties": [PARTY | {"bound": "2026-01-01"}]}).encode())
    first, second = parties_of(pack)
    assert (first.signed, first.bound, first.as_of) == (date(2000, 12, 13), None, date(2013, 10, 17))
    assert (second.state, second.bound, second.checked) == ("XA", date(2026, 1, 1), False)
