"""Who may say an entry, when it is to be verified, and finding entries."""

from dataclasses import replace
from datetime import date

import msgspec
import pytest

from rogatory_node.casework.authorities.directory import (
    DUES,
    VOICES,
    Due,
    Listed,
    Query,
    Voice,
    due,
    practice,
    search,
    voice_of,
)
from rogatory_node.casework.authorities.entry import Function

XB = next(each.entry for each in practice() if each.entry.id == "xb.central")
ITS, OTHER = "ab" * 32, "cd" * 32


def test_an_authority_says_its_own_entry_and_a_registry_those_without_a_node() -> None:
    own = msgspec.structs.replace(XB, aid=ITS)
    assert voice_of(own, ITS, registry=False) is Voice.ITSELF
    assert voice_of(own, OTHER, registry=True) is None
    assert voice_of(XB, OTHER, registry=True) is Voice.SECRETARIAT
    assert voice_of(XB, OTHER, registry=False) is None
    assert (VOICES.keys(), DUES.keys()) == (set(Voice), set(Due))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 2), Due.FRESH),
        (date(2027, 10, 1), Due.FRESH),
        (date(2027, 10, 2), Due.SOON),
        (date(2027, 11, 1), Due.SOON),
        (date(2027, 11, 2), Due.OVERDUE),
        (date.max, Due.OVERDUE),
    ],
)
def test_an_entry_is_verified_once_a_year(today: date, expected: Due) -> None:
    said = Listed(entry=XB, voice=Voice.SECRETARIAT, issuer=OTHER)
    assert due(said, today) is expected
    assert due(replace(said, voice=Voice.PRACTICE), today) is Due.FRESH


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(state="XA"), ["xa.central", "xa.contact"]),
        (Query(function=Function.CONTACT_POINT), ["xa.contact", "xb.central"]),
        (Query(instrument="XA-XC-MLA"), ["xc.attorney"]),
        (Query(instrument="BC", language="fr"), ["xb.central"]),
        (Query(words="ministère étrangères"), ["xd.foreign"]),
        (Query(words="السلطة المركزية", state="XB"), ["xb.central"]),
        (Query(words="phone"), []),
        (Query(network="Two Straits", function=Function.CONFISCATION), ["xa.central", "xf.prosecutor"]),
        (Query(state="XZ"), []),
    ],
)
def test_finds_by_state_function_treaty_language_network_and_words(query: Query, found: list[str]) -> None:
    assert [each.entry.id for each in search(practice(), query)] == found


def test_what_the_authority_itself_says_goes_first() -> None:
    (one, *_) = practice()
    voices = [replace(one, voice=voice, issuer=ITS) for voice in (Voice.PRACTICE, Voice.SECRETARIAT, Voice.ITSELF)]
    assert [each.voice for each in search(voices, Query())] == [Voice.ITSELF, Voice.SECRETARIAT, Voice.PRACTICE]
