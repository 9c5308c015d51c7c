"""Reading tables (CSV) line by line into records: all of them, or all that is wrong with them.

* The first line names the columns; what is not known is refused, so that nothing is lost without a word.
* Every line that cannot be read is named with its number in the file and the reason.
* The separator is whichever of comma, semicolon and tab the first line has most of.
"""

import csv
import io
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import msgspec

from rogatory_node.casework.caselist import plain
from rogatory_node.i18n import later

MAX_ROWS: Final = 5_000
_SEPARATORS: Final = ";,\t"

TWICE: Final = later("The identifier “{id}” stands in line {line} already.")
UNFIT: Final = later("It is not as it should be: {where}")
COLUMN: Final = later("The column “{name}” is not known.")
LACKING: Final = later("The column “{name}” is missing.")
UNREADABLE: Final = later("This is no table in UTF-8.")
MANY: Final = later("There are more than {most} lines.")
CELLS: Final = later("It has more cells than there are columns.")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What cannot be read.

    Attributes:
        line: Number of the line, the first is 1.
        text: English text of the catalogue.
        args: Values in it.
    """

    line: int
    text: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[T]):
    """What was read: records, or faults."""

    entries: tuple[T, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Generic[T]):
    """How a table is read.

    Attributes:
        columns: All that there may be.
        required: Those that there must be.
        record: Makes a record of the cells that hold something; may raise ``msgspec.ValidationError``.
        key: What no two records may share.
    """

    columns: Collection[str]
    required: Sequence[str]
    record: Callable[[Mapping[str, str]], T]
    key: Callable[[T], str]


def read(raw: bytes, form: Form[T]) -> Table[T]:
    """Read a table."""
    try:
        text = raw.decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
        head = [cell.strip() for cell in next(reader, [])]
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except (UnicodeDecodeError, csv.Error):
        return Table(entries=(), faults=(Fault(line=1, text=UNREADABLE, args={}),))
    wrong = list(_of_head(head, form))
    if len(rows) > MAX_ROWS:
        wrong.append(Fault(line=rows[MAX_ROWS][0], text=MANY, args={"most": MAX_ROWS}))
    return Table(entries=(), faults=tuple(wrong)) if wrong else _body(head, rows, form)


def _body(head: list[str], rows: list[tuple[int, list[str]]], form: Form[T]) -> Table[T]:
    found: dict[str, tuple[int, T]] = {}
    faults: list[Fault] = []
    for line, row in rows:
        if len(row) > len(head):
            faults.append(Fault(line=line, text=CELLS, args={}))
            continue
        cells = {name: plain(cell.strip()) for name, cell in zip(head, row, strict=False) if cell.strip()}
        try:
            record = form.record(cells)
        except msgspec.ValidationError as error:
            faults.append(Fault(line=line, text=UNFIT, args={"where": str(error)}))
            continue
        key = form.key(record)
        if key in found:
            faults.append(Fault(line=line, text=TWICE, args={"id": key, "line": found[key][0]}))
        found.setdefault(key, (line, record))
    return Table(entries=() if faults else tuple(each for _, each in found.values()), faults=tuple(faults))


def _of_head(head: list[str], form: Form[T]) -> Iterator[Fault]:
    for place, name in enumerate(head):
        if name not in form.columns or name in head[:place]:
            yield Fault(line=1, text=COLUMN, args={"name": name[:60]})
    for name in form.required:
        if name not in head:
            yield Fault(line=1, text=LACKING, args={"name": name})


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return max(_SEPARATORS, key=first.count)
