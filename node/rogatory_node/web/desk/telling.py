"""How pages say what the book holds in codes: authorities, urgency, states, deadlines, sizes.

* A code that this program does not know is shown as it stands; it is never an error.
* What others wrote may hold characters that turn the reading direction or cannot be seen: they are shown as �.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from rogatory_node.casebook.entries import Entry
from rogatory_node.casework.clocks.rules import RULES
from rogatory_node.casework.codes import GRADES
from rogatory_node.casework.kinds.register import KINDS
from rogatory_node.casework.life.dues import DUES
from rogatory_node.casework.life.states import STATES
from rogatory_node.casework.types.catalogue import RequestType, type_of
from rogatory_node.i18n import later, translate
from rogatory_node.web.desk.context import Ask
from rogatory_node.web.desk.rendering import own_name
from rogatory_protocol.ids import Aid

_JOINERS: Final = frozenset("\u200c\u200d")  # words of Persian and Hindi need them
NEEDS: Final[Mapping[str, str]] = {
    "take": later("to be taken"),
    "decide": later("to be decided"),
    "attachments": later("attachments arriving"),
    **DUES,
}
_DATES: Final = "{date}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A deadline: when, how far away in words, and whether it has passed."""

    at: int
    away: str
    late: bool
    what: str


def clean(text: str, *, lines: bool = False) -> str:
    """Return text of others as it may be shown; line breaks only where *lines* are wanted."""
    kept = _JOINERS | {"\n"} if lines else _JOINERS
    return "".join(letter if letter.isprintable() or letter in kept else "�" for letter in text)


def authority(ask: Ask, aid: Aid | None) -> str:
    """Say which authority it is: its name in the reader's language and its country, or the first of its digits."""
    if aid is None:
        return "—"
    if aid == ask.desk.own.aid:
        return own_name(ask)
    entry = ask.desk.trust.entry(aid)
    if entry is None:
        return aid.hex()[:16]
    names = dict(entry.listing.name)
    name = names.get(ask.language) or names.get("en") or next(iter(names.values()), aid.hex()[:16])
    return f"{clean(name)} ({entry.listing.cc})"


def grade(ask: Ask, code: str) -> tuple[str, int]:
    """Say how urgent it is, and return the step of the sign that stands beside the word, 0 to 3."""
    known = GRADES.get(code)
    return (code, 0) if known is None else (translate(known.label, ask.language), known.urg)


def type_name(ask: Ask, code: str | None) -> str:
    """Say of which type a request is."""
    known = type_of(code)
    return translate(known.title, ask.language) if isinstance(known, RequestType) else code or "—"


def kind_name(ask: Ask, code: str) -> str:
    """Say of which kind a letter is."""
    known = KINDS.get(code)
    return code if known is None else translate(known.label, ask.language)


def state_name(ask: Ask, code: str | None) -> str:
    """Say in which state a request is; a date that belongs to the state stands elsewhere."""
    known = STATES.get(code or "")
    if known is None:
        return code or "—"
    return translate(known.label, ask.language).replace(_DATES, "").strip()


def owed(ask: Ask, entry: Entry) -> list[str]:
    """Say what we owe in a case."""
    return [translate(NEEDS[code], ask.language) if code in NEEDS else code for code in entry.owes]


def due(ask: Ask, entry: Entry) -> Due | None:
    """Say when the next deadline of a case is."""
    if entry.due_at is None:
        return None
    from babel.dates import format_timedelta

    left = entry.due_at - int(ask.desk.wall())
    away = format_timedelta(timedelta(seconds=left), add_direction=True, locale=ask.language)
    rule = RULES.get(entry.due_rule or "")
    what = "" if rule is None else translate(rule.label, ask.language)
    return Due(at=entry.due_at, away=away, late=left < 0, what=what)


def size(count: int) -> str:
    """Say how many bytes, in units that a person reads."""
    value, unit = float(count), "B"
    for each in ("kB", "MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1_000, each
    return f"{value:.0f} {unit}" if unit == "B" or value >= 99.5 else f"{value:.1f} {unit}"
