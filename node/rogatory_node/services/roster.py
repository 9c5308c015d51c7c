"""Who can be reached at an instant: the contacts of a card and their hours (B.7 ``contacts``).

* Hours are ``24/7``, or spans separated by ``;``: days, then times, as in ``Mon-Fri 08:00-12:00, 13:00-17:00; Sat
  09:00-13:00``. Days are ``Mon`` … ``Sun``, a range, or a list with commas; a span may pass midnight, and ``24:00`` is
  the end of a day.
* Times are local in the contact's IANA zone. Where the clock changes, a span is as long as it can be read to be: an
  hour too much of coverage wakes a person, an hour too little loses a request.
* Hours that cannot be read are unknown, not closed: a person must decide whether to try.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from rogatory_protocol.card import Card, Contact
from rogatory_protocol.ids import Aid

ALWAYS: Final = "24/7"
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MAX_SPANS: Final = 32  # of one contact; its text has at most 200 bytes anyway
_DAY_MINUTES: Final = 24 * 60
_WEEK: Final = range(-1, 9)  # yesterday's night shift, and the same day of the next week
_TIMES: Final = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})", re.ASCII)


class HoursError(ValueError):
    """Hours or a zone that cannot be read."""


class Reach(StrEnum):
    """Whether a contact can be reached."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A contact at an instant.

    Attributes:
        until: When an open one closes; None for one that never does.
        opens: When a closed one opens; None if it never does.
    """

    aid: Aid
    contact: Contact
    reach: Reach
    until: int | None = None
    opens: int | None = None


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


def duty(aid: Aid, contact: Contact, at: int) -> Duty:
    """Say whether a contact can be reached at an instant, and when that changes."""
    try:
        spans = parse_hours(contact.hours)
        if spans is None:
            return Duty(aid=aid, contact=contact, reach=Reach.OPEN)
        zone = parse_zone(contact.zone)
        times = _merged(_instants(spans, zone, at))
    except (HoursError, OverflowError, ValueError):
        return Duty(aid=aid, contact=contact, reach=Reach.UNKNOWN)
    for start, end in times:
        if start <= at < end:
            return Duty(aid=aid, contact=contact, reach=Reach.OPEN, until=end)
    opens = next((start for start, _ in times if start > at), None)
    return Duty(aid=aid, contact=contact, reach=Reach.CLOSED, opens=opens)


def roster(cards: Iterable[Card], at: int) -> list[Duty]:
    """Return all contacts at an instant: who can be reached first, then unknown hours, then who opens soonest."""
    order = {Reach.OPEN: 0, Reach.UNKNOWN: 1, Reach.CLOSED: 2}
    found = [duty(card.aid, contact, at) for card in cards for contact in card.contacts]
    return sorted(found, key=lambda each: (order[each.reach], each.opens or 0))


def gaps(card: Card, at: int, *, days: int = 7) -> list[tuple[int, int]]:
    """Return when nobody of a card can be reached within the coming days; unknown hours cover nothing."""
    end, covered = at + days * 86_400, []
    for contact in card.contacts:
        moment = at
        while moment < end:
            found = duty(card.aid, contact, moment)
            if found.reach is Reach.OPEN:
                covered.append((moment, found.until or end))
            moment = (found.until if found.reach is Reach.OPEN else found.opens) or end
    free, moment = [], at
    for start, until in _merged(covered):
        if start > moment:
            free.append((moment, min(start, end)))
        moment = max(moment, until)
    return [*free, (moment, end)] if moment < end else free


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
        if max(numbers[1], numbers[3]) > 59 or start >= _DAY_MINUTES or end > _DAY_MINUTES or start == end:
            raise HoursError("no such time")
        yield Span(days=days, start=start, end=end if end > start else end + _DAY_MINUTES)


def _days(text: str) -> Iterator[int]:
    first, dash, last = text.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise HoursError("days are Mon to Sun")
    start, end = DAYS.index(first), DAYS.index(last if dash else first)
    yield from (day % 7 for day in range(start, (end if end >= start else end + 7) + 1))


def _instants(spans: Iterable[Span], zone: ZoneInfo, at: int) -> Iterator[tuple[int, int]]:
    today = datetime.fromtimestamp(at, zone).date()
    for day in (today + timedelta(days=n) for n in _WEEK):
        for span in spans:
            if day.weekday() in span.days:
                # A time that comes twice, or never, is two instants: a span is from the earlier to the later.
                yield min(_moments(day, span.start, zone)), max(_moments(day, span.end, zone))


def _moments(day: date, minutes: int, zone: ZoneInfo) -> tuple[int, int]:
    more, rest = divmod(minutes, _DAY_MINUTES)
    moment = datetime.combine(day + timedelta(days=more), time(rest // 60, rest % 60), zone)
    return int(moment.timestamp()), int(moment.replace(fold=1).timestamp())


def _merged(times: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(times):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found
