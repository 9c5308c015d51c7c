"""Statistics as a table of plain cells, and cells as CSV that no spreadsheet takes for a formula.

* One line of the table is one count or duration: table, value, direction, what, number.
* A cell that begins with a sign that spreadsheets compute with, or with white space before one, gets an apostrophe in
  front, and so is shown as it stands. Numbers of our own are written as they are.
"""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any, Final

from rogatory_node.casework.statistics.counting import DIRECTIONS, FATES

HEAD: Final = ("table", "value", "direction", "what", "number")
Line = tuple[str, str, str, str, int]
_SIGNS: Final = frozenset("=+-@|%\t\r\n")


def lines(report: Mapping[str, Any]) -> Iterator[Line]:
    """Yield the lines of a report."""
    for side in DIRECTIONS.values():
        yield from (("totals", "", side, what, count) for what, count in report["totals"][side].items())
    for name, table in report["by"].items():
        yield from _table(name, table)
    for name in ("stages", "emergency"):
        for stage, found in report[name].items():
            for side in DIRECTIONS.values():
                yield from _times(name, stage, side, found[side])
    yield from _evidence(report)
    for name in ("preservations", "quality"):
        for side in DIRECTIONS.values():
            yield from ((name, "", side, what, count) for what, count in report[name][side].items())


def _table(name: str, table: Mapping[str, Any]) -> Iterator[Line]:
    for value, cell in table.items():
        for side in DIRECTIONS.values():
            yield from ((name, value, side, what, cell[side][what]) for what in ("total", *FATES) if cell[side][what])
            yield from _times(name, value, side, cell[side]["times"])


def _evidence(report: Mapping[str, Any]) -> Iterator[Line]:
    for each in report["evidence"]:
        value = f"{each['category']}{' emergency' if each['emergency'] else ''}"
        for what in ("total", "fulfilled", "unfulfilled", "pending"):
            yield "evidence", value, each["direction"], what, each[what]


def _times(table: str, value: str, side: str, found: Mapping[str, int] | None) -> Iterator[Line]:
    if found is not None:
        yield from ((table, value, side, f"{what}_seconds", found[what]) for what in ("median", "p90"))


def written(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return CSV of rows; lines end as RFC 4180 has it."""
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows([safe(each) for each in row] for row in rows)
    return file.getvalue()


def safe(value: Any) -> Any:
    """Return a cell that a spreadsheet shows and never computes."""
    if not isinstance(value, str):
        return value
    # Full-width signs are the same to some programs; white space and marks of direction in front hide them.
    plain = unicodedata.normalize("NFKC", value)
    first = next((sign for sign in plain if unicodedata.category(sign) not in {"Zs", "Cf"}), "")
    return f"'{value}" if first in _SIGNS or (value and value[0] in _SIGNS) else value
