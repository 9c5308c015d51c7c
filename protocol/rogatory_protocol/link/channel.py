"""The sealed frames of one link: counters, limits and the clock-jump rule (B.11.3, B.12.4).

* A message is AES-256-GCM of one frame, its nonce the implicit counter of its direction; any failure ends the link.
* A link ends before a counter, its bytes or its age reach their limit: then both dial anew.
* A machine that was frozen or cloned would repeat a nonce: the caller asks ``jumped`` before each send and, when it
  says so, closes the link without sending another frame.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.limits import (
    MAX_LINK_BYTES,
    MAX_LINK_FRAMES,
    MAX_LINK_SECONDS,
    MAX_MESSAGE_BYTES,
    TAG_BYTES,
)
from rogatory_protocol.link.handshake import LinkKeys

MAX_CLOCK_JUMP_SECONDS: Final = 5  # between wall and monotonic clock; less is ordinary clock discipline
MAX_PAUSE_SECONDS: Final = 30  # longer than any scheduled silence of the sending loop


class _Direction:
    """One direction of a link: a key, its counter and what went through."""

    __slots__ = ("_cipher", "count", "total")

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self.count = 0
        self.total = 0

    def next_nonce(self, size: int) -> bytes:
        nonce = self.count.to_bytes(12, "big")
        self.count += 1
        self.total += size
        return nonce

    def seal(self, plain: bytes) -> bytes:
        return self._cipher.encrypt(self.next_nonce(len(plain) + TAG_BYTES), plain, None)

    def seal_into(self, plain: memoryview, into: memoryview) -> None:
        self._cipher.encrypt_into(self.next_nonce(len(into)), plain, None, into)

    def open(self, message: bytes) -> bytes:
        return self._cipher.decrypt(self.next_nonce(len(message)), message, None)

    def spent(self) -> bool:
        return self.count >= MAX_LINK_FRAMES or self.total >= MAX_LINK_BYTES


class Channel:
    """Seals the frames that leave and opens those that come, in order, until the link must end."""

    __slots__ = ("_closed", "_in", "_out", "_plain", "_sealed", "_until")

    def __init__(self, keys: LinkKeys, *, now: float) -> None:
        """Start with the keys of a handshake; *now* is a monotonic instant in seconds."""
        self._out, self._in = _Direction(keys.send), _Direction(keys.receive)
        self._until = now + MAX_LINK_SECONDS
        self._closed = False
        # Of `seal_piece`: none before the first.
        self._plain = self._sealed = bytearray()

    @property
    def closed(self) -> bool:
        """Whether the link has ended; nothing is sealed or opened after that."""
        return self._closed

    def close(self) -> None:
        """End the link: no further frame, in either direction."""
        self._closed = True

    def must_end(self, now: float) -> bool:
        """Tell whether a limit of the link is reached: dial anew, then close."""
        return self._closed or now >= self._until or self._out.spent() or self._in.spent()

    def seal(self, frame: bytes, *, now: float) -> bytes:
        """Seal the plain bytes of a frame into a message.

        Raises:
            LocalProtocolError: The link has ended or must end, or the frame is too large.
        """
        self._admit(len(frame), now)
        return self._out.seal(frame)

    def seal_piece(self, head: bytes, piece: bytes | memoryview, *, now: float) -> memoryview:
        """Seal a large frame that comes in two parts, in memory that is used again: send it before the next call.

        New pages for each mebibyte cost the system several times what the sealing costs.

        Raises:
            LocalProtocolError: The link has ended or must end, or the frame is too large.
        """
        size = len(head) + len(piece)
        self._admit(size, now)
        if len(self._plain) < size:
            self._plain, self._sealed = bytearray(size), bytearray(size + TAG_BYTES)
        plain, sealed = memoryview(self._plain)[:size], memoryview(self._sealed)[: size + TAG_BYTES]
        plain[: len(head)], plain[len(head) :] = head, piece
        self._out.seal_into(plain, sealed)
        return sealed

    def open(self, message: bytes, *, now: float) -> bytes:
        """Open a message into the plain bytes of a frame. A failure ends the link.

        Raises:
            LocalProtocolError: The link has ended.
            RefusedError: DECRYPTION, TOO_LARGE or LINK_LIMIT: close the link, without detail.
        """
        if self._closed:
            raise LocalProtocolError("the link has ended")
        try:
            if self.must_end(now):
                raise RefusedError(Code.LINK_LIMIT, "the link outlived a limit")
            if len(message) > MAX_MESSAGE_BYTES:
                raise RefusedError(Code.TOO_LARGE, "message")
            return self._in.open(message)
        except (InvalidTag, ValueError):
            self._closed = True
            raise RefusedError(Code.DECRYPTION, "frame") from None
        except RefusedError:
            self._closed = True
            raise

    def _admit(self, size: int, now: float) -> None:
        if self.must_end(now):
            raise LocalProtocolError("the link has ended")
        if size + TAG_BYTES > MAX_MESSAGE_BYTES:
            raise LocalProtocolError("a frame larger than a message")


def jumped(*, last_wall: float, last_monotonic: float, wall: float, monotonic: float, waiting: bool = False) -> bool:
    """Tell whether this process was frozen, cloned or moved since the last send.

    Args:
        last_wall: Wall clock at the last send, seconds.
        last_monotonic: Monotonic clock at the last send, seconds.
        wall: Wall clock now, seconds.
        monotonic: Monotonic clock now, seconds.
        waiting: The pause was scheduled: the loop slept on purpose for that long.
    """
    passed = monotonic - last_monotonic
    if abs((wall - last_wall) - passed) > MAX_CLOCK_JUMP_SECONDS:
        return True
    return not waiting and passed > MAX_PAUSE_SECONDS
