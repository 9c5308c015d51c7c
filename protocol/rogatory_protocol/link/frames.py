"""The frames of a link: what each type carries, as a table (B.11.3).

* A frame is ``type u8 | req u32 | body``; this module knows types and bodies, ``channel`` seals them.
* An unknown type is UNKNOWN_TYPE (the link stays); a known one with a wrong body is MALFORMED.
* Signed objects inside are carried as bytes and verified elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from rogatory_protocol import fields as f
from rogatory_protocol import limits
from rogatory_protocol.audit import head
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.rcbor import Value, decode, encode

HEAD_BYTES: Final = 5
MAX_NOTE_BYTES: Final = 200
MAX_CHECKPOINT_BYTES: Final = 32 * limits.KIB  # a checkpoint with its log's lines is 3 kB, with eleven witnesses 30
MAX_OTKEYS_BYTES: Final = 8 * limits.KIB
MAX_KEYS_BYTES: Final = limits.MAX_KEYS_PER_OBJECT * 1_216
MAX_LEVELS: Final = 8
PULL_BYTES: Final = 32 + 16 + 8 + 4
CHUNK_HEAD_BYTES: Final = 12
MAX_PIECE_BYTES: Final = limits.CHUNK_BYTES + limits.TAG_BYTES


class Type(IntEnum):
    """The frame types that this version speaks."""

    READY = 0x01
    BYE = 0x02
    ERROR = 0x03
    OFFER = 0x10
    PULL = 0x11
    CHUNK = 0x12
    EVID = 0x20
    ACKD = 0x21
    GETKEYS = 0x30
    KEYS = 0x31
    GETCARD = 0x40
    CARD = 0x41
    HEAD = 0x50
    SYNC = 0x60
    LIST = 0x61
    FETCH = 0x62
    COPY = 0x63


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame.

    Attributes:
        type: Its type.
        req: The asker's number, echoed in answers: odd from the dialler, even from the listener.
        body: What the type's row of ``BODIES`` says: a dict, a tuple, an integer or bytes.
    """

    type: Type
    req: int
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A request for chunks of one attachment of one letter."""

    letter: bytes
    blob: bytes
    first: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A piece of one sealed chunk, starting at *offset* within it."""

    index: int
    offset: int
    piece: bytes | memoryview


@dataclass(frozen=True, slots=True)
class _Body:
    write: Callable[[Any], bytes]
    read: Callable[[bytes], Any]


def write(frame: Frame) -> bytes:
    """Return the plain bytes of a frame.

    Raises:
        LocalProtocolError: The number does not fit 32 bits, or the frame would pass the message limit.
    """
    raw = _head(frame) + BODIES[frame.type].write(frame.body)
    if len(raw) + limits.TAG_BYTES > limits.MAX_MESSAGE_BYTES:
        raise LocalProtocolError("a frame larger than a message")
    return raw


def chunk_parts(frame: Frame) -> tuple[bytes, bytes | memoryview]:
    """Return the plain bytes of a CHUNK in two parts, of which the second is its piece, not copied.

    Raises:
        LocalProtocolError: The number does not fit 32 bits, or the piece is larger than a sealed chunk.
    """
    chunk: Chunk = frame.body
    if len(chunk.piece) > MAX_PIECE_BYTES:
        raise LocalProtocolError("a piece larger than a chunk")
    return _head(frame) + _chunk_head(chunk), chunk.piece


def read(raw: bytes) -> Frame:
    """Take a frame apart.

    Raises:
        RefusedError: UNKNOWN_TYPE, or MALFORMED or TOO_LARGE for a body that its type does not allow.
    """
    if len(raw) < HEAD_BYTES:
        raise f.wrong("frame", "is shorter than its head")
    if raw[0] not in BODIES:
        raise RefusedError(Code.UNKNOWN_TYPE, "frame type")
    kind = Type(raw[0])
    # A chunk is not copied for its head.
    body = _read_chunk(memoryview(raw)[HEAD_BYTES:]) if kind is Type.CHUNK else BODIES[kind].read(raw[HEAD_BYTES:])
    return Frame(type=kind, req=number(raw), body=body)


def number(raw: bytes) -> int:
    """Return the request number of plain frame bytes, whatever the type: an unknown one is answered by it."""
    return int.from_bytes(raw[1:HEAD_BYTES], "big")


def _head(frame: Frame) -> bytes:
    if not 0 <= frame.req < 1 << 32:
        raise LocalProtocolError("a request number has 32 bits")
    return bytes((frame.type,)) + frame.req.to_bytes(4, "big")


def _map(table: f.Table) -> _Body:
    return _Body(encode, lambda raw: f.take(decode(raw), table, "frame"))


def _checked(check: f.Check) -> _Body:
    return _Body(lambda value: encode(_plain(value)), lambda raw: check(decode(raw), "frame"))


def _plain(value: Value | tuple[Value, ...]) -> Value:
    return list(value) if isinstance(value, tuple) else value


def _bytes(most: int, least: int = 1) -> _Body:
    check = f.data(most, least)
    return _Body(bytes, lambda raw: check(raw, "frame"))


def _write_pull(pull: Pull) -> bytes:
    return pull.letter + pull.blob + pull.first.to_bytes(8, "big") + pull.count.to_bytes(4, "big")


