"""Planted defects and honest forms: one differs from an example by its defect, the other is no defect."""

import random

from rogatory_node.bench.flaws import FLAWS, HONEST, planted, sound
from rogatory_node.casework.types import catalogue


def test_a_defect_is_planted_in_every_type_that_it_fits() -> None:
    found = list(planted())
    assert {code for _, code, _ in found} == {code for code, _, _ in FLAWS}
    assert {kind for kind, _, _ in found} == {kind.code for kind in catalogue.types()}
    assert all(form != catalogue.example(kind) for kind, _, form in found)


def test_honest_forms_are_of_all_types_and_hold_all_that_may_be_added() -> None:
    forms = list(sound(random.Random(1), 200))
    assert {form["type"] for form in forms} == {kind.code for kind in catalogue.types()}
    held = [(name, each) for form in forms for name, value in form.items() for each in _entries(value)]
    assert all(each in held for each in HONEST)


def _entries(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
