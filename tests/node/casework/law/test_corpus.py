"""What is shipped is complete and honest, and a pack over it has the last word."""

from datetime import date

import pytest

from rogatory_node.casework.law.corpus import shipped
from rogatory_node.casework.law.records import Effect, Instrument, Kind, Pack, Party, Statement
from rogatory_node.casework.types import catalogue
from rogatory_node.i18n import LANGUAGES

TODAY = date(2026, 11, 24)
PACK = {"format": 1, "name": "network", "version": 7, "issued": TODAY}
FROM = {"source": "the depositary", "as_of": TODAY}


def test_every_instrument_that_types_name_is_there_with_its_name_in_every_language() -> None:
    corpus = shipped()
    named = {each.instrument for kind in catalogue.types() for each in kind.articles}
    assert named <= corpus.instruments.keys()
    for each in corpus.instruments.values():
        assert set(each.title) == set(LANGUAGES), each.code


def test_facts_belong_to_instruments_and_to_types_that_exist() -> None:
    corpus = shipped()
    codes = {kind.code for kind in catalogue.types()}
    assert {code for code, _ in (*corpus.parties, *corpus.statements)} <= corpus.instruments.keys()
    for each in corpus.instruments.values():
        assert each.articles.keys() <= codes
    for said in (each for listed in corpus.statements.values() for each in listed):
        assert said.effect is not Effect.LANGUAGE or said.values
        assert said.effect is not Effect.EXCLUDES or said.values


def test_nothing_of_a_real_state_is_said_to_be_checked_or_newer_than_its_source() -> None:
    corpus = shipped()
    for (_, state), party in corpus.parties.items():
        invented = corpus.invented(state)
        assert party.checked == invented
        assert invented or party.as_of.year <= 2024
    assert set(corpus.states) == {"XA", "XB", "XC", "XD", "XE", "XF", "XG", "XH"}
    assert all(each.invented for each in corpus.states.values())
    assert {code for code, each in corpus.instruments.items() if each.invented} == {
        code for code in corpus.instruments if code.startswith("X")
    }


def test_a_real_state_stands_as_the_source_had_it() -> None:
    party = shipped().parties[("UNCAC", "AD")]
    assert (party.signed, party.bound, party.as_of) == (None, None, date(2014, 4, 2))
    assert shipped().parties[("UNTOC", "BB")].bound == date(2014, 11, 11)


@pytest.mark.parametrize(("code", "parties"), [("UNTOC", 179), ("UNCAC", 171), ("1988", 189)])
def test_as_many_real_states_are_bound_as_the_source_counts(code: str, parties: int) -> None:
    old = [each for (named, _), each in shipped().parties.items() if named == code and each.as_of.year < 2015]
    assert sum(each.bound is not None for each in old) == parties


def test_a_later_pack_replaces_what_it_speaks_of_and_nothing_else() -> None:
    old = shipped()
    party = Party(instrument="UNTOC", state="XE", bound=date(2026, 5, 1), how="ratification", **FROM)
    said = Statement(instrument="UNTOC", state="XA", effect=Effect.LANGUAGE, values=("ar",), **FROM)
    treaty = Instrument(code="X-NEW", kind=Kind.REGIONAL, title={"en": "New"}, **FROM)
    new = old.over(Pack(**PACK, parties=(party,), statements=(said,), instruments=(treaty,)))
    assert new.parties[("UNTOC", "XE")].bound == date(2026, 5, 1)
    assert new.statements[("UNTOC", "XA")] == (said,)
    assert new.statements[("UNTOC", "XB")] == old.statements[("UNTOC", "XB")]
    assert new.versions["network"] == 7
    assert "X-NEW" in new.instruments
    assert "X-NEW" not in old.instruments


def test_articles_are_those_of_the_instrument_and_those_that_the_type_names() -> None:
    corpus = shipped()
    assert corpus.articles(corpus.instruments["X-STRAITS"], "data.preserve") == ("18",)
    assert "29" in corpus.articles(corpus.instruments["BC"], "data.preserve")
    assert corpus.articles(corpus.instruments["BC"], "telepathy") == ()
    assert corpus.knows("XH")
    assert not corpus.knows("XZ")
