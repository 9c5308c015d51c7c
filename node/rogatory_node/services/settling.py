"""Evidence that comes back: recorded, and the letters moved by the table, a group in one statement a table (B.12.1).

* What is judged here was verified before: signature, key, issuer and recipient.
* A group is judged in order, each evidence beside those before it.
* What changes nothing writes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from rogatory_node.storage import audit_log
from rogatory_node.storage.rows import add, among, halves
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import evidence, letters, outbox
from rogatory_protocol.delivery import DURABLE, Action, State, advance, event_of_evidence
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.evidence import Evidence, Level, Mark, check_fit, mark_of, weigh
from rogatory_protocol.ids import Aid, Digest

_INCOMING: Final = "in"
_WAYS: Final = (
    select(outbox.c.letter, outbox.c.aid, outbox.c.state, letters.c.exp)
    .join(letters, letters.c.digest == outbox.c.letter)
    .where(among(outbox.c.letter, outbox.c.aid))
)
_HEARD: Final = select(
    evidence.c.digest, evidence.c.letter, evidence.c.from_aid, evidence.c.lvl, evidence.c.code
).where(among(evidence.c.letter, evidence.c.from_aid))
_MOVE: Final = (
    update(outbox)
    .where(outbox.c.letter == bindparam("at_letter"), outbox.c.aid == bindparam("at_aid"))
    .values(state=bindparam("to_state"))
)

Place = tuple[bytes, bytes]
"""A letter and one of its recipients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What one evidence did.

    Attributes:
        evidence: Its digest, to be acknowledged to the peer.
        letter: The letter.
        state: Where the letter to that peer stands now.
        actions: What is left to do beside recording it.
    """

    evidence: Digest
    letter: Digest
    state: State
    actions: tuple[Action, ...]


@dataclass(slots=True, kw_only=True)
class _Way:
    """A letter on its way to one recipient."""

    state: State
    exp: int
    held: dict[Digest, Mark]
    moved: bool = False


def settle(
    connection: Connection,
    verified: Sequence[Evidence],
    *,
    me: Aid,
    sealer: RowSealer,
    now: int,
    random: Callable[[int], bytes],
) -> list[Settled]:
    """Record evidence and move its letters.

    Raises:
        RefusedError: NOT_FOUND: it is about no letter of ours to that authority; DISAGREE: it does not fit it.
    """
    ways = _ways(connection, verified)
    found = [_move(each, ways, me) for each in verified]
    kept = [each for each, settled in zip(verified, found, strict=True) if Action.RECORD in settled.actions]
    add(connection, evidence, [_row(each, sealer, now) for each in kept])
    moved = [
        {"at_letter": letter, "at_aid": aid, "to_state": way.state.value}
        for (letter, aid), way in ways.items()
        if way.moved
    ]
    if moved:
        connection.execute(_MOVE, moved)
    events = [audit_log.Event(ev="evidence.received", obj=each.content.letter, who="node") for each in kept]
    audit_log.append(connection, events, now=now, random=random)
    return found


def _move(each: Evidence, ways: Mapping[Place, _Way], me: Aid) -> Settled:
    content = each.content
    way = ways.get((content.letter, content.issuer))
    if way is None:
        raise RefusedError(Code.NOT_FOUND, "evidence about no letter of ours")
    check_fit(each, letter=content.letter, sender=me, recipients=(content.issuer,))
    weight = weigh(way.held, each.digest, each.mark)
    event = event_of_evidence(each.mark, weight, in_time=content.ts <= way.exp, held=way.held.values())
    state, actions = advance(way.state, event)
    if Action.RECORD in actions:
        way.held[each.digest] = each.mark
    way.moved |= DURABLE[state] is not way.state
    way.state = DURABLE[state]
    return Settled(evidence=each.digest, letter=content.letter, state=state, actions=actions)


def _ways(connection: Connection, verified: Sequence[Evidence]) -> dict[Place, _Way]:
    places = halves({(each.content.letter, each.content.issuer) for each in verified})
    ways = {
        (row.letter, row.aid): _Way(state=State(row.state), exp=row.exp, held={})
        for row in connection.execute(_WAYS, places)
    }
    for row in connection.execute(_HEARD, places):
        if (row.letter, row.from_aid) in ways:
            level = Level(row.lvl)
            ways[row.letter, row.from_aid].held[Digest(row.digest)] = mark_of(level, _code(level, row.code))
    return ways


def _row(each: Evidence, sealer: RowSealer, now: int) -> dict[str, Any]:
    content = each.content
    return {
        "digest": each.digest,
        "direction": _INCOMING,
        "letter": content.letter,
        "lvl": int(content.lvl),
        "from_aid": content.issuer,
        "to_aid": content.to,
        "ts": content.ts,
        "code": None if content.code is None else str(content.code),
        "raw_sealed": sealer.seal("evidence", "raw_sealed", each.digest, each.raw),
        "ackd": True,
        "stored_at": now,
    }


def _code(level: Level, stored: str | None) -> int | str | None:
    return int(stored) if stored is not None and level is Level.REFUSED else stored
