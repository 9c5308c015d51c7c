"""The words by which a text is found, in seven languages, by one rule for writing and asking.

* Compatibility forms, case, accents, Arabic vowel signs and stretched letters make no difference; the forms of alef,
  hamza, final ya and ta marbuta are one (databases' own rules miss these, or Chinese, or both).
* Arabic words lose their articles and endings by a short list and no dictionary; words in Latin and Cyrillic letters
  are reduced by Snowball. Which language a text is in need not be known: a word is kept in every reduction that its
  script may have, and asked in the same.
* Chinese has no spaces: a run of its signs is kept as its pairs, so that any word of two signs or more is found.
* Identifiers (addresses, numbers, references) are kept whole and in their parts.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Final

MAX_TERM: Final = 64  # characters: longer runs are no words
MAX_TERMS: Final = 50_000  # of one text; a form of a mebibyte has fewer
_RUN: Final = re.compile(r"[^\W_]+(?:[.@:/_-][^\W_]+)*")
_PART: Final = re.compile(r"[^\W_]+")
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
_ARABIC: Final = re.compile(r"[\u0620-\u064a\u066e-\u06d3]+")
_CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]+")
_LATIN: Final = re.compile(r"[a-z\u00df-\u024f]+")
_MARKS: Final = r"\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0640\u06d6-\u06ed\u200b-\u200f\u202a-\u202e"
_DROPPED: Final = re.compile(f"[{_MARKS}]")
_ALEF, _HEH = "\N{ARABIC LETTER ALEF}", "\N{ARABIC LETTER HEH}"
_ONE_FORM: Final = str.maketrans(dict.fromkeys("أإآٱ", _ALEF) | {"ى": "ي", "ئ": "ي", "ؤ": "و", "ة": _HEH})
_ARTICLES: Final = ("وال", "بال", "كال", "فال", "لل", "ال", "و")
_ENDINGS: Final = (_HEH + _ALEF, "ان", "ات", "ون", "ين", "ي" + _HEH, _HEH, "ي")
_LANGUAGES: Final = ("english", "french", "spanish", "portuguese")


def terms(text: str) -> frozenset[str]:
    """Return the terms under which a text is kept, at most `MAX_TERMS` of them."""
    found: set[str] = set()
    for run in _RUN.finditer(_folded(text)):
        if len(found) >= MAX_TERMS:
            break
        for group in _groups(run.group()):
            found |= group
    return frozenset(found)


def asked(query: str) -> tuple[frozenset[str], ...]:
    """Return what a query asks for: every group must be met, each by any of its terms."""
    groups: list[frozenset[str]] = []
    for run in _RUN.finditer(_folded(query[:1000])):
        word = run.group()
        # A whole identifier is asked whole: its parts would find too much.
        groups += [frozenset({word})] if not _PART.fullmatch(word) and len(word) <= MAX_TERM else _groups(word)
    return tuple(dict.fromkeys(groups))


def _groups(run: str) -> list[frozenset[str]]:
    """Return the terms of a run of letters and digits: one group for each word in it, and one for the whole."""
    groups = [frozenset(_forms(part)) for part in _PART.findall(run) if len(part) <= MAX_TERM and not _HAN.search(part)]
    for han in _HAN.findall(run):
        groups += [frozenset({pair}) for pair in _pairs(han)]
    if not _PART.fullmatch(run) and len(run) <= MAX_TERM:
        groups.append(frozenset({run}))
    return groups


def _pairs(signs: str) -> Iterator[str]:
    if len(signs) == 1:
        yield signs
    for place in range(len(signs) - 1):
        yield signs[place : place + 2]


def _folded(text: str) -> str:
    even = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", _DROPPED.sub("", even)).translate(_ONE_FORM)


@lru_cache(maxsize=65_536)
def _forms(word: str) -> tuple[str, ...]:
    if _ARABIC.fullmatch(word):
        return (word, _light(word))
    if _CYRILLIC.fullmatch(word):
        return (word, _stemmer("russian").stemWord(word))
    if _LATIN.fullmatch(word):
        return (word, *(_stemmer(language).stemWord(word) for language in _LANGUAGES))
    return (word,)


def _light(word: str) -> str:
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= 3:
            word = word.removeprefix(article)
            break
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(language)
