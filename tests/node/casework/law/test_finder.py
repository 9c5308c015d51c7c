"""The finder over the invented States: what carries, in which order, and why the rest does not."""

import random
from datetime import date

import pytest

from rogatory_node.casework.codes import CRIME_TYPES
from rogatory_node.casework.law.corpus import shipped
from rogatory_node.casework.law.finder import Query, between, find
from rogatory_node.casework.law.finding import Strength
from rogatory_node.casework.law.standing import Status
from rogatory_node.casework.types import catalogue
from rogatory_node.i18n import LANGUAGES

AT = date(2026, 11, 24)
CORPUS = shipped()


def found(requesting: str, requested: str, kind: str, at: date = AT, **more):
    return find(CORPUS, Query(requesting=requesting, requested=requested, type=kind, at=at, **more))


def bases(*words, **more):
    return [(each.instrument, each.strength) for each in found(*words, **more).bases]


def why(answer, code: str) -> list[str]:
    return [one.code for each in answer.absent if each.instrument == code for one in each.why]


def test_the_treaty_of_the_region_goes_before_the_convention_and_doubt_after_both() -> None:
    assert bases("XA", "XB", "data.preserve", crime="cybercrime") == [
        ("X-STRAITS", Strength.FIRM),
        ("BC", Strength.FAIR),
        ("UNTOC", Strength.DOUBTFUL),
        ("RECIPROCITY", Strength.LAST),
    ]


def test_the_treaty_between_the_two_goes_first() -> None:
    (first, *_) = found("XA", "XC", "evidence.statement", crime="corruption").bases
    assert (first.instrument, first.articles, first.since) == ("XA-XC-MLA", ("10",), date(2012, 9, 1))
    assert first.languages == ("en", "es")


def test_a_basis_is_in_force_from_the_later_of_the_two_days() -> None:
    assert bases("XA", "XG", "evidence.statement", date(2026, 12, 9), crime="corruption")[0][1] is Strength.LAST
    (first, *_) = found("XA", "XG", "evidence.statement", date(2026, 12, 10), crime="corruption").bases
    assert (first.instrument, first.since) == ("UNTOC", date(2026, 12, 10))


def test_who_left_is_named_with_the_day() -> None:
    assert ("BC", Strength.FIRM) in bases("XF", "XD", "data.traffic", date(2021, 6, 30))
    after = found("XF", "XD", "data.traffic", date(2021, 7, 1))
    assert why(after, "BC") == ["party.ended"]
    (text,) = [one.said("en") for each in after.absent if each.instrument == "BC" for one in each.why]
    assert "2021-07-01" in text


def test_a_signature_binds_nobody() -> None:
    answer = found("XA", "XE", "search.seizure", crime="corruption")
    assert why(answer, "UNTOC") == ["party.signed"]
    assert [each.instrument for each in answer.bases] == ["RECIPROCITY"]
    assert "reciprocity" in {each.code for each in answer.bases[0].remarks}


def test_a_reservation_that_leaves_nothing_bars() -> None:
    (barred,) = [each for each in found("XA", "XF", "data.intercept").bases if each.instrument == "BC"]
    assert (barred.strength, barred.articles) == (Strength.BARRED, ("34",))
    assert found("XA", "XF", "data.intercept").bases[-1].instrument == "BC"


def test_who_helps_by_treaty_only_is_not_asked_without_one() -> None:
    answer = found("XE", "XD", "evidence.statement")
    assert answer.bases == ()
    assert [each.code for each in answer.remarks] == ["invented", "invented", "untreatied.never"]
    assert bases("XE", "XC", "evidence.statement") == [("COMITY", Strength.LAST)]


def test_diplomatic_channels_alone_where_the_requested_state_says_so() -> None:
    (basis,) = [each for each in found("XA", "XD", "evidence.statement").bases if each.instrument == "UNTOC"]
    assert [each.value for each in basis.channels] == ["diplomatic"]


def test_urgent_ways_are_those_of_the_instrument_and_of_the_requested_state() -> None:
    (basis,) = [each for each in found("XA", "XF", "data.preserve").bases if each.instrument == "X-STRAITS"]
    assert [each.value for each in basis.urgent] == ["contact_point", "interpol"]


def test_what_is_old_is_said_and_never_firm() -> None:
    answer = found("SN", "BJ", "evidence.statement", crime="trafficking_persons")
    (first, *_) = answer.bases
    assert (first.instrument, first.strength, first.as_of) == ("UNTOC", Strength.FAIR, date(2013, 10, 17))
    assert not first.checked
    assert [each.code for each in first.remarks][:2] == ["old", "old"]
    (one,) = [each for each in found("SN", "JP", "evidence.statement").absent if each.instrument == "UNTOC"]
    assert (one.certain, [each.args["date"] for each in one.why]) == (False, ["2013-10-17"])


def test_what_nobody_knows_is_said() -> None:
    answer = found("XA", "XZ", "evidence.statement")
    assert "state.unknown" in {each.code for each in answer.remarks}
    assert [each.strength for each in answer.bases] == [Strength.LAST]
    assert not any(each.certain for each in answer.absent if each.instrument != "UNCC")


def test_an_instrument_that_is_not_in_force_at_all_stays_a_doubt() -> None:
    assert why(found("XA", "XB", "data.preserve"), "UNCC") == ["party.signed", "party.signed"]


@pytest.mark.parametrize("kind", [each.code for each in catalogue.types()])
def test_every_type_is_answered_between_all_invented_states_in_every_language(kind: str) -> None:
    states = [*CORPUS.states, "XZ"]
    for requested in states:
        answer = found("XA", requested, kind)
        assert [each.strength for each in answer.bases] == sorted(
            (each.strength for each in answer.bases), key=list(Strength).index
        )
        said = [*answer.remarks, *(one for each in (*answer.bases, *answer.absent) for one in _remarks(each))]
        for one in said:
            assert "{" not in one.said("ar")
    assert "{" not in "".join(one.said(language) for one in said for language in LANGUAGES)


def test_how_two_states_stand_to_one_instrument() -> None:
    assert [each.status for each in between(CORPUS, "BC", "XA", "XC", AT)] == [Status.IN_FORCE, Status.NOT_PARTY]
    assert between(CORPUS, "GENTLEMEN", "XA", "XC", AT) == ()


def test_whatever_is_asked_a_basis_is_in_force_for_both_and_nothing_is_said_twice() -> None:
    drawn = random.Random(20261124)
    states = sorted({state for _, state in CORPUS.parties} | {"XZ"})
    kinds = [each.code for each in catalogue.types()]
    for _ in range(300):
        at = date(drawn.randint(1985, 2030), drawn.randint(1, 12), 28)
        pair = drawn.choices(states[-9:] if drawn.random() < 0.7 else states, k=2)
        crime = drawn.choice([None, *CRIME_TYPES])
        answer = found(*pair, drawn.choice(kinds), at, crime=crime, years=drawn.choice([None, 1, 10]))
        treaties = [each for each in answer.bases if each.kind is not None]
        for each in treaties:
            assert [one.status for one in between(CORPUS, each.instrument, *pair, at)] == [Status.IN_FORCE] * 2
            assert each.articles
            assert each.since is not None
            assert each.since <= at
        assert not {each.instrument for each in treaties} & {each.instrument for each in answer.absent}
        assert all(each.why for each in answer.absent)


def _remarks(each):
    return each.remarks if hasattr(each, "remarks") else each.why
