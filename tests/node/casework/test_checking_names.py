"""TXT: names that are not what they seem."""

import pytest

from rogatory_node.bench.flaws import AT, planted
from rogatory_node.casework.checking import check
from rogatory_node.casework.checking_names import RULES
from rogatory_node.casework.types import catalogue

CODES = {"name.bidi", "name.invisible", "name.mixed"}
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


@pytest.mark.parametrize("name", ["क्\N{ZERO WIDTH JOINER}षमा", "می\N{ZERO WIDTH NON-JOINER}خواهم"])
def test_a_joiner_belongs_to_the_name_in_scripts_that_join(name: str) -> None:
    form = {**catalogue.example("data.preserve"), "persons": [{"surname": name, "born": "1987"}]}
    assert check(form, at=AT) == ()
