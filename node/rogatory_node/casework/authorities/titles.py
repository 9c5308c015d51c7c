"""Entries in words: every field with its title, every code with its meaning, in a language.

* The tables name every field and every code of the schema; a test holds them to it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rogatory_node.casework.authorities.entry import FUNCTIONS
from rogatory_node.casework.law.finding import CHANNELS, in_language
from rogatory_node.casework.types import catalogue
from rogatory_node.i18n import later, translate

FIELDS: Final[Mapping[str, str]] = {
    "id": later("Identifier"),
    "state": later("State"),
    "kind": later("Kind"),
    "names": later("Name"),
    "designations": later("Designations"),
    "verified": later("Last verified"),
    "aid": later("Authority of the network"),
    "territory": later("Territory"),
    "parent": later("Parent body"),
    "contact": later("Contact"),
    "urgent": later("At any hour"),
    "languages": later("Languages"),
    "ways": later("Ways of sending"),
    "legal_basis": later("Legal basis"),
    "measures": later("Measures"),
    "thresholds": later("Thresholds"),
    "providers": later("Data of providers"),
    "networks": later("Networks"),
    "notes": later("Remarks"),
    "function": later("Function"),
    "instrument": later("Treaty"),
    "article": later("Article"),
    "since": later("Since"),
    "reference": later("Reference"),
    "limits": later("Limits"),
    "postal_address": later("Postal address"),
    "visiting_address": later("Visiting address"),
    "phone": later("Telephone"),
    "fax": later("Fax"),
    "email": later("E-mail address"),
    "web": later("Web site"),
    "secure": later("Secure addresses"),
    "role": later("Person in charge"),
    "office_hours": later("Office hours"),
    "lunch_break": later("Lunch break"),
    "time_zone": later("Time zone"),
    "holidays": later("Public holidays"),
    "procedure": later("What to do"),
    "oral_requests": later("Oral requests are taken"),
    "interpol": later("INTERPOL"),
    "advance_copy": later("An advance copy is enough to begin"),
    "requests": later("For requests"),
    "attachments": later("For attachments"),
    "certified_translation": later("A certified translation is needed"),
    "channels": later("Channels"),
    "electronic": later("Electronically"),
    "copies": later("Copies"),
    "seal": later("Seal"),
    "legalisation": later("Legalisation"),
    "instruments": later("Treaties"),
    "extradition_by_treaty_only": later("Extradition by treaty only"),
    "reciprocity": later("Reciprocity"),
    "acts": later("Laws"),
    "title": later("Title"),
    "link": later("Link"),
    "type": later("Type"),
    "possible": later("Possible"),
    "scope": later("Scope"),
    "receiving": later("Receiving authority"),
    "executing": later("Executing authority"),
    "days": later("Usual days"),
    "requirements": later("Requirements"),
    "documents": later("Documents"),
    "dual_criminality": later("Dual criminality"),
    "use_limits": later("Limits of use"),
    "minimum_penalty_years": later("Minimum penalty in years"),
    "de_minimis": later("Trivial cases"),
    "bank_accounts": later("Bank accounts"),
    "retention_days": later("Days that providers keep data"),
    "preservation_days": later("Days of a preservation"),
    "user_notice": later("Notice to the user"),
    "name": later("Name"),
    "on": later("On"),
    "by": later("By"),
    "value": later("Value"),
}
"""Title of each field."""

_YES, _NO = later("yes"), later("no")
_KINDS: Final = {
    "central_authority": later("central authority"),
    "competent_authority": later("competent authority"),
    "contact_point": later("contact point"),
    "asset_recovery": later("asset recovery office"),
    "financial_intelligence": later("financial intelligence unit"),
    "court": later("court"),
    "prosecutor": later("prosecutor"),
    "diplomatic": later("diplomatic mission"),
    "other": later("other"),
}
_PARTS: Final = {"yes": _YES, "partly": later("in part"), "no": _NO}
CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "kind": _KINDS,
    "function": {each.value: text for each, text in FUNCTIONS.items()},
    "channels": {each.value: text for each, text in CHANNELS.items()},
    "possible": _PARTS,
    "interpol": _PARTS,
    "electronic": {
        "yes": _YES,
        "encrypted": later("encrypted only"),
        "signed": later("with an electronic signature"),
        "no": _NO,
    },
    "legalisation": {
        "none": later("none is needed"),
        "apostille": later("apostille"),
        "legalisation": later("by a consulate"),
    },
}
"""Meaning of the codes of each field that has some."""
_BY_LANGUAGE: Final = frozenset({"names", "parent", "requirements", "notes"})


def lines(value: Mapping[str, Any], language: str, depth: int = 0) -> Iterator[str]:
    """Yield an entry, or a part of one, as lines in a language."""
    indent = "  " * depth
    for field, each in value.items():
        title = translate(FIELDS[field], language)
        if field in _BY_LANGUAGE or not isinstance(each, dict | list) or not _nested(each):
            yield f"{indent}{title}: {_flat(field, each, language)}"
        elif isinstance(each, dict):
            yield f"{indent}{title}:"
            yield from lines(each, language, depth + 1)
        else:
            yield f"{indent}{title}:"
            for one in each:
                parts = (
                    f"{translate(FIELDS[key], language)}: {_flat(key, part, language)}" for key, part in one.items()
                )
                yield f"{indent}  - " + "; ".join(parts)


def _nested(value: Any) -> bool:
    return isinstance(value, dict) or any(isinstance(each, dict) for each in value)


def _flat(field: str, value: Any, language: str) -> str:
    if isinstance(value, dict):
        return in_language(value, language)
    if isinstance(value, list):
        return ", ".join(_flat(field, each, language) for each in value)
    if isinstance(value, bool):
        return translate(_YES if value else _NO, language)
    if field == "type":
        kind = catalogue.type_of(value)
        return str(value) if isinstance(kind, catalogue.Unknown) else translate(kind.title, language)
    meaning = CODES.get(field, {}).get(str(value))
    return translate(meaning, language) if meaning else str(value)
