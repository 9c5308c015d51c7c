"""What a pack changes in what is known: for the page that a person reads before it is taken.

* A change names what it is about and what was and will be, in short words of facts; it is data, not text.
* A fact that stays as it is, or is only of a newer day, is counted and not listed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rogatory_node.casework.law.corpus import Corpus
from rogatory_node.casework.law.records import Instrument, Pack, Party, State, Statement

_OF_FACTS: Final = {"source", "as_of", "checked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that will be known otherwise.

    Attributes:
        about: ``instrument``, ``party``, ``statements`` or ``state``.
        name: Which one.
        before: What is known now; empty when nothing is.
        after: What will be.
    """

    about: str
    name: str
    before: str
    after: str


def changes(corpus: Corpus, pack: Pack) -> tuple[Change, ...]:
    """Return what a pack changes, in the order of instruments, parties, statements and States."""
    new = corpus.over(pack)
    return (
        *_differing("instrument", corpus.instruments, new.instruments, _instrument),
        *_differing("party", corpus.parties, new.parties, _party),
        *_differing("statements", corpus.statements, new.statements, _statements),
        *_differing("state", corpus.states, new.states, _state),
    )


def facts(pack: Pack) -> int:
    """Return how many facts a pack holds."""
    rows = sum(len(each.rows) for each in pack.tables)
    return rows + sum(map(len, (pack.instruments, pack.parties, pack.statements, pack.states)))


def _differing(about: str, old: Mapping[Any, Any], new: Mapping[Any, Any], words: Any) -> Iterator[Change]:
    for key, each in new.items():
        before = old.get(key)
        if before is not None and _told(before) == _told(each):
            continue
        name = key if isinstance(key, str) else " ".join(key)
        yield Change(about=about, name=name, before="" if before is None else words(before), after=words(each))


def _told(value: Any) -> Any:
    """Return a record without what it says of its source."""
    if isinstance(value, tuple):
        return [_told(each) for each in value]
    return {name: getattr(value, name) for name in value.__struct_fields__ if name not in _OF_FACTS}


def _instrument(each: Instrument) -> str:
    return " ".join(map(str, filter(None, (each.kind.value, each.in_force, f"{len(each.articles)} types"))))


def _party(each: Party) -> str:
    days = {"signed": each.signed, "bound": each.bound, "in force": each.in_force, "left": each.denounced}
    return ", ".join(f"{name} {day}" for name, day in days.items() if day) or "not bound"


def _statements(each: tuple[Statement, ...]) -> str:
    return ", ".join(f"{one.effect.value} {' '.join(one.values)}".strip() for one in each)


def _state(each: State) -> str:
    return " ".join(each.languages)
