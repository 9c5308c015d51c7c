"""What an officer writes names one admitted authority, or nothing is guessed."""

import os

import pytest

from rogatory_keys.authority import Listing, Standing
from rogatory_keys.directory import Entry
from rogatory_node.services.recipients import (
    NotAdmittedError,
    RecipientAmbiguousError,
    RecipientUnknownError,
    name_of,
    number_in,
    numbered,
    resolve,
)
from rogatory_protocol.ids import Aid, aid_of, digits_of
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.statement import accept
from rogatory_protocol.statement_fields import Content, Period, Root, build
from rogatory_protocol.suite import SigningKey

ROOT, SEAL, NODE = (SigningKey(os.urandom(64)) for _ in range(3))
PAYLOAD = build(
    Content(
        ver=1, prev=None, ts=1_000, exp=2_000, name={"en": "Authority"}, cc="XB", roles=("mla",),
        root=Root(k=1, keys=(ROOT.public,)), seal=(Period(pub=SEAL.public, nb=1_000, na=2_000),),
        node=(Period(pub=NODE.public, nb=1_000, na=2_000),),
    )
)  # fmt: skip
STATEMENT = accept(sign(ROOT, Context.AUTHORITY, PAYLOAD), None, latest=2_000)


def entry(digits: str, cc: str, standing: Standing = Standing.ADMITTED, **names: str) -> Entry:
    listing = Listing(name=tuple((names or {"en": cc}).items()), cc=cc, roles=("mla",))
    aid = Aid(bytes.fromhex(digits.ljust(64, "0")))
    return Entry(
        aid=aid, standing=standing, listing=listing, roles=("mla",), unconfirmed=(), statement=STATEMENT, registry=None
    )


XB = entry("abcdef0123", "XB")
XC, XC_OTHER = entry("abcdef0124", "XC"), entry("123456789a", "XC")
GONE, NEVER = entry("99999999", "XD", Standing.REMOVED), entry("88888888", "XB", Standing.NOT_ADMITTED)
ALL = [XB, XC, XC_OTHER, GONE, NEVER]


@pytest.mark.parametrize("word", ["XB", "xb", "abcdef0123", "ABCDEF0123", XB.aid.hex()])
def test_an_authority_is_named_by_country_prefix_or_digits(word: str) -> None:
    assert resolve(ALL, word) is XB


@pytest.mark.parametrize("word", ["", "XZ", "abcdef0", "abcdef0125", "authority", "ab" * 33, "é"])
def test_what_the_directory_does_not_know_is_refused(word: str) -> None:
    with pytest.raises(RecipientUnknownError):
        resolve(ALL, word)


@pytest.mark.parametrize(("word", "fits"), [("XC", [XC, XC_OTHER]), ("abcdef01", [XB, XC])])
def test_several_that_fit_are_listed(word: str, fits: list[Entry]) -> None:
    with pytest.raises(RecipientAmbiguousError) as caught:
        resolve(ALL, word)
    assert list(caught.value.candidates) == fits


@pytest.mark.parametrize(("word", "found"), [("XD", GONE), ("88888888", NEVER)])
def test_one_that_is_not_admitted_is_said_to_be_so(word: str, found: Entry) -> None:
    with pytest.raises(NotAdmittedError) as caught:
        resolve(ALL, word)
    assert caught.value.candidates == (found,)


def test_a_name_comes_in_the_language_asked_for() -> None:
    named = entry("abcdef0123", "XB", fr="Autorité", en="Authority")
    assert [name_of(named, language) for language in ("fr", "en", "ru")] == ["Autorité", "Authority", "Authority"]
    assert name_of(entry("abcdef0123", "XB", pt="Autoridade"), "ru") == "Autoridade"
    assert aid_of(PAYLOAD) == STATEMENT.aid


@pytest.mark.parametrize("write", [str, lambda number: number.replace(" ", ""), lambda number: f" {number} "])
def test_the_thirty_digits_that_people_compare_name_an_authority(write) -> None:
    number = number_in(write(digits_of(XC.aid)))
    assert number is not None
    assert numbered([XB.aid, XC.aid], number) == XC.aid
    assert numbered([XB.aid], number) is None


def test_the_thirty_digits_are_read_in_any_numerals() -> None:
    number = digits_of(XB.aid)
    arabic = number.translate({ord("0") + n: chr(0x660 + n) for n in range(10)})
    assert number_in(arabic) == number.replace(" ", "")


@pytest.mark.parametrize("word", ["", "XB", "1" * 29, "1" * 31, "a" * 30, "²" * 30])
def test_other_words_are_no_thirty_digits(word: str) -> None:
    assert number_in(word) is None
