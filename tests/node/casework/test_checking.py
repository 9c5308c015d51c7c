"""The whole check: good requests pass, planted defects are named, and no form is too strange or too large."""

import random
from collections.abc import Mapping
from typing import Any

import pytest

from rogatory_node.bench.flaws import AT, FLAWS, planted
from rogatory_node.casework.checking import GRAVE, LEVELS, MAX_FINDINGS, check, grave
from rogatory_node.casework.types import catalogue
from rogatory_node.i18n import LANGUAGES

PLANTED = list(planted())


@pytest.mark.parametrize("code", [kind.code for kind in catalogue.types()])
def test_a_complete_request_of_every_type_gives_no_finding(code: str) -> None:
    assert check(catalogue.example(code), at=AT) == ()


def test_of_200_drafts_with_a_defect_at_least_95_in_100_are_named() -> None:
    drawn = random.Random(20260125).sample(PLANTED, 200)
    named = [code in {each.code for each in check(form, at=AT)} for _, code, form in drawn]
    assert sum(named) >= 190


def test_every_defect_of_the_table_is_named_somewhere() -> None:
    named = {code for _, code, form in PLANTED if code in {each.code for each in check(form, at=AT)}}
    assert named == {code for code, _, _ in FLAWS}


def test_findings_are_said_in_every_language_with_their_values() -> None:
    for _, _, form in PLANTED[::25]:
        for each in check(form, at=AT):
            assert each.level in LEVELS
            for language in LANGUAGES:
                assert "{" not in each.said(language)


def test_grave_is_what_will_send_it_back() -> None:
    found = check({"kind": "request", "type": "data.preserve"}, at=AT)
    assert grave(found) == tuple(each for each in found if each.level in GRAVE)
    assert grave(found)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"type": 5, "assistance": 7, "persons": "x", "data": {"a": []}, "urgency": []},
        {"type": "data.preserve", "data": [None, 1, [], {"identifiers": [None, {"kind": [], "value": {}}]}]},
        {"assistance": [{}, None, {"type": "data.telepathy", "type_version": 99}]},
        {"type": "data.preserve", "facts_summary": "x" * 2_000_000, "intent_to_submit_mla": {"expected": "9999-99-99"}},
        {"urgency": {"deadline": "0000-00-00", "grade": "\N{COMBINING ACUTE ACCENT}"}},
    ],
)
def test_DOM_no_form_is_too_strange(form: Mapping[str, Any]) -> None:
    assert all(each.said("en") for each in check(form, at=AT))


def test_DOM_a_hundred_thousand_measures_and_persons_are_bounded() -> None:
    many = {"assistance": [{"type": "other"}] * 100_000, "persons": [{"surname": "a\u202eb"}] * 100_000}
    found = check(many, at=AT)
    assert len(found) <= MAX_FINDINGS + 1


def test_what_the_recipient_reads_and_what_is_attached_is_asked_when_it_is_known() -> None:
    form = catalogue.example("search.seizure")
    assert "language.wrong" in {each.code for each in check(form, at=AT, languages=("fr", "ar"))}
    assert "language.wrong" not in {each.code for each in check(form, at=AT, languages=("en",))}
    assert "attachment.absent" in {each.code for each in check(form, at=AT, attached=())}
    names = [each["name"] for each in form["attachments"]]
    assert "attachment.absent" not in {each.code for each in check(form, at=AT, attached=names)}
