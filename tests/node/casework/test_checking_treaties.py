"""What treaties say of the legal bases of a request between two States that are known."""

from typing import Any

import pytest

from rogatory_node.bench.flaws import AT, FLAWS, planted
from rogatory_node.casework.checking import Between, check
from rogatory_node.casework.checking_treaties import languages
from rogatory_node.casework.law.corpus import shipped
from rogatory_node.casework.types import catalogue

# Codes of findings that do not depend on the States.
OTHERS = {code for code, _, _ in FLAWS}


def between(requesting: str, requested: str) -> Between:
    return Between(corpus=shipped(), requesting=requesting, requested=requested)


def resting(*instruments: str, kind: str = "evidence.statement", **more: Any) -> dict[str, Any]:
    bases = [{"instrument": each, "articles": ["1"]} for each in instruments]
    return catalogue.example(kind) | {"legal_basis": bases} | more


def codes(form: dict[str, Any], requesting: str, requested: str) -> list[tuple[str, str]]:
    return [(each.code, each.level) for each in check(form, at=AT, between=between(requesting, requested))]


@pytest.mark.parametrize("code", [kind.code for kind in catalogue.types()])
def test_a_complete_request_between_parties_gives_no_finding(code: str) -> None:
    assert codes(catalogue.example(code), "XA", "XB") == []


def test_planted_defects_are_named_as_before_and_nothing_is_added() -> None:
    pair = between("XA", "XB")
    for _, _, form in list(planted())[::10]:
        assert check(form, at=AT, between=pair) == check(form, at=AT, languages=("ar", "fr", "en", "es"))


@pytest.mark.parametrize(
    ("instruments", "pair", "found"),
    [
        (("UNTOC",), ("XA", "XE"), [("basis.not-in-force", "risk")]),
        (("UNTOC",), ("XA", "XC"), []),
        (("XB-XD-EXT",), ("XA", "XB"), []),
        (("UNTOC",), ("SN", "BJ"), []),
        (("UNTOC",), ("SN", "JP"), [("basis.old", "hint")]),
        (("UNTOC",), ("XY", "XZ"), []),
        (("GENTLEMEN",), ("XA", "XE"), []),
    ],
)
def test_what_is_certain_is_a_risk_and_what_is_old_a_hint(instruments, pair, found) -> None:
    offence = [{"title": "T", "law": "L", "max_penalty_years": 5, "crime_type": "money_laundering"}]
    assert codes(resting(*instruments, offences=offence), *pair) == found


def test_what_carries_instead_is_named() -> None:
    form = resting("BC", kind="data.preserve")
    (wrong,) = check(form, at=AT, between=between("XB", "XD"), languages=("en",))[:1]
    assert (wrong.code, wrong.path) == ("basis.not-in-force", "/legal_basis/0/instrument")
    assert "XB" in wrong.said("en")
    found = {each.code: each for each in check(form, at=AT, between=between("XB", "XD"))}
    assert found["basis.other"].args == {"instruments": "X-STRAITS"}
    assert (found["language.wrong"].args, found["language.wrong"].level) == ({"languages": "fr"}, "risk")
    assert not any(each.level == "wrong" for each in found.values())


def test_a_reservation_or_another_offence_is_named() -> None:
    assert ("basis.barred", "risk") in codes(resting("BC", kind="data.intercept"), "XA", "XF")
    offence = [{"title": "T", "law": "L", "max_penalty_years": 5, "crime_type": "drug_offences"}]
    assert ("basis.offence", "risk") in codes(resting("UNCAC", offences=offence), "XA", "XB")


def test_languages_are_those_said_to_the_instrument_and_old_ones_do_not_count() -> None:
    basis = [{"instrument": "X-STRAITS"}]
    assert languages(between("XA", "XB"), basis, AT.date()) == ("ar", "fr", "es")
    assert languages(between("XA", "XD"), None, AT.date()) == ("fr",)
    assert languages(between("SN", "BJ"), basis, AT.date()) == ()


@pytest.mark.parametrize("strange", [None, 5, [None, {"instrument": []}], {"instrument": "BC"}])
def test_no_form_is_too_strange(strange: Any) -> None:
    form = {
        "type": "data.preserve",
        "legal_basis": strange,
        "offences": [{"crime_type": [], "max_penalty_years": True}],
    }
    assert all(each.said("en") for each in check(form, at=AT, between=between("XA", "XE")))
