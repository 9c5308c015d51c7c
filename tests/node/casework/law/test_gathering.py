"""Putting packs together."""

from datetime import date

from rogatory_node.casework.law.corpus import shipped
from rogatory_node.casework.law.gathering import Head, Origin, known, pack_of, parties
from rogatory_node.casework.law.records import read, written

HEAD = Head(name="north", version=3, issued=date(2026, 12, 1))
ORIGIN = Origin(instrument="UNTOC", source="the depositary's list", as_of=date(2026, 11, 30), checked=True)
LIST = b"""state,signed,bound,how,in_force,denounced
ad,2000-12-13,2003-03-11,ratification,,
AE,,2010-10-04,accession,,2025-01-01
AF,2001-01-01,,,,
"""


def test_a_list_of_parties_becomes_facts_of_one_source_and_day() -> None:
    pack = pack_of(parties(LIST, ORIGIN), HEAD, ORIGIN)
    assert read(written(pack)) == pack
    new = shipped().over(pack)
    ad, ae, af = (new.parties[("UNTOC", state)] for state in ("AD", "AE", "AF"))
    assert (ad.bound, ad.as_of, ad.checked, ad.source) == (date(2003, 3, 11), ORIGIN.as_of, True, ORIGIN.source)
    assert (ae.denounced, af.signed, af.bound) == (date(2025, 1, 1), date(2001, 1, 1), None)


def test_a_bad_line_is_named_and_nothing_is_read() -> None:
    found = parties(LIST.replace(b"2010-10-04", b"soon"), ORIGIN)
    assert (found.entries, [each.line for each in found.faults]) == ((), [3])


def test_what_is_known_is_a_pack_without_what_is_invented() -> None:
    corpus = shipped()
    whole = known(corpus, HEAD)
    assert read(written(whole)) == whole
    assert {each.code for each in whole.instruments} == {c for c in corpus.instruments if not c.startswith("X")}
    assert not any(corpus.invented(each.state) for each in (*whole.parties, *whole.statements))
    assert whole.states == ()
    one = known(corpus, HEAD, instrument="1988", state="SG")
    assert ([each.state for each in one.parties], one.instruments) == (["SG"], ())
    assert [each.effect.value for each in one.statements] == ["NOT_BASIS_EXTRADITION"]
