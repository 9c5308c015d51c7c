"""The shape of a request: the common part, and one or many measures.

* The canonical shape is the common part with ``assistance``: a list of measures, each an object with its ``type``.
* A request with one measure may be written without the list: ``type`` and the fields of the measure then stand beside
  the common part. Both mean the same, and fields of types never have a name of the common part.
* Whatever stands in a form is found: what is not known is a measure too, with an `Unknown` as its type.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rogatory_node.casework.types import catalogue
from rogatory_node.casework.types.catalogue import RequestType, Unknown

MAX_MEASURES: Final = 100  # as the schema has it: a person reads and decides each of them
LIST: Final = "assistance"
_SINGLE: Final = ("type", "type_version")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure that is asked for.

    Attributes:
        number: 1 for the first.
        pointer: JSON pointer to it; empty where it stands beside the common part.
        type: What it is.
        fields: Its fields, as they stand.
    """

    number: int
    pointer: str
    type: RequestType | Unknown
    fields: Mapping[str, Any]


def common_of(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the common part."""
    known = catalogue.common_part()["properties"]
    return {name: value for name, value in form.items() if name in known}


def measures(form: Mapping[str, Any], *, most: int | None = None) -> tuple[Measure, ...]:
    """Return the measures of a form, at most so many, in their order."""
    found: list[Measure] = []
    if any(name in form for name in _SINGLE):
        known = catalogue.common_part()["properties"]
        fields = {name: value for name, value in form.items() if name not in known}
        found.append(Measure(number=1, pointer="", type=_type(form), fields=fields))
    listed = form.get(LIST)
    if isinstance(listed, list):
        for place, each in enumerate(listed[:most]):
            fields = each if isinstance(each, dict) else {}
            pointer = f"/{LIST}/{place}"
            found.append(Measure(number=len(found) + 1, pointer=pointer, type=_type(fields), fields=fields))
    return tuple(found)


def _type(fields: Mapping[str, Any]) -> RequestType | Unknown:
    version = fields.get("type_version")
    whole = version if isinstance(version, int) and not isinstance(version, bool) else None
    return catalogue.type_of(fields.get("type"), whole)
