"""Hours as people write them."""

import pytest

from rogatory_node.config.hours import HoursError, Span, parse_hours, parse_zone

OFFICE = "Mon-Fri 08:00-12:00, 13:00-17:00"


def test_hours_are_read() -> None:
    assert parse_hours(" 24/7 ") is None
    assert parse_hours("Mon,Wed-Thu 08:00-17:30") == (Span(days=frozenset({0, 2, 3}), start=480, end=1050),)
    assert parse_hours("Sat-Mon 22:00-06:00;Tue 00:00-24:00") == (
        Span(days=frozenset({5, 6, 0}), start=1320, end=1800),
        Span(days=frozenset({1}), start=0, end=1440),
    )
    assert len(parse_hours(OFFICE) or ()) == 2


@pytest.mark.parametrize(
    "text",
    ["", ";", "Mon", "08:00-17:00", "mon 08:00-17:00", "Mon-Fry 08:00-17:00", "Mon 8:00-17:00", "Mon 08:00-25:00",
     "Mon 08:60-09:00", "Mon 24:00-01:00", "Mon 08:00-08:00", "Mon 08:00", "Mon 08:00-17:00;", "Mon \u06608:00-17:00",
     ";".join(["Mon 08:00-09:00"] * 33)],
)  # fmt: skip
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(HoursError):
        parse_hours(text)


@pytest.mark.parametrize("zone", ["", "Nowhere", "../Europe/Paris", "/etc/passwd", "Europe", "\0"])
def test_zones_that_are_none_are_refused(zone: str) -> None:
    with pytest.raises(HoursError):
        parse_zone(zone)
