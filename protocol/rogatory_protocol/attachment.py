"""Attachments: their entries and their sealed chunks (B.9).

* The plaintext is the true bytes and zeros up to `padme`, in chunks of 1 MiB.
* Chunks are AES-256-GCM without associated data; the nonce is index and last flag.
* A key seals one plaintext, once: blobs are write-once, and a `Sealer` cannot be used twice.
* AES-GCM does not commit to its key, so nothing of a blob is released before the signed hash of the true bytes is
  verified: `Opener` returns nothing but the `VerifiedBlob` at its end, and only that one reads.
* A refused chunk changes no state: the same index is asked for again.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rogatory_protocol import fields as f
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Id16, padme
from rogatory_protocol.limits import CHUNK_BYTES, MAX_ATTACHMENT_BYTES, TAG_BYTES
from rogatory_protocol.rcbor import Value, decode, encode

KEY_BYTES: Final = 32
MAX_NAME_BYTES: Final = 255
MAX_MEDIA_TYPE_BYTES: Final = 128
MAX_CHUNKS: Final = MAX_ATTACHMENT_BYTES // CHUNK_BYTES
SEALED_CHUNK_BYTES: Final = CHUNK_BYTES + TAG_BYTES
# C0 and C1 controls, DEL, and both separators: a name is shown, never used as a path.
_BARRED: Final = frozenset({*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), "/", "\\"})
_ZEROS: Final = bytes(CHUNK_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a letter says of one attachment.

    Attributes:
        id: Names the blob on a link; random.
        n: Chunks.
        sz: True size in bytes.
        h: SHA-256 of the true bytes; the one thing that commits to them.
        k: Key of this blob only.
        name: For display, never a path.
        mt: Media type, as the sender says.
    """

    id: Id16
    n: int
    sz: int
    h: bytes
    k: bytes = field(repr=False)
    name: str
    mt: str

    @property
    def stored(self) -> int:
        """Size of the sealed blob in bytes."""
        return stored_bytes(self.sz)


def _name(value: Value, what: str) -> str:
    name: str = f.text(MAX_NAME_BYTES)(value, what)
    if _BARRED.intersection(name):
        raise f.wrong(what, "holds a separator or a control character")
    return name


_ENTRY: Final[f.Table] = {
    "id": f.b(16),
    "n": f.uint(1, MAX_CHUNKS),
    "sz": f.uint(0, MAX_ATTACHMENT_BYTES),
    "h": f.b(32),
    "k": f.b(KEY_BYTES),
    "name": _name,
    "mt": f.ascii_name(MAX_MEDIA_TYPE_BYTES),
}


def entry_bytes(entry: Entry) -> bytes:
    """Encode an entry; a letter commits to these bytes.

    Raises:
        LocalProtocolError: A field is outside its limits, or the chunks do not fit the size.
    """
    raw = encode({name: getattr(entry, name) for name in _ENTRY})
    try:
        parse_entry(raw)
    except RefusedError as error:
        raise LocalProtocolError(f"attachment entry: {error.what}") from None
    return raw


def parse_entry(raw: bytes) -> Entry:
    """Decode an entry.

    Raises:
        RefusedError: MALFORMED; or ATTACHMENT: the number of chunks does not fit the size.
    """
    entry = Entry(**f.take(decode(raw), _ENTRY, "attachment"))
    if entry.n != chunk_count(entry.sz):
        raise RefusedError(Code.ATTACHMENT, "number of chunks")
    return entry


def blob_key(random: bytes, blob: Id16, time_ns: int, boot: Id16) -> bytes:
    """Return the key of a blob: a cloned machine that repeats its randomness does not repeat the key (B.9).

    Raises:
        LocalProtocolError: *random* is not 32 bytes.
    """
    if len(random) != KEY_BYTES:
        raise LocalProtocolError("a blob key needs 32 random bytes")
    return hashlib.sha256(random + blob + time_ns.to_bytes(8, "big") + boot).digest()


