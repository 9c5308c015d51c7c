"""Which legal bases carry a request between two States, the best first (dossier of treaties, reservations, practice).

1. Every instrument that reaches the type of request is asked how it stands between the two on the day.
2. What is in force for both becomes a basis, with articles, languages, ways, and what speaks against it; what is not is
   named with the reason, if one of the two has anything to do with it.
3. Order: what carries without a doubt before what is limited, doubtful or barred; then the treaty between the two
   before that of a region before a convention on a subject (UNTOC 18(6)); then what names the type.
4. Help without a treaty comes last, as the requested State practises it.

The finder reads facts and gives facts with their age; it decides nothing for anybody.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from rogatory_node.casework.law import covering, statements
from rogatory_node.casework.law.corpus import Corpus
from rogatory_node.casework.law.covering import Query
from rogatory_node.casework.law.finding import Absent, Basis, Found, Remark, Strength, Weight
from rogatory_node.casework.law.records import Channel, Effect, Fact, Instrument, Kind, State, Untreatied, Words
from rogatory_node.casework.law.standing import Standing, Status, stale, standing
from rogatory_node.casework.law.statements import Effects
from rogatory_node.i18n import later

__all__ = ["Query", "find"]

_WEIGHTS: Final = list(Weight)
_STRENGTHS: Final = list(Strength)
_KINDS: Final = list(Kind)
_CONTACT: Final = ("data.", "emergency.")
WITHOUT: Final[dict[str, Words]] = {
    "RECIPROCITY": {
        "ar": "المعاملة بالمثل",
        "en": "Reciprocity",
        "es": "Reciprocidad",
        "fr": "Réciprocité",
        "pt": "Reciprocidade",
        "ru": "Взаимность",
        "zh": "互惠",
    },
    "COMITY": {
        "ar": "المجاملة الدولية",
        "en": "Comity",
        "es": "Cortesía internacional",
        "fr": "Courtoisie internationale",
        "pt": "Cortesia internacional",
        "ru": "Международная вежливость",
        "zh": "国际礼让",
    },
}
"""What a request rests on without a treaty."""


def find(corpus: Corpus, query: Query) -> Found:
    """Return what carries a request, what does not, and what is not certain."""
    bases: list[Basis] = []
    absent: list[Absent] = []
    for instrument in corpus.instruments.values():
        articles, named = covering.articles(corpus, instrument, query.type)
        sides = [standing(corpus, instrument, state, query.at) for state in (query.requesting, query.requested)]
        if not articles or not _concerns(instrument, sides):
            continue
        why = [*_not_bound(instrument, sides), *_barring(covering.offence(instrument, query))]
        if why:
            absent.append(Absent(instrument=instrument.code, title=instrument.title, why=tuple(why)))
        else:
            bases.append(_basis(corpus, instrument, query, sides, articles, named=named))
    bases += _without_treaty(corpus, query)
    return Found(
        bases=tuple(sorted(bases, key=_order)),
        absent=tuple(sorted(absent, key=lambda each: (each.certain, each.instrument))),
        remarks=tuple(_whole(corpus, query)),
    )


def _concerns(instrument: Instrument, sides: list[Standing]) -> bool:
    known = [each.status is not Status.UNKNOWN for each in sides]
    return all(known) if instrument.kind is Kind.BILATERAL else any(known)


def between(corpus: Corpus, code: str, requesting: str, requested: str, at: date) -> tuple[Standing, ...]:
    """Say how two States stand to an instrument; nothing when the instrument is not known."""
    instrument = corpus.instruments.get(code)
    if instrument is None:
        return ()
    return tuple(standing(corpus, instrument, state, at) for state in (requesting, requested))


# --- A basis ----------------------------------------------------------------------------------------------------------


def _basis(
    corpus: Corpus,
    instrument: Instrument,
    query: Query,
    sides: list[Standing],
    articles: tuple[str, ...],
    *,
    named: bool,
) -> Basis:
    effects = statements.in_effect(corpus, instrument.code, query)
    remains = statements.remaining(articles, effects)
    said = [
        *_general(instrument, named=named),
        *covering.offence(instrument, query),
        *statements.remarks(corpus, instrument, query, effects),
        *_excluded(query, articles, remains),
        *_old(corpus, query, sides),
    ]
    said.sort(key=lambda each: _WEIGHTS.index(each.weight))
    profile = corpus.states.get(query.requested)
    return Basis(
        instrument=instrument.code,
        kind=instrument.kind,
        title=instrument.title,
        strength=_strength(said),
        articles=remains or articles,
        since=max((each.since for each in sides if each.since is not None), default=None),
        languages=effects.languages() or (profile.languages if profile else ()),
        channels=_channels(instrument, effects),
        urgent=_urgent(instrument, query, effects),
        authority=effects.authority(),
        remarks=tuple(said),
        facts=_facts(instrument, sides, said),
    )


def _general(instrument: Instrument, *, named: bool) -> Iterator[Remark]:
    if not named:
        text = later("It does not name this type of assistance; its general clause may carry it.")
        yield Remark(code="general", weight=Weight.LIMITS, text=text, article=instrument.general, fact=instrument)


def _excluded(query: Query, articles: tuple[str, ...], remains: tuple[str, ...]) -> Iterator[Remark]:
    if len(remains) < len(articles):
        text = (
            later("Some of the articles for this type are excluded by {state}.")
            if remains
            else later("All articles for this type are excluded by {state}.")
        )
        weight = Weight.LIMITS if remains else Weight.BARS
        yield Remark(code="excluded.type", weight=weight, text=text, args={"state": query.requested})


def _old(corpus: Corpus, query: Query, sides: list[Standing]) -> Iterator[Remark]:
    text = later("What is known of {state} is of {date}; look for something newer.")
    for each in sides:
        if each.stale and each.party is not None:
            args = {"state": each.state, "date": each.party.as_of.isoformat()}
            yield Remark(code="old", weight=Weight.LIMITS, text=text, args=args, fact=each.party)


def _channels(instrument: Instrument, effects: Effects) -> tuple[Channel, ...]:
    if effects.of(Effect.DIPLOMATIC_ONLY):
        return (Channel.DIPLOMATIC,)
    return (instrument.channel,)


def _urgent(instrument: Instrument, query: Query, effects: Effects) -> tuple[Channel, ...]:
    ways: list[Channel] = []
    if instrument.contact_points and query.type.startswith(_CONTACT):
        ways.append(Channel.CONTACT_POINT)
    if effects.of(Effect.INTERPOL_URGENT):
        ways.append(Channel.INTERPOL)
    return tuple(ways)


def _strength(said: list[Remark]) -> Strength:
    weights = {each.weight for each in said}
    if Weight.BARS in weights:
        return Strength.BARRED
    if Weight.DOUBT in weights:
        return Strength.DOUBTFUL
    return Strength.FAIR if Weight.LIMITS in weights else Strength.FIRM


def _facts(instrument: Instrument, sides: list[Standing], said: list[Remark]) -> tuple[Fact, ...]:
    parties = [each.party for each in sides if each.party is not None]
    rest = [each.fact for each in said if each.fact is not None]
    found: list[Fact] = []
    for each in (instrument, *parties, *rest):
        if each not in found:
            found.append(each)
    return tuple(found)


def _order(basis: Basis) -> tuple[int, int, bool, str]:
    kind = len(_KINDS) if basis.kind is None else _KINDS.index(basis.kind)
    general = any(each.code == "general" for each in basis.remarks)
    return (_STRENGTHS.index(basis.strength), kind, general, basis.instrument)


# --- What does not carry ----------------------------------------------------------------------------------------------

_REASONS: Final[dict[Status, tuple[str, Weight, str]]] = {
    Status.UNKNOWN: ("party.unknown", Weight.DOUBT, later("Whether {state} is a party is not known.")),
    Status.NOT_PARTY: ("party.no", Weight.BARS, later("{state} is not a party.")),
    Status.SIGNED: ("party.signed", Weight.BARS, later("{state} has signed but is not bound.")),
    Status.ENDED: ("party.ended", Weight.BARS, later("{state} has left; it was bound until {date}.")),
    Status.LATER: ("party.later", Weight.BARS, later("It is not yet in force for {state}.")),
}
_NOT_BOUND: Final = frozenset({Status.NOT_PARTY, Status.SIGNED})
_UNCLEAR: Final = later("Whether it is in force for {state} is not known.")
_OLD_NO: Final = later("{state} was not bound on {date}; it may be since.")


def _not_bound(instrument: Instrument, sides: list[Standing]) -> Iterator[Remark]:
    for each in sides:
        if each.status is Status.IN_FORCE:
            continue
        code, weight, text = _REASONS[each.status]
        day = each.until
        if each.status is Status.LATER and each.since is None:
            weight, text = Weight.DOUBT, _UNCLEAR
        if each.status in _NOT_BOUND and each.stale and each.party is not None:
            weight, text, day = Weight.DOUBT, _OLD_NO, each.party.as_of
        args = {"state": each.state, **({"date": day.isoformat()} if day else {})}
        yield Remark(code=code, weight=weight, text=text, args=args, fact=each.party or instrument)


def _barring(found: Iterator[Remark]) -> Iterator[Remark]:
    yield from (each for each in found if each.weight is Weight.BARS)


# --- Without a treaty -------------------------------------------------------------------------------------------------


def _without_treaty(corpus: Corpus, query: Query) -> Iterator[Basis]:
    profile = corpus.states.get(query.requested)
    practice = profile.untreatied if profile else None
    if practice is not Untreatied.NEVER:
        code = "COMITY" if practice is Untreatied.COURTESY else "RECIPROCITY"
        yield _last(code, query, profile, practice)


def _last(code: str, query: Query, profile: State | None, practice: Untreatied | None) -> Basis:
    said: list[Remark] = []
    args = {"state": query.requested}
    if practice is None:
        text = later("Whether {state} helps without a treaty is not known.")
        said.append(Remark(code="untreatied.unknown", weight=Weight.DOUBT, text=text, args=args, fact=profile))
    text = later("A request without a treaty needs a statement of reciprocity.")
    if code == "RECIPROCITY":
        said.append(Remark(code="reciprocity", weight=Weight.LIMITS, text=text, fact=profile))
    return Basis(
        instrument=code,
        kind=None,
        title=WITHOUT[code],
        strength=Strength.LAST,
        languages=profile.languages if profile else (),
        channels=(Channel.DIPLOMATIC,),
        remarks=tuple(said),
        facts=(profile,) if profile else (),
    )


def _whole(corpus: Corpus, query: Query) -> Iterator[Remark]:
    for state in dict.fromkeys((query.requesting, query.requested)):
        if corpus.invented(state):
            text = later("{state} is an invented State, for practice.")
            yield Remark(code="invented", weight=Weight.NOTE, text=text, args={"state": state})
        if not corpus.knows(state):
            text = later("Nothing is known here of the treaties of {state}.")
            yield Remark(code="state.unknown", weight=Weight.DOUBT, text=text, args={"state": state})
    profile = corpus.states.get(query.requested)
    if profile is not None and stale(corpus, profile, profile.code, query.at):
        text = later("What is known of {state} is of {date}; look for something newer.")
        args = {"state": profile.code, "date": profile.as_of.isoformat()}
        yield Remark(code="old", weight=Weight.DOUBT, text=text, args=args, fact=profile)
    if profile is not None and profile.untreatied is Untreatied.NEVER:
        text = later("{state} does not help without a treaty.")
        yield Remark(code="untreatied.never", weight=Weight.NOTE, text=text, args={"state": profile.code}, fact=profile)
