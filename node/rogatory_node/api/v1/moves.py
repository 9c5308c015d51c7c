"""What may be done with a case now, for programs: the moves of the caller's side and roles, and why not the others.

* It is the same answer by which letters are read: what is offered here moves something when its letter is sent.
* Texts are in the caller's language; codes stay. Who does not see the case is not told that it is there.
"""

import time
from typing import Final

from sqlalchemy import Connection

from rogatory_node.api.asking import read
from rogatory_node.api.v1.cases import seen_by
from rogatory_node.api.v1.endpoint import Call, Endpoint, Model
from rogatory_node.casework.life.allowed import Choice, allowed
from rogatory_node.casework.life.case import Request
from rogatory_node.casework.life.reasons import REASONS
from rogatory_node.casework.roles import Action
from rogatory_node.i18n import translate


class MoveRefused(Model):
    """Why a move may not be made for some measures; for a kind that belongs to no measure the list is empty."""

    reason: str
    text: str
    detail: str
    measures: list[str]


class Move(Model):
    """A move, the kind of letter that makes it, and the measures for which it may be made.

    ``step``: what the letter names as ``step``, where it makes a step of a single type.
    """

    move: str
    kind: str
    label: str
    step: str | None
    possible: bool
    measures: list[str]
    refused: list[MoveRefused]


class RequestMoves(Model):
    """The moves of a request: ``side`` is ours, ``R`` requesting or ``Q`` requested."""

    letter: str
    recipient: str
    side: str
    moves: list[Move]


class CaseMoves(Model):
    """The moves of the requests of a case."""

    requests: list[RequestMoves]


async def moves(call: Call) -> CaseMoves:
    """Return what the caller may do with a case, and what he may not."""

    def work(connection: Connection) -> CaseMoves:
        _, found = seen_by(connection, call.node, call.actor, call.path["case"], "")
        told = [_of_request(each, call) for each in found.folded.requests if each.side(call.node.own.aid.hex())]
        return CaseMoves(requests=told)

    return await read(call.node, work)


def _of_request(request: Request, call: Call) -> RequestMoves:
    side = request.side(call.node.own.aid.hex())
    assert side is not None, "only requests between us and another come here"
    roles = [role.value for role in call.actor.roles]
    choices = allowed(request, side, roles, now=int(time.time()))
    told = [_told(each, call.language) for each in choices]
    return RequestMoves(letter=request.digest, recipient=request.recipient, side=side, moves=told)


def _told(choice: Choice, language: str) -> Move:
    refused = [
        MoveRefused(
            reason=each.reason,
            text=translate(REASONS[each.reason], language),
            detail=each.detail,
            measures=list(each.measures),
        )
        for each in choice.refused
    ]
    return Move(
        move=choice.move,
        kind=choice.kind,
        label=translate(choice.label, language),
        step=choice.step,
        possible=choice.possible,
        measures=list(choice.measures),
        refused=refused,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/cases/{case}/moves",
        name="getCaseMoves",
        action=Action.CASE_READ,
        summary="Return what the caller may do with a case now, and why not the rest.",
        handler=moves,
        answer=CaseMoves,
        problems={"case.unknown": 404, "case.not-yet": 409, "reason": 403},
    ),
)
