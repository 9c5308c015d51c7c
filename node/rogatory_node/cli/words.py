"""How commands say things to people: levels, states, urgency, authorities, times, sizes, and text of others.

* What others wrote may hold characters that move the cursor or turn the reading direction: those are shown as �.
* Times are those of UTC and say so.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rogatory_node.i18n import LANGUAGE, _, later

# Joiners are not printable to Python, and words of Persian and Hindi need them.
_JOINERS: Final = frozenset("\u200c\u200d")

LEVELS: Final[Mapping[int, str]] = {
    30: later("stored by the node"),
    35: later("stored with all attachments"),
    40: later("taken"),
    50: later("accepted"),
    51: later("refused by the authority"),
    90: later("refused by the node"),
    91: later("not delivered in time"),
}
STATES: Final[Mapping[str, str]] = {
    "queued": later("waiting to be sent"),
    "stored": later("stored there"),
    "complete": later("stored there with all attachments"),
    "incomplete": later("attachments did not arrive"),
    "rejected": later("refused there"),
    "expired": later("not delivered in time"),
}
URGENCIES: Final = (later("routine"), later("priority"), later("time-critical"), later("urgent"))
NEEDS: Final[Mapping[str, str]] = {
    "take": later("to be taken"),
    "decide": later("to be decided"),
    "attachments": later("attachments arriving"),
}


def clean(text: str, *, lines: bool = False) -> str:
    """Return text of others as it may be shown; line breaks only where *lines* are wanted."""
    kept = _JOINERS | {"\n"} if lines else _JOINERS
    return "".join(letter if letter.isprintable() or letter in kept else "�" for letter in text)


def level(number: int) -> str:
    """Say what an evidence level means."""
    return _(LEVELS[number]) if number in LEVELS else str(number)


def state(name: str) -> str:
    """Say where a letter stands with a recipient."""
    return _(STATES[name]) if name in STATES else name


def urgency(number: int) -> str:
    """Say how urgent a letter is."""
    return _(URGENCIES[number])


def authority(who: Mapping[str, Any]) -> str:
    """Say which authority it is: country, name, and the first of its digits."""
    names: Mapping[str, str] = who.get("name") or {}
    name = names.get(LANGUAGE) or names.get("en") or next(iter(names.values()), "")
    return " ".join(clean(part) for part in (who.get("cc") or "", name, f"({who['aid'][:16]})") if part)


def moment(seconds: int) -> str:
    """Say a time."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def size(count: int) -> str:
    """Say how many bytes, in units that a person reads."""
    if count < 1_000:
        return _("{count} bytes").format(count=count)
    value, unit = float(count), ""
    for unit in ("kB", "MB", "GB", "TB"):  # noqa: B007 - the last one is what stays
        value /= 1_000
        if value < 999.5:
            break
    return f"{value:.1f} {unit}" if value < 99.5 else f"{value:.0f} {unit}"
