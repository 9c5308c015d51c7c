"""Recipients: from what an officer writes to one admitted authority of the directory (B.6.4).

* An authority is named by its 64 digits, by a prefix of eight or more that only it has, by the thirty digits that
  people compare, or by a country code when exactly one admitted authority of the directory has it.
* A name is never guessed: several that fit are listed, and the officer chooses by the digits.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from rogatory_keys.authority import GOOD
from rogatory_keys.directory import Entry
from rogatory_protocol.ids import Aid, digits_of

MIN_PREFIX: Final = 8
MOST_CANDIDATES: Final = 10
NUMBER_DIGITS: Final = 30
_COUNTRY: Final = re.compile(r"[A-Za-z]{2}")
_DIGITS: Final = re.compile(rf"[0-9a-f]{{{MIN_PREFIX},64}}")


class RecipientError(Exception):
    """No single admitted authority is called so.

    Attributes:
        word: What was asked for.
        candidates: Those that fit.
    """

    code: ClassVar[str] = "recipient"

    def __init__(self, word: str, candidates: Sequence[Entry] = ()) -> None:
        """Note the word and who fits."""
        super().__init__(word)
        self.word, self.candidates = word, tuple(candidates[:MOST_CANDIDATES])


class RecipientUnknownError(RecipientError):
    """The directory knows none."""

    code: ClassVar[str] = "recipient.unknown"


class RecipientAmbiguousError(RecipientError):
    """Several fit."""

    code: ClassVar[str] = "recipient.ambiguous"


class NotAdmittedError(RecipientError):
    """The one that fits is not admitted now; nothing may be sealed to it."""

    code: ClassVar[str] = "recipient.not-admitted"


def resolve(entries: Sequence[Entry], word: str) -> Entry:
    """Return the authority that *word* names.

    Raises:
        RecipientUnknownError: The directory knows none.
        RecipientAmbiguousError: Several fit.
        NotAdmittedError: One fits and is not admitted.
    """
    found = _by_country(entries, word) if _COUNTRY.fullmatch(word) else _by_digits(entries, word)
    if not found:
        raise RecipientUnknownError(word)
    if len(found) > 1:
        raise RecipientAmbiguousError(word, found)
    if found[0].standing not in GOOD:
        raise NotAdmittedError(word, found)
    return found[0]


def number_in(word: str) -> str | None:
    """Return the thirty digits that people compare, if *word* is such, in any numerals, with or without blanks."""
    compact = "".join(word.split())
    if len(compact) != NUMBER_DIGITS or not all(letter.isdecimal() for letter in compact):
        return None
    return "".join(str(unicodedata.decimal(letter)) for letter in compact)


def numbered(aids: Iterable[Aid], number: str) -> Aid | None:
    """Return the authority that has these thirty digits; slow, because each number takes thousands of hashes."""
    return next((aid for aid in aids if digits_of(aid).replace(" ", "") == number), None)


def name_of(entry: Entry, language: str) -> str:
    """Return what an authority is called, in this language, else in English, else as it calls itself first."""
    names = dict(entry.listing.name)
    return names.get(language) or names.get("en") or next(iter(names.values()), entry.aid.hex()[:MIN_PREFIX])


def _by_country(entries: Sequence[Entry], word: str) -> list[Entry]:
    of_country = [entry for entry in entries if entry.listing.cc == word.upper()]
    # A country that has an admitted authority is not made ambiguous by one that is not.
    return [entry for entry in of_country if entry.standing in GOOD] or of_country


def _by_digits(entries: Sequence[Entry], word: str) -> list[Entry]:
    digits = word.lower()
    if not _DIGITS.fullmatch(digits):
        return []
    return [entry for entry in entries if entry.aid.hex().startswith(digits)]
