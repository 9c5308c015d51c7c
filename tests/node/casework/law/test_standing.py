"""Since when an instrument binds a State."""

from datetime import date

import pytest

from rogatory_node.casework.law.corpus import shipped
from rogatory_node.casework.law.records import Instrument, Kind, Party
from rogatory_node.casework.law.standing import Status, since_when, stale, standing

FROM = {"source": "the depositary", "as_of": date(2026, 11, 24)}


def instrument(**more) -> Instrument:
    fields = {"code": "X-T", "kind": Kind.SUBJECT, "title": {"en": "T"}, "in_force": date(2003, 9, 29)} | FROM | more
    return Instrument(**fields)


def party(**more) -> Party:
    return Party(instrument="X-T", state="XA", **FROM, **more)


@pytest.mark.parametrize(
    ("rule", "bound", "since"),
    [
        ({"days_after": 30}, date(2001, 1, 1), date(2003, 9, 29)),
        ({"days_after": 30}, date(2004, 6, 22), date(2004, 7, 22)),
        ({"days_after": 90}, date(2005, 10, 26), date(2006, 1, 24)),
        ({"months_after": 3}, date(2014, 7, 30), date(2014, 11, 1)),
        ({"months_after": 3}, date(2014, 9, 1), date(2015, 1, 1)),
        ({}, date(2020, 2, 29), date(2020, 2, 29)),
        ({"days_after": 30}, date.max, date.max),
        ({"months_after": 3}, date.max, date.max),
    ],
)
def test_consent_takes_effect_by_the_rule_of_the_instrument(rule, bound, since) -> None:
    assert since_when(instrument(**rule), party(bound=bound)) == since


def test_a_date_that_is_given_counts_before_the_rule() -> None:
    given = party(bound=date(2020, 1, 1), in_force=date(2021, 1, 1))
    assert since_when(instrument(days_after=30), given) == date(2021, 1, 1)
    assert since_when(instrument(in_force=None), party(bound=date(2020, 1, 1))) is None


@pytest.mark.parametrize(
    ("code", "state", "at", "status"),
    [
        ("UNTOC", "XA", date(2026, 11, 24), Status.IN_FORCE),
        ("UNTOC", "XA", date(2003, 9, 28), Status.LATER),
        ("UNTOC", "XE", date(2026, 11, 24), Status.SIGNED),
        ("UNTOC", "XE", date(2000, 12, 12), Status.NOT_PARTY),
        ("UNTOC", "XH", date(2026, 11, 24), Status.NOT_PARTY),
        ("UNTOC", "XG", date(2026, 12, 9), Status.LATER),
        ("UNTOC", "XG", date(2026, 12, 10), Status.IN_FORCE),
        ("BC", "XD", date(2021, 6, 30), Status.IN_FORCE),
        ("BC", "XD", date(2021, 7, 1), Status.ENDED),
        ("ECMA", "XA", date(2026, 11, 24), Status.UNKNOWN),
    ],
)
def test_how_a_state_stands_on_a_day(code, state, at, status) -> None:
    corpus = shipped()
    assert standing(corpus, corpus.instruments[code], state, at).status is status


def test_facts_about_real_states_grow_old_and_those_about_invented_ones_do_not() -> None:
    corpus, old = shipped(), party()
    assert stale(corpus, old, "AD", date(2030, 1, 1))
    assert not stale(corpus, old, "AD", date(2027, 1, 1))
    assert not stale(corpus, old, "XA", date(2030, 1, 1))
