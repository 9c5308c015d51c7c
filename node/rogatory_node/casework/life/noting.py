"""What letters say that clocks and lists need later: dates, and that something was said at all.

* Tables name the fields; what they do not name is read by nobody here. Values stay as they were written.
* Of a request the entry of the measure goes before the whole form; of later letters what is said of the measure.
* A letter notes something only when it made its move.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from rogatory_node.casework.life.case import Payload
from rogatory_node.casework.life.forms import listed, mapping

Path: TypeAlias = tuple[str, ...]
Noted: TypeAlias = dict[str, str | int]

_MOST: Final = 100  # characters: a date is shorter
_DAY_SECONDS: Final = 86_400
_MOST_DAYS: Final = 36_500


def _paths(**fields: str) -> tuple[tuple[str, tuple[Path, ...]], ...]:
    return tuple((name, tuple(tuple(each.split(".")) for each in written.split())) for name, written in fields.items())


DATES: Final[Mapping[str, tuple[tuple[str, tuple[Path, ...]], ...]]] = MappingProxyType(
    {
        "request": _paths(
            deadline="urgency.deadline",
            retention="urgency.retention_estimate",
            window_end="window.to",
            serve_by="latest",
            hearing="hearing_date slots.start",
            team_end="period.to",
            **{"return": "return_date"},
        ),
        "urgency.change": _paths(deadline="deadline urgency.deadline", retention="urgency.retention_estimate"),
        "arrest.notice": _paths(arrested="at", arrest_end="clock_end"),
        "hearing.confirm": _paths(hearing="slot.start"),
        "surrender.arrangement": _paths(**{"return": "return_by"}),
        "status": _paths(safe_conduct_end="safe_conduct_until", presence_ended="presence_ended"),
    }
)
"""Kind of letter → name → the fields that may hold the date, the first that does counts."""

MARKS: Final[Mapping[str, tuple[tuple[str, Path], ...]]] = MappingProxyType(
    {"arrest.notice": (("consent_told", ("consent",)),), "status": (("consent_told", ("consent",)),)}
)
"""Kind of letter → name → a field; that it is there is noted, with the time of the letter."""

_WANTED: Final = ("subscriber", "traffic")


def of_request(form: Payload, entry: Payload, ts: int) -> Noted:
    """Return what a request notes for one of its measures."""
    found: Noted = {}
    for name, paths in DATES["request"]:
        _put(found, name, (_at(source, path) for path in paths for source in (entry, form)))
    days = _first((_at(source, ("custodian", "retention_days")) for source in (entry, form)), int)
    if days is not None and 0 <= days <= _MOST_DAYS:
        found["retention_after"] = ts + days * _DAY_SECONDS
    if _at(entry, ("without_technical_help",)) is True or _at(form, ("without_technical_help",)) is True:
        found["notice"] = ts
    wanted = {str(word) for source in (entry, form) for each in listed(source.get("data")) for word in _words(each)}
    found.update({f"wants_{word}": ts for word in _WANTED if word in wanted})
    return found


def of_letter(kind: str, own: Payload, form: Payload, ts: int) -> Noted:
    """Return what a later letter notes for the measures of which it says the same."""
    known: Noted = {}
    for name, paths in DATES.get(kind, ()):
        _put(known, name, (_at(source, path) for path in paths for source in (own, form)))
    for name, path in MARKS.get(kind, ()):
        if any(_at(source, path) is not None for source in (own, form)):
            known[name] = ts
    return known


def _words(data: Any) -> Iterable[Any]:
    return listed(mapping(data).get("categories"))


def _put(found: Noted, name: str, values: Iterable[Any]) -> None:
    value = _first(values, str)
    if value is not None and 0 < len(value) <= _MOST:
        found[name] = value


def _first(values: Iterable[Any], kind: type[Any]) -> Any:
    return next((each for each in values if isinstance(each, kind) and not isinstance(each, bool)), None)


def _at(form: Any, path: Path) -> Any:
    """Return what stands at a path; in a list its first entry is meant."""
    for name in path:
        form = form[0] if isinstance(form, list) and form else form
        if not isinstance(form, Mapping):
            return None
        form = form.get(name)
    return form
