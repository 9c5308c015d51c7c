"""The instants that dates in letters mean to the fold, which knows no time zone: both sides read them in UTC."""

from datetime import UTC, date, datetime
from typing import Final

_DAY_SECONDS: Final = 86_400


def end_of(value: str | None) -> int | None:
    """Return the Unix time of a written time, or of the end of a written date in UTC; None: it is neither."""
    if value is None:
        return None
    try:
        if len(value) == len("2000-01-01"):
            day = date.fromisoformat(value)
            return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + _DAY_SECONDS
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return int((at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp())
