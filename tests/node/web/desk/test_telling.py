"""How codes are said."""

import pytest

from rogatory_node.web.desk.telling import clean, size


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (99_500, "100 kB"), (2_500_000, "2.5 MB"), (10**15, "1000 TB")],
)
def test_sizes_are_readable(count: int, words: str) -> None:
    assert size(count) == words


def test_TXT_01_marks_that_turn_the_reading_are_seen() -> None:
    assert clean("annexe\u202efdp.exe") == "annexe\ufffdfdp.exe"
    assert clean("a\u2066b\nc\x1b", lines=True) == "a\ufffdb\nc\ufffd"
    assert (
        clean("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645") == "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    )
