"""Checkpoints of a registry's log: C2SP tlog-checkpoint text under the log's two lines (B.6.2, B.6.5).

* The text is origin, size and root, one line each; RGT/1 has no extension lines and no tree of size zero.
* Both lines must verify: either algorithm broken is not enough to forge a log.
* The time is that of the 0x06 line; the text itself carries none.
"""

import base64
from dataclasses import dataclass
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rogatory_protocol import note as n
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.merkle import HASH_BYTES

LOG_SEED_BYTES: Final = 64
_TEXT_LINES: Final = 3
_MAX_SIZE_DIGITS: Final = 19  # 2^63 leaves; a longer number is nonsense and slow to read


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPublic:
    """The public keys by which a log is known, as a registry's statement names them."""

    origin: str
    ed: bytes
    ml: bytes


class LogKeys:
    """The private keys of a log in this process: ML-DSA-44 seed (32) and Ed25519 seed (32)."""

    __slots__ = ("_ed", "_ml", "public")

    def __init__(self, origin: str, seed: bytes) -> None:
        """Derive both keys.

        Raises:
            LocalProtocolError: The seed is not 64 bytes.
            RefusedError: MALFORMED: the origin cannot stand in a note.
        """
        if len(seed) != LOG_SEED_BYTES:
            raise LocalProtocolError("a log seed has 64 bytes")
        n.check_name(origin)
        self._ml = MLDSA44PrivateKey.from_seed_bytes(seed[:32])
        self._ed = Ed25519PrivateKey.from_private_bytes(seed[32:])
        self.public = LogPublic(
            origin=origin,
            ed=self._ed.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
            ml=self._ml.public_key().public_bytes_raw(),
        )

    def lines(self, text: str, size: int, root: bytes, time: int) -> tuple[n.Line, n.Line]:
        """Sign a checkpoint's text and tree; return both lines."""
        origin, ed, ml = self.public.origin, self.public.ed, self.public.ml
        dated = self._ml.sign(n.subtree_message(origin, time, origin, size, root))
        plain = self._ed.sign(text.encode())
        return (
            n.Line(name=origin, key_id=n.key_id(origin, n.LineType.ED25519, ed), blob=plain),
            n.Line(name=origin, key_id=n.key_id(origin, n.LineType.MLDSA44, ml), blob=time.to_bytes(8, "big") + dated),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A verified head of a log.

    Attributes:
        raw: The note as received, to keep and to show as proof.
        time: When the log signed it, in its own words.
    """

    raw: bytes
    origin: str
    size: int
    root: bytes
    time: int

    @classmethod
    def open(cls, raw: bytes, log: LogPublic) -> Self:
        """Verify a checkpoint by both keys of its log.

        The caller still owes: that the time is not in the future, that neither size nor root goes back, that the
        leaves have this root.

        Raises:
            RefusedError: TOO_LARGE, MALFORMED, DISAGREE (another origin) or SIGNATURE.
        """
        note = n.parse(raw)
        origin, size, root = _read(note.text)
        if origin != log.origin:
            raise RefusedError(Code.DISAGREE, "checkpoint of another log")
        n.verify_ed25519(note, origin, log.ed)
        time = n.verify_mldsa44(note, origin, log.ml, (origin, size, root))
        return cls(raw=raw, origin=origin, size=size, root=root, time=time)


def sign(keys: LogKeys, size: int, root: bytes, time: int) -> bytes:
    """Sign the head of our own log. The caller has made sure that it never signs two roots for one size.

    Raises:
        LocalProtocolError: Size, root or time cannot be a head's.
    """
    if not 0 < size <= n.MAX_TIME or len(root) != HASH_BYTES or not 0 < time <= n.MAX_TIME:
        raise LocalProtocolError("not the head of a log")
    text = f"{keys.public.origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    return n.compose(n.Note(text=text, lines=keys.lines(text, size, root, time)))


def _read(text: str) -> tuple[str, int, bytes]:
    lines = text.split("\n")
    if len(lines) != _TEXT_LINES + 1:
        raise _malformed("is not three lines")
    origin, number, word, _ = lines
    n.check_name(origin)
    plain = number.isascii() and number.isdigit() and number[0] != "0" and len(number) <= _MAX_SIZE_DIGITS
    if not plain or not 0 < int(number) <= n.MAX_TIME:
        raise _malformed("size")
    root = n.strict_base64(word)
    if len(root) != HASH_BYTES:
        raise _malformed("root")
    return origin, int(number), root


def _malformed(what: str) -> RefusedError:
    return RefusedError(Code.MALFORMED, f"checkpoint: {what}")
