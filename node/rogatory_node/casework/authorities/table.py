"""Reading many entries from a table (CSV), as secretariats keep them.

* The first line names the columns; what is not named here is refused, so that nothing is lost without a word.
* Every line that cannot be read is named with its number and the reason; then nothing is taken at all.
* Lists stand in one cell with semicolons between; a designation is ``function`` or ``function = INSTRUMENT article``.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from rogatory_node.casework.authorities.entry import Entry
from rogatory_node.i18n import LANGUAGES, later

MAX_ROWS: Final = 5_000
_SEPARATORS: Final = ";,\t"

TWICE: Final = later("The identifier “{id}” stands in line {line} already.")
UNFIT: Final = later("It is not as it should be: {where}")
COLUMN: Final = later("The column “{name}” is not known.")
LACKING: Final = later("The column “{name}” is missing.")
UNREADABLE: Final = later("This is no table in UTF-8.")
MANY: Final = later("There are more than {most} lines.")
CELLS: Final = later("It has more cells than there are columns.")


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
class Table:
    """What was read: entries, or faults."""

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]


def _line(value: str) -> str:
    return value


def _list(value: str) -> list[str]:
    return [part.strip() for part in value.split(";") if part.strip()]


def _designations(value: str) -> list[dict[str, str]]:
    return [_designation(part) for part in _list(value)]


def _designation(part: str) -> dict[str, str]:
    function, _, basis = (each.strip() for each in part.partition("="))
    instrument, _, article = (each.strip() for each in basis.partition(" "))
    told = {"function": function, "instrument": instrument, "article": article}
    return {name: each for name, each in told.items() if each}


def _networks(value: str) -> list[dict[str, str]]:
    return [{"name": part} for part in _list(value)]


# Column -> where it goes, and how it is read.
COLUMNS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[str], Any]]]] = {
    "id": (("id",), _line),
    "state": (("state",), str.upper),
    "kind": (("kind",), _line),
    "territory": (("territory",), _line),
    "designations": (("designations",), _designations),
    "postal_address": (("contact", "postal_address"), _line),
    "visiting_address": (("contact", "visiting_address"), _line),
    "phone": (("contact", "phone"), _line),
    "fax": (("contact", "fax"), _line),
    "email": (("contact", "email"), _line),
    "web": (("contact", "web"), _line),
    "role": (("contact", "role"), _line),
    "office_hours": (("contact", "office_hours"), _line),
    "time_zone": (("contact", "time_zone"), _line),
    "urgent_phone": (("urgent", "phone"), _line),
    "urgent_procedure": (("urgent", "procedure"), _line),
    "languages": (("languages", "requests"), _list),
    "urgent_languages": (("languages", "urgent"), _list),
    "channels": (("ways", "channels"), _list),
    "instruments": (("legal_basis", "instruments"), _list),
    "networks": (("networks",), _networks),
    "verified_on": (("verified", "on"), _line),
    "verified_by": (("verified", "by"), _line),
    **{f"name_{language}": (("names", language), _line) for language in LANGUAGES},
    **{f"notes_{language}": (("notes", language), _line) for language in LANGUAGES},
}
REQUIRED: Final = ("id", "state", "kind", "designations", "verified_on", "verified_by")


def read(raw: bytes) -> Table:
    """Read a table: all its entries, or all that is wrong with it."""
    try:
        text = raw.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return _failed(Fault(line=1, text=UNREADABLE, args={}))
    head = [cell.strip() for cell in rows[0]] if rows else []
    wrong = [*_of_head(head)]
    if len(rows) > MAX_ROWS + 1:
        wrong.append(Fault(line=MAX_ROWS + 2, text=MANY, args={"most": MAX_ROWS}))
    return _failed(*wrong) if wrong else _body(head, rows[1:])


def _body(head: list[str], rows: list[list[str]]) -> Table:
    entries: dict[str, tuple[int, Entry]] = {}
    faults: list[Fault] = []
    for line, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(head):
            faults.append(Fault(line=line, text=CELLS, args={}))
            continue
        try:
            entry = msgspec.convert(_nested(dict(zip(head, row, strict=False))), Entry)
        except msgspec.ValidationError as error:
            faults.append(Fault(line=line, text=UNFIT, args={"where": str(error)}))
            continue
        if entry.id in entries:
            faults.append(Fault(line=line, text=TWICE, args={"id": entry.id, "line": entries[entry.id][0]}))
        entries.setdefault(entry.id, (line, entry))
    return _failed(*faults) if faults else Table(entries=tuple(each for _, each in entries.values()), faults=())


def _of_head(head: list[str]) -> Iterator[Fault]:
    for name in head:
        if name not in COLUMNS:
            yield Fault(line=1, text=COLUMN, args={"name": name[:60]})
    for name in REQUIRED:
        if name not in head:
            yield Fault(line=1, text=LACKING, args={"name": name})


def _nested(cells: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, cell in cells.items():
        path, reading = COLUMNS[name]
        if cell.strip():
            place = found
            for part in path[:-1]:
                place = place.setdefault(part, {})
            place[path[-1]] = reading(cell.strip())
    return found


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return max(_SEPARATORS, key=first.count)


def _failed(*faults: Fault) -> Table:
    return Table(entries=(), faults=faults)
