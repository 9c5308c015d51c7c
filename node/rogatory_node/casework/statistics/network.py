"""What an authority lets others see of its statistics, and what a network makes of those of its members.

* Counts only, of one column at a time, never by partner; no median over fewer than five.
* A count of one to four is hidden. Where it could be found by subtracting its neighbours from the total, the smallest
  of these is hidden with it; a total of one to four hides all.
* Each authority signs its own counts; who adds them up sees no more than that. A sum says how many members hid theirs.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rogatory_node.casework.statistics.counting import DIRECTIONS, FATES, STAGES
from rogatory_node.casework.statistics.report import FORMAT

LEAST: Final = 5
SHOWN: Final = ("type", "instruments", "crimes", "category", "grade", "outcome", "grounds", "delays")
"""Columns that others may see; partners are nobody's business."""


def shareable(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a report may be shown to those who see no cases."""
    told: dict[str, Any] = {"format": FORMAT, "from": report["from"], "to": report["to"]}
    for side in DIRECTIONS.values():
        totals = report["totals"][side]
        total = _shown(totals["total"])
        told[side] = {
            "total": total,
            "fates": hide({each: totals[each] for each in FATES}),
            "by": {
                name: hide({value: cell[side]["total"] for value, cell in report["by"][name].items()}) for name in SHOWN
            },
            "stages": {stage: _times(report["stages"][stage][side]) for stage in STAGES},
        }
    return told


def hide(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Hide small counts, and what would give them away; zeros are not told at all."""
    told = {value: count for value, count in counts.items() if count}
    hidden = {value for value, count in told.items() if count < LEAST}
    rest = sorted(
        (value for value in told if value not in hidden), key=lambda value: (told[value], value), reverse=True
    )
    while hidden and rest and (len(hidden) == 1 or sum(told[value] for value in hidden) < LEAST):
        hidden.add(rest.pop())
    return {value: None if value in hidden else count for value, count in told.items()}


def _shown(count: int) -> int | None:
    return None if 0 < count < LEAST else count


def _times(found: Mapping[str, int] | None) -> dict[str, int] | None:
    return None if found is None or found["count"] < LEAST else dict(found)


# --- The network ------------------------------------------------------------------------------------------------------


def together(members: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Add up what members showed for one period.

    Raises:
        ValueError: A member's counts are of another period or form, or no counts.
    """
    shown = [checked(each) for each in members]
    if len({(each["from"], each["to"]) for each in shown}) != 1:
        raise ValueError("period")
    begin, end = shown[0]["from"], shown[0]["to"]
    return {
        "format": FORMAT,
        "from": begin,
        "to": end,
        "members": len(shown),
        **{side: _side([each[side] for each in shown]) for side in DIRECTIONS.values()},
    }


def _side(members: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "total": _sum(each["total"] for each in members),
        "fates": _columns([each["fates"] for each in members]),
        "by": {name: _columns([each["by"][name] for each in members]) for name in SHOWN},
        "stages": {stage: _range([each["stages"][stage] for each in members]) for stage in STAGES},
    }


def _sum(counts: Iterable[int | None]) -> dict[str, int]:
    """Return what is known of a sum, and how many members hid their part."""
    found = list(counts)
    return {"count": sum(each for each in found if each is not None), "hidden": found.count(None)}


def _columns(members: list[Mapping[str, int | None]]) -> dict[str, dict[str, int]]:
    values = sorted({value for each in members for value in each})
    return {value: _sum(each.get(value, 0) for each in members) for value in values}


def _range(members: list[Mapping[str, int] | None]) -> dict[str, int] | None:
    """Return the least and the greatest of the members' medians: medians cannot be added."""
    medians = [each["median"] for each in members if each is not None]
    return None if not medians else {"members": len(medians), "least": min(medians), "greatest": max(medians)}


def checked(told: Any) -> Mapping[str, Any]:
    """Return counts that have the form of `shareable`.

    Raises:
        ValueError: They have not.
    """
    try:
        fits = told["format"] == FORMAT and all(_whole(told[name]) for name in ("from", "to"))
        for side in DIRECTIONS.values():
            each = told[side]
            tables = [each["fates"], *(each["by"][name] for name in SHOWN)]
            counts = [each["total"], *(count for table in tables for count in table.values())]
            fits = fits and all(count is None or _whole(count) for count in counts)
            stages = [found for stage in STAGES if (found := each["stages"][stage]) is not None]
            fits = fits and all(_whole(found["median"]) for found in stages)
    except (KeyError, TypeError, AttributeError):
        fits = False
    if not fits:
        raise ValueError("counts")
    return dict(told)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
