"""Awaiting: whether the evidence that a sender waits for is there, for each recipient (B.12.1, B.13).

* 40, 50 and 51 imply 30; nothing implies 35; an acceptance implies that somebody took the letter.
* A refusal, a letter that no longer travels, and attachments that no longer arrive end the wait.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, select

from rogatory_node.storage.tables import evidence, outbox
from rogatory_protocol.delivery import State
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Aid, Digest

_STORED: Final = frozenset({Level.STORED, Level.COMPLETE, Level.TAKEN, Level.ACCEPTED, Level.DECLINED})

REACHED_BY: Final[Mapping[Level, frozenset[Level]]] = MappingProxyType(
    {
        Level.STORED: _STORED,
        Level.COMPLETE: frozenset({Level.COMPLETE}),
        Level.TAKEN: frozenset({Level.TAKEN, Level.ACCEPTED}),
        Level.ACCEPTED: frozenset({Level.ACCEPTED}),
    }
)
"""The levels that may be waited for, and which evidence satisfies each."""

_ENDED: Final[Mapping[Level, frozenset[State]]] = MappingProxyType(
    {level: frozenset({State.REJECTED, State.EXPIRED}) for level in REACHED_BY}
    | {Level.COMPLETE: frozenset({State.REJECTED, State.EXPIRED, State.INCOMPLETE})}
)


class Outcome(StrEnum):
    """How a wait stands."""

    WAITING = "waiting"
    REACHED = "reached"
    REFUSED = "refused"


def outcome(wanted: Level, held: Collection[Level], state: State) -> Outcome:
    """Judge the evidence of one recipient."""
    levels = frozenset(held)
    if levels & REACHED_BY[wanted]:
        return Outcome.REACHED
    # A recipient that has declined may still take the attachments; it will not accept or take charge any more.
    declined = Level.DECLINED in levels and wanted is not Level.COMPLETE
    return Outcome.REFUSED if declined or state in _ENDED[wanted] else Outcome.WAITING


def outcome_of_all(found: Collection[Outcome]) -> Outcome:
    """Judge a letter to several: one refusal ends the wait, and it is reached when every recipient has."""
    return next((each for each in (Outcome.REFUSED, Outcome.WAITING) if each in found), Outcome.REACHED)


def standing(connection: Connection, digest: Digest) -> dict[Aid, tuple[State, tuple[Level, ...]]]:
    """Return where a letter of ours stands with each recipient, and which evidence each gave; empty when it is none."""
    said: dict[Aid, tuple[Level, ...]] = {}
    columns = (evidence.c.from_aid, evidence.c.lvl)
    for row in connection.execute(select(*columns).where(evidence.c.letter == digest, evidence.c.direction == "in")):
        said[Aid(row.from_aid)] = (*said.get(Aid(row.from_aid), ()), Level(row.lvl))
    query = select(outbox.c.aid, outbox.c.state).where(outbox.c.letter == digest).order_by(outbox.c.aid)
    return {Aid(row.aid): (State(row.state), said.get(Aid(row.aid), ())) for row in connection.execute(query)}
