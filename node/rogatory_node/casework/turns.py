"""Who moves next: a table from the state of a request to the sides that have to act, and what is due besides.

* In a consultation either side may end it, so both are waited for.
* After the end nobody has to act, but for what a side still owes.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rogatory_node.casework.life.case import Request
from rogatory_node.casework.life.states import ENDED

NEXT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "DRAFT": "R",
        "IN_TRANSLATION": "R",
        "IN_REVIEW": "R",
        "APPROVED": "R",
        "TRANSMITTED": "Q",
        "DELIVERED": "Q",
        "ACKNOWLEDGED": "Q",
        "REJECTED_ADDRESSEE": "",
        "UNDER_REVIEW": "Q",
        "INFO_REQUESTED": "R",
        "CONSULTATION": "RQ",
        "CONDITIONS_OFFERED": "R",
        "ACCEPTED": "Q",
        "IN_EXECUTION": "Q",
        "POSTPONED": "Q",
        "PARTIALLY_EXECUTED": "Q",
        "PRESERVED": "R",
        "EXECUTED": "R",
        "ANSWERED": "",
        "REFUSED": "",
        "WITHDRAWN": "",
        "FEEDBACK_GIVEN": "",
        "CLOSED": "",
        "REOPENED": "Q",
    }
)
"""State → the sides that move next: ``R`` the requesting one, ``Q`` the requested one. Data that is preserved waits for
the request that follows it up."""


def live(request: Request) -> bool:
    """Tell whether anything of a request is still to be done, its dues apart."""
    return request.state not in ENDED


def sides(request: Request) -> frozenset[str]:
    """Return the sides that have to act: by the state, and by what they owe."""
    return frozenset(NEXT[request.state]) | {due.side for due in request.dues}
