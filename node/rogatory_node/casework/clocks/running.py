"""The clocks of a case: which run, towards which instant, and who has to act.

* ``clocks_of(case, places)`` is a pure function, and no clock of a machine is read: both sides compute the same
  instants from the same letters. Whether an instant has passed is a question to `late` with the time now.
* Days are counted where the requested side is: as its letters say, or else as the directory does (``places``).
* What is due with a date in a letter, such as answers to questions, is a clock too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rogatory_node.casework.clocks import reading
from rogatory_node.casework.clocks.instants import after, instant
from rogatory_node.casework.clocks.places import NOWHERE, Place, zone_known
from rogatory_node.casework.clocks.reading import History, Mark
from rogatory_node.casework.clocks.rules import EVERY, FOR_CLOCK, Rule, length_for
from rogatory_node.casework.life.case import Case, Measure, Request
from rogatory_node.casework.life.states import DONE, ENDED
from rogatory_node.casework.types import catalogue
from rogatory_node.casework.types.catalogue import Unknown

RUNNING: Final = "RUNNING"
PAUSED: Final = "PAUSED"
MET: Final = "MET"
LATE: Final = "LATE"
ENDED_SO: Final = "ENDED"
STATES: Final = (RUNNING, PAUSED, MET, LATE, ENDED_SO)

# After these nothing of a measure is due any more; a purpose of their own may have ended a clock before.
_OVER: Final = frozenset({"WITHDRAWN", "CLOSED", "REJECTED_ADDRESSEE", "REFUSED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A clock.

    Attributes:
        rule: Code of its rule, or of what is due (``dues.DUES``).
        letter: Digest of the request.
        recipient: The authority that is asked.
        measure: Id of the measure; empty: of the whole request.
        side: Who has to act before it: ``R`` or ``Q``.
        start: Unix time from which it runs.
        due: Unix time at which it is over; None while it stands still, or where no date is set.
        state: One of `STATES`.
        stopped: Unix time at which what was due was done or fell away, or None.
        silent: Whether its end passing is nobody's delay.
    """

    rule: str
    letter: str
    recipient: str
    measure: str
    side: str
    start: int
    due: int | None
    state: str
    stopped: int | None = None
    silent: bool = False


def clocks_of(case: Case, places: Mapping[str, Place] | None = None) -> tuple[Clock, ...]:
    """Return the clocks of a case, request by request; ``places`` tells where authorities are (hex digits)."""
    return tuple(clock for request in case.requests for clock in _of_request(case, request, places or {}))


def late(clock: Clock, now: int) -> bool:
    """Tell whether a clock was missed, or would be if nothing came by now."""
    missed = clock.state == RUNNING and clock.due is not None and now > clock.due and not clock.silent
    return missed or clock.state == LATE


def place_of(request: Request, places: Mapping[str, Place]) -> Place:
    """Return where a request's days are counted; what its letters say goes before the directory."""
    known = places.get(request.recipient, NOWHERE)
    zone = request.zone if zone_known(request.zone) else known.zone
    return Place(zone=zone, country=request.country or known.country)


def _of_request(case: Case, request: Request, places: Mapping[str, Place]) -> Iterator[Clock]:
    place = place_of(request, places)
    for measure in request.measures:
        told = reading.history(request, measure, place, decided=_decided(case, measure))
        for rule in _rules(measure):
            clock = _clock(rule, told)
            if clock is not None:
                yield clock
    for due in request.dues:
        at = None if due.by is None else instant(due.by, place)
        if at is not None:
            yield Clock(
                rule=due.code,
                letter=request.digest,
                recipient=request.recipient,
                measure="",
                side=due.side,
                start=due.since,
                due=at,
                state=RUNNING,
            )


def _decided(case: Case, measure: Measure) -> int | None:
    """Return when every measure of the request that follows a preservation up was at its end."""
    if measure.follow_up is None:
        return None
    found = [each for request in case.requests if request.digest == measure.follow_up for each in request.measures]
    if not found or any(each.state not in DONE | ENDED for each in found):
        return None
    return max(each.steps[-1].ts for each in found if each.steps)


def _rules(measure: Measure) -> Iterator[Rule]:
    kind = catalogue.type_of(measure.type)
    named = () if isinstance(kind, Unknown) else kind.clocks
    for name in (*named, EVERY):
        yield from (rule for rule in FOR_CLOCK.get(name, ()) if not rule.types or measure.type in rule.types)


def _clock(rule: Rule, told: History) -> Clock | None:
    """Return the clock of a rule, or None where it does not hold or has not begun."""
    if (rule.grades and told.request.grade not in rule.grades) or (rule.when and rule.when not in told.measure.noted):
        return None
    start = reading.STARTS[rule.start](told)
    if start is None:
        return None
    stopped = reading.stop(told, start, rule.meets)
    over = reading.stop(told, start, rule.ends | (_OVER - rule.meets if not rule.lasting else frozenset()))
    first = min((at for at in (stopped, over) if at is not None), default=None)
    due, paused = _due(rule, told, start, first)
    if due is None and not paused and (rule.lengths or rule.date):
        return None
    met = stopped is not None and stopped == first
    return Clock(
        rule=rule.code,
        letter=told.request.digest,
        recipient=told.request.recipient,
        measure=told.measure.id,
        side=rule.side,
        start=start.ts,
        due=due,
        state=_state(met=met, over=first, due=due, paused=paused, silent=rule.silent),
        stopped=first,
        silent=rule.silent,
    )


def _due(rule: Rule, told: History, start: Mark, stopped: int | None) -> tuple[int | None, bool]:
    """Return the instant at which a clock is over, and whether it stands still and has none."""
    named = next(reading.dates(told, rule.date), None)
    if named is not None:
        return named, False
    length = length_for(rule, told.request.instruments)
    if length is None:
        return None, False
    begin: int | None = start.ts
    if rule.counted_from:
        begin = next(reading.dates(told, (rule.counted_from,)), None)
    if begin is None:
        return None, False
    waited, paused = reading.pauses(told, start, stopped) if rule.pauses else ((), False)
    if paused and stopped is None:
        return None, True
    return after(begin, length.count, length.unit, told.place, waited), False


def _state(*, met: bool, over: int | None, due: int | None, paused: bool, silent: bool) -> str:
    if over is None:
        return PAUSED if paused else RUNNING
    if not met:
        return ENDED_SO
    return LATE if due is not None and over > due and not silent else MET
