from datetime import UTC, date, datetime

import pytest

from rogatory_node.casework.clocks.places import NOWHERE, Place, day_of, end_of_day, works, zone_known


@pytest.mark.parametrize("zone", ["../../etc/passwd", "/etc/passwd", "Europe", "Mars/Olympus", "", "a" * 99, None])
def test_a_zone_that_nobody_knows_is_utc(zone: str | None) -> None:
    assert not zone_known(zone)
    assert end_of_day(date(2026, 7, 1), Place(zone=zone)) == datetime(2026, 7, 2, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("country", ["XB", "xx", "../", "PTT", None])
def test_a_state_that_nobody_knows_rests_at_weekends(country: str | None) -> None:
    place = Place(country=country)
    assert [works(date(2026, 12, day), place) for day in (24, 25, 26, 27, 28)] == [True, True, False, False, True]


def test_a_state_has_its_own_days_of_rest() -> None:
    assert not works(date(2026, 12, 25), Place(country="PT"))
    assert not works(date(2026, 7, 3), Place(country="EG"))
    assert works(date(2026, 7, 5), Place(country="EG"))


def test_instants_that_no_calendar_holds_are_its_first_and_last_day() -> None:
    assert day_of(-(10**18), NOWHERE) == date(1970, 1, 1)
    assert day_of(10**18, NOWHERE) == date(9998, 12, 31)
    assert end_of_day(date.max, NOWHERE) == datetime(9999, 1, 1, tzinfo=UTC).timestamp()
    assert works(date(9998, 12, 30), Place(country="EG"))
