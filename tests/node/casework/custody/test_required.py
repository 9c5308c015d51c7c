"""The form of evidence that was asked for is missed before the answer leaves."""

from typing import Any

import pytest

from rogatory_node.casework.custody.required import check_answer

ASKED = {"evidence_form": {"certificate": "Affidavit of the custodian of records", "hash_list": True}}


def codes(answer: dict[str, Any], *requests: dict[str, Any]) -> list[str]:
    return [each.code for each in check_answer({"kind": "response.final"} | answer, requests)]


def test_what_was_asked_for_and_is_not_there_is_said_once() -> None:
    assert codes({}, ASKED, ASKED) == ["evidence.certificate", "evidence.hash-list"]
    assert codes({}, {"evidence_form": {"certified_copies": True}}) == ["evidence.certified-copies"]


@pytest.mark.parametrize(
    "answer",
    [
        {"certificate": "affidavit.pdf", "evidence": [{"name": "a", "sha256": "ab"}]},
        {"evidence": [{"name": "a", "sha256": "ab", "certificate": "c.pdf"}]},
    ],
)
def test_what_is_there_is_not_missed(answer: dict[str, Any]) -> None:
    assert codes(answer, ASKED) == []


@pytest.mark.parametrize("request_", [{}, {"evidence_form": "x"}, {"evidence_form": {"hash_list": False}}])
def test_what_was_not_asked_for_is_not_missed(request_: dict[str, Any]) -> None:
    assert codes({}, request_) == []


def test_other_letters_are_not_answers() -> None:
    assert check_answer({"kind": "status"}, [ASKED]) == ()
