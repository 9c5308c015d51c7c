"""What the law asks of a form."""

from typing import Any

import pytest

from rogatory_node.bench.flaws import AT, planted
from rogatory_node.casework.checking import check
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


def levels(form: dict[str, Any], code: str) -> list[tuple[str, str]]:
    return [(each.level, each.article) for each in check(form, at=AT) if each.code == code]


def test_an_order_is_attached_where_there_is_one_and_a_document_that_the_act_is_about_always() -> None:
    for kind, said in (
        ("search.seizure", ("missing", "")),
        ("proceeds.freeze", ("risk", "UNCAC 55(3)(c)")),
        ("data.content", ("risk", "")),
        ("transfer.detained", ("missing", "UNCAC 46(10)")),
    ):
        form = catalogue.example(kind)
        del form["attachments"]
        assert levels(form, "attachment.missing") == [said], kind


def test_a_judgment_that_was_waived_is_not_asked_for() -> None:
    form = catalogue.example("asset.return") | {"judgment_waived": True}
    del form["attachments"]
    assert levels(form, "attachment.missing") == []


def test_identity_is_asked_for_where_it_is_possible() -> None:
    form = catalogue.example("evidence.statement") | {"persons": [{"id": "p1", "surname": "Doe"}]}
    assert levels(form, "person.unidentified") == [("risk", "UNCAC 46(15)(e)")]


def test_silence_about_confidentiality_and_comity_without_a_statement_are_risks() -> None:
    form = catalogue.example("other") | {"legal_basis": [{"instrument": "COMITY"}, {"instrument": "RECIPROCITY"}]}
    del form["confidentiality"]
    assert levels(form, "confidentiality.silent") == [("risk", "UNCAC 46(20)")]
    assert [level for level, _ in levels(form, "basis.reciprocity")] == ["risk", "missing"]


def test_the_penalty_is_needed_for_coercion_and_useful_elsewhere() -> None:
    for kind, level in (("search.seizure", "missing"), ("evidence.statement", "risk")):
        form = catalogue.example(kind)
        del form["offences"][0]["max_penalty_years"]
        assert [said for said, _ in levels(form, "offence.penalty")] == [level]