def _read_pull(raw: bytes) -> Pull:
    f.b(PULL_BYTES)(raw, "PULL")
    first, count = int.from_bytes(raw[48:56], "big"), int.from_bytes(raw[56:], "big")
    f.uint(1, limits.MAX_PULL_CHUNKS)(count, "PULL.count")
    return Pull(letter=raw[:32], blob=raw[32:48], first=first, count=count)


def _chunk_head(chunk: Chunk) -> bytes:
    return chunk.index.to_bytes(8, "big") + chunk.offset.to_bytes(4, "big")


def _write_chunk(chunk: Chunk) -> bytes:
    return b"".join((_chunk_head(chunk), chunk.piece))


def _read_chunk(raw: bytes | memoryview) -> Chunk:
    if not CHUNK_HEAD_BYTES < len(raw) <= CHUNK_HEAD_BYTES + MAX_PIECE_BYTES:
        raise f.wrong("CHUNK", "has no piece, or one larger than a chunk")
    index, offset = int.from_bytes(raw[:8], "big"), int.from_bytes(raw[8:CHUNK_HEAD_BYTES], "big")
    piece = memoryview(raw)[CHUNK_HEAD_BYTES:]
    f.uint(0, MAX_PIECE_BYTES)(offset + len(piece), "CHUNK.offset")
    return Chunk(index=index, offset=offset, piece=piece)


def _read_count(raw: bytes) -> int:
    f.b(1)(raw, "GETKEYS")
    return int(f.uint(1, limits.MAX_KEYS_PER_OBJECT)(raw[0], "GETKEYS"))


def _pair(value: Value, what: str) -> tuple[bytes, bytes]:
    item = f.array(f.data(MAX_KEYS_BYTES), 2, 2)(value, what)
    return item[0], item[1]


def _claim(value: Value, what: str) -> tuple[str, int, bytes]:
    if not isinstance(value, list) or len(value) != 3:
        raise f.wrong(what, "is not origin, size and root")
    origin, size, root = value
    return f.text(255)(origin, what), f.uint(1)(size, what), f.b(32)(root, what)


def _row(value: Value, what: str) -> tuple[bytes, tuple[int, ...]]:
    if not isinstance(value, list) or len(value) != 2:
        raise f.wrong(what, "is not a letter and its levels")
    digest, levels = value
    return f.b(32)(digest, what), f.array(f.uint(0, 99), 0, MAX_LEVELS)(levels, what)


def _role(value: Value, what: str) -> str:
    if value not in ("sender", "recipient"):
        raise f.wrong(what, "is neither sender nor recipient")
    return str(value)


_READY: Final[f.Table] = {
    "v": f.const(1),
    "now": f.uint(),
    "inc": f.b(16),
    "max_env": f.uint(1, limits.MAX_ENVELOPE_BYTES),
    "max_offers": f.uint(1, limits.MAX_OFFERS),
    "ot": _pair,
    "audit": f.nullable(head),
    "you": f.array(f.data(MAX_OTKEYS_BYTES), 0, 2),
    "card": f.nullable(f.b(32)),
    "heads": f.array(_claim, 0, 4),
    "x": f.extension,
}
_ERROR: Final[f.Table] = {
    "code": f.uint(1, 255),
    "retry": f.uint(0, limits.DAY_SECONDS),
    "note": f.text(MAX_NOTE_BYTES, 0),
    "ld": f.nullable(f.array(f.b(32), 1, limits.MAX_ENVELOPE_LETTERS)),
}
_SYNC: Final[f.Table] = {
    "as": _role,
    "since": f.uint(),
    "cursor": f.uint(),
    "max": f.uint(1, limits.MAX_SYNC_ROWS),
}
_LIST: Final[f.Table] = {"rows": f.array(_row, 0, limits.MAX_SYNC_ROWS), "next": f.nullable(f.uint(1))}

BODIES: Final[dict[int, _Body]] = {
    Type.READY: _map(_READY),
    Type.BYE: _map({"code": f.uint(0, 255)}),
    Type.ERROR: _map(_ERROR),
    Type.OFFER: _bytes(limits.MAX_ENVELOPE_BYTES),
    Type.PULL: _Body(_write_pull, _read_pull),
    Type.CHUNK: _Body(_write_chunk, _read_chunk),
    Type.EVID: _checked(f.array(f.data(limits.MAX_EVIDENCE_BYTES, 1), 1, limits.MAX_EVIDENCE_PER_FRAME)),
    Type.ACKD: _checked(f.array(f.b(32), 1, limits.MAX_EVIDENCE_PER_FRAME)),
    Type.GETKEYS: _Body(lambda count: bytes((count,)), _read_count),
    Type.KEYS: _checked(_pair),
    Type.GETCARD: _bytes(32, 32),
    Type.CARD: _bytes(limits.MAX_CARD_BYTES),
    Type.HEAD: _bytes(MAX_CHECKPOINT_BYTES),
    Type.SYNC: _map(_SYNC),
    Type.LIST: _map(_LIST),
    Type.FETCH: _bytes(32, 32),
    Type.COPY: _bytes(limits.MAX_MESSAGE_BYTES - HEAD_BYTES - limits.TAG_BYTES),
}
"""The body of every frame type: how it is written and how it is read."""
