"""Checking a request or another letter before it leaves: what is missing, wrong, risky, or could be better.

* `check` answers for every value that a form may be; it never raises, and it forbids nothing: people decide.
* Cost is bounded: so many measures and names are looked at, and so many findings given, however large the form is.
* Schema first, in the words of the form; then tables of small rules.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any, Final

from rogatory_node.casework import (
    checking_data,
    checking_law,
    checking_letters,
    checking_names,
    checking_schema,
    checking_times,
    checking_treaties,
)
from rogatory_node.casework.checking_finding import GRAVE, LEVELS, Between, Case, Finding, Level
from rogatory_node.casework.types import shape
from rogatory_node.i18n import later

__all__ = ["GRAVE", "LEVELS", "MAX_FINDINGS", "Between", "Finding", "Level", "check", "grave"]

MAX_FINDINGS: Final = 300
RULES: Final[Sequence[Callable[[Case], Iterator[Finding]]]] = (
    checking_schema.of_common,
    checking_schema.of_measures,
    *checking_law.RULES,
    *checking_treaties.RULES,
    *checking_times.RULES,
    *checking_data.RULES,
    *checking_names.RULES,
)

LETTER_RULES: Final[Sequence[Callable[[Case], Iterator[Finding]]]] = (
    checking_schema.of_letter,
    *checking_letters.RULES,
    *checking_names.RULES,
)
"""Rules for letters of other kinds than requests."""


def check(
    form: Mapping[str, Any],
    *,
    at: datetime,
    languages: Sequence[str] = (),
    attached: Sequence[str] | None = None,
    between: Between | None = None,
) -> tuple[Finding, ...]:
    """Return what is to be said of a request or letter, field by field in the order of the rules.

    Args:
        form: The request or letter, as JSON was read.
        at: The moment of the check, with a time zone.
        languages: Languages that the recipient accepts; none when that is not known.
        attached: Names of the files that go with it; None when that is not known.
        between: The two States with what is known of their treaties; None when they are not known.
    """
    case = Case(
        form=form,
        common=shape.common_of(form),
        measures=shape.measures(form, most=shape.MAX_MEASURES),
        at=at,
        languages=tuple(languages),
        attached=None if attached is None else tuple(attached),
        between=between,
    )
    rules = LETTER_RULES if checking_schema.is_letter(form) else RULES
    found = list(islice(_distinct(chain.from_iterable(rule(case) for rule in rules)), MAX_FINDINGS + 1))
    if len(found) > MAX_FINDINGS:
        text = later("There are more findings than are shown here ({most}).")
        found[MAX_FINDINGS] = Finding(code="more", level="risk", path="", text=text, args={"most": MAX_FINDINGS})
    return tuple(found)


def grave(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings that will probably send the request back."""
    return tuple(each for each in findings if each.level in GRAVE)


def _distinct(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Leave out what was said of the same field before."""
    seen: set[tuple[str, str]] = set()
    for each in findings:
        key = (each.code, each.path) if each.path != "/attachments" else (each.code, str(each.titles))
        if key not in seen:
            seen.add(key)
            yield each
