"""The report of a period as plain values: what FATF, UNTOC reviews, the EU's article 28 and the networks ask.

* ``totals`` and ``by`` are the tables of requests made and received, by whatever is counted; ``balance`` sets what was
  asked and what was given side by side for each partner.
* ``stages`` and ``emergency`` say how long what took; ``evidence`` counts data by category and emergency;
  ``preservations`` what became of them; ``delays`` causes by stage.
* Durations are seconds; a median beside few cases says little, so the count stands beside it.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from rogatory_node.casework.statistics.counting import (
    ACTIVE,
    ASKED,
    DIMENSIONS,
    DIRECTIONS,
    FATES,
    FOLLOWED,
    LAPSED,
    PENDING,
    RECEIVED,
    SEVERAL,
    STAGES,
    Tally,
    split,
    stage_of,
    times,
    totals,
)

FORMAT = 1


def report(tally: Tally, *, begin: int, end: int) -> dict[str, Any]:
    """Return the report of what was sent from *begin* until before *end*."""
    by = {name: _table(tally, name) for name in DIMENSIONS}
    return {
        "format": FORMAT,
        "from": begin,
        "to": end,
        "totals": dict(totals(tally)),
        "by": by,
        "stages": _stages(tally.stages),
        "emergency": _stages(tally.urgent),
        "balance": {value: _balance(cell) for value, cell in by["counterpart"].items()},
        "evidence": _evidence(tally),
        "preservations": {
            side: {each: tally.preserved[side, each] for each in (ACTIVE, FOLLOWED, LAPSED)}
            for side in DIRECTIONS.values()
        },
        "delays": _delays(by["delays"]),
        "quality": {side: _quality(tally, side) for side in DIRECTIONS.values()},
    }


def _table(tally: Tally, name: str) -> dict[str, Any]:
    """Return value → direction → what became, and how long the executed ones took."""
    counts = split(tally.by[name]) if name in SEVERAL else tally.by[name]
    took = tally.answered.get(name, {})
    durations = _parted(took) if name in SEVERAL else took
    found: dict[str, Any] = {}
    for (value, side, each), count in counts.items():
        if value is None:
            continue
        cell = found.setdefault(_word(value), {direction: _empty() for direction in DIRECTIONS.values()})
        cell[side][each] += count
        cell[side]["total"] += count
    for (value, side), each_took in durations.items():
        told = times(each_took)
        if value is not None and told is not None:
            found[_word(value)][side]["times"] = asdict(told)
    return dict(sorted(found.items(), key=lambda item: (-_total(item[1]), item[0])))


def _empty() -> dict[str, Any]:
    return {"total": 0, **dict.fromkeys(FATES, 0), "times": None}


def _total(cell: Mapping[str, Any]) -> int:
    return sum(cell[side]["total"] for side in DIRECTIONS.values())


def _word(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _parted(durations: Mapping[tuple[Any, str], list[int]]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for (words, side), took in durations.items():
        for word in words.split():
            found.setdefault((word, side), []).extend(took)
    return found


def _stages(durations: Mapping[tuple[str, str], list[int]]) -> dict[str, Any]:
    def told(stage: str, side: str) -> dict[str, int] | None:
        found = times(durations.get((stage, side), ()))
        return None if found is None else asdict(found)

    return {stage: {side: told(stage, side) for side in DIRECTIONS.values()} for stage in STAGES}


def _balance(cell: Mapping[str, Any]) -> dict[str, int]:
    """Return what a partner was asked and gave, and what it asked and was given."""
    given: Callable[[str], int] = lambda side: cell[side]["granted"] + cell[side]["partly"]  # noqa: E731
    return {
        "asked": cell[ASKED]["total"],
        "given_to_us": given(ASKED),
        "open_there": cell[ASKED][PENDING],
        "received": cell[RECEIVED]["total"],
        "given_by_us": given(RECEIVED),
        "open_here": cell[RECEIVED][PENDING],
    }


def _evidence(tally: Tally) -> list[dict[str, Any]]:
    """Return data asked for by category and emergency: issued, fulfilled and not, as article 28 counts them."""
    found: dict[tuple[str, bool, str], Counter[str]] = {}
    for (category, emergency, side, each), count in tally.evidence.items():
        found.setdefault((category, emergency, side), Counter())[each] += count
    return [
        {
            "category": category,
            "emergency": emergency,
            "direction": side,
            "total": sum(counts.values()),
            "fulfilled": counts["granted"] + counts["partly"],
            "unfulfilled": sum(counts[each] for each in ("nothing", "refused", "returned", "withdrawn", "closed")),
            "pending": counts[PENDING],
        }
        for (category, emergency, side), counts in sorted(found.items())
    ]


def _delays(table: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for code, cell in table.items():
        found.setdefault(stage_of(code), {})[code] = _total(cell)
    return found


def _quality(tally: Tally, side: str) -> dict[str, int]:
    counts = {each: tally.fates[side, each] for each in FATES}
    asked = {number: count for (direction, number), count in tally.questions.items() if direction == side}
    return {
        "measures": sum(counts.values()),
        "returned": counts["returned"],
        "refused": counts["refused"],
        "partly": counts["partly"],
        "with_questions": sum(asked.values()),
        "questions": sum(number * count for number, count in asked.items()),
        "urgency_lowered": tally.lowered[side],
    }
