"""Statistics for programs: the report of a period.

* Who sees all cases gets the whole report; others (auditor, secretariat) get counts of one column at a time with small
  ones hidden, as a network does.
"""

from typing import Annotated, Any, Final

import msgspec

from rogatory_node.api.asking import read
from rogatory_node.api.context import Problem
from rogatory_node.api.statistics import made
from rogatory_node.api.v1.cases import AID
from rogatory_node.api.v1.endpoint import Call, Endpoint, Model
from rogatory_node.casebook.sight import sight_of
from rogatory_node.casework.roles import Action
from rogatory_node.casework.statistics.network import shareable
from rogatory_node.i18n import later
from rogatory_protocol.ids import Aid

_Seconds = Annotated[int, msgspec.Meta(ge=0, le=2**40)]


class Period(Model):
    """Measures sent from ``begin`` until before ``end``, in Unix seconds; ``counterpart`` narrows to one partner."""

    begin: _Seconds
    end: _Seconds
    counterpart: Annotated[str, msgspec.Meta(pattern=AID)] | None = None


class Counts(Model):
    """``whole``: the report is whole; else small counts are hidden, and nothing is told by partner."""

    whole: bool
    report: dict[str, Any]


async def statistics(call: Call) -> Counts:
    """Return the report of a period."""
    if call.query.end < call.query.begin:
        raise Problem(422, "period", later("The period ends before it begins."))
    whole = await read(call.node, sight_of, call.node.own.sealer, call.actor, Action.CASE_LIST) is None
    word = call.query.counterpart if whole else None
    partner = None if word is None else Aid(bytes.fromhex(word))
    found = await made(call.node, {"begin": call.query.begin, "end": call.query.end}, partner)
    return Counts(whole=whole, report=found if whole else shareable(found))


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/statistics",
        name="getStatistics",
        action=Action.STATISTICS_READ,
        summary="Counts and times of a period: by type, instrument, category, urgency, outcome and partner.",
        handler=statistics,
        query=Period,
        answer=Counts,
        problems={"period": 422},
    ),
)
