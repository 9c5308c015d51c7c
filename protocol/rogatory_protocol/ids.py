"""Identifiers and the numbers that people compare (B.3, B.9 padding)."""

import hashlib
from functools import lru_cache
from typing import Final, NewType

from rogatory_protocol.limits import MIN_PADDED_BYTES

Aid = NewType("Aid", bytes)
"""Authority id, 32 bytes: the hash of its first statement; it never changes."""
Digest = NewType("Digest", bytes)
"""SHA-256 of a signed object's payload, 32 bytes."""
Kid = NewType("Kid", bytes)
"""Key id, 16 bytes: a hint which key to try, never a proof."""
Id16 = NewType("Id16", bytes)
"""Random identifier of a letter, blob, conversation, boot or incarnation, 16 bytes."""

_DIGITS_ROUNDS: Final = 5_200
_GROUPS: Final = 6


@lru_cache(maxsize=1_024)  # a key is met again and again: in each statement of its chain, in each letter of its owner
def kid_of(public: bytes) -> Kid:
    """Return the key id of a signing or encryption key."""
    return Kid(hashlib.sha256(b"rogatory/1 kid\0" + public).digest()[:16])


def aid_of(payload: bytes) -> Aid:
    """Return the authority id that a version-1 statement founds."""
    return Aid(hashlib.sha256(b"rogatory/1 aid\0" + payload).digest())


def digest_of(payload: bytes) -> Digest:
    """Return the digest of a signed object: of its payload, not of its randomised signatures."""
    return Digest(hashlib.sha256(payload).digest())


def digits_of(aid: Aid) -> str:
    """Return the thirty digits, in six groups, by which two people compare an authority on the telephone."""
    state: bytes = aid
    for _ in range(_DIGITS_ROUNDS):
        state = hashlib.sha512(b"rogatory/1 digits\0" + state + aid).digest()
    groups = (int.from_bytes(state[5 * i : 5 * i + 5], "big") % 100_000 for i in range(_GROUPS))
    return " ".join(f"{group:05d}" for group in groups)


def padme(length: int) -> int:
    """Return the padded size of *length* bytes: at most 6.25 % more, and few distinct sizes (B.9)."""
    length = max(length, MIN_PADDED_BYTES)
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask
