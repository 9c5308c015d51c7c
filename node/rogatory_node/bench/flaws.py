"""Complete requests, and defects that are planted in them: what a check must name, and what it must not.

* A defect is planted in every type of request that it fits; nothing else in the form changes.
* Forms without a defect are the examples of all types, with fields added that a drafter may add.
"""

import copy
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from rogatory_node.casework.types import catalogue

AT = datetime(2026, 1, 25, 12, tzinfo=UTC)
Form = dict[str, Any]
# Names as people bear them, in the scripts and with the signs that they are written in.
_NAMES: Final = (
    ("O'Brien-Łukasiewicz", "Séan"),
    ("von Müller", "Zoë Ångström"),
    ("Иванов-Петрова", "Ольга"),
    ("عبد الرحمٰن", "مُحَمَّد"),
    ("می\N{ZERO WIDTH NON-JOINER}خواهم", "نسرین"),
    ("欧阳", "小明"),
    ("Παπαδόπουλος", "Άννα"),
    ("श्री\N{ZERO WIDTH JOINER}मान", "अनु"),
    ("D\N{RIGHT SINGLE QUOTATION MARK}Souza", "Maria João"),
    ("שלום־עליכם", "רות"),
)
HONEST: Final[tuple[tuple[str, Any], ...]] = (
    *(("persons", {"surname": a, "given_names": b, "born": "1987", "role": "witness"}) for a, b in _NAMES),
    ("remarks", "Réf. 12/2026; см. приложение; 见附件"),
    ("purpose", "To identify who used the address, and to trace what was paid."),
    ("evidence_form", {"certified_copies": True, "hash_list": True, "apostille_waived": True}),
    ("assurances", {"use_limits": True, "reciprocity": True}),
    ("domestic_legal_basis", {"authority": "District Court 3", "date": "2026-01-19", "reference": "Gs 112/26"}),
    ("date", "2026-01-25"),
    ("oral_first", {"at": "2026-01-24T22:10:00Z", "to": "Duty officer"}),
    ("urgency", {"grade": "PRIORITY", "reasons": "A hearing is set for March."}),
    ("urgency", {"grade": "TIME_CRITICAL", "reasons": "Custody ends then.", "deadline": "2026-02-20"}),
    ("signature", {"name": "A. Head", "capacity": "Head of unit", "date": "2026-01-25"}),
    ("sensitivity", "CONFIDENTIAL"),
    ("translation", {"language": "fr", "certified": True, "translator": "B. Translator"}),
    ("prior_contacts", {"kind": "poc", "who": "Duty officer", "at": "2026-01-24", "reference": "T-77"}),
    ("legal_persons", {"name": "Example Trading Ltd", "number": "0001", "register": "District Court"}),
)
"""What a drafter may add anywhere without a fault; an entry of a list joins what is there."""
_LISTS: Final = frozenset({"persons", "domestic_legal_basis", "translation", "prior_contacts", "legal_persons"})


def put(*path: Any) -> Callable[[Form], None]:
    """Return what sets a value at a path, whose last part is the value."""
    *names, last, value = path

    def change(form: Form) -> None:
        place: Any = form
        for name in names:
            place = place[name]
        place[last] = value

    return change


def drop(*path: Any) -> Callable[[Form], None]:
    """Return what takes away the value at a path."""

    def change(form: Form) -> None:
        place: Any = form
        for name in path[:-1]:
            place = place[name]
        del place[path[-1]]

    return change


_ID = ("data", 0, "identifiers", 0)
_LATER = {"from": "2027-01-01", "to": "2027-02-01"}

