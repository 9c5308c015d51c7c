"""The envelope: letters sealed to one encryption key of one recipient (B.10).

* The header is readable by the edge and bound to the body as HPKE ``info``; a `SealedEnvelope` is unverified.
* Only what fails before the first letter is reached concerns the whole envelope; then each letter is judged alone.
* Padding is exact and zero; a length that runs past the end is a fault of padding too.
* Letters of urgency 3 travel alone, and all letters of an envelope have one urgency.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from rogatory_protocol import fields as f
from rogatory_protocol import letter as letters
from rogatory_protocol.attachment import MAX_CHUNKS, Entry
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Aid, Digest, Id16, Kid, kid_of, padme
from rogatory_protocol.limits import (
    MAX_ATTACHMENT_BYTES,
    MAX_ATTACHMENTS,
    MAX_BODY_BYTES,
    MAX_ENVELOPE_BYTES,
    MAX_ENVELOPE_LETTERS,
    MAX_HEADER_BYTES,
    MIN_PADDED_BYTES,
    TAG_BYTES,
)
from rogatory_protocol.rcbor import Value, decode, encode
from rogatory_protocol.suite import SEAL_OVERHEAD_BYTES, SUITE, EncryptionKey
from rogatory_protocol.suite import seal as hpke_seal
from rogatory_protocol.versions import VERSION, check_spoken

MAGIC: Final = b"RGT1"
_PREFIX: Final = b"rogatory/1 envelope\0"
_FRAME_BYTES: Final = 12
_MAX_STORED_BYTES: Final = MAX_ATTACHMENT_BYTES + TAG_BYTES * MAX_CHUNKS
# Upper bounds for planning: the fixed fields of a header; a digest with its array heads; a blob id with its size.
_HEADER_FIXED_BYTES: Final = 160
_HEADER_LETTER_BYTES: Final = 38
_HEADER_BLOB_BYTES: Final = 27


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """An attachment as the edge sees it: which blob, and how many sealed bytes."""

    id: Id16
    stored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What an envelope says outside the seal.

    Attributes:
        sender: ``from`` on the wire.
        to: The one recipient.
        kid: The recipient's encryption key.
        ld: Letter digests, in the order of the letters.
        exp: The earliest deadline among the letters.
        urg: The urgency of every letter.
        blobs: For each letter its blobs, in the order of its attachments.
    """

    sender: Aid
    to: Aid
    kid: Kid
    ld: tuple[Digest, ...]
    exp: int
    urg: int
    blobs: tuple[tuple[Blob, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEnvelope:
    """An envelope as it came: the header is parsed, nothing is verified."""

    header: Header
    header_raw: bytes
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A letter ready to be sealed.

    Attributes:
        letter: The signed letter.
        parts: Its parts.
        digest: The letter digest.
        exp: Its delivery deadline.
        urg: Its urgency.
        blobs: Its blobs, in the order of its attachments.
    """

    letter: bytes = field(repr=False)
    parts: bytes = field(repr=False)
    digest: Digest
    exp: int
    urg: int
    blobs: tuple[Blob, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedItem:
    """One letter out of an envelope; neither signature nor agreement with the header is checked yet."""

    index: int
    digest: Digest
    letter: bytes = field(repr=False)
    parts: bytes = field(repr=False)


def _blob(value: Value, what: str) -> Blob:
    if not isinstance(value, list) or len(value) != 2:
        raise f.wrong(what, "is not a blob")
    return Blob(id=f.b(16)(value[0], what), stored=f.uint(MIN_PADDED_BYTES, _MAX_STORED_BYTES)(value[1], what))


_HEADER: Final[f.Table] = {
    "v": f.const(VERSION),
    "suite": f.const(SUITE),
    "from": f.b(32),
    "to": f.b(32),
    "kid": f.b(16),
    "ld": f.array(f.b(32), 1, MAX_ENVELOPE_LETTERS),
    "exp": f.uint(),
    "urg": f.uint(0, letters.MAX_URGENCY),
    "blobs": f.array(f.array(_blob, 0, MAX_ATTACHMENTS), 1, MAX_ENVELOPE_LETTERS),
}


# Sealing


def blobs_of(entries: Sequence[Entry]) -> tuple[Blob, ...]:
    """Return what a header says of attachment entries."""
    return tuple(Blob(id=entry.id, stored=entry.stored) for entry in entries)


def fitting(waiting: Sequence[Outgoing]) -> int:
    """Return how many letters, from the front of a queue for one recipient, one envelope takes: at least one.

    Raises:
        LocalProtocolError: The first does not fit alone, or nothing waits.
    """
    header, body, count = _HEADER_FIXED_BYTES, 0, 0
    for item in waiting[:MAX_ENVELOPE_LETTERS]:
        header += _HEADER_LETTER_BYTES + _HEADER_BLOB_BYTES * len(item.blobs)
        body += 8 + len(item.letter) + len(item.parts)
        full = header > MAX_HEADER_BYTES or padme(body) + SEAL_OVERHEAD_BYTES > MAX_BODY_BYTES
        if full or item.urg != waiting[0].urg or (count and item.urg == letters.MAX_URGENCY):
            break
        count += 1
    if not count:
        raise LocalProtocolError("no letter fits an envelope")
    return count


def envelope_bytes(items: Sequence[Outgoing]) -> int:
    """Return how large the envelope of these letters is at most: for windows, before anything is sealed."""
    header = _HEADER_FIXED_BYTES + sum(_HEADER_LETTER_BYTES + _HEADER_BLOB_BYTES * len(item.blobs) for item in items)
    body = sum(8 + len(item.letter) + len(item.parts) for item in items)
    return _FRAME_BYTES + header + padme(body) + SEAL_OVERHEAD_BYTES


def seal(items: Sequence[Outgoing], *, sender: Aid, to: Aid, public: bytes) -> bytes:
    """Seal letters to one encryption key.

    Raises:
        LocalProtocolError: The letters do not go together, or not into one envelope.
        RefusedError: DECRYPTION: *public* is not a key.
    """
    if fitting(items) != len(items):
        raise LocalProtocolError("these letters do not fit one envelope")
    header = encode(
        {
            "v": VERSION,
            "suite": SUITE,
            "from": sender,
            "to": to,
            "kid": kid_of(public),
            "ld": [item.digest for item in items],
            "exp": min(item.exp for item in items),
            "urg": items[0].urg,
            "blobs": [[[blob.id, blob.stored] for blob in item.blobs] for item in items],
        }
    )
    pieces = [piece for item in items for piece in (item.letter, item.parts)]
    plain = b"".join(part for piece in pieces for part in (len(piece).to_bytes(4, "big"), piece))
    body = hpke_seal(public, _PREFIX + header, plain.ljust(padme(len(plain)), b"\0"))
    return b"".join((MAGIC, len(header).to_bytes(4, "big"), len(body).to_bytes(4, "big"), header, body))


# Opening


def parse(raw: bytes) -> SealedEnvelope:
    """Take an envelope apart without opening it; enough to see whose it is and whether its letters are known.

    Raises:
        RefusedError: TOO_LARGE, MALFORMED, VERSION or SUITE.
    """
    if len(raw) > MAX_ENVELOPE_BYTES:
        raise RefusedError(Code.TOO_LARGE, "envelope")
    if len(raw) < _FRAME_BYTES or raw[:4] != MAGIC:
        raise f.wrong("envelope", "has no frame")
    header_bytes, body_bytes = int.from_bytes(raw[4:8], "big"), int.from_bytes(raw[8:12], "big")
    if header_bytes > MAX_HEADER_BYTES or body_bytes > MAX_BODY_BYTES:
        raise RefusedError(Code.TOO_LARGE, "header or body of an envelope")
    end = _FRAME_BYTES + header_bytes
    if len(raw) != end + body_bytes:
        raise f.wrong("envelope", "does not have exactly its length")
    header_raw = raw[_FRAME_BYTES:end]
    return SealedEnvelope(header=_parse_header(header_raw), header_raw=header_raw, body=raw[end:])


def open_envelope(sealed: SealedEnvelope, key: EncryptionKey, *, me: Aid, peer: Aid | None) -> list[OpenedItem]:
    """Open an envelope with the key that its header names; *peer* is None for one that came as a file.

    Raises:
        RefusedError: NOT_RECIPIENT, DISAGREE, KEY_UNKNOWN, DECRYPTION or PADDING; all concern the whole envelope.
    """
    # 1. It is for me.
    # 2. On a link: it is from the peer.
    # 3. The key is the one that the header names.
    # 4. HPKE, with the header as info.
    # 5. Lengths, and padding exact and zero.
    # The caller still owes, for each item: letter.accept, agree, dedupe; and check_earliest once.
    header = sealed.header
    if header.to != me:  # 1
        raise RefusedError(Code.NOT_RECIPIENT, "envelope")
    check_carrier(header, peer)  # 2
    if header.kid != key.kid:  # 3
        raise RefusedError(Code.KEY_UNKNOWN, "envelope")
    pieces = _unpack(key.open(_PREFIX + sealed.header_raw, sealed.body), 2 * len(header.ld))  # 4, 5
    return [
        OpenedItem(index=n, digest=digest, letter=pieces[2 * n], parts=pieces[2 * n + 1])
        for n, digest in enumerate(header.ld)
    ]


def check_carrier(header: Header, peer: Aid | None) -> None:
    """Check that an envelope on a link is from the peer of the link (B.12.2 step 1).

    Raises:
        RefusedError: DISAGREE.
    """
    if peer is not None and header.sender != peer:
        raise RefusedError(Code.DISAGREE, "envelope is not from the peer")


def agree(header: Header, index: int, letter: letters.Letter) -> None:
    """Check that the header says of one letter what the letter says itself.

    Raises:
        RefusedError: DISAGREE.
    """
    alone = len(header.ld) == 1
    claimed = (header.sender, header.urg, header.ld[index], header.blobs[index])
    signed = (letter.body.sender, letter.body.urg, letter.digest, blobs_of(letter.parts.whole()[1]))
    # The suite needs no comparison: header and letter were both parsed as suite 1.
    if claimed != signed or header.to not in letter.body.to:
        raise RefusedError(Code.DISAGREE, "header and letter")
    if letter.core.exp < header.exp or (alone and letter.core.exp != header.exp):
        raise RefusedError(Code.DISAGREE, "deadline of header and letter")


def check_earliest(header: Header, deadlines: Sequence[int]) -> None:
    """Check that the header shows the earliest deadline; possible only when every letter of it could be read.

    Raises:
        RefusedError: DISAGREE.
    """
    if len(deadlines) == len(header.ld) and min(deadlines) != header.exp:
        raise RefusedError(Code.DISAGREE, "deadline of the header")


def _parse_header(raw: bytes) -> Header:
    value = decode(raw)
    check_spoken(value, "header")
    taken = f.take(value, _HEADER, "header")
    del taken["v"], taken["suite"]
    header = Header(sender=taken.pop("from"), **taken)
    if len(header.blobs) != len(header.ld) or len(set(header.ld)) != len(header.ld):
        raise f.wrong("header", "does not list each letter once, with its blobs")
    return header


def _unpack(plain: bytes, count: int) -> list[bytes]:
    pieces: list[bytes] = []
    at = 0
    for _ in range(count):
        start = at + 4
        at = start + int.from_bytes(plain[at:start], "big")
        if start > len(plain) or at > len(plain):
            raise RefusedError(Code.PADDING, "a length in an envelope runs past its end")
        pieces.append(plain[start:at])
    if len(plain) != padme(at) or plain[at:] != bytes(len(plain) - at):
        raise RefusedError(Code.PADDING, "padding of an envelope")
    return pieces
