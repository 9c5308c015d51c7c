"""How often somebody may fail: for a name, and for the address from which he comes.

* The first failures are free; then each doubles the wait, up to a quarter of an hour. A success forgets the name's.
* Names that nobody has are counted alike, so that a wait says nothing about a name.
* What is counted is bounded: the oldest is forgotten. A passkey is never counted: it cannot be guessed.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

FREE: Final = 5
FREE_OF_ADDRESS: Final = 50  # colleagues may come from one address
MOST_SECONDS: Final = 900
MOST_KEYS: Final = 20_000
FORGET_SECONDS: Final = 3_600


@dataclass(frozen=True, slots=True)
class _Count:
    failures: int
    last: float


class Attempts:
    """Counts failures, in memory: a restart forgives."""

    def __init__(self, wall: Callable[[], float]) -> None:
        """Take the clock."""
        self._wall = wall
        self._counts: OrderedDict[bytes, _Count] = OrderedDict()

    def wait(self, name: bytes, address: str) -> int:
        """Return how many seconds the next try must wait; 0 when it need not. An empty address is not counted."""
        of_address = self._left(_of(address), FREE_OF_ADDRESS) if address else 0
        return max(self._left(name, FREE), of_address)

    def failed(self, name: bytes, address: str) -> None:
        """Count a failure."""
        for key in (name, *([_of(address)] if address else [])):
            count = self._count(key)
            self._counts[key] = _Count(count.failures + 1, self._wall())
            self._counts.move_to_end(key)
        while len(self._counts) > MOST_KEYS:
            self._counts.popitem(last=False)

    def passed(self, name: bytes) -> None:
        """Forget the failures of a name."""
        self._counts.pop(name, None)

    def _count(self, key: bytes) -> _Count:
        count = self._counts.get(key)
        return count if count is not None and self._wall() < count.last + FORGET_SECONDS else _Count(0, 0.0)

    def _left(self, key: bytes, free: int) -> int:
        count = self._count(key)
        if count.failures < free:
            return 0
        pause = min(MOST_SECONDS, 2 ** min(count.failures - free, 20))
        return max(0, int(count.last + pause - self._wall() + 0.999))


def _of(address: str) -> bytes:
    return b"from " + address.encode()
