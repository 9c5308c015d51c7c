"""When a clock calls attention, and how far it is.

* Alarms are shares of the time or times before the end; those that would lie before the start do not exist.
* Both sides are called: the one that has to act, and the one that waits.
"""

import re
from dataclasses import dataclass
from typing import Final

from rogatory_node.casework.clocks.rules import RULES
from rogatory_node.casework.clocks.running import RUNNING, Clock

_WRITTEN: Final = re.compile(r"(\d+)(%|d|h)")
_SECONDS: Final = {"d": 86_400, "h": 3_600}
_DUES: Final = ("80%", "24h")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An instant at which a clock calls attention, and which alarm it is (``80%``, ``3d``)."""

    at: int
    name: str


def alarms(clock: Clock) -> tuple[Alarm, ...]:
    """Return the alarms of a clock in the order of their instants; a clock that does not run has none."""
    if clock.state != RUNNING or clock.due is None:
        return ()
    rule = RULES.get(clock.rule)
    found = (
        Alarm(at=_at(clock.start, clock.due, name), name=name) for name in (_DUES if rule is None else rule.alarms)
    )
    return tuple(sorted((each for each in found if clock.start < each.at < clock.due), key=lambda each: each.at))


def next_alarm(clock: Clock, now: int) -> Alarm | None:
    """Return the first alarm after an instant."""
    return next((each for each in alarms(clock) if each.at > now), None)


def _at(start: int, due: int, name: str) -> int:
    written = _WRITTEN.fullmatch(name)
    assert written is not None, "alarms are names of the table of rules"
    count, unit = int(written[1]), written[2]
    return start + (due - start) * count // 100 if unit == "%" else due - count * _SECONDS[unit]