def chunk_count(sz: int) -> int:
    """Return the number of chunks of a blob of true size *sz*."""
    return -(-padme(sz) // CHUNK_BYTES)


def stored_bytes(sz: int) -> int:
    """Return the size of the sealed blob."""
    return padme(sz) + TAG_BYTES * chunk_count(sz)


def sealed_chunk_bytes(sz: int, index: int) -> int:
    """Return the size of sealed chunk *index*.

    Raises:
        LocalProtocolError: There is no such chunk.
    """
    last = chunk_count(sz) - 1
    if not 0 <= index <= last:
        raise LocalProtocolError("no such chunk")
    return SEALED_CHUNK_BYTES if index < last else stored_bytes(sz) - last * SEALED_CHUNK_BYTES


def nonce(index: int, last: bool) -> bytes:
    """Return the nonce of a chunk: the index as 11 bytes and the last flag."""
    return index.to_bytes(11, "big") + (b"\1" if last else b"\0")


def seal_chunk(key: bytes, index: int, last: bool, plain: bytes | memoryview) -> bytes:
    """Seal one chunk."""
    return AESGCM(key).encrypt(nonce(index, last), plain, None)


def open_chunk(key: bytes, index: int, last: bool, sealed: bytes | memoryview) -> bytes:
    """Open one chunk; what comes out is not verified against the letter yet.

    Raises:
        RefusedError: ATTACHMENT.
    """
    return _open(AESGCM(key), index, last, sealed)


class Sealer:
    """Seal a blob of a size that need not be known before, block by block.

    Call `update` with blocks and write what it returns; then exhaust `finish` and write that too; then read
    `sz`, `n` and `h`.
    Whole mebibytes of ``bytes`` are sealed where they lie; other blocks are copied once.
    """

    def __init__(self, key: bytes) -> None:
        """Start a blob under a key that seals nothing else."""
        self._cipher = AESGCM(key)
        self._hash = hashlib.sha256()
        self._pending: bytes | memoryview | bytearray = b""
        self._finished = False
        self.sz = 0
        self.n = 0

    @property
    def h(self) -> bytes:
        """SHA-256 of the true bytes so far."""
        return self._hash.digest()

    def update(self, block: bytes | bytearray | memoryview) -> list[bytes]:
        """Take a block and return the sealed chunks that it completes.

        Raises:
            LocalProtocolError: The blob is finished, or above 2^40 bytes.
        """
        if self._finished or self.sz + len(block) > MAX_ATTACHMENT_BYTES:
            raise LocalProtocolError("the blob is finished or too large")
        block = bytes(block)  # no copy of bytes; the caller may use the memory of anything else again
        self._hash.update(block)
        self.sz += len(block)
        return list(self._chunks(memoryview(block)))

    def finish(self) -> Iterator[bytes]:
        """Yield the rest with its padding, which in a large blob is many chunks.

        Raises:
            LocalProtocolError: The blob is finished already.
        """
        if self._finished:
            raise LocalProtocolError("the blob is finished")
        self._finished = True
        left = padme(self.sz) - (self.sz - len(self._pending))
        return self._rest(left)

    def _chunks(self, view: memoryview) -> Iterator[bytes]:
        while view:
            # A full chunk waits until more comes: only then is it certain that it is not the last.
            if len(self._pending) == CHUNK_BYTES:
                yield self._seal(self._pending, last=False)
                self._pending = b""
            room = CHUNK_BYTES - len(self._pending)
            piece, view = view[:room], view[room:]
            self._keep(piece)

    def _keep(self, piece: memoryview) -> None:
        if len(piece) == CHUNK_BYTES:
            self._pending = piece
        elif isinstance(self._pending, bytearray):
            self._pending += piece
        else:
            self._pending = bytearray(self._pending) + piece

    def _rest(self, left: int) -> Iterator[bytes]:
        chunk = self._pending
        while True:
            size = min(left, CHUNK_BYTES)
            whole = chunk if len(chunk) == size else bytes(chunk) + _ZEROS[: size - len(chunk)]
            left -= size
            yield self._seal(whole, last=left == 0)
            if left == 0:
                return
            chunk = b""

    def _seal(self, plain: bytes | memoryview | bytearray, *, last: bool) -> bytes:
        sealed = self._cipher.encrypt(nonce(self.n, last), plain, None)
        self.n += 1
        return sealed


class VerifiedBlob:
    """A blob whose hash is verified; only this reads plaintext."""

    __slots__ = ("_cipher", "entry")

    def __init__(self, entry: Entry) -> None:
        """Called by `Opener.finish`, and where a durable record says that it once returned."""
        self.entry = entry
        self._cipher = AESGCM(entry.k)

    def read(self, index: int, sealed: bytes | memoryview) -> bytes:
        """Return the true bytes of one stored chunk.

        Raises:
            RefusedError: ATTACHMENT: the stored chunk has changed.
        """
        plain = _open(self._cipher, index, index == self.entry.n - 1, sealed)
        return plain[: _true_bytes(self.entry, index)]


class Opener:
    """Verify the chunks of a blob on arrival, in order.

    Call `take` with each sealed chunk from index 0 and store the chunk when it returns; then call `finish`.
    After a restart feed it the stored chunks again: the hash needs them all.
    """

    def __init__(self, entry: Entry) -> None:
        """Start at chunk 0."""
        self._entry = entry
        self._cipher = AESGCM(entry.k)
        self._hash = hashlib.sha256()
        # Every chunk is opened in the same memory: new pages would cost more than the opening.
        self._plain = bytearray(min(padme(entry.sz), CHUNK_BYTES))
        self.next = 0

    def take(self, index: int, sealed: bytes | memoryview) -> None:
        """Verify one chunk and release nothing of it.

        Raises:
            LocalProtocolError: Not the next chunk.
            RefusedError: ATTACHMENT: ask for the chunk once more; nothing has changed here.
        """
        if index != self.next or index >= self._entry.n:
            raise LocalProtocolError("chunks are taken in order")
        if len(sealed) != sealed_chunk_bytes(self._entry.sz, index):
            raise RefusedError(Code.ATTACHMENT, "length of a chunk")
        plain = memoryview(self._plain)[: len(sealed) - TAG_BYTES]
        try:
            self._cipher.decrypt_into(nonce(index, index == self._entry.n - 1), sealed, None, plain)
        except (InvalidTag, ValueError):
            raise RefusedError(Code.ATTACHMENT, "chunk") from None
        true = _true_bytes(self._entry, index)
        # Whole slices are compared at the speed of memory; the padding is a few per cent of the blob.
        if plain[true:] != _ZEROS[: len(plain) - true]:
            raise RefusedError(Code.ATTACHMENT, "padding of a blob")
        self._hash.update(plain[:true])
        self.next += 1

    def finish(self) -> VerifiedBlob:
        """Compare the hash of the true bytes with what the letter commits to.

        Raises:
            LocalProtocolError: Chunks are missing.
            RefusedError: ATTACHMENT: final; the blob is not what the sender signed.
        """
        if self.next != self._entry.n:
            raise LocalProtocolError("chunks are missing")
        if self._hash.digest() != self._entry.h:
            raise RefusedError(Code.ATTACHMENT, "hash of a blob")
        return VerifiedBlob(self._entry)


def _true_bytes(entry: Entry, index: int) -> int:
    """Return how many bytes of chunk *index* are not padding."""
    return min(max(entry.sz - index * CHUNK_BYTES, 0), CHUNK_BYTES)


def _open(cipher: AESGCM, index: int, last: bool, sealed: bytes | memoryview) -> bytes:
    try:
        return cipher.decrypt(nonce(index, last), sealed, None)
    except (InvalidTag, ValueError):
        raise RefusedError(Code.ATTACHMENT, "chunk") from None
