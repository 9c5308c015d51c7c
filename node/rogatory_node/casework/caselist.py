"""Open cases as a table (CSV): what an authority had before it had this program.

* One row a case; the first line names the columns. A row is judged on its own, and every bad one is named by its line.
* Nothing is taken in when one row is bad: who corrects the file reads it in again, whole.
* A cell that a spreadsheet would run as a formula is text here, and is written with an apostrophe before it, which is
  taken off again when it is read.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from rogatory_node.casework.channels import CHANNELS
from rogatory_node.casework.codes import GRADES
from rogatory_node.casework.types import catalogue
from rogatory_node.i18n import later

COLUMNS: Final = (
    "own_reference",
    "partner_state",
    "partner_name",
    "direction",
    "type",
    "sent_on",
    "channel",
    "urgency",
    "summary",
    "partner_reference",
    "acknowledged_on",
)
"""The columns; their order does not matter."""
NEEDED: Final = ("partner_state", "partner_name", "direction", "type", "sent_on", "channel")
MOST_ROWS: Final = 10_000
MOST_CHARACTERS: Final = 20_000  # of one cell
_RUN: Final = frozenset("=+-@\t\r")
_DIRECTIONS: Final = frozenset({"in", "out"})

BAD: Final[Mapping[str, str]] = {
    "columns": later("the first line must name the columns {known}"),
    "missing": later("“{column}” is empty"),
    "state": later("“{value}” is no code of a State"),
    "direction": later("“{value}” must be “in” or “out”"),
    "type": later("“{value}” is no type of request"),
    "date": later("“{value}” is no date as 2031-01-31, or not a past one"),
    "channel": later("“{value}” is none of {known}"),
    "urgency": later("“{value}” is none of {known}"),
    "twice": later("the reference “{value}” stands in two lines"),
    "long": later("“{column}” is too long"),
    "many": later("more than {most} rows"),
    "cells": later("the row has more cells than there are columns"),
}
"""What is wrong with a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """What is wrong with a line: a key of ``BAD`` with its values."""

    line: int
    what: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A good row: a case with its request, and when it was acknowledged."""

    line: int
    own_reference: str | None
    state: str
    name: str
    outgoing: bool
    channel: str
    sent_at: int
    acknowledged_at: int | None
    form: Mapping[str, Any]
    partner_reference: str | None


def read(text: str, *, today: date) -> tuple[tuple[Row, ...], tuple[Bad, ...]]:
    """Read a table: its rows, and what is wrong; rows count only when nothing is."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), _dialect(text), strict=False)
    good: list[Row] = []
    bad: list[Bad] = []
    seen: set[str] = set()
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if set(NEEDED) - set(header) or set(header) - set(COLUMNS) or len(set(header)) != len(header):
            return (), (Bad(line=1, what="columns", values={"known": ", ".join(COLUMNS)}),)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(good) + len(bad) >= MOST_ROWS:
                bad.append(Bad(line=reader.line_num, what="many", values={"most": MOST_ROWS}))
                break
            found = list(_judge(reader.line_num, header, cells, seen, today))
            bad += found
            if not found:
                good.append(_row(reader.line_num, _named(header, cells)))
    except csv.Error:
        bad.append(Bad(line=reader.line_num, what="columns", values={"known": ", ".join(COLUMNS)}))
    return tuple(good), tuple(bad)


def write(rows: Iterable[Mapping[str, str]], columns: tuple[str, ...] = COLUMNS) -> str:
    """Return a table of rows, with no cell that a spreadsheet would run."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(row.get(name, "")) for name in columns])
    return out.getvalue()


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell[:1] in _RUN or (cell[:1] == "'" and cell[1:2] in _RUN) else cell


def plain(cell: str) -> str:
    """Return a cell as it was before `harmless`."""
    return cell[1:] if cell[:1] == "'" and (cell[1:2] in _RUN or cell[1:3] in {f"'{sign}" for sign in _RUN}) else cell


def _dialect(text: str) -> type[csv.Dialect]:
    class Found(csv.excel):
        delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","

    return Found


def _named(header: list[str], cells: list[str]) -> dict[str, str]:
    return {name: plain(cell.strip()) for name, cell in zip(header, cells, strict=False)}


def _judge(line: int, header: list[str], cells: list[str], seen: set[str], today: date) -> Iterator[Bad]:
    row = _named(header, cells)
    if len(cells) > len(header):
        yield Bad(line=line, what="cells")
    for name in NEEDED:
        if not row.get(name):
            yield Bad(line=line, what="missing", values={"column": name})
    for name, cell in row.items():
        if len(cell) > MOST_CHARACTERS or (name not in {"summary"} and len(cell) > 300):
            yield Bad(line=line, what="long", values={"column": name})
    yield from _codes(line, row)
    for name in ("sent_on", "acknowledged_on"):
        if row.get(name) and not _past(row[name], today):
            yield Bad(line=line, what="date", values={"value": _short(row[name])})
    own = row.get("own_reference", "")
    if own and own in seen:
        yield Bad(line=line, what="twice", values={"value": _short(own)})
    seen.add(own)


def _codes(line: int, row: Mapping[str, str]) -> Iterator[Bad]:
    state, kind = row.get("partner_state", ""), row.get("type", "")
    if state and not (len(state) == 2 and state.isascii() and state.isalpha() and state.isupper()):
        yield Bad(line=line, what="state", values={"value": _short(state)})
    if row.get("direction") and row["direction"] not in _DIRECTIONS:
        yield Bad(line=line, what="direction", values={"value": _short(row["direction"])})
    if kind and isinstance(catalogue.type_of(kind), catalogue.Unknown):
        yield Bad(line=line, what="type", values={"value": _short(kind)})
    for name, known in (("channel", CHANNELS), ("urgency", GRADES)):
        if row.get(name) and row[name] not in known:
            values = {"value": _short(row[name]), "known": ", ".join(known)}
            yield Bad(line=line, what=name, values=values)


def _row(line: int, row: Mapping[str, str]) -> Row:
    form: dict[str, Any] = {"kind": "request", "type": row["type"]}
    if row.get("summary"):
        form["facts_summary"] = row["summary"]
    grade = row.get("urgency")
    if grade:
        form["urgency"] = {"grade": grade}
    reference = row.get("own_reference") if row["direction"] == "out" else row.get("partner_reference")
    if reference:
        form["references"] = {"sender": reference}
    return Row(
        line=line,
        own_reference=row.get("own_reference") or None,
        state=row["partner_state"],
        name=row["partner_name"],
        outgoing=row["direction"] == "out",
        channel=row["channel"],
        sent_at=_instant(row["sent_on"]),
        acknowledged_at=_instant(row["acknowledged_on"]) if row.get("acknowledged_on") else None,
        form=form,
        partner_reference=row.get("partner_reference") or None,
    )


def _past(text: str, today: date) -> bool:
    try:
        return len(text) == len("2000-01-01") and date(1970, 1, 2) <= date.fromisoformat(text) <= today
    except ValueError:
        return False


def _instant(text: str) -> int:
    day = date.fromisoformat(text)
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _short(value: str) -> str:
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in value[:60])
