"""Findings, instruments and parties as plain values in one language: the same for commands, programs and pages.

* Every value says of which day its facts are and whether they were compared with official texts.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from rogatory_node.casework.law.corpus import Corpus
from rogatory_node.casework.law.finding import (
    CHANNELS,
    EFFECTS,
    KINDS,
    STRENGTHS,
    Absent,
    Basis,
    Found,
    Remark,
    in_language,
)
from rogatory_node.casework.law.records import Channel, Fact, Instrument
from rogatory_node.casework.law.standing import Standing, standing
from rogatory_node.i18n import translate


def found(answer: Found, language: str) -> dict[str, Any]:
    """Tell what the finder said."""
    return {
        "bases": [_basis(each, language) for each in answer.bases],
        "absent": [_absent(each, language) for each in answer.absent],
        "remarks": [_remark(each, language) for each in answer.remarks],
    }


def instrument_short(each: Instrument, language: str) -> dict[str, Any]:
    """Tell what an instrument is."""
    return {
        "code": each.code,
        "kind": each.kind.value,
        "kind_title": translate(KINDS[each.kind], language),
        "title": in_language(each.title, language),
        "adopted": _day(each.adopted),
        "in_force": _day(each.in_force),
        **_fact(each),
    }


def instrument(corpus: Corpus, each: Instrument, types: Iterable[str], at: date, language: str) -> dict[str, Any]:
    """Tell all that is known of an instrument: articles, parties, and what States said of it."""
    articles = {code: list(corpus.articles(each, code)) for code in types}
    return {
        **instrument_short(each, language),
        "articles": {code: named for code, named in articles.items() if named},
        "general": each.general,
        "parties": [party(one) for one in parties(corpus, each, at)],
        "statements": [
            {
                "state": said.state,
                "effect": said.effect.value,
                "effect_title": translate(EFFECTS[said.effect], language),
                "article": said.article,
                "values": list(said.values),
                "text": in_language(said.text, language),
                "made": _day(said.made),
                "withdrawn": _day(said.withdrawn),
                **_fact(said),
            }
            for (code, _), listed in sorted(corpus.statements.items())
            if code == each.code
            for said in listed
        ],
    }


def parties(corpus: Corpus, each: Instrument, at: date) -> list[Standing]:
    """Return how every State that is known of stands to an instrument, by code."""
    return [standing(corpus, each, state, at) for code, state in sorted(corpus.parties) if code == each.code]


def party(each: Standing) -> dict[str, Any]:
    """Tell how a State stands to an instrument."""
    assert each.party is not None  # parties() lists those that are known
    return {
        "state": each.state,
        "status": each.status.value,
        "signed": _day(each.party.signed),
        "bound": _day(each.party.bound),
        "how": each.party.how,
        "since": _day(each.since),
        "until": _day(each.until),
        "old": each.stale,
        **_fact(each.party),
    }


def _basis(each: Basis, language: str) -> dict[str, Any]:
    return {
        "instrument": each.instrument,
        "title": in_language(each.title, language),
        "kind": each.kind.value if each.kind else None,
        "kind_title": translate(KINDS[each.kind], language) if each.kind else "",
        "strength": each.strength.value,
        "strength_title": translate(STRENGTHS[each.strength], language),
        "articles": list(each.articles),
        "since": _day(each.since),
        "languages": list(each.languages),
        "channels": _channels(each.channels, language),
        "urgent": _channels(each.urgent, language),
        "authority": in_language(each.authority, language),
        "remarks": [_remark(one, language) for one in each.remarks],
        "as_of": _day(each.as_of),
        "checked": each.checked,
        "sources": list(dict.fromkeys(one.source for one in each.facts)),
    }


def _absent(each: Absent, language: str) -> dict[str, Any]:
    return {
        "instrument": each.instrument,
        "title": in_language(each.title, language),
        "certain": each.certain,
        "why": [_remark(one, language) for one in each.why],
    }


def _remark(each: Remark, language: str) -> dict[str, Any]:
    return {
        "code": each.code,
        "weight": each.weight.value,
        "text": each.said(language),
        "article": each.article,
        "as_of": _day(each.fact.as_of) if each.fact else None,
        "source": each.fact.source if each.fact else None,
    }


def _channels(ways: Iterable[Channel], language: str) -> list[dict[str, str]]:
    return [{"code": each.value, "title": translate(CHANNELS[each], language)} for each in ways]


def _fact(each: Fact) -> dict[str, Any]:
    return {"source": each.source, "as_of": each.as_of.isoformat(), "checked": each.checked}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
