"""Reading the steps of a measure for clocks: when a clock starts, what stops it, when it stood still.

* Steps are read in the order of the fold, not by their times: the clocks of two authorities may differ.
* A mark is the state that a step led to, or for a step of a sub-machine its name with that of the machine.
* A clock with a start that has not happened does not exist yet.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rogatory_node.casework.clocks.instants import Pause, instant
from rogatory_node.casework.clocks.places import Place
from rogatory_node.casework.life.case import Measure, Request

END: Final = 1 << 30  # a place behind every step


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened to a measure: its place in the order, its time and its name."""

    at: int
    ts: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What clocks read of a measure.

    Attributes:
        request: The request.
        measure: The measure.
        place: Where its days are counted.
        marks: What happened, in order.
    """

    request: Request
    measure: Measure
    place: Place
    marks: tuple[Mark, ...]


def history(request: Request, measure: Measure, place: Place, *, decided: int | None = None) -> History:
    """Return what clocks read; ``decided`` is when the request that follows a preservation up was decided."""
    marks = [Mark(at=n, ts=step.ts, name=_name(step.move, step.state)) for n, step in enumerate(measure.steps)]
    marks += [
        Mark(at=END, ts=ts, name=name)
        for name, ts in (
            ("TAKEN", request.receipts.taken),
            ("CONSENT_TOLD", measure.noted.get("consent_told")),
            ("FOLLOW_UP_DECIDED", decided),
        )
        if isinstance(ts, int)
    ]
    return History(request=request, measure=measure, place=place, marks=tuple(marks))


def _name(move: str, state: str) -> str:
    return move if "." in move else state


def pauses(told: History, start: Mark, until: int | None) -> tuple[tuple[Pause, ...], bool]:
    """Return when information was being asked for after a start, and whether it still is."""
    found: list[Pause] = []
    begun: int | None = None
    for mark in told.marks:
        if "." in mark.name or mark.at >= END or (until is not None and mark.ts >= until):
            continue
        if mark.name == "INFO_REQUESTED":
            begun = max(mark.ts, start.ts) if begun is None else begun
        elif begun is not None:
            found.append((begun, max(begun, mark.ts)))
            begun = None
    if begun is not None and until is not None:
        found.append((begun, max(begun, until)))
    return tuple(found), begun is not None


def stop(told: History, start: Mark, names: frozenset[str]) -> int | None:
    """Return when the first of some marks happened after a start, or None; never before the start."""
    times = (mark.ts for mark in told.marks if mark.at > start.at and mark.name in names)
    first = min(times, default=None)
    return None if first is None else max(first, start.ts)


# --- Starts ---------------------------------------------------------------------------------------------------------


def _sent(told: History) -> Mark | None:
    return Mark(at=-1, ts=told.measure.steps[0].ts if told.measure.steps else told.request.ts, name="sent")


def _received(told: History) -> Mark | None:
    """When the authority had the request: its node's receipt, or its own acknowledgement; a supplement when sent."""
    receipts = told.request.receipts
    times = [at for at in (receipts.stored, receipts.taken, receipts.acknowledged) if at is not None]
    if not times:
        return None
    supplemented = told.measure.steps[0].ts if told.measure.steps and told.measure.steps[0].move == "supplement" else 0
    return Mark(at=0, ts=max(min(times), supplemented), name="received")


def _complete(told: History) -> Mark | None:
    """When all information was there: the receipt, or the last answer to a question."""
    answers = [mark for mark, step in zip(told.marks, told.measure.steps, strict=False) if step.move == "answer"]
    return answers[-1] if answers else _received(told)


def _first(*names: str) -> Callable[[History], Mark | None]:
    return lambda told: next((mark for mark in told.marks if mark.name in names), None)


def _last(*names: str) -> Callable[[History], Mark | None]:
    return lambda told: next((mark for mark in reversed(told.marks) if mark.name in names), None)


def _noted(name: str, before: Callable[[History], Mark | None] | None = None) -> Callable[[History], Mark | None]:
    """Return a start that a letter names; its place is that of a step, where there is one."""

    def found(told: History) -> Mark | None:
        step = None if before is None else before(told)
        written = told.measure.noted.get(name)
        at = None if written is None else instant(written, told.place)
        if at is None:
            return step
        return Mark(at=-1 if step is None else step.at, ts=at, name=name)

    return found


STARTS: Final[Mapping[str, Callable[[History], Mark | None]]] = MappingProxyType(
    {
        "sent": _sent,
        "received": _received,
        "complete": _complete,
        "accepted": _first("ACCEPTED"),
        "executing": _first("IN_EXECUTION"),
        "preserved_first": _first("preservation.PRESERVED"),
        "preserved": _last("preservation.PRESERVED", "preservation.EXTENDED"),
        "followed": _first("preservation.FOLLOWED_UP"),
        "frozen": _last("assets.FROZEN"),
        "arrested": _noted("arrested", _first("extradition.PROVISIONALLY_ARRESTED")),
        "presence_ended": _noted("presence_ended"),
        "transferred": _first("detained.TRANSFERRED"),
        "agreed": _last("hearing.SLOT_AGREED"),
        "active": _last("jit.ACTIVE", "jit.EXTENDED"),
    }
)
"""Events from which clocks run."""


def dates(told: History, names: tuple[str, ...]) -> Iterator[int]:
    """Yield the instants that letters name under some names."""
    for name in names:
        written = told.measure.until if name == "until" else told.measure.noted.get(name)
        at = None if written is None else instant(written, told.place)
        if at is not None:
            yield at
