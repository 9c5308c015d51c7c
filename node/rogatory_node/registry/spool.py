"""Leaves on their way from a registry into the store, on disk: a log of a hundred thousand is larger than our memory.

* The file has no name, so that nothing of it is left when the process ends.
* It is read from several threads at once; nothing is added while it is read.
"""

import os
import weakref
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final, overload

_ON_DISK: Final = Path("/var/tmp")  # noqa: S108 - the other one is often memory


class Spool(Sequence[bytes]):
    """Leaves in the order in which they were added."""

    def __init__(self) -> None:
        """Start empty."""
        self._file = TemporaryFile(dir=_ON_DISK if _ON_DISK.is_dir() else None)  # noqa: SIM115 - closed below
        self._ends = array("Q", [0])
        weakref.finalize(self, self._file.close)

    @property
    def size(self) -> int:
        """The bytes of all leaves."""
        return self._ends[-1]

    def add(self, leaf: bytes) -> None:
        """Add a leaf.

        Raises:
            OSError: The disk is full.
        """
        self._file.write(leaf)
        self._ends.append(self._ends[-1] + len(leaf))

    def whole(self) -> "Spool":
        """Say that nothing more is added, and return it for reading.

        Raises:
            OSError: The disk is full.
        """
        self._file.flush()
        return self

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> list[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | list[bytes]:
        """Read one, or several into memory."""
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(len(self)))]
        n = range(len(self))[place]
        return os.pread(self._file.fileno(), self._ends[n + 1] - self._ends[n], self._ends[n])

    def __iter__(self) -> Iterator[bytes]:
        """Read one after another."""
        return (self[n] for n in range(len(self)))
