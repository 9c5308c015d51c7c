"""The container of an evidence bundle: a ZIP in one single form (B.15).

* Stored, never compressed, so that nothing grows when it is read; no folders, links, comments or extra fields.
* Files stand in ascending order of their names, one after another, without a gap; every header is the one that these
  names, sizes and check sums give. A single byte changed anywhere is therefore noticed.
* The 64-bit extensions stand exactly where a number does not fit without them, and nowhere else: two ways to say the
  same thing are one too many.
* The file is read where it lies; nothing is unpacked and no name becomes a path.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from rogatory_keys.errors import BundleError, BundleFault

MAX_BUNDLE_BYTES: Final = 2**44
LARGE: Final = 2**32 - 1  # from here on a number stands in a 64-bit field, and this in its usual place
MAX_FILES: Final = 16_384
MAX_NAME_BYTES: Final = 160
BLOCK_BYTES: Final = 1 << 20
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64: Final = struct.Struct("<4sLQL")
_EXTRA: Final = struct.Struct("<2H")
_EXTRA_ID = 1
_NUMBER: Final = struct.Struct("<Q")
_ABOVE = 2**32 - 1
_VERSION, _VERSION_64, _FLAGS, _STORED = 10, 45, 0, 0
_MAX_LINE_BYTES: Final = _CENTRAL.size + MAX_NAME_BYTES + _EXTRA.size + 3 * _NUMBER.size
_TIME, _DATE = 0, 0x21  # 1980-01-01, the first day that a ZIP can say: the time of export is not evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file in the container: where its bytes begin, how many there are, and their check sum."""

    name: str
    start: int
    size: int
    crc: int

    @property
    def offset(self) -> int:
        """Where its header begins."""
        return self.start - _header_bytes(self.name, self.size)


