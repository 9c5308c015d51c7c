"""Publications: data that an authority signs for everybody, such as facts about treaties or its directory entry.

* A publication has a kind, a name within the kind, and a version that only grows; its content is bytes of that kind.
* It is public and holds no case. It goes from hand to hand as a file; the signature says whose it is.
* Whether the signer may publish such a thing, and whether it is newer than the last, is the reader's to judge.

Signed by a seal key under a context of its own (B.2.2 as amended): it never passes for anything else.
"""

from dataclasses import dataclass
from typing import Final

from rogatory_protocol import fields as f
from rogatory_protocol.ids import Aid, Digest, Kid
from rogatory_protocol.limits import MAX_PUBLICATION_BYTES
from rogatory_protocol.rcbor import decode, encode
from rogatory_protocol.signed import Context, SignedObject, verify_one
from rogatory_protocol.signed import parse as parse_signed

MAX_NAME_BYTES: Final = 64
_AROUND: Final = 8_192  # the signature, and the other fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The fields of a publication; verified only when it comes from ``verify``.

    Attributes:
        kind: What the content is.
        issuer: Who says it.
        name: Within the kind and the issuer.
        ver: Grows.
        ts: When it was signed.
        content: What is said.
    """

    kind: str
    issuer: Aid
    name: str
    ver: int
    ts: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedPublication:
    """A publication whose fields are in order; its signature is not checked yet."""

    object: SignedObject
    said: Publication

    @property
    def digest(self) -> Digest:
        """SHA-256 of the payload."""
        return self.object.digest

    @property
    def kid(self) -> Kid:
        """Which key to look for."""
        return self.object.signatures[0].kid


_FIELDS: Final[f.Table] = {
    "v": f.const(1),
    "typ": f.const("publication"),
    "kind": f.ascii_name(MAX_NAME_BYTES),
    "from": f.b(32),
    "name": f.ascii_name(MAX_NAME_BYTES),
    "ver": f.uint(1, 2**53 - 1),
    "ts": f.uint(),
    "content": f.data(MAX_PUBLICATION_BYTES),
    "x": f.extension,
}


def build(said: Publication) -> bytes:
    """Build the payload that a seal key of the issuer signs.

    Raises:
        RefusedError: Everybody would refuse it.
    """
    payload = encode({
        "v": 1, "typ": "publication", "kind": said.kind, "from": said.issuer, "name": said.name, "ver": said.ver,
        "ts": said.ts, "content": said.content, "x": {},
    })  # fmt: skip
    _read(payload)
    return payload


def parse(raw: bytes) -> UnverifiedPublication:
    """Read a publication without verifying it.

    Raises:
        RefusedError: TOO_LARGE or MALFORMED.
    """
    obj = parse_signed(raw, max_bytes=MAX_PUBLICATION_BYTES + _AROUND)
    return UnverifiedPublication(object=obj, said=_read(obj.payload))


def verify(unverified: UnverifiedPublication, public: bytes) -> Publication:
    """Verify a publication by a seal key of its issuer.

    The caller still owes: that the key is good at ``ts``, that the issuer may say this, and that it is newer.

    Raises:
        RefusedError: MALFORMED or SIGNATURE.
    """
    verify_one(unverified.object, public, Context.PUBLICATION)
    return unverified.said


def _read(payload: bytes) -> Publication:
    taken = f.take(decode(payload), _FIELDS, "publication")
    for constant in ("v", "typ", "x"):
        del taken[constant]
    return Publication(issuer=taken.pop("from"), **taken)
