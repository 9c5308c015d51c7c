"""What reservations, declarations and notifications change."""

from datetime import date

import pytest

from rogatory_node.casework.law import statements
from rogatory_node.casework.law.corpus import shipped
from rogatory_node.casework.law.covering import Query
from rogatory_node.casework.law.finding import Weight
from rogatory_node.casework.law.records import Effect

CORPUS = shipped()


def said(code, requesting, requested, kind, at=date(2026, 11, 24)):
    query = Query(requesting=requesting, requested=requested, type=kind, at=at)
    effects = statements.in_effect(CORPUS, code, query)
    found = statements.remarks(CORPUS, CORPUS.instruments[code], query, effects)
    return effects, {each.code: each for each in found}


def test_a_statement_counts_between_its_day_and_its_withdrawal() -> None:
    for at, count in ((date(1992, 8, 27), 0), (date(2000, 1, 1), 1), (date(2013, 1, 1), 0)):
        effects, _ = said("1988", "XA", "XB", "sit.controlled_delivery", at)
        assert len(effects.of(Effect.EXCLUDES)) == count


def test_an_excluded_article_takes_its_paragraphs_with_it_and_no_other_article() -> None:
    effects, _ = said("BC", "XA", "XF", "data.intercept")
    assert statements.remaining(("33", "34(1)", "3", "341"), effects) == ("3", "341")


@pytest.mark.parametrize(
    ("code", "requested", "kind", "remark", "weight"),
    [
        ("UNTOC", "XB", "extradition", None, None),
        ("UNTOC", "XC", "extradition", "extradition.no-basis", Weight.BARS),
        ("UNCAC", "XC", "extradition", "extradition.unknown", Weight.DOUBT),
        ("UNTOC", "XE", "arrest.provisional", None, None),
        ("UNTOC", "XC", "transit", None, None),
        ("BC", "XF", "extradition", "nationals", Weight.LIMITS),
        ("BC", "XF", "data.traffic", "dual.criminality", Weight.NOTE),
        ("BC", "XB", "data.preserve", "dual.reserved", Weight.LIMITS),
        ("UNTOC", "XD", "evidence.statement", "diplomatic", Weight.LIMITS),
        ("UNTOC", "XF", "service.documents", "declared", Weight.LIMITS),
        ("1988", "GB", "person.appear", "declared", Weight.LIMITS),
    ],
)
def test_rules_of_effects(code, requested, kind, remark, weight) -> None:
    _, found = said(code, "XA", requested, kind)
    expected = {"extradition.no-basis", "extradition.unknown", "nationals", "dual.reserved", "diplomatic", "declared"}
    if remark is None:
        assert not expected & found.keys()
    else:
        assert found[remark].weight is weight


def test_a_statement_for_some_types_says_nothing_of_others() -> None:
    _, found = said("1988", "XA", "GB", "evidence.statement")
    assert "declared" not in found


def test_what_the_asking_state_reserved_is_named() -> None:
    _, found = said("UNTOC", "XF", "XA", "evidence.statement")
    assert found["declared.own"].said("fr") == "XF a déclaré : Pas pour les îles Extérieures."
    assert "Outer Islands" in found["declared.own"].said("zh")


def test_languages_and_authority_are_those_that_the_requested_state_named() -> None:
    effects, _ = said("UNTOC", "XA", "XB", "evidence.statement")
    assert effects.languages() == ("ar", "fr", "en", "es")
    assert "Xebora" in effects.authority()["en"]
