"""The directory: who said which entry, whether it may be said so, when it is to be verified, and finding entries.

* An authority says its own entry. A registry says entries of authorities that have no node; they are marked.
* One entry per issuer and identifier; an entry of the authority itself goes before one of a registry for the same
  State.
* An entry is to be verified a year after it last was; thirty days before that it is due soon.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec

from rogatory_node.casework.authorities import entry as e
from rogatory_node.casework.authorities.entry import Entry, Function
from rogatory_node.casework.terms import asked, terms
from rogatory_node.i18n import later

DATA: Final = Path(__file__).parent / "data" / "practice.json"
YEAR: Final = timedelta(days=365)
SOON: Final = timedelta(days=30)


class Due(StrEnum):
    """Whether an entry is to be verified."""

    FRESH = "fresh"
    SOON = "soon"
    OVERDUE = "overdue"


class Voice(StrEnum):
    """Who says an entry."""

    ITSELF = "itself"
    SECRETARIAT = "secretariat"
    PRACTICE = "practice"


DUES: Final = {Due.FRESH: later("verified"), Due.SOON: later("to be verified soon"), Due.OVERDUE: later("overdue")}
VOICES: Final = {
    Voice.ITSELF: later("said by the authority itself"),
    Voice.SECRETARIAT: later("entered by a secretariat"),
    Voice.PRACTICE: later("invented, for practice"),
}
_ORDER: Final = list(Voice)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listed:
    """An entry with who says it. Two are never equal, so that what was worked out for one can be kept.

    Attributes:
        entry: The entry.
        voice: Who says it.
        issuer: The authority that signed it, or None for what comes with the program.
        version: Of the entry.
        signed_at: When it was signed.
        digest: Of what was signed, in hexadecimal digits; empty for what comes with the program.
    """

    entry: Entry
    voice: Voice
    issuer: str | None = None
    version: int = 1
    signed_at: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for; what is None makes no difference.

    Attributes:
        state: Of this State.
        function: Competent for this.
        instrument: Designated by this treaty, or usable as a basis there.
        language: Accepting requests in this language.
        words: With all these words somewhere.
        network: Of this network.
    """

    state: str | None = None
    function: Function | None = None
    instrument: str | None = None
    language: str | None = None
    words: str | None = None
    network: str | None = None


def voice_of(entry: Entry, issuer: str, *, registry: bool) -> Voice | None:
    """Return in which voice an issuer may say an entry, or None when it may not."""
    if entry.aid is not None:
        return Voice.ITSELF if entry.aid == issuer else None
    return Voice.SECRETARIAT if registry else None


def due(listed: Listed, today: date) -> Due:
    """Say whether an entry is to be verified; an invented one never is."""
    if listed.voice is Voice.PRACTICE:
        return Due.FRESH
    age = today - listed.entry.verified.on
    if age > YEAR:
        return Due.OVERDUE
    return Due.SOON if age >= YEAR - SOON else Due.FRESH


def search(listed: Iterable[Listed], query: Query) -> tuple[Listed, ...]:
    """Return the entries that fit, by State; those that authorities say themselves first.

    Words are slow to find in many entries for the first time: call it in a thread.
    """
    groups = asked(query.words) if query.words else ()
    found = [each for each in listed if _fits(each.entry, query) and _speaks(each, groups)]
    return tuple(sorted(found, key=lambda each: (each.entry.state, _ORDER.index(each.voice), each.entry.id)))


@cache
def practice() -> tuple[Listed, ...]:
    """Return the entries of invented States that come with the program."""
    read = msgspec.json.decode(DATA.read_bytes(), type=tuple[Entry, ...])
    return tuple(Listed(entry=each, voice=Voice.PRACTICE) for each in read)


def _fits(entry: Entry, query: Query) -> bool:
    treaties = {each.instrument for each in entry.designations} | set(entry.legal_basis.instruments)
    return (
        query.state in (None, entry.state)
        and (query.function is None or query.function in e.functions(entry))
        and (query.instrument is None or query.instrument in treaties)
        and (query.language is None or query.language in {tag.split("-")[0] for tag in entry.languages.requests})
        and (query.network is None or query.network in {each.name for each in entry.networks})
    )


def _speaks(listed: Listed, groups: tuple[frozenset[str], ...]) -> bool:
    return not groups or all(not _terms_of(listed).isdisjoint(group) for group in groups)


@lru_cache(maxsize=4096)
def _terms_of(listed: Listed) -> frozenset[str]:
    return terms("\n".join(_values(msgspec.to_builtins(listed.entry))))


def _values(value: Any) -> Iterator[str]:
    """Yield the texts of an entry, without the names of its fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _values(each)
