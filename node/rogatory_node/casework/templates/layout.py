"""The order and numbers of the T-CY templates for preservation and for subscriber information.

* Numbers are given to the fields whose numbers were read in the published openings of the templates: 1 to 7 of
  T-CY(2018)11, 1 to 11 of T-CY(2018)10. The fields after them follow in the order that the templates are known to have,
  without a number.
* What the templates do not have comes last, in the order of the schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A field of a template: its number, or "", and the places of a request that it holds (JSON pointers)."""

    number: str
    places: tuple[str, ...]


def _lines(*lines: tuple[str, str]) -> tuple[Line, ...]:
    return tuple(Line(number=number, places=tuple(places.split())) for number, places in lines)


_COMMON: Final = (
    ("1", "/date"),
    ("2", "/references/sender"),
    ("3", "/references/status /references/counterpart"),
    ("4", "/requested_authority"),
    ("5", "/requesting_authority"),
    ("6", "/confirmation_contact"),
)
_AFTER: Final = (
    ("", "/offences"),
    ("", "/facts_summary"),
    ("", "/data"),
    ("", "/relation_of_data_to_offence"),
    ("", "/custodian"),
    ("", "/urgency /necessity"),
    ("", "/partial_disclosure_wanted"),
    ("", "/intent_to_submit_mla"),
    ("", "/confidentiality"),
    ("", "/duration_asked_days"),
    ("", "/instructions"),
)

PRESERVATION: Final = _lines(
    *_COMMON[:2],
    ("3", "/references/status /references/counterpart /references/previous"),
    *_COMMON[3:],
    ("7", "/proceeding/conducting /proceeding/functions /proceeding/nature"),
    ("", "/proceeding"),
    *_AFTER,
)
"""T-CY(2018)11."""

SUBSCRIBER: Final = _lines(
    *_COMMON,
    ("7", "/proceeding/conducting /proceeding/functions /proceeding/nature"),
    ("8", "/proceeding"),
    ("9", "/references/previous"),
    ("10", "/preservation_reference"),
    ("11", "/domestic_legal_basis"),
    *_AFTER,
)
"""T-CY(2018)10."""

TEMPLATES: Final[Mapping[str, tuple[Line, ...]]] = MappingProxyType(
    {"data.preserve": PRESERVATION, "data.preserve.extend": PRESERVATION, "data.subscriber": SUBSCRIBER}
)
"""Type of request → its template; other types have the order of that for preservation, without numbers."""

FIRST: Final = "/type"
LAST: Final = "/signature"


def place_of(request_type: str, pointer: str) -> tuple[int, str]:
    """Return where a field stands in the template of a type, and its number."""
    lines = TEMPLATES.get(request_type, PRESERVATION)
    if pointer == FIRST:
        return -1, ""
    for place, line in enumerate(lines):
        if any(pointer == each or pointer.startswith(f"{each}/") for each in line.places):
            return place, line.number if request_type in TEMPLATES else ""
    return (len(lines) + 1 if pointer.startswith(LAST) else len(lines)), ""
