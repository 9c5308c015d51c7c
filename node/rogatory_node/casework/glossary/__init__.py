"""The glossary: the words of the field in seven languages, found by a word of any of them.

* It is data (``terms.json``) that carries its languages inside; official words are kept as the treaties write them.
* A word is found as the search finds it: without case, accents and endings.
* ``checked`` is false: nobody has compared the words with the official texts yet, and whoever shows them says so.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from rogatory_node.casework import terms

DATA: Final = Path(__file__).parent / "terms.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word of the field.

    Attributes:
        key: Stable name.
        words: The word by language.
    """

    key: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glossary:
    """All words, and what they rest on."""

    terms: tuple[Term, ...]
    source: str
    checked: bool


@cache
def glossary() -> Glossary:
    """Return the glossary."""
    read: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    found = tuple(Term(key=each["key"], words=each["words"]) for each in read["terms"])
    return Glossary(terms=found, source=read["source"], checked=read["checked"])


def find(word: str) -> tuple[Term, ...]:
    """Return the terms that hold all words of a query, in any language; a key is found as it is."""
    whole = glossary()
    exact = tuple(each for each in whole.terms if each.key == word)
    if exact:
        return exact
    groups = terms.asked(word)
    if not groups:
        return ()
    return tuple(each for each in whole.terms if _holds(each, groups))


def _holds(term: Term, groups: tuple[frozenset[str], ...]) -> bool:
    return any(all(group & held for group in groups) for held in _kept(term.key))


@cache
def _kept(key: str) -> tuple[frozenset[str], ...]:
    term = next(each for each in glossary().terms if each.key == key)
    return tuple(terms.terms(word) for word in term.words.values())
