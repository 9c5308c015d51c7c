"""What reservations, declarations and notifications of both States change for a request.

* The requested State's own count; those of the requesting State are named, since the other may hold them against it.
* An excluded article takes its paragraphs with it; a basis is barred when nothing of what it would rest on remains.
* Rules per effect are a table.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rogatory_node.casework.grounds import EXTRADITION
from rogatory_node.casework.law.corpus import Corpus
from rogatory_node.casework.law.covering import Query
from rogatory_node.casework.law.finding import Remark, Weight
from rogatory_node.casework.law.records import Effect, Instrument, Statement, Words
from rogatory_node.casework.types import catalogue
from rogatory_node.i18n import later

_BY_TREATY: Final = frozenset(EXTRADITION) - {"transit"}
_PRESERVATION: Final = ("data.preserve",)
DECLARED: Final = later("{state} declared: {words}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """The statements in effect for a request under one instrument.

    Attributes:
        ours: Of the requesting State.
        theirs: Of the requested State.
    """

    ours: tuple[Statement, ...]
    theirs: tuple[Statement, ...]

    def of(self, effect: Effect) -> tuple[Statement, ...]:
        """Return those of the requested State with an effect."""
        return tuple(each for each in self.theirs if each.effect is effect)

    def languages(self) -> tuple[str, ...]:
        """Return the languages that the requested State named, or none."""
        return tuple(dict.fromkeys(value for each in self.of(Effect.LANGUAGE) for value in each.values))

    def authority(self) -> Words:
        """Return whom the requested State named, by language, or nothing."""
        return next((each.text for each in self.of(Effect.AUTHORITY) if each.text), {})


def in_effect(corpus: Corpus, instrument: str, query: Query) -> Effects:
    """Return the statements of both States that were made and not withdrawn by the day."""

    def of(state: str) -> tuple[Statement, ...]:
        made = corpus.statements.get((instrument, state), ())
        return tuple(each for each in made if _stands(each, query))

    return Effects(ours=of(query.requesting), theirs=of(query.requested))


def remaining(articles: Sequence[str], effects: Effects) -> tuple[str, ...]:
    """Return the articles that the requested State has not excluded."""
    out = tuple(value for each in effects.of(Effect.EXCLUDES) for value in each.values)
    return tuple(each for each in articles if not any(_within(each, value) for value in out))


def remarks(corpus: Corpus, instrument: Instrument, query: Query, effects: Effects) -> Iterator[Remark]:
    """Yield what statements and the duties of the instrument itself say of a request."""
    for statement in effects.theirs:
        rule = _RULES.get(statement.effect)
        if rule is not None:
            yield from rule(statement, query)
    for statement in effects.ours:
        if statement.effect in {Effect.EXCLUDES, Effect.TERRITORY, Effect.OTHER} and statement.text:
            yield _said("declared.own", Weight.NOTE, DECLARED, statement)
    yield from _extradition(corpus, instrument, query, effects)
    yield from _dual_criminality(instrument, query, effects)


# --- Rules per effect -------------------------------------------------------------------------------------------------


def _declared(weight: Weight) -> Callable[[Statement, Query], Iterator[Remark]]:
    def rule(statement: Statement, query: Query) -> Iterator[Remark]:
        if statement.text and (not statement.values or query.type in statement.values):
            yield _said("declared", weight, DECLARED, statement)

    return rule


def _excluded(statement: Statement, query: Query) -> Iterator[Remark]:
    for article in statement.values:
        text = later("{state} has excluded article {article}.")
        args = {"state": statement.state, "article": article}
        yield Remark(code="excluded", weight=Weight.NOTE, text=text, args=args, article=article, fact=statement)


def _nationals(statement: Statement, query: Query) -> Iterator[Remark]:
    if query.type in _BY_TREATY:
        text = later("{state} does not extradite its own nationals.")
        yield _said("nationals", Weight.LIMITS, text, statement)


def _diplomatic(statement: Statement, query: Query) -> Iterator[Remark]:
    text = later("{state} takes requests by diplomatic channels only.")
    yield _said("diplomatic", Weight.LIMITS, text, statement)


_RULES: Final[Mapping[Effect, Callable[[Statement, Query], Iterator[Remark]]]] = {
    Effect.EXCLUDES: _excluded,
    Effect.NO_NATIONALS: _nationals,
    Effect.DIPLOMATIC_ONLY: _diplomatic,
    Effect.TERRITORY: _declared(Weight.LIMITS),
    Effect.OTHER: _declared(Weight.LIMITS),
}


def _extradition(corpus: Corpus, instrument: Instrument, query: Query, effects: Effects) -> Iterator[Remark]:
    """Yield whether the requested State extradites under this instrument (UNTOC 16(5), UNCAC 44(6))."""
    if query.type not in _BY_TREATY or not instrument.notice or effects.of(Effect.BASIS_EXTRADITION):
        return
    against = effects.of(Effect.NOT_BASIS_EXTRADITION)
    profile = corpus.states.get(query.requested)
    free = profile is not None and profile.treaty_for_extradition is False
    if against:
        text = later("{state} does not take this instrument as a basis for extradition.")
        yield _said("extradition.no-basis", Weight.LIMITS if free else Weight.BARS, text, against[0])
    elif not free:
        text = later("Whether {state} takes this instrument as a basis for extradition is not known.")
        args = {"state": query.requested}
        yield Remark(
            code="extradition.unknown",
            weight=Weight.DOUBT,
            text=text,
            args=args,
            article=instrument.notice,
            fact=instrument,
        )


def _dual_criminality(instrument: Instrument, query: Query, effects: Effects) -> Iterator[Remark]:
    kind = catalogue.type_of(query.type)
    reserved = effects.of(Effect.DUAL_CRIMINALITY)
    if query.type.startswith(_PRESERVATION):
        text = later("{state} may refuse preservation when disclosure would later fail for dual criminality.")
        yield from (_said("dual.reserved", Weight.LIMITS, text, each) for each in reserved)
    elif not isinstance(kind, catalogue.Unknown) and kind.dual_criminality != "none" and instrument.dual_criminality:
        text = later("{state} may ask that the act be an offence there as well.")
        args, article = {"state": query.requested}, instrument.dual_criminality
        yield Remark(
            code="dual.criminality", weight=Weight.NOTE, text=text, args=args, article=article, fact=instrument
        )


# --- Helpers ----------------------------------------------------------------------------------------------------------


def _said(code: str, weight: Weight, text: str, statement: Statement) -> Remark:
    words = statement.text if "{words}" in text else {}
    args = {"state": statement.state}
    return Remark(
        code=code, weight=weight, text=text, args=args, words=words, article=statement.article, fact=statement
    )


def _stands(statement: Statement, query: Query) -> bool:
    made = statement.made is None or statement.made <= query.at
    return made and (statement.withdrawn is None or statement.withdrawn > query.at)


def _within(article: str, excluded: str) -> bool:
    return article == excluded or (article.startswith(excluded) and article[len(excluded)] == "(")
