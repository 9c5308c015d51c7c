"""Words as the book keeps them for search: eight bytes of a keyed hash, never the word.

* The key is derived from the key of the rows at rest, so that who steals the database alone can neither read nor guess
  the words.
* Two words of one hash make a case found that holds the other: at eight bytes that does not happen by chance.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from rogatory_node.storage.seal import RowSealer

_PURPOSE: Final = "book.terms"
_BYTES: Final = 8


class Macs:
    """Turns words into what stands in the table."""

    __slots__ = ("_key",)

    def __init__(self, sealer: RowSealer) -> None:
        """Derive the key."""
        self._key = sealer.derived(_PURPOSE)

    def __repr__(self) -> str:
        """Say nothing of the key."""
        return "Macs(…)"

    def of(self, words: Iterable[str]) -> frozenset[int]:
        """Return the signed 64-bit numbers of words."""
        return frozenset(self._one(word) for word in words)

    def _one(self, word: str) -> int:
        made = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=_BYTES, key=self._key)
        return int.from_bytes(made.digest(), "big", signed=True)
