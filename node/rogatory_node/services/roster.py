"""Who can be reached at an instant: the contacts of a card and their hours (B.7 ``contacts``).

* How hours are written is in ``config.hours``.
* Times are local in the contact's IANA zone. Where the clock changes, a span is as long as it can be read to be: an
  hour too much of coverage wakes a person, an hour too little loses a request.
* Hours that cannot be read are unknown, not closed: a person must decide whether to try.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from rogatory_node.config.hours import DAY_MINUTES, HoursError, Span, parse_hours, parse_zone
from rogatory_protocol.card import Card, Contact
from rogatory_protocol.ids import Aid

_WEEK: Final = range(-1, 9)  # yesterday's night shift, and the same day of the next week


class Reach(StrEnum):
    """Whether a contact can be reached."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


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


def _instants(spans: Iterable[Span], zone: ZoneInfo, at: int) -> Iterator[tuple[int, int]]:
    today = datetime.fromtimestamp(at, zone).date()
    for day in (today + timedelta(days=n) for n in _WEEK):
        for span in spans:
            if day.weekday() in span.days:
                # A time that comes twice, or never, is two instants: a span is from the earlier to the later.
                yield min(_moments(day, span.start, zone)), max(_moments(day, span.end, zone))


def _moments(day: date, minutes: int, zone: ZoneInfo) -> tuple[int, int]:
    more, rest = divmod(minutes, DAY_MINUTES)
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
