"""Days and instants in words of seven languages, as official letters write them.

* Arabic months carry both names, as the United Nations write them; digits are Western, which every reader knows.
* An instant is written in UTC with the offset that its writer gave: an abbreviation of a zone can mislead.
"""

from datetime import UTC, date, datetime
from typing import Final

_ARABIC: Final = (
    "كانون الثاني/يناير",
    "شباط/فبراير",
    "آذار/مارس",
    "نيسان/أبريل",
    "أيار/مايو",
    "حزيران/يونيه",
    "تموز/يوليه",
    "آب/أغسطس",
    "أيلول/سبتمبر",
    "تشرين الأول/أكتوبر",
    "تشرين الثاني/نوفمبر",
    "كانون الأول/ديسمبر",
)


def day(value: date, language: str) -> str:
    """Return a day in words."""
    if language == "ar":
        return f"{value.day} {_ARABIC[value.month - 1]} {value.year}"
    from babel.dates import format_date

    return format_date(value, format="long", locale="en_GB" if language == "en" else language)


def instant(value: datetime, language: str) -> str:
    """Return an instant that carries an offset: the day and the time in UTC, and its own time where that differs."""
    there = value.astimezone(UTC)
    words = f"{day(there.date(), language)}, {there:%H:%M:%S} UTC"
    offset = value.utcoffset()
    if not offset:
        return words
    minutes = round(offset.total_seconds()) // 60
    sign = "+" if minutes > 0 else "\N{MINUS SIGN}"
    return f"{words} ({value:%H:%M:%S}, UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02})"
