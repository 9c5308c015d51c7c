"""Signed objects and batches of them (B.4).

* An object is RCBOR ``[payload, signatures]``; the payload bytes are kept as received and never re-encoded.
* The key id is a hint: the verifier takes the key from the directory.
* One signature may cover a batch of letters or evidence; each object still stands alone with its Merkle path.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from rogatory_protocol import fields as f
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Digest, Kid, digest_of
from rogatory_protocol.limits import MAX_BATCH
from rogatory_protocol.merkle import HASH_BYTES, leaf_hash, paths, root, root_from_path
from rogatory_protocol.rcbor import Value, decode, encode
from rogatory_protocol.suite import SIGNATURE_BYTES, Signer, verify

MAX_PATH: Final = 8  # log2 of the largest batch


class Context(bytes, Enum):
    """What a signature is for (B.2.2); a signature of one kind never passes for another."""

    AUTHORITY = b"rogatory/1 authority"
    DECISION = b"rogatory/1 decision"
    CARD = b"rogatory/1 card"
    ENCKEYS = b"rogatory/1 enckeys"
    OTKEYS = b"rogatory/1 otkeys"
    LETTER = b"rogatory/1 letter"
    EVIDENCE = b"rogatory/1 evidence"
    ANCHOR = b"rogatory/1 anchor"
    PUBLICATION = b"rogatory/1 publication"
    LINK_SERVER = b"rogatory/1 link-server"
    LINK_CLIENT = b"rogatory/1 link-client"


BATCHED: Final = frozenset({Context.LETTER, Context.EVIDENCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature of an object, perhaps shared with the rest of its batch."""

    kid: Kid
    sig: bytes
    index: int
    size: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedObject:
    """An object as it came: nothing of it is verified yet."""

    raw: bytes
    payload: bytes
    signatures: tuple[Signature, ...]

    @property
    def digest(self) -> Digest:
        """SHA-256 of the payload."""
        return digest_of(self.payload)


class VerifiedMemory:
    """What was verified on one link, so that a batch costs one verification (B.4); the oldest is forgotten first."""

    LIMIT: Final = 1_024  # eight batches for each of 128 unanswered letters

    def __init__(self, *, most: int = LIMIT) -> None:
        """Start empty."""
        self._known: dict[bytes, None] = {}
        self._most = most

    def __contains__(self, key: bytes) -> bool:
        """Tell whether this signature was verified before."""
        return key in self._known

    def add(self, key: bytes) -> None:
        """Remember a verified signature."""
        self._known[key] = None
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]


_KID: Final = f.b(16)
_SIG: Final = f.b(SIGNATURE_BYTES)
_INDEX: Final = f.uint(0, MAX_BATCH - 1)
_SIZE: Final = f.uint(1, MAX_BATCH)
_NODES: Final = f.array(f.b(HASH_BYTES), 0, MAX_PATH)


def parse(raw: bytes, *, max_bytes: int, max_signatures: int = 1) -> SignedObject:
    """Take a signed object apart without verifying it.

    Raises:
        RefusedError: TOO_LARGE or MALFORMED.
    """
    if len(raw) > max_bytes:
        raise RefusedError(Code.TOO_LARGE, "signed object")
    outer = decode(raw)
    if not isinstance(outer, list) or len(outer) != 2:
        raise f.wrong("signed object", "is not payload and signatures")
    payload = f.data(max_bytes)(outer[0], "payload")
    signatures = f.array(_signature, 1, max_signatures)(outer[1], "signatures")
    return SignedObject(raw=raw, payload=payload, signatures=signatures)


def sign(signer: Signer, context: Context, payload: bytes) -> bytes:
    """Sign one payload with one key."""
    return sign_many([signer], context, payload)


def sign_many(signers: Sequence[Signer], context: Context, payload: bytes) -> bytes:
    """Sign one payload with several keys, as a statement is by its roots."""
    message = batch_message(1, leaf_hash(payload))
    return encode([payload, [[key.kid, key.sign(message, context), 0, 1, []] for key in signers]])


def sign_batch(signer: Signer, context: Context, payloads: Sequence[bytes]) -> list[bytes]:
    """Sign 1 to 256 payloads of one type with one signature; return the objects in order.

    Raises:
        LocalProtocolError: The type is not batched, or the batch is empty or too large.
    """
    if not 1 <= len(payloads) <= MAX_BATCH or (len(payloads) > 1 and context not in BATCHED):
        raise LocalProtocolError("batches are of 1 to 256 letters or evidence")
    leaves = [leaf_hash(payload) for payload in payloads]
    size = len(payloads)
    signature = signer.sign(batch_message(size, root(leaves)), context)
    return [
        encode([payload, [[signer.kid, signature, n, size, list(proof)]]])
        for n, (payload, proof) in enumerate(zip(payloads, paths(leaves), strict=True))
    ]


def batch_message(size: int, top: bytes) -> bytes:
    """Return the message that a signature covers."""
    return b"rogatory/1 batch\0" + size.to_bytes(4, "big") + top


def verify_one(obj: SignedObject, public: bytes, context: Context, memory: VerifiedMemory | None = None) -> None:
    """Verify an object that carries exactly one signature, by the key that the directory names.

    Raises:
        RefusedError: MALFORMED or SIGNATURE.
    """
    (signature,) = obj.signatures
    verify_signature(obj.payload, signature, public, context, memory)


def verify_signature(
    payload: bytes,
    signature: Signature,
    public: bytes,
    context: Context,
    memory: VerifiedMemory | None = None,
) -> None:
    """Verify one signature over a payload.

    Raises:
        RefusedError: MALFORMED or SIGNATURE.
    """
    if signature.size != 1 and context not in BATCHED:
        raise f.wrong("batch", "of a type that is not batched")
    top = root_from_path(signature.index, signature.size, leaf_hash(payload), signature.path)
    message = batch_message(signature.size, top)
    known = hashlib.sha256(public + context + message + signature.sig).digest()
    if memory is not None and known in memory:
        return
    verify(public, message, context, signature.sig)
    if memory is not None:
        memory.add(known)


def _signature(value: Value, what: str) -> Signature:
    if not isinstance(value, list) or len(value) != 5:
        raise f.wrong(what, "is not a signature")
    kid, sig, index, size, nodes = value
    return Signature(
        kid=_KID(kid, what),
        sig=_SIG(sig, what),
        index=_INDEX(index, what),
        size=_SIZE(size, what),
        path=_NODES(nodes, what),
    )
