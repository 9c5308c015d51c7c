"""What findings say of themselves."""

from datetime import date

from rogatory_node.casework.law.finding import (
    CHANNELS,
    EFFECTS,
    KINDS,
    STRENGTHS,
    Basis,
    Remark,
    Strength,
    Weight,
    in_language,
)
from rogatory_node.casework.law.records import Channel, Effect, Fact, Kind
from rogatory_node.i18n import LANGUAGES, translate


def test_every_code_has_words_in_every_language() -> None:
    assert (set(KINDS), set(CHANNELS), set(STRENGTHS)) == (set(Kind), set(Channel), set(Strength))
    assert set(EFFECTS) == set(Effect)
    for text in (*KINDS.values(), *CHANNELS.values(), *STRENGTHS.values()):
        assert all(translate(text, language) for language in LANGUAGES)


def test_a_basis_is_as_old_as_its_oldest_fact_and_checked_when_all_are() -> None:
    old, new = Fact(source="s", as_of=date(2014, 1, 1)), Fact(source="s", as_of=date(2026, 1, 1), checked=True)
    basis = Basis(instrument="X", kind=None, title={}, strength=Strength.FIRM, facts=(new, old))
    assert (basis.as_of, basis.checked) == (date(2014, 1, 1), False)
    assert Basis(instrument="X", kind=None, title={}, strength=Strength.LAST).as_of is None


def test_declarations_are_quoted_in_the_language_that_there_is() -> None:
    remark = Remark(
        code="c", weight=Weight.NOTE, text="{state} declared: {words}", args={"state": "XA"}, words={"fr": "a{"}
    )
    assert remark.said("en") == "XA declared: a{"
    assert in_language({}, "en") == ""
