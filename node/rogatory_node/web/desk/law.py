"""Whom to ask, and on what a request may rest: a State, a type and an offence give treaties and authorities.

* Looking up asks nobody and is not noted: everything is in what this node took.
* What is shown says of which day it is.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from rogatory_node.casebook import authorities, publications, treaties
from rogatory_node.casework.authorities import competence
from rogatory_node.casework.authorities.directory import DUES, VOICES, Listed, due
from rogatory_node.casework.codes import CRIME_TYPES
from rogatory_node.casework.law import finder, telling
from rogatory_node.casework.law.corpus import Corpus
from rogatory_node.casework.law.finding import in_language
from rogatory_node.casework.types import catalogue
from rogatory_node.documents import dates
from rogatory_node.web.desk import rendering
from rogatory_node.web.desk.context import Ask

MOST_YEARS: Final = 1_000.0


async def show(ask: Ask) -> web.StreamResponse:
    """Ask for State, type and offence, and show what is known."""
    corpus, listed = await _known(ask)
    query = _query(ask, corpus)
    found = None if query is None else telling.found(finder.find(corpus, query), ask.language)
    there = () if query is None else competence.competent(listed, query.requested, query.type)
    return rendering.page(
        ask,
        "law.html",
        states=_states(corpus, ask),
        kinds=catalogue.types(),
        crimes=CRIME_TYPES.values(),
        asked={name: ask.query(name) or "" for name in ("to", "type", "crime", "years")},
        found=found,
        there=[_authority(each, query, ask.language) for each in there],
    )


async def _known(ask: Ask) -> tuple[Corpus, tuple[Listed, ...]]:
    revoked = publications.revoked_keys(ask.desk.trust)
    law = tuple(await ask.desk.read(publications.listed, publications.LAW, revoked))
    entries = tuple(await ask.desk.read(publications.listed, publications.ENTRY, revoked))
    return await asyncio.to_thread(lambda: (treaties.over_shipped(law), authorities.listed(entries)))


def _query(ask: Ask, corpus: Corpus) -> finder.Query | None:
    to, kind, crime = ask.query("to") or "", ask.query("type") or "", ask.query("crime") or ""
    if not corpus.knows(to) or isinstance(catalogue.type_of(kind), catalogue.Unknown):
        return None
    return finder.Query(
        requesting=ask.desk.own.statement.content.cc,
        requested=to,
        type=kind,
        at=datetime.fromtimestamp(ask.desk.wall(), UTC).date(),
        crime=crime if crime in CRIME_TYPES else None,
        years=_years(ask.query("years") or ""),
    )


def _years(word: str) -> float | None:
    try:
        years = float(word)
    except ValueError:
        return None
    return years if 0 <= years <= MOST_YEARS else None


def _states(corpus: Corpus, ask: Ask) -> list[tuple[str, str]]:
    """Return the States of which something is known, by name."""
    codes = {state for _, state in corpus.parties} | corpus.states.keys()
    named = [(code, _state(corpus, code, ask.language)) for code in codes - {ask.desk.own.statement.content.cc}]
    return sorted(named, key=lambda each: each[1])


def _state(corpus: Corpus, code: str, language: str) -> str:
    if code in corpus.states:
        return in_language(corpus.states[code].name, language) or code
    # Loaded for who looks at this page.
    from babel import Locale

    return str(Locale.parse(language).territories.get(code, code))


def _authority(each: Listed, query: finder.Query | None, language: str) -> dict[str, Any]:
    assert query is not None  # nobody is listed without a question
    entry = each.entry
    return {
        "name": in_language(entry.names, language),
        "phone": entry.contact.phone,
        "urgent": entry.urgent.phone,
        "languages": ", ".join(entry.languages.requests),
        "voice": VOICES[each.voice],
        "due": DUES[due(each, query.at)],
        "verified": dates.day(entry.verified.on, language),
    }
