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

UNREAD: Final[Mapping[str, str]] = {
    "damaged": later("the disk has changed it; restore it from a backup"),
    "form": later("its form cannot be read"),
    "not_folded": later("an error of this program; look into the log of the node"),
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


def days(seconds: int) -> str:
    """Say how long something took: in days, or in hours or minutes when it was short."""
    for unit, least in ((_("{count} days"), 86_400), (_("{count} hours"), 3_600)):
        if seconds >= least:
            return unit.format(count=f"{seconds / least:.1f}")
    return _("{count} minutes").format(count=f"{seconds / 60:.1f}")


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


# --- The book of cases ------------------------------------------------------------------------------------------------


def type_title(code: str | None) -> str:
    """Say a type of assistance."""
    from rogatory_node.casework.types.catalogue import Unknown, type_of

    if code is None:
        return ""
    found = type_of(code)
    return clean(code) if isinstance(found, Unknown) else _(found.title)


def grade(code: str) -> str:
    """Say a grade of urgency."""
    from rogatory_node.casework.codes import GRADES

    return _(GRADES[code].label) if code in GRADES else clean(code)


def standing(code: str | None, until: str | None = None, machine: str | None = None, move: str = "") -> str:
    """Say a state of a request, or of the sub-machine whose name begins the move."""
    from rogatory_node.casework.life.machines import MACHINES
    from rogatory_node.casework.life.states import STATES

    if code is None:
        return ""
    own = MACHINES[machine].labels if machine and move.startswith(f"{machine}.") else {}
    label = own.get(code) or (STATES[code].label if code in STATES else "")
    return _dated(label, until) if label else clean(code)


def outcome(code: str | None, until: str | None = None) -> str:
    """Say an outcome."""
    from rogatory_node.casework.codes import OUTCOMES

    if code is None:
        return ""
    return _dated(OUTCOMES[code].label, until) if code in OUTCOMES else clean(code)


def ground(code: str) -> str:
    """Say a ground of refusal."""
    from rogatory_node.casework.grounds import GROUNDS

    return _(GROUNDS[code].label) if code in GROUNDS else clean(code)


def crime(code: str) -> str:
    """Say a type of crime."""
    from rogatory_node.casework.codes import CRIME_TYPES

    return _(CRIME_TYPES[code].label) if code in CRIME_TYPES else clean(code)


def delay(code: str) -> str:
    """Say a cause of delay."""
    from rogatory_node.casework.codes import DELAYS

    return _(DELAYS[code].label) if code in DELAYS else clean(code)


def due(code: str) -> str:
    """Say what is owed, or what runs."""
    from rogatory_node.casework.clocks.rules import RULES
    from rogatory_node.casework.life.dues import DUES

    known = {**{rule.code: rule.label for rule in RULES.values()}, **DUES, "take": NEEDS["take"]}
    return _(known[code]) if code in known else clean(code)


def reason(code: str, detail: str = "") -> str:
    """Say why a letter had no effect, or cannot be shown yet."""
    from rogatory_node.casework.life.reasons import REASONS

    known = {**REASONS, **UNREAD}
    return _(known[code]).format(most=detail) if code in known else clean(code)


def _dated(label: str, until: str | None) -> str:
    return _(label).format(date=clean(until or "…"))
