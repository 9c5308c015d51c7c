"""The parts of a letter: form and attachment entries beside it, each behind a salted commitment (B.8).

* Parts travel in the envelope, in COPY and in bundles; the letter holds only ``commit(salt, item)`` for each.
* Items are byte strings, so that what was committed to is never encoded again.
* A recipient requires every part; only in a disclosure may null stand for one withheld.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from rogatory_protocol import fields as f
from rogatory_protocol.attachment import Entry, parse_entry
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.limits import MAX_ATTACHMENTS, MAX_BODY_BYTES, MAX_FORM_BYTES
from rogatory_protocol.rcbor import Value, decode, encode

SALT_BYTES: Final = 32
MAX_MEDIA_TYPE_BYTES: Final = 128

Pair = tuple[bytes, bytes]
"""A salt and the item bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The substance of a letter: its media type and its bytes."""

    mt: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Parts that fit the commitments of their letter; None stands for one withheld in a disclosure."""

    form: Form | None
    entries: tuple[Entry | None, ...]

    def whole(self) -> tuple[Form, tuple[Entry, ...]]:
        """Return form and entries where nothing is withheld, as in every accepted letter.

        Raises:
            LocalProtocolError: A part is withheld.
        """
        entries = tuple(entry for entry in self.entries if entry is not None)
        if self.form is None or len(entries) != len(self.entries):
            raise LocalProtocolError("a part is withheld")
        return self.form, entries


def _form_data(value: Value, what: str) -> bytes:
    if isinstance(value, bytes) and len(value) > MAX_FORM_BYTES:
        raise RefusedError(Code.TOO_LARGE, what)
    data: bytes = f.data(MAX_FORM_BYTES)(value, what)
    return data


_FORM: Final[f.Table] = {"mt": f.ascii_name(MAX_MEDIA_TYPE_BYTES), "data": _form_data}
_SALT: Final = f.b(SALT_BYTES)
_ITEM: Final = f.data(MAX_BODY_BYTES)


def commit(salt: bytes, item: bytes) -> bytes:
    """Return the commitment to a part."""
    return hashlib.sha256(b"rogatory/1 part\0" + salt + item).digest()


def form_bytes(form: Form) -> bytes:
    """Encode a form.

    Raises:
        LocalProtocolError: Media type or size is outside the limits.
    """
    raw = encode({"mt": form.mt, "data": form.data})
    try:
        parse_form(raw)
    except RefusedError as error:
        raise LocalProtocolError(error.what) from None
    return raw


def parse_form(raw: bytes) -> Form:
    """Decode a form.

    Raises:
        RefusedError: MALFORMED or TOO_LARGE.
    """
    return Form(**f.take(decode(raw), _FORM, "form"))


def parts_bytes(form: Pair | None, entries: Sequence[Pair | None]) -> bytes:
    """Encode the parts; None withholds one, in a disclosure only."""
    return encode([_value(form), [_value(each) for each in entries]])


def withhold(raw: bytes, *, form: bool, entries: frozenset[int]) -> bytes:
    """Return a disclosure of parts that keeps the form if *form* and the entries of these indices, and no other.

    Raises:
        RefusedError: MALFORMED: *raw* are no parts.
    """
    head, rest = _split(raw)
    return parts_bytes(head if form else None, [pair if n in entries else None for n, pair in enumerate(rest)])


def open_parts(raw: bytes, *, form: bytes, att: Sequence[bytes], disclosure: bool = False) -> Parts:
    """Check parts against the commitments of their letter.

    Raises:
        RefusedError: MALFORMED or TOO_LARGE; DISAGREE: a part is missing or does not fit its commitment;
            ATTACHMENT: an entry contradicts itself.
    """
    if len(raw) > MAX_BODY_BYTES:
        raise RefusedError(Code.TOO_LARGE, "parts")
    head, rest = _split(raw)
    if len(rest) != len(att):
        raise RefusedError(Code.DISAGREE, "number of attachment entries")
    pairs = [_fit(pair, commitment, disclosure) for pair, commitment in zip((head, *rest), (form, *att), strict=True)]
    return Parts(
        form=None if pairs[0] is None else parse_form(pairs[0]),
        entries=tuple(None if item is None else parse_entry(item) for item in pairs[1:]),
    )


def _fit(pair: Pair | None, commitment: bytes, disclosure: bool) -> bytes | None:
    if pair is None and disclosure:
        return None
    if pair is None or commit(*pair) != commitment:
        raise RefusedError(Code.DISAGREE, "a part does not fit its commitment")
    return pair[1]


def _split(raw: bytes) -> tuple[Pair | None, tuple[Pair | None, ...]]:
    outer = decode(raw)
    if not isinstance(outer, list) or len(outer) != 2:
        raise f.wrong("parts", "are not form and entries")
    return f.nullable(_pair)(outer[0], "form"), f.array(f.nullable(_pair), 0, MAX_ATTACHMENTS)(outer[1], "entries")


def _pair(value: Value, what: str) -> Pair:
    if not isinstance(value, list) or len(value) != 2:
        raise f.wrong(what, "is not salt and item")
    return _SALT(value[0], what), _ITEM(value[1], what)


def _value(pair: Pair | None) -> Value:
    return None if pair is None else list(pair)