# Code of the finding, where the defect fits (a field that the form must have), and the defect.
FLAWS: tuple[tuple[str, tuple[Any, ...], Callable[[Form], None]], ...] = (
    ("field.missing", ("facts_summary",), drop("facts_summary")),
    ("field.missing", ("proceeding",), drop("proceeding")),
    ("field.missing", ("references",), drop("references")),
    ("field.missing", ("requesting_authority",), drop("requesting_authority")),
    ("field.missing", ("custodian",), drop("custodian")),
    ("field.missing", ("legal_basis",), drop("legal_basis")),
    ("field.missing", ("nexus",), drop("nexus")),
    ("field.missing", ("purpose",), drop("purpose")),
    ("field.missing", ("necessity",), drop("necessity")),
    ("offence.law", ("offences", 0, "law"), put("offences", 0, {"title": "Illegal access", "max_penalty_years": 5})),
    ("offence.penalty", ("offences", 0, "max_penalty_years"), drop("offences", 0, "max_penalty_years")),
    ("dual.missing", ("dual_criminality",), drop("dual_criminality")),
    ("confidentiality.silent", ("data",), drop("confidentiality")),
    ("urgency.reasons", ("kind",), put("urgency", {"grade": "EMERGENCY"})),
    ("urgency.deadline", ("kind",), put("urgency", {"grade": "TIME_CRITICAL", "reasons": "hearing"})),
    (
        "deadline.passed",
        ("kind",),
        put("urgency", {"grade": "TIME_CRITICAL", "reasons": "hearing", "deadline": "2026-01-02T00:00:00Z"}),
    ),
    ("ip.port", (*_ID, "port"), drop(*_ID, "port")),
    ("ip.time", (*_ID, "at"), drop(*_ID, "at")),
    ("ip.zone", (*_ID, "at"), put(*_ID, "at", "2026-01-20T21:03:11")),
    ("ip.time", (*_ID, "at"), put(*_ID, "at", "2026-02-31T21:03:11Z")),
    ("identifier.shape", (*_ID, "value"), put(*_ID, "value", "192.0.2.700")),
    ("fishing.identifier", (*_ID, "value"), put(*_ID, "value", "all")),
    ("period.reversed", ("data", 0, "period"), put("data", 0, "period", {"from": "2026-01-22", "to": "2026-01-15"})),
    ("fishing.period", ("data", 0, "period"), put("data", 0, "period", {"from": "2015-01-01", "to": "2026-01-15"})),
    ("intent.none", ("intent_to_submit_mla",), put("intent_to_submit_mla", {"yes": False})),
    ("duration.long", ("intent_to_submit_mla",), put("duration_asked_days", 400)),
    ("retention.beyond", ("custodian",), put("custodian", "retention_days", 3)),
    ("attachment.missing", ("attachments",), drop("attachments")),
    ("name.bidi", ("persons", 0, "surname"), put("persons", 0, "surname", "Doe\N{RIGHT-TO-LEFT OVERRIDE}xyz")),
    ("name.invisible", ("persons", 0, "surname"), put("persons", 0, "surname", "D\N{ZERO WIDTH SPACE}oe")),
    ("name.mixed", ("persons", 0, "surname"), put("persons", 0, "surname", "P\N{CYRILLIC SMALL LETTER A}yne")),
    ("field.unexpected", ("kind",), put("favourite_colour", "green")),
)


def planted() -> Iterator[tuple[str, str, Form]]:
    """Yield code of the type, code of the finding, and the form with this one defect, for each type that it fits."""
    for kind in catalogue.types():
        for code, needed, change in FLAWS:
            form = copy.deepcopy(catalogue.example(kind.code))
            if not _has(form, needed) or _harmless(kind, code):
                continue
            change(form)
            yield kind.code, code, form


def sound(chance: random.Random, count: int) -> Iterator[Form]:
    """Yield forms in which nothing is wrong: every type in turn, with three things that a drafter may add."""
    kinds = catalogue.types()
    for number in range(count):
        form = catalogue.example(kinds[number % len(kinds)].code)
        for name, value in chance.sample(HONEST, 3):
            form[name] = [*form.get(name, ()), value] if name in _LISTS else value
        yield form


def _harmless(kind: catalogue.RequestType, code: str) -> bool:
    """Say where a defect is none: a period ahead or wide may be right, and only some types need a field."""
    if code in {"dual.missing", "offence.law", "offence.penalty"}:
        return not kind.coercive
    return (code in {"retention.beyond", "fishing.period"} and "realtime" in kind.code) or kind.code == "data.intercept"


def _has(form: Any, path: tuple[Any, ...]) -> bool:
    for name in path:
        try:
            form = form[name]
        except (KeyError, IndexError, TypeError):
            return False
    return True
