"""The demonstrated request is complete on any day, and each of its replies is a kind of letter."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from lifecase import XA, XB, Talk

from rogatory_node.casework.checking import check
from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.demo import case
from rogatory_node.services.composing import read_form

DAYS = [
    datetime(2026, 11, 24, 9, 5, 17, 123456, tzinfo=UTC),
    datetime(2028, 3, 1, 0, 0, 1, tzinfo=UTC),
    datetime(2027, 1, 1, 23, 59, tzinfo=timezone(timedelta(hours=-11))),
]


@pytest.mark.parametrize("at", DAYS)
def test_a_check_finds_nothing_in_the_request(at: datetime) -> None:
    listed = [{"name": "order.pdf", "role": "order", "certified": True}]
    form = case.preservation(at, listed)
    assert check(form, at=at, languages=("ar", "fr"), attached=("order.pdf",)) == ()
    assert read_form(json.dumps(form).encode()).grade == "VOLATILE"


@pytest.mark.parametrize("at", DAYS)
def test_days_count_from_the_moment_of_writing(at: datetime) -> None:
    form, now = case.preservation(at, []), at.astimezone(UTC)
    (data,) = form["data"]
    assert data["period"]["from"] < data["period"]["to"] < now.date().isoformat()
    assert form["urgency"]["retention_estimate"] > now.date().isoformat()
    until = datetime.fromisoformat(case.confirmation(at)["until"])
    assert until - now.replace(microsecond=0) == timedelta(days=90)
    assert case.own_reference("XB", 7, at) == f"XB-{at.year}-0007"


def test_both_sides_compute_that_the_data_are_preserved() -> None:
    talk, at = Talk(), DAYS[0]

    def said(form: dict[str, Any], sender: str, on: str | None = None) -> str:
        return talk.say(sender=sender, on=on, **form)

    request = said(case.preservation(at, []), XA)
    talk.prove(40, request, XB)
    asked = said(case.question(at), XB, request)
    said(case.answer(), XA, asked)
    talk.prove(50, request, XB)
    said(case.confirmation(at), XB, request)
    assert talk.reasons() == []
    (measure,) = talk.one().measures
    assert (measure.state, measure.until) == ("PRESERVED", case.confirmation(at)["until"])


def test_replies_are_kinds_that_are_known() -> None:
    for form in (case.confirmation(DAYS[0]), case.question(DAYS[0]), case.answer()):
        assert form["kind"] in KINDS
        assert check(form, at=DAYS[0]) == ()
        read_form(json.dumps(form).encode())
