"""What one peer may use of us: letters, offers and attachment bytes in a day, signed refusals in an hour (B.18).

* Counted in memory, by the day and hour of our own clock; a restart begins anew, which a peer cannot bring about.
* What exceeds a quota is an ERROR 16: the letter waits at its sender and comes when the next day has begun.
* A signed refusal costs a signature and a row for ever, so few are given; whoever asks for more loses the link.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from rogatory_protocol.ids import Aid
from rogatory_protocol.limits import DAY_SECONDS
from rogatory_protocol.receiving import Kind

HOUR_SECONDS: Final = 3_600
REFUSALS_AN_HOUR: Final = 60
GIB: Final = 2**30
MAX_COUNTED: Final = 4_096  # peers; the admitted ones are some hundreds
LEAST_RETRY_SECONDS: Final = 60


class Use(Enum):
    """What is counted, and over how many seconds."""

    LETTERS = DAY_SECONDS, "verified letters"
    OFFERS = DAY_SECONDS, "letters in offers"
    ATTACHMENT_BYTES = DAY_SECONDS, "sealed bytes of attachments"
    REFUSALS = HOUR_SECONDS, "signed refusals"

    @property
    def seconds(self) -> int:
        """The span that is counted over."""
        return self.value[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The most that a peer may use in each span."""

    letters: int = 10_000
    offers: int = 30_000
    attachment_bytes: int = 100 * GIB
    refusals: int = REFUSALS_AN_HOUR

    def of(self, use: Use) -> int:
        """Return the limit of a use."""
        return int(getattr(self, use.name.lower()))


@dataclass(slots=True, kw_only=True)
class Quotas:
    """What every peer has used in the running day and hour."""

    allowed: Allowed = field(default_factory=Allowed)
    wall: Callable[[], float] = time.time
    _used: dict[tuple[Aid, Use], tuple[int, int]] = field(default_factory=dict)

    def take(self, peer: Aid, use: Use, count: int = 1) -> bool:
        """Count a use in, unless it would exceed the quota; tell whether it was counted."""
        span = int(self.wall()) // use.seconds
        since, used = self._used.pop((peer, use), (span, 0))
        used = used if since == span else 0
        fits = used + count <= self.allowed.of(use)
        self._used[peer, use] = span, used + count if fits else used
        if len(self._used) > MAX_COUNTED * len(Use):
            self._used.pop(next(iter(self._used)), None)
        return fits

    def admits(self, peer: Aid, kind: Kind) -> bool:
        """Count a new letter in: one that is to be stored, or refused with a signature."""
        return self.take(peer, Use.LETTERS if kind is Kind.COMMIT else Use.REFUSALS)

    def retry_seconds(self, use: Use) -> int:
        """Return after how many seconds the next span begins."""
        return max(LEAST_RETRY_SECONDS, use.seconds - int(self.wall()) % use.seconds)
