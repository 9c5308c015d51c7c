"""Letters that were just queued, so that a live link need not read and open their rows again.

* The database says what is queued; this only spares reading it. What is not here is read there.
* It holds little and forgets the oldest first. A letter whose transaction failed is never asked for.
* The writer's thread keeps, the event loop asks.
"""

from collections.abc import Iterable
from typing import Final

from rogatory_protocol.envelope import Outgoing
from rogatory_protocol.ids import Digest
from rogatory_protocol.limits import KIB

MOST_BYTES: Final = 2_048 * KIB


class Fresh:
    """A bounded memory of letters ready to be sealed."""

    __slots__ = ("_bytes", "_letters")

    def __init__(self) -> None:
        """Start with none."""
        self._letters: dict[Digest, Outgoing] = {}
        self._bytes = 0

    def keep(self, letters: Iterable[Outgoing]) -> None:
        """Keep letters for as long as there is room; one that is larger than all of it is not kept."""
        for each in letters:
            self._letters[each.digest] = each
            self._bytes += _size(each)
            while self._bytes > MOST_BYTES:
                self._bytes -= _size(self._letters.pop(next(iter(self._letters))))

    def get(self, digest: Digest) -> Outgoing | None:
        """Return a letter that is still kept."""
        return self._letters.get(digest)


def _size(each: Outgoing) -> int:
    return len(each.letter) + len(each.parts)
