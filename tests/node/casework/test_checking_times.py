"""Dates that cannot be meant."""

import pytest

from rogatory_node.bench.flaws import AT, planted
from rogatory_node.casework.checking import check
from rogatory_node.casework.checking_times import RULES

CODES = {"deadline.passed", "period.reversed", "intent.none", "duration.long", "retention.beyond"}
FORMS = [each for each in planted() if each[1] in CODES]


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_defect_is_named_with_its_place(code: str) -> None:
    forms = [form for _, of, form in FORMS if of == code]
    assert forms
    for form in forms:
        (first, *_) = [each for each in check(form, at=AT) if each.code == code] or [None]
        assert first is not None
        assert first.path.startswith("/")


def test_the_rules_are_there() -> None:
    assert RULES
