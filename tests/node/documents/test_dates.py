"""Days and instants in words."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from rogatory_node.documents.dates import day, instant


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ar", "8 كانون الأول/ديسمبر 2026"),
        ("en", "8 December 2026"),
        ("es", "8 de diciembre de 2026"),
        ("fr", "8 décembre 2026"),
        ("pt", "8 de dezembro de 2026"),
        ("ru", "8 декабря 2026\N{NO-BREAK SPACE}г."),  # noqa: RUF001 - Russian
        ("zh", "2026年12月8日"),
    ],
)
def test_a_day(language: str, words: str) -> None:
    assert day(date(2026, 12, 8), language).replace("\u202f", "\N{NO-BREAK SPACE}") == words


def test_an_instant_says_utc_and_its_own_time() -> None:
    assert instant(datetime(2026, 12, 8, 17, 0, 1, tzinfo=UTC), "en") == "8 December 2026, 17:00:01 UTC"
    east = datetime(2026, 12, 8, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert instant(east, "en") == "7 December 2026, 20:00:00 UTC (01:30:00, UTC+05:30)"
    west = datetime(2026, 12, 8, 1, 30, tzinfo=timezone(timedelta(hours=-3)))
    assert instant(west, "en").endswith("(01:30:00, UTC\N{MINUS SIGN}03:00)")
