"""Attachment files: the sealed chunks of B.9, written so that what was acknowledged survives a power cut.

* A blob grows in ``<name>.part``; complete, it is synced, renamed, and the folder is synced. Only then may evidence 35
  say that it is stored.
* Chunks come in order. The index of the next one is the only state; a caller stores it only as far as ``sync`` has
  said that the chunks are durable, and resumes from there.
* Data is synced every 32 MiB, beside the transfer: ``append`` may run in one thread while ``sync`` runs in another.
* A failed sync is final for the writer (the system may have dropped the pages and would report success next time).
* Names are made from the letter's digest and the index, never from anything that a sender chose.
* What lies on disk is ciphertext only; a part file that no row asks for is removed at start.
"""

import errno
import os
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from rogatory_node.faults import point
from rogatory_node.home import FILE_MODE, FOLDER_MODE, sync_folder
from rogatory_node.storage.errors import DamagedError, MissingBlobError, StorageFailedError, StorageFullError
from rogatory_protocol.limits import CHUNK_BYTES, MIB, TAG_BYTES

R = TypeVar("R")

SEALED_CHUNK_BYTES: Final = CHUNK_BYTES + TAG_BYTES
SYNC_BYTES: Final = 32 * MIB  # large enough to stream, small enough that a sync takes well under a second
MOST_UNSYNCED_BYTES: Final = 3 * SYNC_BYTES  # a disk slower than the network holds the transfer up here, not memory
_PART: Final = ".part"
_NAME: Final = re.compile(r"[0-9a-f]{64}-[0-9]{3}")
_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def blob_name(letter: bytes, index: int) -> str:
    """Return the file name of a letter's attachment."""
    return f"{letter.hex()}-{index:03d}"


class BlobFolder:
    """The folder of all attachment files. It opens writers and readers; only one writer may be open for a name."""

    def __init__(self, root: Path) -> None:
        """Take the folder; ``prepare`` makes it."""
        self.root = root

    def prepare(self, wanted: Mapping[str, int] | None = None) -> list[str]:
        """Make the folder and remove part files that nobody asks for. Call once, at start, before any writer.

        Args:
            wanted: The names of incomplete blobs and how many of their bytes are durable.

        Returns:
            The names whose part file was removed.
        """
        self.root.mkdir(mode=FOLDER_MODE, exist_ok=True)
        sync_folder(self.root.absolute().parent)
        kept = wanted or {}
        swept = [path.name.removesuffix(_PART) for path in self.root.glob(f"*{_PART}")]
        swept = [name for name in swept if name not in kept]
        for name in swept:
            self._part(name).unlink()
        if swept:
            sync_folder(self.root)
        return swept

    def write(self, name: str, *, stored_bytes: int, next_index: int = 0) -> "BlobWriter":
        """Open a blob for writing, new or where its transfer stopped.

        The writer's ``next_index`` may be lower than the one given, when the file holds less than the caller believed;
        the caller asks for the chunks from there.

        Raises:
            StorageFullError: There is no space for the file.
            StorageFailedError: The disk failed.
        """
        path = self._path(name)
        handle = _storage(lambda: self._open_part(path, self._part(name)))
        try:
            whole = min(os.fstat(handle).st_size // SEALED_CHUNK_BYTES, next_index)
            # Beyond the durable chunks the file may hold anything.
            _storage(lambda: os.ftruncate(handle, whole * SEALED_CHUNK_BYTES))
        except BaseException:
            os.close(handle)
            raise
        return BlobWriter(self, name, handle, stored_bytes=stored_bytes, next_index=whole)

    def read(self, name: str, *, stored_bytes: int) -> "BlobReader":
        """Open a complete blob for reading.

        Raises:
            MissingBlobError: There is no such file.
            DamagedError: It has another size.
        """
        path = self._path(name)
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise MissingBlobError(name) from None
        size = os.fstat(handle).st_size
        if size != stored_bytes:
            os.close(handle)
            raise DamagedError(name, size)
        return BlobReader(name, handle, stored_bytes=stored_bytes)

    def erase(self, name: str) -> None:
        """Remove a blob and what there is of its part; durable when this returns. It need not be there."""
        for path in (self._path(name), self._part(name)):
            path.unlink(missing_ok=True)
        sync_folder(self.root)

    def _path(self, name: str) -> Path:
        # Names come from our own table; this check keeps a damaged row from naming another file.
        if not _NAME.fullmatch(name):
            raise MissingBlobError(name)
        return self.root / name

    def _part(self, name: str) -> Path:
        return self.root / f"{name}{_PART}"

    def _open_part(self, path: Path, part: Path) -> int:
        if path.exists():
            # Renamed before a crash, but its row does not say so: the last chunks are fetched and synced again.
            path.rename(part)
        return os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)


