"""All facts that are known, found by what one asks for; what is shipped, and packs over it.

* A later pack replaces what an earlier one says of the same thing: an instrument, a State, how a State stands to an
  instrument, and all statements of a State to an instrument together.
* A corpus is never changed: putting a pack over it gives another.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from rogatory_node.casework.law import records
from rogatory_node.casework.law.records import Instrument, Pack, Party, State, Statement
from rogatory_node.casework.types import catalogue

DATA: Final = Path(__file__).parent / "data"

Pair = tuple[str, str]
"""An instrument and a State."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """What is known.

    Attributes:
        instruments: By code.
        parties: By instrument and State.
        statements: By instrument and State.
        states: By code.
        versions: Of the packs in it, by name.
    """

    instruments: Mapping[str, Instrument]
    parties: Mapping[Pair, Party]
    statements: Mapping[Pair, tuple[Statement, ...]]
    states: Mapping[str, State]
    versions: Mapping[str, int]

    def over(self, pack: Pack) -> "Corpus":
        """Return a corpus in which this pack has the last word."""
        said: dict[Pair, list[Statement]] = defaultdict(list)
        for each in pack.statements:
            said[(each.instrument, each.state)].append(each)
        return Corpus(
            instruments={**self.instruments, **{each.code: each for each in pack.instruments}},
            parties={**self.parties, **{(each.instrument, each.state): each for each in records.parties_of(pack)}},
            statements={**self.statements, **{pair: tuple(each) for pair, each in said.items()}},
            states={**self.states, **{each.code: each for each in pack.states}},
            versions={**self.versions, pack.name: pack.version},
        )

    def knows(self, state: str) -> bool:
        """Tell whether anything is known of a State."""
        return state in self.states or any(of == state for _, of in self.parties)

    def invented(self, state: str) -> bool:
        """Tell whether a State does not exist."""
        return state in self.states and self.states[state].invented

    def articles(self, instrument: Instrument, request_type: str) -> tuple[str, ...]:
        """Return the articles of an instrument for a type of request: its own, and those that the type names."""
        return tuple(
            dict.fromkeys((*instrument.articles.get(request_type, ()), *_named(instrument.code, request_type)))
        )


EMPTY: Final = Corpus(instruments={}, parties={}, statements={}, states={}, versions={})


@cache
def shipped() -> Corpus:
    """Return what comes with the program."""
    return put_together(records.read(path.read_bytes()) for path in sorted(DATA.glob("*.json")))


def put_together(packs: Iterable[Pack], under: Corpus = EMPTY) -> Corpus:
    """Return a corpus of packs, each over those before it."""
    for each in packs:
        under = under.over(each)
    return under


def _named(instrument: str, request_type: str) -> tuple[str, ...]:
    found = catalogue.type_of(request_type)
    if isinstance(found, catalogue.Unknown):
        return ()
    return tuple(each.article for each in found.articles if each.instrument == instrument)
