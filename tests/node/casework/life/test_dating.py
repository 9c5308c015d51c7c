import pytest

from rogatory_node.casework.life.dating import end_of


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("1970-01-01", 86_400),
        ("1970-01-01T00:00:10Z", 10),
        ("1970-01-01T02:00:10+02:00", 10),
        ("1970-01-01T00:00:10", 10),
        ("soon", None),
        ("9999-99-99", None),
        (None, None),
    ],
)
def test_the_end_of_a_written_date(written: str | None, seconds: int | None) -> None:
    assert end_of(written) == seconds
