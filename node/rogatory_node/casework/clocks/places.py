"""Where a clock counts its days: a time zone, and the days on which nobody works there.

* A zone or State that nobody knows counts as UTC with Saturdays and Sundays free: both sides then err alike.
* The first instant of a day is not always midnight: some zones change their clocks at midnight.
* Public holidays come from a library that is loaded when the first working day is counted.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

_ZONE: Final = re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_FIRST, _LAST = date(1970, 1, 1), date(9998, 12, 31)
_WEEKEND: Final = frozenset({5, 6})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place as clocks need it.

    Attributes:
        zone: IANA name of its time zone, or None.
        country: ISO code of the State, or None.
    """

    zone: str | None = None
    country: str | None = None


NOWHERE: Final = Place()


def day_of(at: int, place: Place) -> date:
    """Return the local day of an instant; of one that no calendar holds, the first or last day."""
    try:
        return min(max(datetime.fromtimestamp(at, _zone(place.zone)).date(), _FIRST), _LAST)
    except (ValueError, OverflowError, OSError):
        return _FIRST if at < 0 else _LAST


def end_of_day(day: date, place: Place) -> int:
    """Return the instant at which a local day is over: the first of the next one."""
    following = min(max(day, _FIRST), _LAST) + timedelta(days=1)
    return int(datetime(following.year, following.month, following.day, tzinfo=_zone(place.zone)).timestamp())


def works(day: date, place: Place) -> bool:
    """Tell whether offices of a State work on a day."""
    calendar = _calendar(place.country)
    return day.weekday() not in _WEEKEND if calendar is None else bool(calendar.is_working_day(day))


def zone_known(name: str | None) -> bool:
    """Tell whether this is the name of a time zone."""
    return name is not None and _zone(name) is not UTC


@lru_cache(maxsize=1024)
def _zone(name: str | None) -> tzinfo:
    if name is None or not _ZONE.fullmatch(name):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # Not there, or the name of a folder of zones.
        return UTC


@lru_cache(maxsize=256)
def _calendar(country: str | None) -> Any:
    if country is None or not _COUNTRY.fullmatch(country):
        return None
    # Loaded with the first working day that is counted: most clocks need none.
    import holidays

    try:
        return holidays.country_holidays(country)
    except NotImplementedError:
        return None
