"""A batch's signature stored once (B.4: one signature may cover a batch).

* A stored object has its signature cut out and put back byte for byte: nothing is re-encoded, so a reader gets the
  bytes that were signed and sent, whatever the encoding of the object.
* Only batches are cut: an object that is alone in its batch keeps its signature, and its row says so with two nulls.
"""

import hashlib
from dataclasses import dataclass

from rogatory_node.storage.errors import DamagedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """An object without its signature.

    Attributes:
        rest: The object's bytes less the signature.
        at: Where the signature stood.
        batch: The key of the signature in ``batches``.
    """

    rest: bytes
    at: int
    batch: bytes


def batch_id(sig: bytes) -> bytes:
    """Return the key under which a signature is stored, 16 bytes."""
    return hashlib.sha256(sig).digest()[:16]


def cut(raw: bytes, sig: bytes) -> Cut:
    """Take a signature out of an object.

    Raises:
        ValueError: The object does not hold this signature.
    """
    # From the right: signatures stand behind the payload, which a sender might make hold the same bytes.
    at = raw.rindex(sig)
    return Cut(rest=raw[:at] + raw[at + len(sig) :], at=at, batch=batch_id(sig))


def join(rest: bytes, at: int, batch: bytes, sig: bytes) -> bytes:
    """Put a signature back where it stood.

    Raises:
        DamagedError: The signature is not the one that was taken out, or has no place there.
    """
    if batch_id(sig) != batch or not 0 <= at <= len(rest):
        raise DamagedError("batches.sig", batch)
    return rest[:at] + sig + rest[at:]
