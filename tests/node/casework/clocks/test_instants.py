"""The table of instants: zones, changes of the clocks, holidays, pauses (DOM-09)."""

from datetime import UTC, datetime

import pytest

from rogatory_node.casework.clocks.instants import after, instant
from rogatory_node.casework.clocks.places import Place

LISBON = Place(zone="Europe/Lisbon", country="PT")
CAIRO = Place(zone="Africa/Cairo", country="EG")
SANTIAGO = Place(zone="America/Santiago", country="CL")
LORD_HOWE = Place(zone="Australia/Lord_Howe", country="AU")
KIRITIMATI = Place(zone="Pacific/Kiritimati")
NOWHERE = Place()


def at(written: str) -> int:
    return int(datetime.fromisoformat(written).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("start", "count", "unit", "place", "due"),
    [
        # Hours are absolute: a change of the clocks makes them neither shorter nor longer.
        ("2026-03-28T12:00:00", 24, "hours", LISBON, "2026-03-29T12:00:00"),
        ("2026-10-24T12:00:00", 24, "hours", LISBON, "2026-10-25T12:00:00"),
        ("2026-04-23T20:00:00", 96, "hours", CAIRO, "2026-04-27T20:00:00"),
        ("2026-04-04T00:00:00", 8, "hours", LORD_HOWE, "2026-04-04T08:00:00"),
        ("2026-09-05T20:00:00", 24, "hours", SANTIAGO, "2026-09-06T20:00:00"),
        ("2026-01-01T00:00:00", 30, "minutes", NOWHERE, "2026-01-01T00:30:00"),
        ("1969-12-31T23:59:30", 1, "minutes", NOWHERE, "1970-01-01T00:00:30"),
        # Days end with the local day; the day of the event does not count.
        ("2026-01-10T00:00:00", 1, "days", NOWHERE, "2026-01-12T00:00:00"),
        ("2026-01-10T23:59:59", 1, "days", NOWHERE, "2026-01-12T00:00:00"),
        ("2026-01-10T12:00:00", 0, "days", NOWHERE, "2026-01-11T00:00:00"),
        ("2026-02-27T12:00:00", 1, "days", NOWHERE, "2026-03-01T00:00:00"),
        ("2028-02-27T12:00:00", 2, "days", NOWHERE, "2028-03-01T00:00:00"),
        ("2026-12-31T12:00:00", 60, "days", NOWHERE, "2027-03-02T00:00:00"),
        # The same instant is another day elsewhere.
        ("2026-01-10T11:00:00", 1, "days", KIRITIMATI, "2026-01-12T10:00:00"),
        ("2026-01-10T09:59:59", 1, "days", KIRITIMATI, "2026-01-11T10:00:00"),
        ("2026-01-10T02:59:59", 1, "days", SANTIAGO, "2026-01-11T03:00:00"),
        ("2026-01-10T03:00:00", 1, "days", SANTIAGO, "2026-01-12T03:00:00"),
        # Lisbon: the clocks go on at 01:00 UTC on 29 March and back on 25 October 2026.
        ("2026-03-27T12:00:00", 1, "days", LISBON, "2026-03-29T00:00:00"),
        ("2026-03-27T12:00:00", 2, "days", LISBON, "2026-03-29T23:00:00"),
        ("2026-03-28T23:30:00", 1, "days", LISBON, "2026-03-29T23:00:00"),
        ("2026-03-29T23:30:00", 1, "days", LISBON, "2026-03-31T23:00:00"),
        ("2026-10-23T12:00:00", 1, "days", LISBON, "2026-10-24T23:00:00"),
        ("2026-10-24T12:00:00", 1, "days", LISBON, "2026-10-26T00:00:00"),
        ("2026-10-24T23:30:00", 1, "days", LISBON, "2026-10-27T00:00:00"),
        ("2026-02-01T12:00:00", 60, "days", LISBON, "2026-04-02T23:00:00"),
        ("2026-09-01T12:00:00", 60, "days", LISBON, "2026-11-01T00:00:00"),
        # Cairo: the clocks go on at midnight, so that 24 April 2026 begins at 01:00; back at the end of 29 October.
        ("2026-04-21T12:00:00", 1, "days", CAIRO, "2026-04-22T22:00:00"),
        ("2026-04-22T12:00:00", 1, "days", CAIRO, "2026-04-23T22:00:00"),
        ("2026-04-23T12:00:00", 1, "days", CAIRO, "2026-04-24T21:00:00"),
        ("2026-04-23T22:30:00", 1, "days", CAIRO, "2026-04-25T21:00:00"),
        ("2026-10-28T12:00:00", 1, "days", CAIRO, "2026-10-29T22:00:00"),
        ("2026-10-29T21:30:00", 1, "days", CAIRO, "2026-10-30T22:00:00"),
        # Santiago: back at the end of 4 April, on at the end of 5 September 2026.
        ("2026-04-03T12:00:00", 1, "days", SANTIAGO, "2026-04-05T04:00:00"),
        ("2026-04-04T12:00:00", 1, "days", SANTIAGO, "2026-04-06T04:00:00"),
        ("2026-09-04T12:00:00", 1, "days", SANTIAGO, "2026-09-06T04:00:00"),
        ("2026-09-05T12:00:00", 1, "days", SANTIAGO, "2026-09-07T03:00:00"),
        ("2026-08-20T12:00:00", 30, "days", SANTIAGO, "2026-09-20T03:00:00"),
        # Lord Howe: half an hour, back on 5 April and on at 4 October 2026.
        ("2026-04-03T12:00:00", 1, "days", LORD_HOWE, "2026-04-04T13:00:00"),
        ("2026-04-04T12:00:00", 1, "days", LORD_HOWE, "2026-04-05T13:30:00"),
        ("2026-10-02T12:00:00", 1, "days", LORD_HOWE, "2026-10-03T13:30:00"),
        ("2026-10-03T12:00:00", 1, "days", LORD_HOWE, "2026-10-04T13:00:00"),
        ("2026-03-01T12:00:00", 45, "days", LORD_HOWE, "2026-04-15T13:30:00"),
        # Counting back.
        ("2026-05-04T09:00:00", -50, "days", NOWHERE, "2026-03-16T00:00:00"),
        ("2026-05-04T09:00:00", -50, "days", LISBON, "2026-03-16T00:00:00"),
        # Working days: weekends, whichever days they are, and public holidays do not count.
        ("2026-01-09T12:00:00", 1, "working_days", NOWHERE, "2026-01-13T00:00:00"),
        ("2026-01-10T12:00:00", 1, "working_days", NOWHERE, "2026-01-13T00:00:00"),
        ("2026-01-05T12:00:00", 5, "working_days", NOWHERE, "2026-01-13T00:00:00"),
        ("2026-04-02T12:00:00", 1, "working_days", LISBON, "2026-04-06T23:00:00"),
        ("2026-04-24T12:00:00", 5, "working_days", LISBON, "2026-05-04T23:00:00"),
        ("2026-12-31T12:00:00", 1, "working_days", LISBON, "2027-01-05T00:00:00"),
        ("2026-02-05T12:00:00", 1, "working_days", CAIRO, "2026-02-08T22:00:00"),
        ("2026-02-06T12:00:00", 5, "working_days", CAIRO, "2026-02-12T22:00:00"),
        ("2026-09-17T12:00:00", 1, "working_days", SANTIAGO, "2026-09-22T03:00:00"),
        ("2026-01-09T12:00:00", 0, "working_days", NOWHERE, "2026-01-10T00:00:00"),
    ],
)
def test_DOM_09_an_instant(start: str, count: int, unit: str, place: Place, due: str) -> None:
    assert datetime.fromtimestamp(after(at(start), count, unit, place), UTC) == datetime.fromtimestamp(at(due), UTC)


