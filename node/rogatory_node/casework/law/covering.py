"""Whether an instrument covers the offence and the type of assistance that are asked about.

* A general convention has a clause for assistance of kinds that it does not name (UNTOC 18(3)(i)); it carries less.
* Serious crime is covered by UNTOC only when it is transnational and of an organized criminal group (UNTOC 3): what
  was not said of that stays a doubt.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from rogatory_node.casework.grounds import EXTRADITION
from rogatory_node.casework.law.corpus import Corpus
from rogatory_node.casework.law.finding import Remark, Weight
from rogatory_node.casework.law.records import Instrument
from rogatory_node.casework.types import catalogue
from rogatory_node.i18n import later

_ELECTRONIC: Final = ("data.", "emergency.", "order.")
# What a general clause on mutual legal assistance never reaches: it has articles of its own or none.
_NOT_GENERAL: Final = frozenset(
    {*EXTRADITION, "transfer.sentenced", "transfer.proceedings", "joint.investigation", "order.effect"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked.

    Attributes:
        requesting: The State that asks for help.
        requested: The State that is asked.
        type: Code of the type of request.
        at: The day on which the instrument has to be in force.
        crime: Code of the type of crime; None: not said.
        years: The highest penalty in years; None: not said.
        organized: Whether it is transnational and of an organized criminal group; None: not said.
    """

    requesting: str
    requested: str
    type: str
    at: date
    crime: str | None = None
    years: float | None = None
    organized: bool | None = None


def articles(corpus: Corpus, instrument: Instrument, request_type: str) -> tuple[tuple[str, ...], bool]:
    """Return the articles for a type, and whether they name it; none when the instrument does not reach it."""
    named = corpus.articles(instrument, request_type)
    if named:
        return named, True
    known = not isinstance(catalogue.type_of(request_type), catalogue.Unknown)
    general = known and request_type not in _NOT_GENERAL and instrument.general
    return ((instrument.general,) if general else ()), False


def offence(instrument: Instrument, query: Query) -> Iterator[Remark]:
    """Yield why the offence is not covered, or may not be."""
    scope = instrument.scope
    if scope.every or query.crime in scope.crimes:
        return
    if scope.electronic and query.type.startswith(_ELECTRONIC):
        return
    if query.crime is None and query.years is None:
        text = later("No offence was named, so whether it is covered is not known.")
        yield Remark(code="offence.unsaid", weight=Weight.DOUBT, text=text, fact=instrument)
        return
    serious = scope.serious_years is not None and (query.years is None or query.years >= scope.serious_years)
    if not serious or query.organized is False:
        text = later("The offence is not among those that it covers.")
        yield Remark(code="offence.outside", weight=Weight.BARS, text=text, fact=instrument)
    elif query.organized is None or query.years is None:
        text = later(
            "It covers this offence only if the highest penalty is at least {years} years, and the offence is "
            "transnational and of an organized criminal group."
        )
        args = {"years": str(scope.serious_years)}
        yield Remark(code="offence.serious", weight=Weight.DOUBT, text=text, args=args, fact=instrument)
