"""What the schema asks for, in the words of the form."""

from dataclasses import replace

import pytest

from rogatory_node.bench.flaws import AT, planted
from rogatory_node.casework.checking import check
from rogatory_node.casework.checking_finding import Case
from rogatory_node.casework.checking_schema import MISSING, of_measures
from rogatory_node.casework.types import catalogue, shape

CODES = {"field.missing", "field.unexpected"}
FORMS = [each for each in planted() if each[1] in CODES]


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_defect_is_named_with_its_place(code: str) -> None:
    forms = [form for _, of, form in FORMS if of == code]
    assert forms
    for form in forms:
        (first, *_) = [each for each in check(form, at=AT) if each.code == code] or [None]
        assert first is not None
        assert first.path.startswith("/")


def test_an_old_version_of_a_type_says_so() -> None:
    form = catalogue.example("data.preserve")
    (measure,) = shape.measures(form)
    assert isinstance(measure.type, catalogue.RequestType)
    case = Case(form=form, common=shape.common_of(form), measures=(measure,), at=AT)
    assert list(of_measures(case)) == []
    older = replace(measure, type=replace(measure.type, versions=(1, 2)))
    (found,) = of_measures(replace(case, measures=(older,)))
    assert (found.code, found.level, found.path) == ("type.old", "hint", "/type_version")
    assert "newer version, 2" in found.said("en")


def test_the_rules_are_there() -> None:
    assert MISSING.count("{field}")
