"""Treaties for programs: what carries a request between two States, and what is known of instruments and parties.

Every answer says of which day its facts are and whether they were compared with official texts.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

import msgspec

from rogatory_node.api import authorities
from rogatory_node.api.context import Problem
from rogatory_node.api.law import corpus as known
from rogatory_node.api.v1.authorities import Short
from rogatory_node.api.v1.endpoint import Answer, Call, Endpoint, Model
from rogatory_node.casework.authorities import competence
from rogatory_node.casework.authorities.telling import short
from rogatory_node.casework.codes import CRIME_TYPES
from rogatory_node.casework.law import finder, telling
from rogatory_node.casework.law.standing import standing
from rogatory_node.casework.types import catalogue
from rogatory_node.i18n import later

State = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]


class FindQuery(Model):
    """Between whom, for what, on which day (today when it is not given), for which offence."""

    requesting: State
    requested: State
    type: str
    at: date | None = None
    crime: str | None = None
    years: Annotated[float, msgspec.Meta(ge=0, le=1000)] | None = None
    organized: bool | None = None


class AtQuery(Model):
    """On which day; today when it is not given."""

    at: date | None = None


class Remark(Model):
    """What is to be known; ``weight``: bars, limits, doubt or note."""

    code: str
    weight: str
    text: str
    article: str
    as_of: date | None
    source: str | None


class Way(Model):
    """A channel."""

    code: str
    title: str


class Basis(Model):
    """Something on which the request may rest; ``strength``: firm, fair, doubtful, last or barred."""

    instrument: str
    title: str
    kind: str | None
    kind_title: str
    strength: str
    strength_title: str
    articles: list[str]
    since: date | None
    languages: list[str]
    channels: list[Way]
    urgent: list[Way]
    authority: str
    remarks: list[Remark]
    as_of: date | None
    checked: bool
    sources: list[str]


class Absent(Model):
    """An instrument that does not carry, and why; ``certain``: nothing of it is a doubt."""

    instrument: str
    title: str
    certain: bool
    why: list[Remark]


class Found(Model):
    """Legal bases, the best first, and the competent authorities there, the fittest first."""

    bases: list[Basis]
    absent: list[Absent]
    remarks: list[Remark]
    authorities: list[Short]


class InstrumentShort(Model):
    """A treaty, in short."""

    code: str
    kind: str
    kind_title: str
    title: str
    adopted: date | None
    in_force: date | None
    source: str
    as_of: date
    checked: bool


class Instruments(Model):
    """All that are known, and the versions of the packs that they come from."""

    instruments: list[InstrumentShort]
    packs: dict[str, int]


class Party(Model):
    """How a State stands to an instrument; ``old``: look for something newer."""

    state: str
    status: str
    signed: date | None
    bound: date | None
    how: str
    since: date | None
    until: date | None
    old: bool
    source: str
    as_of: date
    checked: bool


class Statement(Model):
    """A reservation, declaration, notification or designation."""

    state: str
    effect: str
    effect_title: str
    article: str
    values: list[str]
    text: str
    made: date | None
    withdrawn: date | None
    source: str
    as_of: date
    checked: bool


class Instrument(InstrumentShort):
    """A treaty with its articles by type of request, parties and statements."""

    articles: dict[str, list[str]]
    general: str
    parties: list[Party]
    statements: list[Statement]


class Membership(Party):
    """How a State stands to one instrument."""

    instrument: str


class Memberships(Model):
    """How a State stands to all instruments of which something is known."""

    state: str
    parties: list[Membership]


async def find(call: Call) -> Found:
    """Find legal bases."""
    asked: FindQuery = call.query
    if isinstance(catalogue.type_of(asked.type), catalogue.Unknown):
        raise Problem(404, "type-unknown", later("There is no such type or version."))
    if asked.crime is not None and asked.crime not in CRIME_TYPES:
        raise Problem(404, "crime-unknown", later("There is no such type of crime."))
    query = finder.Query(
        requesting=asked.requesting,
        requested=asked.requested,
        type=asked.type,
        at=_day(asked.at),
        crime=asked.crime,
        years=asked.years,
        organized=asked.organized,
    )
    answer = finder.find(await known(call.node), query)
    listed, today = await authorities.known(call.node), authorities.today_of(call.node)
    there = competence.competent(listed, asked.requested, asked.type)
    told = telling.found(answer, call.language) | {"authorities": [short(each, today) for each in there]}
    return msgspec.convert(told, Found)


async def instruments(call: Call) -> Instruments:
    """List the instruments."""
    corpus = await known(call.node)
    listed = [telling.instrument_short(each, call.language) for each in corpus.instruments.values()]
    return msgspec.convert({"instruments": listed, "packs": dict(corpus.versions)}, Instruments)


async def instrument(call: Call) -> Answer:
    """Describe an instrument."""
    corpus = await known(call.node)
    found = corpus.instruments.get(call.path["code"])
    if found is None:
        raise Problem(404, "instrument-unknown", later("There is no such instrument."))
    types = [each.code for each in catalogue.types()]
    told = telling.instrument(corpus, found, types, _day(call.query.at), call.language)
    return Answer(value=msgspec.convert(told, Instrument))


async def memberships(call: Call) -> Memberships:
    """Say how a State stands to every instrument."""
    corpus, state = await known(call.node), call.path["state"].upper()
    listed: list[dict[str, Any]] = [
        {"instrument": code, **telling.party(standing(corpus, each, state, _day(call.query.at)))}
        for code, each in corpus.instruments.items()
        if (code, state) in corpus.parties
    ]
    if not listed:
        raise Problem(404, "state-unknown", later("Nothing is known of this State."))
    return msgspec.convert({"state": state, "parties": listed}, Memberships)


def _day(at: date | None) -> date:
    return at or datetime.now(UTC).date()


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/law/find",
        name="findLaw",
        action=None,
        summary="Find what a request between two States may rest on.",
        handler=find,
        query=FindQuery,
        answer=Found,
        problems={"type-unknown": 404, "crime-unknown": 404},
    ),
    Endpoint(
        method="GET",
        path="/law/instruments",
        name="listInstruments",
        action=None,
        summary="List the treaties that are known.",
        handler=instruments,
        answer=Instruments,
    ),
    Endpoint(
        method="GET",
        path="/law/instruments/{code}",
        name="getInstrument",
        action=None,
        summary="Describe a treaty with its parties and what States said of it.",
        handler=instrument,
        query=AtQuery,
        answer=Instrument,
        problems={"instrument-unknown": 404},
    ),
    Endpoint(
        method="GET",
        path="/law/states/{state}",
        name="getMemberships",
        action=None,
        summary="Say how a State stands to every treaty.",
        handler=memberships,
        query=AtQuery,
        answer=Memberships,
        problems={"state-unknown": 404},
    ),
)
