"""Reading many entries from a table (CSV), as secretariats keep them.

* Lists stand in one cell with semicolons between; a designation is ``function`` or ``function = INSTRUMENT article``.
* All lines are taken or none (`casework.lines`).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from rogatory_node.casework import lines
from rogatory_node.casework.authorities.entry import Entry
from rogatory_node.i18n import LANGUAGES


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


def read(raw: bytes) -> lines.Table[Entry]:
    """Read a table: all its entries, or all that is wrong with it."""
    return lines.read(raw, _FORM)


def _nested(cells: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, cell in cells.items():
        path, reading = COLUMNS[name]
        place = found
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = reading(cell)
    return found


def _entry(cells: Mapping[str, str]) -> Entry:
    return msgspec.convert(_nested(cells), Entry)


_FORM: Final = lines.Form(columns=COLUMNS, required=REQUIRED, record=_entry, key=lambda entry: entry.id)
