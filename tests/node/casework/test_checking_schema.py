"""What the schema asks for, in the words of the form."""

from dataclasses import replace

import pytest

from rogatory_node.bench.flaws import AT, planted
from rogatory_node.casework.checking import check
from rogatory_node.casework.checking_finding import Case
from rogatory_node.casework.checking_schema import heading, of_measures
from rogatory_node.casework.kinds import catalogue as kinds
from rogatory_node.casework.kinds.register import KINDS
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


def test_a_kind_that_nobody_knows_is_misspelt() -> None:
    (found,) = [each for each in check({"kind": "reqest"}, at=AT) if each.path == "/kind"]
    assert (found.code, found.level) == ("field.choice", "wrong")


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


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "request"])
def test_a_complete_letter_of_every_kind_gives_no_finding(kind: str) -> None:
    assert check(kinds.example(kind), at=AT) == ()


def test_a_letter_is_told_what_it_lacks_in_the_words_of_its_kind() -> None:
    (missing,) = check({"kind": "info.request"}, at=AT)
    assert (missing.code, missing.path, missing.said("en")) == (
        "field.missing",
        "/questions",
        "“Questions” is missing.",
    )
    assert heading({"kind": "info.request"}, missing.path) == ("/questions", "Questions")
    (either,) = check({"kind": "decision"}, at=AT)
    assert (either.code, either.said("en")) == ("field.missing", "“Outcome” is missing.")
    (odd,) = check({"kind": "decision", "outcome": "MAYBE"}, at=AT)
    assert (odd.code, odd.level, odd.path) == ("field.choice", "wrong", "/outcome")
    (newer,) = check({"kind": "status", "version": 9}, at=AT)
    assert (newer.code, newer.level) == ("kind.unknown", "risk")


@pytest.mark.parametrize("strange", [7, None, [], "no.such.kind"])
def test_what_names_no_kind_is_looked_at_as_a_request(strange: object) -> None:
    assert "type.missing" in {each.code for each in check({"kind": strange}, at=AT)}
