"""What a device signs to show that it is here now: it works once, for one purpose, for five minutes.

* A challenge says itself until when it works, and a keyed hash shows that it is ours: nothing is stored for who only
  looks at the page, so looking often fills nothing.
* What was used is remembered until it would have ended anyway. A restart makes all challenges of before worthless.
"""

import hashlib
import hmac
from collections.abc import Callable
from os import urandom
from typing import Final

SECONDS: Final = 300
_NONCE_BYTES: Final = 16
_TIME_BYTES: Final = 8
_MAC_BYTES: Final = 16


class Challenges:
    """Makes challenges and takes each back once."""

    def __init__(self, wall: Callable[[], float], *, random: Callable[[int], bytes] = urandom) -> None:
        """Take the clock; the key lives as long as the process."""
        self._wall, self._random = wall, random
        self._key = random(32)
        self._used: dict[bytes, int] = {}

    def make(self, purpose: bytes) -> bytes:
        """Return a challenge for a purpose."""
        body = self._random(_NONCE_BYTES) + (int(self._wall()) + SECONDS).to_bytes(_TIME_BYTES, "big")
        return body + self._mac(purpose, body)

    def take(self, purpose: bytes, challenge: bytes) -> bool:
        """Tell whether a challenge is ours, for this purpose, young enough and not used; from now on it is used."""
        body, now = challenge[:-_MAC_BYTES], int(self._wall())
        until = int.from_bytes(body[_NONCE_BYTES:], "big")
        good = hmac.compare_digest(challenge[-_MAC_BYTES:], self._mac(purpose, body))
        if not good or now >= until or body in self._used:
            return False
        self._used = {each: end for each, end in self._used.items() if end > now}
        self._used[body] = until
        return True

    def _mac(self, purpose: bytes, body: bytes) -> bytes:
        return hmac.digest(self._key, purpose + b"\0" + body, hashlib.sha256)[:_MAC_BYTES]