class BlobWriter:
    """One blob being written. ``append`` in order, ``sync`` when due, then ``finish`` or ``close``."""

    def __init__(self, folder: BlobFolder, name: str, handle: int, *, stored_bytes: int, next_index: int) -> None:
        """Take an open part file; ``BlobFolder.write`` makes it."""
        self._folder = folder
        self._name = name
        self._handle = handle
        self._stored_bytes = stored_bytes
        self._failed: StorageFailedError | None = None
        # One sync at a time; append does not take this lock.
        self._syncing = threading.Lock()
        self.next_index = next_index
        """The chunk to append next."""
        self.durable_index = next_index
        """How many chunks a power cut cannot take away; this is what the row may say."""

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file, keeping the part for a later resumption."""
        self.close()

    @property
    def due(self) -> bool:
        """Whether enough is unsynced that the owner should call ``sync``, beside further appends."""
        return self._unsynced_bytes() >= SYNC_BYTES

    @property
    def complete(self) -> bool:
        """Whether the last chunk was appended."""
        return self.next_index * SEALED_CHUNK_BYTES >= self._stored_bytes

    @property
    def closed(self) -> bool:
        """Whether the file was closed."""
        return self._handle < 0

    def read_back(self, index: int) -> bytes:
        """Return a chunk that was written, also in an earlier life: after a resumption all are hashed again.

        Raises:
            ValueError: It was not written.
            DamagedError: The file gives fewer bytes than it has, or an error of the disk.
        """
        if not 0 <= index < self.next_index:
            raise ValueError(f"no chunk {index}")
        offset = index * SEALED_CHUNK_BYTES
        return _read_at(self._handle, min(SEALED_CHUNK_BYTES, self._stored_bytes - offset), self._name, index)

    def append(self, sealed: bytes | memoryview) -> None:
        """Write the next chunk. It syncs first when the disk has fallen far behind.

        Raises:
            ValueError: It has not the size that this chunk must have.
            StorageFullError: There is no space; the same chunk may be appended again later.
            StorageFailedError: The disk failed; this writer is of no more use.
        """
        self._refuse_failed()
        offset = self.next_index * SEALED_CHUNK_BYTES
        if len(sealed) != min(SEALED_CHUNK_BYTES, self._stored_bytes - offset) or not sealed:
            raise ValueError(f"chunk {self.next_index} has {len(sealed)} bytes")
        if self._unsynced_bytes() >= MOST_UNSYNCED_BYTES:
            self.sync()
        self._attempt(lambda: _write_at(self._handle, sealed, offset))
        self.next_index += 1
        point("blobs.written")

    def sync(self) -> int:
        """Make what was appended before this call durable, and return how many chunks that is.

        Raises:
            StorageFullError: There is no space; it may be called again.
            StorageFailedError: The disk failed; this writer is of no more use.
        """
        with self._syncing:
            self._refuse_failed()
            # Read before the call: a chunk appended meanwhile may or may not be covered.
            covered = self.next_index
            if covered > self.durable_index:
                # Here even want of space is final: which pages were lost is unknown.
                self._attempt(lambda: os.fdatasync(self._handle), may_be_full=False)
                self.durable_index = covered
                point("blobs.synced")
            return self.durable_index

    def finish(self) -> None:
        """Sync the complete blob, give it its name and make the name durable; then the row may say that it is stored.

        Raises:
            ValueError: Chunks are missing.
            StorageFailedError: The disk failed.
        """
        if not self.complete:
            raise ValueError(f"chunk {self.next_index} is missing")
        self.sync()
        self._attempt(self._publish, may_be_full=False)
        self.close()
        point("blobs.finished")

    def close(self) -> None:
        """Close the file. The part stays for a later resumption. It may be called twice."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)

    def _publish(self) -> None:
        self._folder._part(self._name).rename(self._folder._path(self._name))
        point("blobs.renamed")
        sync_folder(self._folder.root)

    def _unsynced_bytes(self) -> int:
        return (self.next_index - self.durable_index) * SEALED_CHUNK_BYTES

    def _refuse_failed(self) -> None:
        if self._failed is not None:
            raise self._failed

    def _attempt(self, work: Callable[[], None], *, may_be_full: bool = True) -> None:
        try:
            _storage(work)
        except StorageFailedError as error:
            self._failed = error
            raise
        except StorageFullError as error:
            if may_be_full:
                raise
            self._failed = StorageFailedError(str(error))
            raise self._failed from error


class BlobReader:
    """One complete blob. What it returns is sealed; the caller checks each chunk and, before use, the whole hash."""

    def __init__(self, name: str, handle: int, *, stored_bytes: int) -> None:
        """Take an open file; ``BlobFolder.read`` makes it."""
        self._name = name
        self._handle = handle
        self._stored_bytes = stored_bytes

    def __enter__(self) -> Self:
        """Return the reader."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def chunk(self, index: int) -> bytes:
        """Return a sealed chunk.

        Raises:
            ValueError: The blob has no such chunk.
            DamagedError: The file gives fewer bytes than it has, or an error of the disk.
        """
        offset = index * SEALED_CHUNK_BYTES
        size = min(SEALED_CHUNK_BYTES, self._stored_bytes - offset)
        if index < 0 or size <= 0:
            raise ValueError(f"no chunk {index}")
        return _read_at(self._handle, size, self._name, index)

    def close(self) -> None:
        """Close the file. It may be called twice."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)


def _read_at(handle: int, size: int, name: str, index: int) -> bytes:
    try:
        sealed = os.pread(handle, size, index * SEALED_CHUNK_BYTES)
    except OSError as error:
        raise DamagedError(name, index) from error
    if len(sealed) != size:
        raise DamagedError(name, index)
    return sealed


def _write_at(handle: int, content: bytes | memoryview, offset: int) -> None:
    """Write all of *content*; what a failure leaves behind lies beyond the last whole chunk and is written over."""
    view = memoryview(content)
    while view:
        written = os.pwrite(handle, view, offset)
        offset += written
        view = view[written:]


def _storage(work: Callable[[], R]) -> R:
    """Run *work*, with an error of the system as one of ours."""
    try:
        return work()
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise StorageFullError(str(error)) from error
        raise StorageFailedError(str(error)) from error
