"""The parts of a request as the writer meets them: which fields are asked on which page.

* What a part does not name of the common fields belongs to none and is kept as it is; fields of the type itself belong
  to *Assistance wanted*.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rogatory_node.casework.types import catalogue
from rogatory_node.casework.types.catalogue import RequestType
from rogatory_node.i18n import later

ASSISTANCE: Final = "assistance"
LEFT_OUT: Final = frozenset({"kind", "type", "type_version", "assistance", "attachments"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One page of questions.

    Attributes:
        code: In its address.
        title: English text of the catalogue.
        fields: Of the common part.
    """

    code: str
    title: str
    fields: tuple[str, ...]


def _section(code: str, title: str, *fields: str) -> Section:
    return Section(code=code, title=title, fields=fields)


SECTIONS: Final = (
    _section("basis", later("Legal basis"), "legal_basis", "domestic_legal_basis"),
    _section(
        "authority", later("Authority and case"), "requesting_authority", "confirmation_contact", "references", "date",
        "proceeding", "prior_contacts", "oral_first",
    ),
    _section("persons", later("Persons"), "persons", "legal_persons"),
    _section("facts", later("Facts"), "facts_summary", "nexus", "purpose"),
    _section("offences", later("Offence and law"), "offences", "dual_criminality"),
    _section(ASSISTANCE, later("Assistance wanted")),
    _section("urgency", later("Urgency and deadline"), "urgency"),
    _section(
        "limits", later("Confidentiality and limits of use"), "confidentiality", "sensitivity", "data_protection",
        "assurances", "evidence_form",
    ),
    _section("language", later("Language and translation"), "language", "translation"),
    _section("remarks", later("Remarks and signature"), "remarks", "signature", "requested_authority"),
)  # fmt: skip


def section_of(code: str) -> Section | None:
    """Return the section of an address."""
    return next((each for each in SECTIONS if each.code == code), None)


def schema_of(section: Section, kind: RequestType) -> dict[str, Any]:
    """Return the schema of the fields that a page asks for, those that the type requires first."""
    whole = catalogue.whole(kind)
    common = catalogue.common_part()["properties"]
    names = (
        [name for name in whole["properties"] if name not in common] if section.code == ASSISTANCE else section.fields
    )
    known: Mapping[str, Any] = whole["properties"]
    required = [name for name in whole["required"] if name in names and name not in LEFT_OUT]
    kept = [*required, *(name for name in names if name in known and name not in (*required, *LEFT_OUT))]
    return {
        "type": "object",
        "properties": {name: known[name] for name in kept},
        "required": required,
        "$defs": whole["$defs"],
    }


def section_with(field: str) -> Section:
    """Return the section that asks for a field of the whole request."""
    found = next((each for each in SECTIONS if field in each.fields), None)
    return found or next(each for each in SECTIONS if each.code == ASSISTANCE)
