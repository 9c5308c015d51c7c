"""RCBOR, the strict CBOR subset in which everything is encoded (B.1).

* Eight types: unsigned integers below 2^64, byte strings, text, arrays, maps, true, false, null.
* Every value has one encoding; the decoder refuses every other form, so ``encode(decode(b)) == b``.
* Lengths are checked against the bytes that are there before anything is allocated.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.limits import MAX_DEPTH, MAX_KEY_BYTES

Value = int | bytes | str | bool | list["Value"] | dict[str, "Value"] | None

_UINT, _BYTES, _TEXT, _ARRAY, _MAP, _SIMPLE = 0, 2, 3, 4, 5, 7
_FALSE, _TRUE, _NULL = b"\xf4", b"\xf5", b"\xf6"
_KEY_HEAD: Final = _TEXT << 5
_CONSTANTS: Final[dict[int, bool | None]] = {20: False, 21: True, 22: None}
_WIDTHS: Final = {24: 1, 25: 2, 26: 4, 27: 8}
# The smallest number that needs the width: anything below has a shorter form and is refused.
_SMALLEST: Final = {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}


def encode(value: Value) -> bytes:
    """Encode a value in its only form.

    Raises:
        LocalProtocolError: The value is outside RCBOR: negative, too deep, a key too long, another type.
    """
    out = bytearray()
    _encode(value, out, 1)
    return bytes(out)


def decode(data: bytes) -> Value:
    """Decode one value that fills all of *data*.

    Raises:
        RefusedError: MALFORMED: any form but the canonical one.
    """
    value, end = _decode(data, 0, 1)
    if end != len(data):
        raise _malformed("trailing bytes")
    return value


@lru_cache(maxsize=1_024)
def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes((major << 5 | number,))
    for info, width in _WIDTHS.items():
        if number < 1 << (8 * width):
            return bytes((major << 5 | info,)) + number.to_bytes(width, "big")
    raise LocalProtocolError("RCBOR integers end at 2^64 - 1")


def _encode(value: Value, out: bytearray, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise LocalProtocolError(f"RCBOR nests at most {MAX_DEPTH} deep")
    if isinstance(value, bytes):
        out += _head(_BYTES, len(value)) + value
    elif isinstance(value, str):
        out += _text(value)
    elif value is None or isinstance(value, bool):
        out += {None: _NULL, True: _TRUE, False: _FALSE}[value]
    elif isinstance(value, int):
        if value < 0:
            raise LocalProtocolError("RCBOR has no negative integers")
        out += _head(_UINT, value)
    elif isinstance(value, list):
        out += _head(_ARRAY, len(value))
        for item in value:
            _encode(item, out, depth + 1)
    elif isinstance(value, dict):
        _encode_map(value, out, depth)
    else:
        raise LocalProtocolError(f"RCBOR has no {type(value).__name__}")


def _text(value: str) -> bytes:
    try:
        data = value.encode()
    except UnicodeEncodeError:
        raise LocalProtocolError("RCBOR text is valid Unicode") from None
    return _head(_TEXT, len(data)) + data


@lru_cache(maxsize=1_024)
def _coded(key: str) -> bytes:
    return _text(key)


def _encode_map(value: dict[str, Value], out: bytearray, depth: int) -> None:
    keys = sorted((_coded(key), key) for key in value)
    out += _head(_MAP, len(keys))
    for coded, key in keys:
        if not 1 < len(coded) <= MAX_KEY_BYTES + 1:
            raise LocalProtocolError(f"RCBOR map keys have 1 to {MAX_KEY_BYTES} bytes")
        out += coded
        _encode(value[key], out, depth + 1)


def _long(data: bytes, at: int, head: int) -> tuple[int, int]:
    """Read the number that follows a head; return it and the next position."""
    width = _WIDTHS.get(head & 31)
    if width is None or head >> 5 == _SIMPLE:
        raise _malformed("form outside RCBOR")
    end = at + width
    number = int.from_bytes(data[at:end], "big")
    if end > len(data) or number < _SMALLEST[width]:
        raise _malformed("truncated or not the shortest form")
    return number, end


def _decode(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    # A replayed log is some millions of items: the order of the cases is that of their frequency.
    if depth > MAX_DEPTH:
        raise _malformed("too deep")
    if at >= len(data):
        raise _malformed("truncated")
    head = data[at]
    number, at = (head & 31, at + 1) if head & 31 < 24 else _long(data, at + 1, head)
    major = head >> 5
    if major == _UINT:
        return number, at
    if major == _SIMPLE and number in _CONSTANTS:
        return _CONSTANTS[number], at
    # Each item takes a byte at least, so a count above what is left is a lie; checked before allocation.
    end = at + number
    if end > len(data):
        raise _malformed("longer than what is there")
    if major == _BYTES:
        return data[at:end], end
    reader = _READERS.get(major)
    if reader is None:
        raise _malformed("form outside RCBOR")
    return reader(data, at, number, depth)


def _read_text(data: bytes, at: int, length: int, _depth: int) -> tuple[str, int]:
    try:
        return str(data[at : at + length], "utf-8"), at + length
    except UnicodeDecodeError:
        raise _malformed("text is not UTF-8") from None


def _read_array(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    items: list[Value] = []
    for _ in range(count):
        item, at = _decode(data, at, depth + 1)
        items.append(item)
    return items, at


def _read_map(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    entries: dict[str, Value] = {}
    previous = b""
    for _ in range(count):
        # A key is text of 1 to 23 bytes, so its head is one byte; what is shorter or another thing fails as a key.
        end = at + 1 - _KEY_HEAD + (data[at] if at < len(data) else 0)
        coded = data[at:end]
        if coded <= previous:
            raise _malformed("map keys do not ascend")
        previous = coded
        key = _key(coded)
        entries[key], at = _decode(data, end, depth + 1)
    return entries, at


@lru_cache(maxsize=1_024)
def _key(coded: bytes) -> str:
    """Read an encoded map key; objects of one type have the same keys, again and again."""
    length = coded[0] - _KEY_HEAD
    if not 1 <= length <= MAX_KEY_BYTES or len(coded) != length + 1:
        raise _malformed("map key")
    return _read_text(coded, 1, length, 1)[0]


_READERS: Final[dict[int, Callable[[bytes, int, int, int], tuple[Value, int]]]] = {
    _TEXT: _read_text,
    _ARRAY: _read_array,
    _MAP: _read_map,
}


def _malformed(what: str) -> RefusedError:
    return RefusedError(Code.MALFORMED, f"RCBOR: {what}")
