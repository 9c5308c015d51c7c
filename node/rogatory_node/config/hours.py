"""The hours of a point of contact, as a person writes them and a card carries them (B.7 ``contacts``).

* Hours are ``24/7``, or spans separated by ``;``: days, then times, as in ``Mon-Fri 08:00-12:00, 13:00-17:00; Sat
  09:00-13:00``. Days are ``Mon`` … ``Sun``, a range, or a list with commas; a span may pass midnight, and ``24:00`` is
  the end of a day.
* Times are local in an IANA zone, which is named beside them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

ALWAYS: Final = "24/7"
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MAX_SPANS: Final = 32  # of one contact; its text has at most 200 bytes anyway
DAY_MINUTES: Final = 24 * 60
_TIMES: Final = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})", re.ASCII)


class HoursError(ValueError):
    """Hours or a zone that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time of day on some days of the week; ``end`` is past 24 h when it passes midnight.

    Attributes:
        days: 0 is Monday; the day on which it begins.
        start: In minutes.
        end: In minutes.
    """

    days: frozenset[int]
    start: int
    end: int


def parse_hours(text: str) -> tuple[Span, ...] | None:
    """Read hours; None is always.

    Raises:
        HoursError: They are not of the form of this module.
    """
    if text.strip() == ALWAYS:
        return None
    spans = tuple(span for part in text.split(";") for span in _part(part.strip()))
    if len(spans) > MAX_SPANS:
        raise HoursError("too many spans")
    return spans


def parse_zone(name: str) -> ZoneInfo:
    """Find an IANA time zone.

    Raises:
        HoursError: There is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise HoursError("no such time zone") from None


def _part(part: str) -> Iterator[Span]:
    words = part.replace(", ", ",").split()
    if len(words) != 2:
        raise HoursError("a span is days and times")
    days = frozenset(day for each in words[0].split(",") for day in _days(each))
    for each in words[1].split(","):
        match = _TIMES.fullmatch(each)
        if match is None:
            raise HoursError("times are HH:MM-HH:MM")
        numbers = [int(group) for group in match.groups()]
        start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
        if max(numbers[1], numbers[3]) > 59 or start >= DAY_MINUTES or end > DAY_MINUTES or start == end:
            raise HoursError("no such time")
        yield Span(days=days, start=start, end=end if end > start else end + DAY_MINUTES)


def _days(text: str) -> Iterator[int]:
    first, dash, last = text.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise HoursError("days are Mon to Sun")
    start, end = DAYS.index(first), DAYS.index(last if dash else first)
    yield from (day % 7 for day in range(start, (end if end >= start else end + 7) + 1))
