"""What commands say is words, and what others wrote cannot move the cursor."""

import pytest

from rogatory_node.cli import words
from rogatory_node.services.awaiting import REACHED_BY
from rogatory_protocol.delivery import DURABLE
from rogatory_protocol.evidence import Level


def test_text_of_others_is_shown_without_its_controls() -> None:
    assert words.clean("annex\u202efdp.exe\x1b[2J\n") == "annex�fdp.exe�[2J�"
    assert words.clean("a\nb\x07", lines=True) == "a\nb�"
    joined = "\u0645\u06cc\u200c\u062e \u6587\u4ef6"  # a joiner within a word of Persian, and Chinese
    assert words.clean(joined) == joined


def test_every_level_state_and_urgency_has_words() -> None:
    assert all(words.level(level) != str(int(level)) for level in Level)
    assert all(words.state(state.value) in words.STATES.values() for state in set(DURABLE.values()))
    assert [words.urgency(n) for n in range(4)] == ["routine", "priority", "time-critical", "urgent"]
    assert set(map(int, REACHED_BY)) < set(words.LEVELS)


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ({"aid": "ab" * 32, "cc": "XB", "name": {"en": "Authority"}}, "XB Authority (abababababababab)"),
        ({"aid": "ab" * 32, "cc": None, "name": {}}, "(abababababababab)"),
        ({"aid": "ab" * 32, "cc": "XB", "name": {"pt": "Autoridade\x1b"}}, "XB Autoridade� (abababababababab)"),
    ],
)
def test_an_authority_is_said_with_its_digits(who: dict[str, object], said: str) -> None:
    assert words.authority(who) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (99_400, "99.4 kB"), (123_456, "123 kB"),
        (999_499, "999 kB"), (999_600, "1.0 MB"), (5_000_000_000, "5.0 GB"), (2**40, "1.1 TB"),
    ],
)  # fmt: skip
def test_sizes_are_said_in_units(count: int, said: str) -> None:
    assert words.size(count) == said


def test_times_are_of_utc() -> None:
    assert words.moment(1_800_000_000) == "2027-01-15 08:00 UTC"
