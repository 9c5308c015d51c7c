"""What the law asks of a form."""

import pytest

from rogatory_node.bench.flaws import AT, planted
from rogatory_node.casework.checking import check
from rogatory_node.casework.checking_law import RULES
from rogatory_node.casework.types import catalogue

CODES = {"offence.law", "offence.penalty", "confidentiality.silent", "urgency.reasons", "urgency.deadline"}
FORMS = [each for each in planted() if each[1] in CODES]


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_defect_is_named_with_its_place(code: str) -> None:
    forms = [form for _, of, form in FORMS if of == code]
    assert forms
    for form in forms:
        (first, *_) = [each for each in check(form, at=AT) if each.code == code] or [None]
        assert first is not None
        assert first.path.startswith("/")


@pytest.mark.parametrize("strange", [[], {}, [["x"]], 7, None])
def test_a_code_may_be_of_any_kind(strange: object) -> None:
    form = catalogue.example("search.seizure")
    form["urgency"] = {"grade": strange}
    form["legal_basis"] = [{"instrument": strange}]
    form["attachments"] = [{"name": "a.pdf", "role": strange}]
    form["persons"] = [{"id": strange, "surname": "Prova"}]
    assert "attachment.missing" in {each.code for each in check(form, at=AT)}


def test_the_rules_are_there() -> None:
    assert RULES
