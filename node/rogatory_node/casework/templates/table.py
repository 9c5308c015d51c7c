"""A form as a table in a text file (CSV): number, title, entry and place, one row a field."""

import csv
import io
from collections.abc import Sequence
from typing import Final

from rogatory_node.casework.caselist import harmless, plain
from rogatory_node.casework.templates.filling import MOST_ROWS, Row

COLUMNS: Final = ("number", "field", "entry", "place")


class TableError(Exception):
    """It is no table of a form."""


def write(rows: Sequence[Row]) -> str:
    """Return the table; no cell of it is run by a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([row.number, harmless(row.label), harmless(row.cell), row.pointer] for row in rows)
    return out.getvalue()


def read(text: str) -> list[tuple[str, str]]:
    """Return place and cell of each row.

    Raises:
        TableError: The columns are not there, or there are too many rows.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=_delimiter(text))
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if not {"entry", "place"} <= set(header):
            raise TableError
        entry, place = header.index("entry"), header.index("place")
        found = [(row[place], plain(row[entry])) for row in reader if len(row) > max(entry, place)]
    except csv.Error:
        raise TableError from None
    if len(found) > MOST_ROWS:
        raise TableError
    return found


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","
