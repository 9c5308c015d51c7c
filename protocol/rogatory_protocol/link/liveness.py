"""When to ping a peer, and when to give a link up (B.11.3, B.11.4): pure functions of instants.

* All instants are monotonic seconds; the caller owns the clock, the timer and the ping itself.
* Any byte received proves life, a pong or half a message too.
* A link that becomes busy after a long rest is judged from that moment, not from its last byte.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from rogatory_protocol.limits import READY_SECONDS

BUSY_SILENCE_SECONDS: Final = 40  # two heartbeats while anything is unanswered
IDLE_SILENCE_SECONDS: Final = 330  # one idle heartbeat and half a minute for its way
BUSY_HEARTBEAT_SECONDS: Final = 20
IDLE_HEARTBEAT_SECONDS: Final = 300


class Due(Enum):
    """What the caller does when a deadline has come."""

    HEARTBEAT = "send a ping, then say so"
    SILENT = "close: the peer has said nothing for too long"
    UNENDORSED = "close: no seal key stands behind this link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The next instant at which something is due."""

    at: float
    due: Due


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What the deadlines of a link follow from.

    Attributes:
        started: The end of the handshake.
        heard: The last byte received.
        beat: The last ping sent; at first the end of the handshake.
        busy_since: Since when something is unanswered in either direction; None if nothing is.
        endorsed: Whether a seal key of the peer stands behind the link.
    """

    started: float
    heard: float
    beat: float
    busy_since: float | None
    endorsed: bool


def next_deadline(life: Life) -> Deadline:
    """Return the earliest deadline; it is in the past when it was missed."""
    busy = life.busy_since
    silence, pause = (
        (IDLE_SILENCE_SECONDS, IDLE_HEARTBEAT_SECONDS)
        if busy is None
        else (BUSY_SILENCE_SECONDS, BUSY_HEARTBEAT_SECONDS)
    )
    since = life.started if busy is None else busy
    deadlines = [
        Deadline(at=max(life.heard, since) + silence, due=Due.SILENT),
        Deadline(at=max(life.beat, since) + pause, due=Due.HEARTBEAT),
    ]
    if not life.endorsed:
        deadlines.append(Deadline(at=life.started + READY_SECONDS, due=Due.UNENDORSED))
    return min(deadlines, key=lambda each: each.at)
