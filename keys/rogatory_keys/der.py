"""A strict reader of DER, as far as time-stamp tokens and officers' signatures need it (X.690; RFC 5652, RFC 3161).

* Definite lengths in their shortest form, low tag numbers only. Whatever else comes is refused, not guessed at.
* A value knows its own bytes, so that what was signed is checked as it came and never encoded again.
* Certificates are read by the library ``cryptography``; this reader never looks into them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final, Self

from rogatory_protocol.errors import Code, RefusedError

MAX_LENGTH_BYTES: Final = 4  # of a length: 4 GiB is more than any file that is read with this
_LONG: Final = 0x80
_TAG_NUMBER: Final = 0x1F
_TIME_DIGITS: Final = 14


class Tag(IntEnum):
    """The tags that are looked for."""

    BOOLEAN = 0x01
    INTEGER = 0x02
    OCTETS = 0x04
    OID = 0x06
    TIME = 0x18
    SEQUENCE = 0x30
    SET = 0x31
    CONTEXT_0_PLAIN = 0x80
    CONTEXT_0 = 0xA0
    CONTEXT_1 = 0xA1


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value: its tag, its contents, and all of its bytes."""

    tag: int
    body: bytes
    raw: bytes

    @classmethod
    def whole(cls, data: bytes) -> Self:
        """Read the one value that these bytes are.

        Raises:
            RefusedError: MALFORMED.
        """
        value, end = _read(data, 0)
        if end != len(data):
            raise malformed("bytes after the value")
        return cls(tag=value.tag, body=value.body, raw=value.raw)

    def needs(self, tag: Tag) -> "Value":
        """Return this value if it has the tag.

        Raises:
            RefusedError: MALFORMED.
        """
        if self.tag != tag:
            raise malformed(f"no {tag.name.lower()}")
        return self

    def items(self, tag: Tag = Tag.SEQUENCE) -> "Items":
        """Return what a sequence, a set or an explicit tag holds.

        Raises:
            RefusedError: MALFORMED.
        """
        return Items(tuple(_all(self.needs(tag).body)))

    def oid(self) -> str:
        """Return an object identifier in dots.

        Raises:
            RefusedError: MALFORMED.
        """
        arcs, arc = [], 0
        for n, byte in enumerate(self.needs(Tag.OID).body):
            if arc == 0 and byte == _LONG:
                raise malformed("an arc with leading zeros")
            arc = arc << 7 | byte & 0x7F
            if not byte & _LONG:
                arcs.append(arc)
                arc = 0
            elif n + 1 == len(self.body):
                raise malformed("an arc without an end")
        if not arcs:
            raise malformed("an empty identifier")
        first = min(arcs[0] // 40, 2)
        return ".".join(str(each) for each in (first, arcs[0] - 40 * first, *arcs[1:]))

    def integer(self) -> int:
        """Return an integer.

        Raises:
            RefusedError: MALFORMED.
        """
        body = self.needs(Tag.INTEGER).body
        if not body or (len(body) > 1 and (body[0], body[1] & _LONG) in ((0, 0), (0xFF, _LONG))):
            raise malformed("an integer in another form")
        return int.from_bytes(body, signed=True)

    def time(self) -> int:
        """Return a GeneralizedTime in universal time as whole seconds; a fraction is dropped.

        Raises:
            RefusedError: MALFORMED.
        """
        text = self.needs(Tag.TIME).body
        whole, point, fraction = text[:-1].partition(b".")
        digits = whole.isdigit() and len(whole) == _TIME_DIGITS and (not point or fraction.isdigit())
        if not text.endswith(b"Z") or not digits or fraction.endswith(b"0"):
            raise malformed("a time in another form")
        try:
            return int(datetime.strptime(whole.decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp())
        except ValueError:
            raise malformed("a time that never was") from None


class Items:
    """The values that another holds, taken one after the other."""

    def __init__(self, values: tuple[Value, ...]) -> None:
        """Start at the first."""
        self._values = values
        self._at = 0

    def take(self, tag: Tag) -> Value:
        """Return the next value.

        Raises:
            RefusedError: MALFORMED: there is none, or it has another tag.
        """
        found = self.maybe(tag)
        if found is None:
            raise malformed(f"{tag.name.lower()} missing")
        return found

    def maybe(self, tag: Tag) -> Value | None:
        """Return the next value if it has the tag."""
        if self._at < len(self._values) and self._values[self._at].tag == tag:
            self._at += 1
            return self._values[self._at - 1]
        return None

    def rest(self) -> tuple[Value, ...]:
        """Return what was not taken."""
        left, self._at = self._values[self._at :], len(self._values)
        return left

    def end(self) -> None:
        """Check that everything was taken.

        Raises:
            RefusedError: MALFORMED.
        """
        if self.rest():
            raise malformed("more values than there may be")


def malformed(why: str) -> RefusedError:
    """Make the refusal of bytes that are not in order."""
    return RefusedError(Code.MALFORMED, f"encoding: {why}")


def _all(data: bytes) -> Iterator[Value]:
    at = 0
    while at < len(data):
        value, at = _read(data, at)
        yield value


def _read(data: bytes, start: int) -> tuple[Value, int]:
    if start + 2 > len(data):
        raise malformed("cut")
    tag, size, at = data[start], data[start + 1], start + 2
    if tag & _TAG_NUMBER == _TAG_NUMBER:
        raise malformed("a high tag number")
    if size >= _LONG:
        count = size - _LONG
        size = int.from_bytes(data[at : at + count])
        at += count
        # The shortest form: no leading zero, and the long form only where the short one ends.
        if not 0 < count <= MAX_LENGTH_BYTES or size < max(_LONG, 1 << 8 * (count - 1)):
            raise malformed("a length in another form")
    if at + size > len(data):
        raise malformed("cut")
    return Value(tag=tag, body=data[at : at + size], raw=data[start : at + size]), at + size
