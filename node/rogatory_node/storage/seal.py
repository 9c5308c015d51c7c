"""Encryption of rows at rest (B.16): XChaCha20-Poly1305, one random 192-bit nonce a value.

* The associated data names table, column and content identifier, so that a value copied to another row does not open.
* The key comes from a key file, a hardware module or a credential, never from the database.
* Keys for other purposes are derived from it by a keyed hash over the name of the purpose.
* A sealed value is the nonce followed by the ciphertext and its tag: 40 bytes more than what it holds.
"""

import hashlib
import os
from collections.abc import Callable
from typing import Final

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from rogatory_node.storage.errors import DamagedError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 24  # random: 96 bits would meet their limit within days at full rate
OVERHEAD_BYTES: Final = NONCE_BYTES + 16


class RowSealer:
    """Seals and opens the values of rows under one key-encryption key."""

    __slots__ = ("_entropy", "_key")

    def __init__(self, key: bytes, *, entropy: Callable[[int], bytes] = os.urandom) -> None:
        """Take the key.

        Raises:
            ValueError: It is not 32 bytes.
        """
        if len(key) != KEY_BYTES:
            raise ValueError(f"a row key has {KEY_BYTES} bytes")
        self._key = key
        self._entropy = entropy

    def __repr__(self) -> str:
        """Say nothing of the key."""
        return "RowSealer(…)"

    def derived(self, purpose: str) -> bytes:
        """Return a key of its own for another purpose; it tells nothing of the row key."""
        return hashlib.blake2b(
            purpose.encode(), digest_size=KEY_BYTES, key=self._key, person=b"rogatory.derive"
        ).digest()

    def seal(self, table: str, column: str, identifier: bytes, value: bytes) -> bytes:
        """Seal a value for exactly one place."""
        nonce = self._entropy(NONCE_BYTES)
        place = _place(table, column, identifier)
        return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(value, place, nonce, self._key)

    def open(self, table: str, column: str, identifier: bytes, sealed: bytes) -> bytes:
        """Open a value that was sealed for this place.

        Raises:
            DamagedError: It was changed, cut, or sealed for another place or by another key.
        """
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        if len(sealed) < OVERHEAD_BYTES:
            raise DamagedError(f"{table}.{column}", identifier)
        try:
            value: bytes = crypto_aead_xchacha20poly1305_ietf_decrypt(
                body, _place(table, column, identifier), nonce, self._key
            )
        except CryptoError:
            raise DamagedError(f"{table}.{column}", identifier) from None
        return value


def _place(table: str, column: str, identifier: bytes) -> bytes:
    # Names hold no zero byte and the identifier is last, so no two places have the same bytes.
    return f"{table}\0{column}\0".encode() + identifier
