from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from rogatory_node.casework.codes import OUTCOMES
from rogatory_node.casework.kinds import catalogue
from rogatory_node.casework.kinds.catalogue import TABLES, Unknown
from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.life.beside import OWES
from rogatory_node.casework.life.machines import MACHINES
from rogatory_node.casework.life.moves import MOVES
from rogatory_node.casework.life.noting import DATES, MARKS
from rogatory_node.casework.life.substeps import OLDER

OWN = [kind for kind in KINDS if kind != catalogue.REQUEST]


def described(kind: str) -> dict[str, Any]:
    found = catalogue.schema(kind)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("kind", OWN)
def test_a_kind_has_a_valid_schema_and_an_example_that_needs_what_it_has(kind: str) -> None:
    found = described(kind)
    jsonschema_rs.meta.validate(found)
    validator = jsonschema_rs.Draft202012Validator(found, validate_formats=True)
    form = catalogue.example(kind)
    assert [error.message for error in validator.iter_errors(form)] == []
    needed = {*found["required"], *(name for each in found.get("anyOf", ()) for name in each["required"])} & form.keys()
    for name in needed:
        assert not validator.is_valid({key: value for key, value in form.items() if key != name}), name


def test_every_kind_has_a_form_and_every_form_a_kind() -> None:
    folders = {path.name for path in catalogue.DATA.iterdir()}
    assert folders == {*OWN, catalogue.COMMON}
    assert described("request")["properties"]["assistance"]
    assert catalogue.example("request")["kind"] == "request"


@pytest.mark.parametrize("kind", OWN)
def test_every_field_has_a_title_and_every_enumeration_its_words(kind: str) -> None:
    found = described(kind)
    for name, each in found["properties"].items():
        assert each.get("title") or found["$defs"][each["$ref"].removeprefix("#/$defs/")]["title"], name
    for each in _enumerations(found):
        labels = each.get("x-labels") or TABLES[each["x-codes"]]
        assert set(each["enum"]) <= set(labels), each["title"]


def _enumerations(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and isinstance(value.get("enum"), list):
        yield value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in parts:
        yield from _enumerations(each)


def test_the_forms_have_the_fields_that_the_life_of_a_case_reads() -> None:
    for move in MOVES:
        fields = described(move.kind)["properties"]
        values = fields.get("outcome", fields.get("stage", {})).get("enum", ())
        assert move.pick - {""} <= set(values), move.name
        if "outcome" in fields and "BY_OUTCOME" in move.to:
            assert {name for code in move.pick for name in OUTCOMES[code].needs} <= fields.keys(), move.name
    for machine in MACHINES.values():
        for row in machine.rows:
            fields = described(row.kind)["properties"]
            named = OLDER if "event" in fields else dict.fromkeys(fields.get("step", {}).get("enum", ()))
            implied = sum(1 for each in machine.rows if each.kind == row.kind) == 1
            shared = row.kind in {"request", "acknowledgement", "decision", "preservation.confirm", "consultation"}
            taken = row.to in (set(OLDER.values()) if named is OLDER else named)
            assert taken or shared or implied or row.kind == "hearing.slot", (row.kind, row.to)
    for kind, dates in DATES.items():
        if kind != "request":
            paths = [path for _, held in dates for path in held] + [path for _, path in MARKS.get(kind, ())]
            assert {path[0] for path in paths} <= described(kind)["properties"].keys(), kind
    assert OWES.keys() <= KINDS.keys()


def test_what_is_said_of_one_measure_stands_beside_its_id() -> None:
    form = {"kind": "decision", "measures": ["1", {"id": "2", "outcome": "ACCEPTED"}], "outcome": "ACCEPTED"}
    validator = jsonschema_rs.Draft202012Validator(described("decision"))
    assert validator.is_valid(form)
    assert not validator.is_valid({**form, "measures": [{"outcome": "ACCEPTED"}]})
    assert not validator.is_valid({**form, "measures": [{"id": "2", "colour": "red"}]})


@pytest.mark.parametrize(
    ("kind", "version"), [("dream.report", None), ("decision", 2), ("decision", 0), ("../common", 1), ("common", 1)]
)
def test_an_unknown_kind_or_version_is_a_readable_answer(kind: str, version: int | None) -> None:
    found = catalogue.schema(kind, version)
    assert isinstance(found, Unknown)
    assert found.text.format(kind=found.code, version=found.version).startswith("This letter cannot be shown yet")


def test_a_schema_may_be_changed_by_its_reader() -> None:
    described("decision")["properties"].clear()
    assert described("decision")["properties"]
    assert catalogue.example("dream.report") == {}
