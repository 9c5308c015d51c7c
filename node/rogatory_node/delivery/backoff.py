"""When to dial a peer again (B.11.4): pure functions, instants and randomness are arguments.

* A peer that does not answer is dialled every second while anything is queued for it, otherwise every 60 s.
* A peer that refuses is dialled with full jitter between 1 s and a span that doubles up to 300 s, or up to 15 s while
  a letter of urgency 2 or 3 waits.
* A link that worked and ended is dialled again like one that does not answer, but with jitter when nothing waits: the
  peers of a node that restarts do not all come back in the same second.
* The draw is made once for an attempt, so that a letter queued meanwhile shortens the pause and never restarts it.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

QUEUED_SECONDS: Final = 1.0
IDLE_SECONDS: Final = 60.0
REFUSED_SECONDS: Final = 300.0
URGENT_REFUSED_SECONDS: Final = 15.0
URGENT: Final = 2
_DOUBLINGS: Final = 9  # 2^9 s is past 300 s already


class Outcome(Enum):
    """How the last attempt ended."""

    UNREACHABLE = "unreachable"  # nobody answered
    REFUSED = "refused"  # the peer answered and would not have us, or ended the link before it was endorsed
    ENDED = "ended"  # the link worked, and is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The last attempt at a peer.

    Attributes:
        outcome: How it ended.
        refusals: How many in a row were refused, this one included.
        draw: Random, at least 0 and below 1.
    """

    outcome: Outcome
    refusals: int = 0
    draw: float = 0.0


def pause_seconds(last: Attempt, queued: int | None) -> float:
    """Return how long to wait after the last attempt.

    Args:
        last: That attempt.
        queued: The highest urgency that waits for the peer, or None if nothing does.
    """
    if last.outcome is Outcome.REFUSED:
        return _spread(QUEUED_SECONDS, _refused_span(last.refusals, queued), last.draw)
    if queued is not None:
        return QUEUED_SECONDS
    return _spread(QUEUED_SECONDS, IDLE_SECONDS, last.draw) if last.outcome is Outcome.ENDED else IDLE_SECONDS


def _refused_span(refusals: int, queued: int | None) -> float:
    if queued is None:
        return REFUSED_SECONDS
    most = URGENT_REFUSED_SECONDS if queued >= URGENT else REFUSED_SECONDS
    return min(most, 2.0 ** min(max(refusals, 1), _DOUBLINGS))


def _spread(least: float, most: float, draw: float) -> float:
    return least + draw * (most - least)
