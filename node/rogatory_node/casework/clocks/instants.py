"""From an instant and a length to the instant at which it is over.

* Minutes and hours run in absolute time: a change of the clocks makes them neither shorter nor longer.
* Days are those of the calendar in the requested State; the day of the event is not counted, and the last one counts
  to its end, so a day with 23 or 25 hours is one day.
* Working days are days on which offices there work; what begins on a free day begins to count on the next working one.
* A date without a time is meant to its end.
* A pause adds what it took: seconds to hours; to days, the days that began while it lasted.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from rogatory_node.casework.clocks.places import Place, day_of, end_of_day, works
from rogatory_node.casework.clocks.rules import DAYS, HOURS, MINUTES, WORKING_DAYS

_MOST_DAYS: Final = 3_660  # ten years: no rule and no pause is longer
_DATE_LENGTH: Final = len("2000-01-01")

Pause = tuple[int, int]
"""Two instants between which a clock stood still."""


def after(start: int, count: int, unit: str, place: Place, pauses: Iterable[Pause] = ()) -> int:
    """Return the instant at which so many units after a start are over.

    Raises:
        KeyError: For a unit that is none of ``rules``.
    """
    return _UNITS[unit](start, count, place, tuple(pauses))


def instant(written: str | int, place: Place) -> int | None:
    """Return the instant that a letter names: a time, or the end of a date there; None: it names none."""
    if isinstance(written, int):
        return written
    try:
        if len(written) == _DATE_LENGTH:
            return end_of_day(date.fromisoformat(written), place)
        at = datetime.fromisoformat(written)
        return int((at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def _seconds(each: int) -> Callable[[int, int, Place, tuple[Pause, ...]], int]:
    def counted(start: int, count: int, place: Place, pauses: tuple[Pause, ...]) -> int:
        return start + count * each + sum(max(0, end - begin) for begin, end in pauses)

    return counted


def _days(start: int, count: int, place: Place, pauses: tuple[Pause, ...]) -> int:
    paused = sum(max(0, (day_of(end, place) - day_of(begin, place)).days) for begin, end in pauses)
    return end_of_day(_shifted(day_of(start, place), count + paused), place)


def _working_days(start: int, count: int, place: Place, pauses: tuple[Pause, ...]) -> int:
    left = max(0, count) + sum(_worked(day_of(begin, place), day_of(end, place), place) for begin, end in pauses)
    day = day_of(start, place)
    for _ in range(_MOST_DAYS):
        if left <= 0:
            break
        day = _shifted(day, 1)
        left -= works(day, place)
    return end_of_day(day, place)


def _worked(begin: date, end: date, place: Place) -> int:
    """Return how many working days began after the first of two days, up to the second."""
    span = min(max(0, (end - begin).days), _MOST_DAYS)
    return sum(works(_shifted(begin, n), place) for n in range(1, span + 1))


def _shifted(day: date, count: int) -> date:
    try:
        return day + timedelta(days=count)
    except OverflowError:
        return date.max if count > 0 else date.min


_UNITS: Final[Mapping[str, Callable[[int, int, Place, tuple[Pause, ...]], int]]] = MappingProxyType(
    {MINUTES: _seconds(60), HOURS: _seconds(3600), DAYS: _days, WORKING_DAYS: _working_days}
)
