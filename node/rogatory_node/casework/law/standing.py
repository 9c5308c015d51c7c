"""Since when, and until when, an instrument binds a State: from the dates of consent and the rule of the instrument.

* Six answers: in force, bound but not yet in force, signed alone, not a party, no longer a party, not known.
* Facts grow old: that a State was not a party is worth little after years, that it was is worth more, since hardly
  anybody leaves. `stale` says when to look for something newer; what is said of invented States never is.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from rogatory_node.casework.law.corpus import Corpus
from rogatory_node.casework.law.records import Fact, Instrument, Party

FRESH: Final = timedelta(days=366)


class Status(StrEnum):
    """How a State stands to an instrument on a day."""

    IN_FORCE = "in_force"
    LATER = "later"
    SIGNED = "signed"
    NOT_PARTY = "not_party"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a State stands to an instrument.

    Attributes:
        state: The State.
        status: On the day that was asked about.
        since: Since when it is in force, or will be; None: not known.
        until: From when it is no longer, or None.
        party: The fact that says so, or None.
        stale: Whether the fact is old.
    """

    state: str
    status: Status
    since: date | None = None
    until: date | None = None
    party: Party | None = None
    stale: bool = False


def standing(corpus: Corpus, instrument: Instrument, state: str, at: date) -> Standing:
    """Say how a State stands to an instrument on a day."""
    party = corpus.parties.get((instrument.code, state))
    if party is None:
        return Standing(state=state, status=Status.UNKNOWN)
    since = since_when(instrument, party)
    return Standing(
        state=state,
        status=_status(party, since, at),
        since=since,
        until=party.denounced,
        party=party,
        stale=stale(corpus, party, state, at),
    )


def since_when(instrument: Instrument, party: Party) -> date | None:
    """Return since when an instrument is in force for a State; None when it is not, or nobody knows."""
    if party.in_force is not None or party.bound is None or instrument.in_force is None:
        return party.in_force
    try:
        return max(instrument.in_force, _delayed(instrument, party.bound))
    except (OverflowError, ValueError):
        return date.max  # a day at the end of the calendar is never reached


def stale(corpus: Corpus, fact: Fact, state: str, at: date) -> bool:
    """Tell whether a fact about a State is so old that something newer should be looked for."""
    return not corpus.invented(state) and at - fact.as_of > FRESH


def _status(party: Party, since: date | None, at: date) -> Status:
    if party.denounced is not None and party.denounced <= at:
        return Status.ENDED
    if since is not None and since <= at:
        return Status.IN_FORCE
    if party.bound is not None or since is not None:
        return Status.LATER
    return Status.SIGNED if party.signed is not None and party.signed <= at else Status.NOT_PARTY


def _delayed(instrument: Instrument, bound: date) -> date:
    if instrument.months_after is not None:
        # The first day of the month that follows so many whole months.
        months = bound.year * 12 + bound.month - 1 + instrument.months_after + 1
        return date(months // 12, months % 12 + 1, 1)
    return bound + timedelta(days=instrument.days_after or 0)
