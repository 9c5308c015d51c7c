"""Taking in an attachment to be sent: sealed to disk while it comes, never whole in memory or clear on disk (B.9).

* ``feed`` blocks, then ``finish``; all of it blocks on the disk: run it in a thread.
* The size is said before: a file that grows or shrinks while it is read is not what the officer chose.
* The name in the folder is drawn at random: the letter that will carry the blob has no digest yet.
* What ``finish`` returned is durable. A blob that no letter takes up is the caller's to erase; ``abandon`` is for one
  that was never finished, and its part file is swept at the next start besides.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from rogatory_node.storage.blobs import BlobFolder, blob_name
from rogatory_protocol.attachment import KEY_BYTES, Entry, Sealer, blob_key, chunk_count, entry_bytes, stored_bytes
from rogatory_protocol.errors import LocalProtocolError
from rogatory_protocol.ids import Id16
from rogatory_protocol.limits import MAX_ATTACHMENT_BYTES

_ID_BYTES: Final = 16
_NAME_BYTES: Final = 32
_HASH_BYTES: Final = 32


class ChangedError(Exception):
    """The attachment is not as large as was said.

    Attributes:
        expected: What was said.
        got: How many bytes came, at least.
    """

    code = "intake.changed"

    def __init__(self, expected: int, got: int) -> None:
        """Note both sizes."""
        super().__init__(f"{got} bytes came instead of {expected}")
        self.expected, self.got = expected, got


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An attachment that lies sealed on the disk.

    Attributes:
        entry: What the letter says of it.
        blob: Its name in the folder, for ``Draft.blobs``.
    """

    entry: Entry
    blob: str


class Intake:
    """One attachment on its way in."""

    def __init__(
        self,
        folder: BlobFolder,
        *,
        boot: Id16,
        name: str,
        mt: str,
        size: int,
        random: Callable[[int], bytes] = os.urandom,
        time_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """Open the file for it.

        Args:
            folder: Where it goes.
            boot: Of this process; it goes into the key, so that a cloned machine does not repeat it.
            name: For display.
            mt: Media type.
            size: True size in bytes.
            random: The source of randomness.
            time_ns: The clock.

        Raises:
            LocalProtocolError: Name, media type or size is outside the limits.
            StorageFullError: There is no space for the file.
            StorageFailedError: The disk failed.
        """
        if not 0 <= size <= MAX_ATTACHMENT_BYTES:
            raise LocalProtocolError("an attachment has at most 2^40 bytes")
        blob = Id16(random(_ID_BYTES))
        key = blob_key(random(KEY_BYTES), blob, time_ns(), boot)
        self._entry = Entry(id=blob, n=chunk_count(size), sz=size, h=bytes(_HASH_BYTES), k=key, name=name, mt=mt)
        entry_bytes(self._entry)  # refuses a bad name before a byte is written
        self._folder, self._name = folder, blob_name(random(_NAME_BYTES), 0)
        self._sealer = Sealer(key)
        self._writer = folder.write(self._name, stored_bytes=stored_bytes(size))

    def feed(self, block: bytes | bytearray | memoryview) -> None:
        """Take the next block, of any size; whole mebibytes are not copied.

        Raises:
            ChangedError: More came than was said.
            StorageFullError: There is no space; abandon it.
            StorageFailedError: The disk failed.
        """
        got = self._sealer.sz + len(block)
        if got > self._entry.sz:
            raise ChangedError(self._entry.sz, got)
        for sealed in self._sealer.update(block):
            self._writer.append(sealed)

    def finish(self) -> Taken:
        """Write the rest and make all of it durable.

        Raises:
            ChangedError: Less came than was said.
            StorageFullError: There is no space; abandon it.
            StorageFailedError: The disk failed.
        """
        if self._sealer.sz != self._entry.sz:
            raise ChangedError(self._entry.sz, self._sealer.sz)
        for sealed in self._sealer.finish():
            self._writer.append(sealed)
        self._writer.finish()
        return Taken(entry=replace(self._entry, h=self._sealer.h), blob=self._name)

    def abandon(self) -> None:
        """Remove what was written. It may be called twice, but not for what a letter carries."""
        self._writer.close()
        self._folder.erase(self._name)
