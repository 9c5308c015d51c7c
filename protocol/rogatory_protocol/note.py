"""Signed notes of the transparency log: C2SP signed-note with two types of line (B.6.2, B.6.5).

* A note is text, an empty line, then signature lines; the last empty line divides them.
* Lines by unknown keys are ignored; a line by a known key must verify, and may stand once.
* A log signs with both types: 0x01 is Ed25519 over the text, 0x06 is ML-DSA-44 over a dated ``subtree/v1`` message.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_sign_open
from nacl.exceptions import BadSignatureError

from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError

ED25519_PUBLIC_BYTES: Final = 32
ED25519_SIGNATURE_BYTES: Final = 64
MLDSA44_PUBLIC_BYTES: Final = 1_312
MLDSA44_SIGNATURE_BYTES: Final = 2_420
MAX_NAME_BYTES: Final = 255  # one length byte in the subtree message
MAX_NOTE_BYTES: Final = 65_536  # the log and eleven witnesses take 43 kB
MAX_LINES: Final = 32  # two for the log and for each of eleven witnesses, and some of keys rotated
MAX_TIME: Final = 2**63 - 1
_TIME_BYTES: Final = 8
_KEY_ID_BYTES: Final = 4
_DASH: Final = "\N{EM DASH} "


class LineType(IntEnum):
    """Types of signature line that RGT/1 uses for logs."""

    ED25519 = 0x01
    MLDSA44 = 0x06


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One signature line, not verified."""

    name: str
    key_id: bytes
    blob: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note as it came: nothing of it is verified yet."""

    text: str
    lines: tuple[Line, ...]


def key_id(name: str, kind: LineType, public: bytes) -> bytes:
    """Return the four bytes that name a key in a line: a hint, never a proof."""
    return hashlib.sha256(name.encode() + b"\n" + bytes((kind,)) + public).digest()[:_KEY_ID_BYTES]


def parse(data: bytes) -> Note:
    """Take a note apart without verifying it.

    Raises:
        RefusedError: TOO_LARGE or MALFORMED.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise RefusedError(Code.TOO_LARGE, "note")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise _malformed("is not UTF-8") from None
    if any(sign < " " and sign != "\n" for sign in whole):
        raise _malformed("holds a control character")
    text, gap, tail = whole.rpartition("\n\n")
    rows = tail.split("\n")
    if not gap or rows.pop() or not 1 <= len(rows) <= MAX_LINES:
        raise _malformed("has no signature lines, or too many")
    return Note(text=text + "\n", lines=tuple(_line(row) for row in rows))


def compose(note: Note) -> bytes:
    """Write a note.

    Raises:
        LocalProtocolError: The text does not end in a newline.
    """
    if not note.text.endswith("\n"):
        raise LocalProtocolError("the text of a note ends in a newline")
    rows = (f"{_DASH}{line.name} {base64.b64encode(line.key_id + line.blob).decode()}\n" for line in note.lines)
    return (note.text + "\n" + "".join(rows)).encode()


def check_name(name: str) -> None:
    """Check the name of a key: it stands in a line between two spaces.

    Raises:
        RefusedError: MALFORMED.
    """
    if not 1 <= len(name.encode()) <= MAX_NAME_BYTES or any(c.isspace() or c == "+" or c < " " for c in name):
        raise _malformed("key name")


def check_ed25519(public: bytes) -> None:
    """Check an Ed25519 key before it is accepted into a statement.

    Raises:
        RefusedError: MALFORMED: wrong length, of small order, or not canonical.
    """
    if len(public) != ED25519_PUBLIC_BYTES or not crypto_core_ed25519_is_valid_point(public):
        raise _malformed("Ed25519 key of small order or not canonical")


def subtree_message(name: str, time: int, origin: str, size: int, root: bytes) -> bytes:
    """Return what a 0x06 line signs: the tree, who says so, and when (C2SP tlog-cosignature)."""
    signer, log = name.encode(), origin.encode()
    return b"".join((
        b"subtree/v1\n\0",
        bytes((len(signer),)) + signer,
        time.to_bytes(_TIME_BYTES, "big"),
        bytes((len(log),)) + log,
        bytes(8),  # the subtree starts at leaf 0: a checkpoint is about the whole tree
        size.to_bytes(8, "big"),
        root,
    ))  # fmt: skip


def only_line(note: Note, name: str, kind: LineType, public: bytes) -> Line:
    """Find the one line of a known key.

    Raises:
        RefusedError: SIGNATURE: it is missing, or there twice (two dates of one tree say nothing).
    """
    wanted = key_id(name, kind, public)
    found = [line for line in note.lines if line.name == name and line.key_id == wanted]
    if len(found) != 1:
        raise RefusedError(Code.SIGNATURE, f"note has {len(found)} lines of a key that signs it once")
    return found[0]


def verify_ed25519(note: Note, name: str, public: bytes) -> None:
    """Verify the 0x01 line of a key.

    Raises:
        RefusedError: SIGNATURE.
    """
    line = only_line(note, name, LineType.ED25519, public)
    try:
        if len(line.blob) != ED25519_SIGNATURE_BYTES:
            raise ValueError
        crypto_sign_open(line.blob + note.text.encode(), public)
    except (BadSignatureError, ValueError):
        raise RefusedError(Code.SIGNATURE, "Ed25519 line of a note") from None


def verify_mldsa44(note: Note, name: str, public: bytes, tree: tuple[str, int, bytes]) -> int:
    """Verify the 0x06 line of a key over a tree (origin, size, root); return its time.

    Raises:
        RefusedError: SIGNATURE.
    """
    line = only_line(note, name, LineType.MLDSA44, public)
    time = int.from_bytes(line.blob[:_TIME_BYTES], "big")
    try:
        if len(line.blob) != _TIME_BYTES + MLDSA44_SIGNATURE_BYTES or time > MAX_TIME:
            raise ValueError
        message = subtree_message(name, time, *tree)
        MLDSA44PublicKey.from_public_bytes(public).verify(line.blob[_TIME_BYTES:], message)
    except (InvalidSignature, ValueError):
        raise RefusedError(Code.SIGNATURE, "ML-DSA line of a note") from None
    return time


def strict_base64(word: str) -> bytes:
    """Decode base64 in its only form.

    Raises:
        RefusedError: MALFORMED.
    """
    try:
        blob = base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        raise _malformed("base64") from None
    if base64.b64encode(blob).decode() != word:
        raise _malformed("base64 is not canonical")
    return blob


def _line(row: str) -> Line:
    words = row.removeprefix(_DASH).split(" ")
    if not row.startswith(_DASH) or len(words) != 2:
        raise _malformed("signature line")
    check_name(words[0])
    blob = strict_base64(words[1])
    if len(blob) <= _KEY_ID_BYTES:
        raise _malformed("signature line is too short")
    return Line(name=words[0], key_id=blob[:_KEY_ID_BYTES], blob=blob[_KEY_ID_BYTES:])


def _malformed(what: str) -> RefusedError:
    return RefusedError(Code.MALFORMED, f"note: {what}")
