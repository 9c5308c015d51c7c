"""COPY: a letter and its evidence given back to one of its two sides after a restore (B.11.3, B.12.4).

* Sealed to a one-time key of the asker on this link: whoever has stolen a node key reads nothing of the past.
* The seal binds asker and letter, so that a copy cannot be passed on as another one.
* What comes is unverified: letter, parts and each evidence are judged like those that come in the ordinary way.
"""

from dataclasses import dataclass, field
from typing import Final

from rogatory_protocol import fields as f
from rogatory_protocol import limits
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest, Kid, kid_of
from rogatory_protocol.link.frames import HEAD_BYTES, MAX_LEVELS
from rogatory_protocol.rcbor import decode, encode
from rogatory_protocol.suite import SEAL_OVERHEAD_BYTES, EncryptionKey, seal

KID_BYTES: Final = 16
MAX_COPY_BYTES: Final = limits.MAX_MESSAGE_BYTES - HEAD_BYTES - limits.TAG_BYTES
MAX_PLAIN_BYTES: Final = MAX_COPY_BYTES - KID_BYTES - SEAL_OVERHEAD_BYTES
_ITEMS: Final = 3
_ITEM: Final = f.nullable(f.data(MAX_PLAIN_BYTES))
_EVIDENCE: Final = f.array(f.data(limits.MAX_EVIDENCE_BYTES), 0, MAX_LEVELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What is given back.

    Attributes:
        letter: The signed letter, or None where it is not served.
        parts: Its parts, or None.
        evidence: The first evidence of each level between the two.
    """

    letter: bytes | None = field(default=None, repr=False)
    parts: bytes | None = field(default=None, repr=False)
    evidence: tuple[bytes, ...] = field(default=(), repr=False)


def seal_copy(copy: Copy, *, asker: Aid, letter: Digest, public: bytes) -> bytes:
    """Seal a copy to a one-time key of the asker.

    Raises:
        RefusedError: TOO_LARGE: it does not fit a message; DECRYPTION: the key is not a key.
    """
    plain = encode([copy.letter, copy.parts, list(copy.evidence)])
    if len(plain) > MAX_PLAIN_BYTES:
        raise RefusedError(Code.TOO_LARGE, "copy")
    return kid_of(public) + seal(public, _info(asker, letter), plain)


def kid_in(raw: bytes) -> Kid:
    """Return the id of the one-time key that a copy is sealed to.

    Raises:
        RefusedError: MALFORMED.
    """
    if len(raw) <= KID_BYTES:
        raise f.wrong("copy", "is shorter than a key id")
    return Kid(raw[:KID_BYTES])


def open_copy(raw: bytes, key: EncryptionKey, *, me: Aid, letter: Digest) -> Copy:
    """Open a copy that we asked for.

    Raises:
        RefusedError: MALFORMED; DECRYPTION: it is not sealed to this key, for us and this letter.
    """
    kid_in(raw)
    items = decode(key.open(_info(me, letter), raw[KID_BYTES:]))
    if not isinstance(items, list) or len(items) != _ITEMS:
        raise f.wrong("copy", "has other items")
    return Copy(letter=_ITEM(items[0], "copy"), parts=_ITEM(items[1], "copy"), evidence=_EVIDENCE(items[2], "copy"))


def _info(asker: Aid, letter: Digest) -> bytes:
    return b"rogatory/1 copy\0" + asker + letter