class Container:
    """A container whose form is in order. Contents are checked against their check sums as they are read."""

    def __init__(self, file: BinaryIO) -> None:
        """Read the table of contents.

        Raises:
            BundleError: NOT_A_BUNDLE, CUT, TOO_LARGE or FORM.
        """
        self._file = file
        self.entries: Final[dict[str, Entry]] = {each.name: each for each in _contents(file)}

    def read(self, name: str) -> bytes:
        """Return a file whole; its size was limited before (see ``bundle_layout``).

        Raises:
            BundleError: CHANGED.
        """
        return b"".join(self.blocks(name))

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield a file block by block. Only after the last one is it certain that none was changed.

        Raises:
            BundleError: CHANGED.
        """
        entry, crc = self.entries[name], 0
        self._file.seek(entry.start)
        left = entry.size
        while left:
            block = self._file.read(min(left, BLOCK_BYTES))
            if not block:
                raise BundleError(BundleFault.CUT, name)
            crc = zlib.crc32(block, crc)
            left -= len(block)
            yield block
        if crc != entry.crc:
            raise BundleError(BundleFault.CHANGED, name)


class ContainerWriter:
    """Writes a container into a seekable file; call ``add`` in ascending order of names, then ``finish``."""

    def __init__(self, file: BinaryIO) -> None:
        """Start at the beginning of an empty file."""
        self._file = file
        self._entries: list[Entry] = []
        self._at = 0

    def add(self, name: str, blocks: Iterable[bytes], *, size: int = 0) -> None:
        """Write a file.

        Args:
            name: Its name.
            blocks: Its bytes.
            size: How many they are; needed from 4 GiB on, for its header is longer then.

        Raises:
            BundleError: ORDER: the names do not ascend; TOO_LARGE: the file is larger than was said, or the bundle
                than it may be.
        """
        if self._entries and name <= self._entries[-1].name:
            raise BundleError(BundleFault.ORDER, name)
        header = _header_bytes(name, size)
        self._file.seek(self._at + header)
        crc = written = 0
        for block in blocks:
            crc, written = zlib.crc32(block, crc), written + len(block)
            if self._at + header + written > MAX_BUNDLE_BYTES:
                raise BundleError(BundleFault.TOO_LARGE, name)
            self._file.write(block)
        entry = Entry(name=name, start=self._at + header, size=written, crc=crc)
        if entry.offset != self._at:
            raise BundleError(BundleFault.TOO_LARGE, name)
        self._file.seek(self._at)
        self._file.write(_local(entry))
        self._entries.append(entry)
        self._at = entry.start + written

    def finish(self) -> None:
        """Write the table of contents.

        Raises:
            BundleError: TOO_LARGE.
        """
        table = b"".join(_central(entry) for entry in self._entries)
        end = _end(len(self._entries), len(table), self._at)
        whole = self._at + len(table) + len(end)
        if len(self._entries) > MAX_FILES or whole > MAX_BUNDLE_BYTES:
            raise BundleError(BundleFault.TOO_LARGE, "")
        self._file.seek(self._at)
        self._file.write(table + end)
        self._file.truncate(whole)


def _contents(file: BinaryIO) -> Iterator[Entry]:
    # 1. The end record closes the file.  2. The table lies right before it.  3. Each line of the table, and the header
    # of its file, are exactly what we would write; files follow each other without a gap.
    whole = file.seek(0, 2)
    if whole < _END.size:
        raise BundleError(BundleFault.NOT_A_BUNDLE, "")
    if whole > MAX_BUNDLE_BYTES:
        raise BundleError(BundleFault.TOO_LARGE, "")
    end = _read_at(file, whole - _END.size, _END.size)
    magic, _, _, _, count, table_bytes, table_at, _ = _END.unpack(end)
    if magic != b"PK\5\6":
        raise BundleError(_no_end(file), "")
    if not 0 < count <= MAX_FILES or table_bytes > count * _MAX_LINE_BYTES:
        raise BundleError(BundleFault.FORM, "")
    # Where the table begins follows from where the file ends, so the field that says so is checked and not believed.
    long = _END_64.size + _LOCATOR_64.size if table_at == _ABOVE else 0
    table_at = whole - _END.size - long - table_bytes
    expected = _end(count, table_bytes, table_at)
    if table_at < 0 or len(expected) != _END.size + long or _read_at(file, whole - len(expected), whole) != expected:
        raise BundleError(BundleFault.FORM, "")
    yield from _table(file, _read_at(file, table_at, table_bytes), count, table_at)


def _table(file: BinaryIO, table: bytes, count: int, table_at: int) -> Iterator[Entry]:
    at = offset = 0
    before = ""
    for _ in range(count):
        entry = _line(table[at : at + _MAX_LINE_BYTES], offset)
        line = _central(entry)
        if table[at : at + len(line)] != line or entry.name <= before or entry.start + entry.size > table_at:
            raise BundleError(BundleFault.FORM, entry.name)
        if _read_at(file, offset, entry.start - offset) != _local(entry):
            raise BundleError(BundleFault.FORM, entry.name)
        yield entry
        at, offset, before = at + len(line), entry.start + entry.size, entry.name
    if at != len(table) or offset != table_at:
        raise BundleError(BundleFault.FORM, "")


def _line(line: bytes, offset: int) -> Entry:
    """Read name, size and check sum of a line; whether the rest is in order shows when it is made anew."""
    if len(line) < _CENTRAL.size:
        raise BundleError(BundleFault.FORM, "")
    fields = _CENTRAL.unpack_from(line)
    crc, size, name_bytes = fields[7], fields[9], fields[10]
    name = line[_CENTRAL.size : _CENTRAL.size + name_bytes]
    if not 0 < name_bytes <= MAX_NAME_BYTES or not name.isascii():
        raise BundleError(BundleFault.FORM, "")
    if size == _ABOVE:
        number = line[_CENTRAL.size + name_bytes + _EXTRA.size :][: _NUMBER.size]
        if len(number) < _NUMBER.size:
            raise BundleError(BundleFault.FORM, "")
        (size,) = _NUMBER.unpack(number)
    plain = name.decode()
    return Entry(name=plain, start=offset + _header_bytes(plain, size), size=size, crc=crc)


def _header_bytes(name: str, size: int) -> int:
    return _LOCAL.size + len(name) + len(_extra(*_wide(size, size)))


def _wide(*numbers: int) -> tuple[int, ...]:
    """Return the numbers that need a 64-bit field."""
    return tuple(each for each in numbers if each >= LARGE)


def _extra(*numbers: int) -> bytes:
    """Return the extra field with these numbers, in the order of the header: sizes, then offset."""
    data = b"".join(_NUMBER.pack(each) for each in numbers)
    return _EXTRA.pack(_EXTRA_ID, len(data)) + data if data else b""


def _short(number: int) -> int:
    return _ABOVE if number >= LARGE else number


def _local(entry: Entry) -> bytes:
    name, extra, size = entry.name.encode(), _extra(*_wide(entry.size, entry.size)), _short(entry.size)
    version = _VERSION_64 if extra else _VERSION
    fixed = _LOCAL.pack(
        b"PK\3\4", version, _FLAGS, _STORED, _TIME, _DATE, entry.crc, size, size, len(name), len(extra)
    )  # fmt: skip
    return fixed + name + extra


def _central(entry: Entry) -> bytes:
    name, size, offset = entry.name.encode(), _short(entry.size), entry.offset
    extra = _extra(*_wide(entry.size, entry.size, offset))
    version = _VERSION_64 if extra else _VERSION
    fixed = _CENTRAL.pack(
        b"PK\1\2", version, version, _FLAGS, _STORED, _TIME, _DATE, entry.crc, size, size, len(name),
        len(extra), 0, 0, 0, 0, _short(offset),
    )  # fmt: skip
    return fixed + name + extra


def _end(count: int, table_bytes: int, table_at: int) -> bytes:
    short = _END.pack(b"PK\5\6", 0, 0, count, count, table_bytes, _short(table_at), 0)
    if table_at < LARGE:
        return short
    version = _VERSION_64
    # The size of this record is counted without its first twelve bytes.
    wide = _END_64.pack(
        b"PK\6\6", _END_64.size - 12, version, version, 0, 0, count, count, table_bytes, table_at
    )  # fmt: skip
    return wide + _LOCATOR_64.pack(b"PK\6\7", 0, table_at + table_bytes, 1) + short


def _no_end(file: BinaryIO) -> BundleFault:
    """Tell a bundle that was cut off from a file of another kind."""
    return BundleFault.CUT if _read_at(file, 0, 4) == b"PK\3\4" else BundleFault.NOT_A_BUNDLE


def _read_at(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)
