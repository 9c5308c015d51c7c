"""Rules of treaties: what can be said of the legal bases of a request when both States are known.

* Facts of the last year make a risk (an instrument that is not in force between the two), old ones make a hint, and
  what is not known makes nothing: a check that cries wolf is not read.
* Nothing here stops a request: a State may have joined yesterday, and the officer knows.
* Where a basis does not carry, what does is named beside it.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from rogatory_node.casework import checking_law
from rogatory_node.casework.checking_finding import Between, Case, Finding, entries, pointer
from rogatory_node.casework.law import covering, finder
from rogatory_node.casework.law.finding import Absent, Found, Strength, Weight
from rogatory_node.casework.law.records import Effect
from rogatory_node.casework.law.standing import stale
from rogatory_node.i18n import later

_CARRIES: Final = frozenset({Strength.FIRM, Strength.FAIR})
MOST_TYPES: Final = 10  # of a request: each is a question to the finder


def language(case: Case) -> Iterator[Finding]:
    """Yield a request in a language that the requested State has not named."""
    if case.between is None or case.languages:
        return
    accepted = languages(case.between, case.common.get("legal_basis"), case.at.date())
    yield from checking_law.unread(case, accepted, level="risk")


def languages(between: Between, form_basis: Any, at: date) -> tuple[str, ...]:
    """Return the languages that the requested State accepts, as it said to the instruments that a form names.

    Nothing when that is not known, or only from an old source.
    """
    corpus, state = between.corpus, between.requested
    named = [str(each.get("instrument")) for _, each in entries(form_basis)]
    found: dict[str, None] = {}
    for code in named:
        for said in corpus.statements.get((code, state), ()):
            if said.effect is Effect.LANGUAGE and not stale(corpus, said, state, at):
                found.update(dict.fromkeys(said.values))
    profile = corpus.states.get(state)
    if not found and profile is not None and not stale(corpus, profile, state, at):
        found.update(dict.fromkeys(profile.languages))
    return tuple(found)


def bases(case: Case) -> Iterator[Finding]:
    """Yield legal bases that do not carry between the two."""
    if case.between is None:
        return
    answers = list(_answers(case, case.between))
    for place, each in entries(case.common.get("legal_basis")):
        code = each.get("instrument")
        if not isinstance(code, str) or code not in case.between.corpus.instruments:
            continue
        path = pointer("legal_basis", place, "instrument")
        for answer in answers:
            yield from _judged(code, path, answer, case.between)


def _judged(code: str, path: str, answer: Found, between: Between) -> Iterator[Finding]:
    absent = next((each for each in answer.absent if each.instrument == code), None)
    basis = next((each for each in answer.bases if each.instrument == code), None)
    carrying = ", ".join(each.instrument for each in answer.bases if each.strength in _CARRIES)
    args = {"instrument": code, "requesting": between.requesting, "requested": between.requested}
    if absent is not None:
        yield from _absent(absent, path, args)
    elif basis is not None and basis.strength is Strength.BARRED:
        text = later("{requested} has excluded what the request would rest on in {instrument}.")
        yield Finding(code="basis.barred", level="risk", path=path, text=text, args=args)
    if carrying and (absent is not None or (basis is not None and basis.strength is Strength.BARRED)):
        text = later("In force between the two for this: {instruments}.")
        yield Finding(code="basis.other", level="hint", path=path, text=text, args={"instruments": carrying})


def _absent(absent: Absent, path: str, args: dict[str, str]) -> Iterator[Finding]:
    codes = {each.code for each in absent.why}
    if "offence.outside" in codes:
        text = later("The offence is not among those that {instrument} covers.")
        yield Finding(code="basis.offence", level="risk", path=path, text=text, args=args)
    if not any(code.startswith("party.") for code in codes):
        return
    if any(each.code.startswith("party.") and each.weight is Weight.BARS for each in absent.why):
        text = later("{instrument} is not in force between {requesting} and {requested}.")
        yield Finding(code="basis.not-in-force", level="risk", path=path, text=text, args=args)
    elif any("date" in each.args for each in absent.why):
        text = later(
            "Make sure that {instrument} is in force between {requesting} and {requested}: what is known is old."
        )
        yield Finding(code="basis.old", level="hint", path=path, text=text, args=args)


def _answers(case: Case, between: Between) -> Iterator[Found]:
    """Ask the finder once for each type and offence of the request, as far as these say something."""
    types = list(dict.fromkeys(kind.code for _, kind in case.known))[:MOST_TYPES]
    offences = [each for _, each in entries(case.common.get("offences"))][:1]
    first = offences[0] if offences else {}
    years = first.get("max_penalty_years")
    crime = first.get("crime_type")
    for code in types:
        query = covering.Query(
            requesting=between.requesting,
            requested=between.requested,
            type=code,
            at=case.at.date(),
            crime=crime if isinstance(crime, str) and crime != "other_serious" else None,
            years=float(years) if isinstance(years, int | float) and not isinstance(years, bool) else None,
        )
        yield finder.find(between.corpus, query)


RULES: Final = (bases, language)
