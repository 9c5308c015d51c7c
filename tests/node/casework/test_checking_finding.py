"""The careful reading that rules share."""

from datetime import UTC, datetime

import pytest

from rogatory_node.casework.checking_finding import Finding, moment, pick, pointer, short, written


def test_pointers_escape() -> None:
    assert pointer("a/b", 0, "c~d") == "/a~1b/0/c~0d"


@pytest.mark.parametrize("wrong", [None, 5, "", "2026-13-01", "2026-01-01T00:00:00", "x" * 10, "2026-02-30"])
def test_what_is_no_moment_is_none(wrong: object) -> None:
    assert moment(wrong) is None


def test_a_day_is_its_first_or_last_moment() -> None:
    assert moment("2026-01-02") == datetime(2026, 1, 2, tzinfo=UTC)
    last = moment("2026-01-02", end=True)
    assert last is not None
    assert last.day == 2


def test_reads_without_raising() -> None:
    assert pick({"a": {"b": 1}}, "a", "b") == 1
    assert pick({"a": []}, "a", "b") is None
    assert not written("  ")
    assert short("a\u202eb" + "x" * 100).startswith("a\ufffdb")


def test_says_its_text_with_values() -> None:
    finding = Finding(code="c", level="risk", path="", text="{a} and {b}", args={"a": 1}, titles={"b": "Yes"})
    assert finding.said("en") == "1 and Yes"
    assert finding.said("fr") == "1 and Oui"
