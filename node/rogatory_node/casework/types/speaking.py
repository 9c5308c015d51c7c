"""A schema in the language of its reader: titles, hints and the names of values; nothing else in it changes.

* Fields that only refer to a table of codes (``x-codes``) get the names of these codes as ``x-labels``.
* Names of fields, examples and what stands in ``x-rogatory`` stay as they are: they are for programs.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from rogatory_node.casework.codes import CRIME_TYPES, GRADES
from rogatory_node.i18n import translate

CODES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        name: MappingProxyType({code: entry.label for code, entry in table.items()})
        for name, table in (("urgency", GRADES), ("crime_types", CRIME_TYPES))
    }
)
"""Names of codes by the list to which a schema refers: English texts of the catalogue."""

_WORDS: Final = ("title", "description")
_FOR_PROGRAMS: Final = frozenset({"examples", "x-rogatory", "x-labels"})


def spoken(described: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return a schema with its words in a language; the one given is not changed."""
    said = {name: each if name in _FOR_PROGRAMS else _inside(each, language) for name, each in described.items()}
    # A schema may describe a field whose own name is "title": then the value is a schema and no text.
    said |= {name: translate(said[name], language) for name in _WORDS if isinstance(said.get(name), str)}
    labels = described.get("x-labels") or CODES.get(str(described.get("x-codes")), {})
    if labels:
        said["x-labels"] = {code: translate(label, language) for code, label in labels.items()}
    return said


def _inside(value: Any, language: str) -> Any:
    if isinstance(value, Mapping):
        return spoken(value, language)
    return [_inside(each, language) for each in value] if isinstance(value, list) else value
