"""Hours of contacts, over weeks, midnights and changes of the clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rogatory_node.services.roster import Duty, Reach, duty, gaps, roster
from rogatory_protocol.card import Card, Contact
from rogatory_protocol.ids import Aid

AID = Aid(bytes(32))
OFFICE = "Mon-Fri 08:00-12:00, 13:00-17:00"


def at(text: str, zone: str = "Europe/Paris", fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp())


def contact(hours: str, zone: str = "Europe/Paris", role: str = "duty") -> Contact:
    return Contact(role=role, languages=("fr",), hours=hours, zone=zone, channels=())


def seen(hours: str, moment: int, zone: str = "Europe/Paris") -> Duty:
    return duty(AID, contact(hours, zone), moment)


def card(*contacts: Contact) -> Card:
    return Card(aid=AID, ver=1, seq=1, ts=0, exp=1, urls=(), contacts=contacts)


@pytest.mark.parametrize(("hours", "zone"), [("", "UTC"), ("whenever", "UTC"), (OFFICE, ""), (OFFICE, "../etc/passwd")])
def test_hours_that_cannot_be_read_are_unknown_not_closed(hours: str, zone: str) -> None:
    assert seen(hours, 0, zone).reach is Reach.UNKNOWN


def test_always_is_always() -> None:
    assert seen("24/7", 0, "").reach is Reach.OPEN
    assert seen("24/7", 2**62).until is None


@pytest.mark.parametrize(
    ("moment", "reach", "change"),
    [
        ("2026-06-01 07:59:59", Reach.CLOSED, "2026-06-01 08:00"),  # a Monday
        ("2026-06-01 08:00", Reach.OPEN, "2026-06-01 12:00"),
        ("2026-06-01 11:59:59", Reach.OPEN, "2026-06-01 12:00"),
        ("2026-06-01 12:00", Reach.CLOSED, "2026-06-01 13:00"),
        ("2026-06-05 17:00", Reach.CLOSED, "2026-06-08 08:00"),
        ("2026-06-07 10:00", Reach.CLOSED, "2026-06-08 08:00"),
    ],
)
def test_office_hours_open_and_close_to_the_second(moment: str, reach: Reach, change: str) -> None:
    found = seen(OFFICE, at(moment))
    assert found.reach is reach
    assert (found.until if reach is Reach.OPEN else found.opens) == at(change)


def test_a_night_shift_is_of_the_day_on_which_it_begins() -> None:
    hours = "Fri 22:00-06:00"
    assert seen(hours, at("2026-06-05 23:00")).until == at("2026-06-06 06:00")
    assert seen(hours, at("2026-06-06 05:59")).reach is Reach.OPEN
    assert seen(hours, at("2026-06-05 05:00")).reach is Reach.CLOSED
    assert seen(hours, at("2026-06-06 06:00")).opens == at("2026-06-12 22:00")


def test_shifts_that_meet_are_one() -> None:
    assert seen("Mon-Sun 00:00-12:00; Mon-Sun 12:00-24:00", at("2026-06-01 11:00")).until == at("2026-06-10 00:00")


def test_DIR_27_coverage_has_no_hole_where_the_clock_changes() -> None:
    # 2026-03-29: 02:00 becomes 03:00. 2026-10-25: 03:00 becomes 02:00.
    night = "Mon-Sun 20:00-02:30; Mon-Sun 02:30-08:00"
    for day in ("2026-03-29", "2026-10-25"):
        start, end = at(f"{day} 00:00"), at(f"{day} 08:00")
        assert all(seen(night, moment).reach is Reach.OPEN for moment in range(start, end, 600))
    assert at("2026-03-29 08:00") - at("2026-03-28 20:00") == 11 * 3_600
    # The hour that comes twice is covered twice.
    assert seen("Sun 01:00-02:30", at("2026-10-25 02:15", fold=1)).reach is Reach.OPEN


def test_a_roster_begins_with_who_can_be_reached() -> None:
    moment = at("2026-06-01 12:30")
    found = roster(
        [card(contact(OFFICE, role="late"), contact("?", role="who"), contact("24/7", role="duty")),
         card(contact("Mon 12:45-13:00", role="soon"))],
        moment,
    )  # fmt: skip
    assert [each.contact.role for each in found] == ["duty", "who", "soon", "late"]


def test_DIR_27_holes_of_a_week_are_found() -> None:
    monday = at("2026-06-01 00:00")
    assert gaps(card(contact("24/7")), monday) == []
    assert gaps(card(), monday) == [(monday, monday + 7 * 86_400)]
    assert gaps(card(contact("nonsense")), monday) == [(monday, monday + 7 * 86_400)]
    found = gaps(card(contact("Mon-Sun 08:00-20:00"), contact("Mon-Sat 20:00-08:00", role="night")), monday)
    assert found == [(monday, at("2026-06-01 08:00")), (at("2026-06-07 20:00"), at("2026-06-08 00:00"))]