@pytest.mark.parametrize(
    ("unit", "count", "pauses", "due"),
    [
        ("hours", 24, [("2026-01-05T13:00:00", "2026-01-05T15:30:00")], "2026-01-06T14:30:00"),
        ("hours", 24, [("2026-01-05T13:00:00", "2026-01-05T12:00:00")], "2026-01-06T12:00:00"),
        ("days", 30, [("2026-01-06T09:00:00", "2026-01-06T23:00:00")], "2026-02-05T00:00:00"),
        ("days", 30, [("2026-01-06T23:00:00", "2026-01-07T01:00:00")], "2026-02-06T00:00:00"),
        (
            "days",
            30,
            [("2026-01-06T09:00:00", "2026-01-10T09:00:00"), ("2026-01-12T09:00:00", "2026-01-13T09:00:00")],
            "2026-02-10T00:00:00",
        ),
        ("working_days", 5, [("2026-01-08T09:00:00", "2026-01-12T09:00:00")], "2026-01-15T00:00:00"),
        ("working_days", 5, [("2026-01-09T09:00:00", "2026-01-11T09:00:00")], "2026-01-13T00:00:00"),
    ],
)
def test_DOM_09_a_pause_adds_what_it_took(unit: str, count: int, pauses: list[tuple[str, str]], due: str) -> None:
    held = [(at(begin), at(end)) for begin, end in pauses]
    assert after(at("2026-01-05T12:00:00"), count, unit, NOWHERE, held) == at(due)


def test_a_pause_of_a_thousand_years_costs_nothing() -> None:
    after(0, 5, "working_days", CAIRO, [(0, 40_000_000_000)])
    after(10**15, 5, "days", LISBON, [(-(10**15), 10**15)])


@pytest.mark.parametrize(
    ("written", "place", "seconds"),
    [
        ("1970-01-01", NOWHERE, 86_400),
        ("2026-03-29", LISBON, at("2026-03-29T23:00:00")),
        ("2026-04-23", CAIRO, at("2026-04-23T22:00:00")),
        ("1970-01-01T00:00:10Z", LISBON, 10),
        ("1970-01-01T02:00:10+02:00", NOWHERE, 10),
        ("1970-01-01T00:00:10", CAIRO, 10),
        (77, NOWHERE, 77),
        ("soon", NOWHERE, None),
        ("2026-99-99", NOWHERE, None),
    ],
)
def test_a_letter_names_an_instant(written: str | int, place: Place, seconds: int | None) -> None:
    assert instant(written, place) == seconds
