"""The states of a request and of each of its measures.

* A state is held for each measure; that of a request is computed from those of its measures (``overall``).
* Shared states follow from letters and evidence alone, so that both sides compute the same. Private ones, before a
  request is sent, are entries of the own log.
* ``PAUSES`` are states that lay themselves over another one, to which the measure returns.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rogatory_node.i18n import later


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state.

    Attributes:
        code: What is compared and counted.
        label: English text of the catalogue.
        side: Whose step leads to it: ``R`` (requesting), ``Q`` (requested) or ``both``.
        shared: Whether both sides compute it.
        open: Whether the request can still be executed in it.
        ended: Whether only closing remains.
    """

    code: str
    label: str
    side: str
    shared: bool = True
    open: bool = False
    ended: bool = False


def _private(code: str, label: str) -> State:
    return State(code=code, label=label, side="R", shared=False)


def _open(code: str, label: str, side: str = "Q") -> State:
    return State(code=code, label=label, side=side, open=True)


def _ended(code: str, label: str, side: str = "both") -> State:
    return State(code=code, label=label, side=side, ended=True)


STATES: Final[Mapping[str, State]] = MappingProxyType(
    {
        row.code: row
        for row in (
            _private("DRAFT", later("Draft")),
            _private("IN_TRANSLATION", later("In translation")),
            _private("IN_REVIEW", later("In legal review")),
            _private("APPROVED", later("Approved")),
            _open("TRANSMITTED", later("Transmitted"), "R"),
            _open("DELIVERED", later("Delivered"), "both"),
            _open("ACKNOWLEDGED", later("Acknowledged"), "both"),
            _ended("REJECTED_ADDRESSEE", later("Returned or redirected")),
            _open("UNDER_REVIEW", later("Under review")),
            _open("INFO_REQUESTED", later("Information requested"), "both"),
            _open("CONSULTATION", later("Consultation"), "both"),
            _open("CONDITIONS_OFFERED", later("Conditions offered"), "both"),
            _open("ACCEPTED", later("Accepted")),
            _open("IN_EXECUTION", later("In execution")),
            _open("POSTPONED", later("Postponed")),
            _open("PARTIALLY_EXECUTED", later("Partially executed")),
            _open("PRESERVED", later("Preserved until {date}")),
            State(code="EXECUTED", label=later("Executed"), side="Q"),
            _ended("ANSWERED", later("Answer verified")),
            _ended("REFUSED", later("Refused"), "Q"),
            _ended("WITHDRAWN", later("Withdrawn"), "R"),
            _ended("FEEDBACK_GIVEN", later("Feedback given"), "R"),
            _ended("CLOSED", later("Closed")),
            _open("REOPENED", later("Reopened"), "both"),
        )
    }
)
"""All states, in the order in which a request usually meets them."""

OPEN: Final = frozenset(state.code for state in STATES.values() if state.open)
ENDED: Final = frozenset(state.code for state in STATES.values() if state.ended)
PAUSES: Final = frozenset({"INFO_REQUESTED", "CONSULTATION"})
UNACKNOWLEDGED: Final = frozenset({"TRANSMITTED", "DELIVERED"})
DONE: Final = frozenset({"EXECUTED", "ANSWERED", "FEEDBACK_GIVEN"})

PRECEDENCE: Final = (
    "CONDITIONS_OFFERED",
    "INFO_REQUESTED",
    "CONSULTATION",
    "TRANSMITTED",
    "DELIVERED",
    "ACKNOWLEDGED",
    "REOPENED",
    "UNDER_REVIEW",
    "POSTPONED",
    "ACCEPTED",
    "IN_EXECUTION",
    "PARTIALLY_EXECUTED",
    "PRESERVED",
    "EXECUTED",
    "ANSWERED",
    "FEEDBACK_GIVEN",
    "REFUSED",
    "REJECTED_ADDRESSEE",
    "WITHDRAWN",
    "CLOSED",
)
"""The state of a request is the first of these that one of its measures has: what somebody must act on comes first."""


def overall(measures: Collection[str]) -> str:
    """Return the state of a request from those of its measures.

    It is partially executed when some measures are answered while others are open and nobody waits for the other side.
    """
    found = set(measures)
    first = next((code for code in PRECEDENCE if code in found), "TRANSMITTED")
    waiting = first in {"POSTPONED", "ACCEPTED", "IN_EXECUTION", "UNDER_REVIEW", "ACKNOWLEDGED"}
    return "PARTIALLY_EXECUTED" if waiting and found & (DONE | {"PARTIALLY_EXECUTED"}) else first
