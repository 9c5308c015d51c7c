"""Tiles of a log: C2SP tlog-tiles paths, hash tiles, entry bundles, and the leaf inside an entry (B.6.2).

* A tile is 256 hashes wide; only the rightmost tile of a level may be partial, and its width stands in its path.
* A bundle is its entries, each after a 16-bit length; a leaf therefore has at most 65,535 bytes.
* A path has one form; anything else is refused before a file is touched.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from rogatory_protocol import fields as f
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.limits import MAX_LEAF_BYTES
from rogatory_protocol.merkle import root
from rogatory_protocol.rcbor import decode, encode

TILE_WIDTH: Final = 256
MAX_LEVEL: Final = 7  # 256^8 leaves is 2^64
MAX_BUNDLE_BYTES: Final = TILE_WIDTH * (2 + MAX_LEAF_BYTES)
_LENGTH_BYTES: Final = 2
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|[0-7])/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


class LeafKind(IntEnum):
    """What a leaf of the log holds."""

    STATEMENT = 1
    DECISION = 2
    ANCHOR = 3


_KIND: Final = f.uint(min(LeafKind), max(LeafKind))
_OBJECT: Final = f.data(MAX_LEAF_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A leaf, its object not verified."""

    kind: LeafKind
    object: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """The name of a tile.

    Attributes:
        level: 0 for leaf hashes and up; None for the entries themselves.
        index: Which tile of its level.
        width: How many hashes or entries it holds, 256 when full.
    """

    level: int | None
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """The path below the log's prefix."""
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(groups)}{partial}"


def encode_leaf(kind: LeafKind, obj: bytes) -> bytes:
    """Encode a leaf.

    Raises:
        LocalProtocolError: It is longer than an entry can be.
    """
    leaf = encode([int(kind), obj])
    if len(leaf) > MAX_LEAF_BYTES:
        raise LocalProtocolError("a leaf has at most 65,535 bytes")
    return leaf


def parse_leaf(data: bytes) -> Leaf:
    """Take a leaf apart.

    Raises:
        RefusedError: TOO_LARGE or MALFORMED.
    """
    if len(data) > MAX_LEAF_BYTES:
        raise RefusedError(Code.TOO_LARGE, "leaf")
    value = decode(data)
    if not isinstance(value, list) or len(value) != 2:
        raise f.wrong("leaf", "is not kind and object")
    return Leaf(kind=LeafKind(_KIND(value[0], "leaf.kind")), object=_OBJECT(value[1], "leaf.object"))


def parse_path(path: str) -> Tile:
    """Read a tile's path.

    Raises:
        RefusedError: NOT_FOUND: it is not the one form of a path.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise RefusedError(Code.NOT_FOUND, "not the path of a tile")
    level = None if match["level"] == "entries" else int(match["level"])
    width = int(match["width"] or TILE_WIDTH)
    tile = Tile(level=level, index=int(match["index"].replace("x", "").replace("/", "")), width=width)
    if tile.path != path or width > TILE_WIDTH:
        raise RefusedError(Code.NOT_FOUND, "not the form of a tile's path")
    return tile


def hash_tiles(old: int, size: int) -> Iterator[Tile]:
    """Yield the hash tiles of a tree of *size* that a tree of *old* leaves did not have, lowest level first."""
    for level in range(MAX_LEVEL + 1):
        unit: int = TILE_WIDTH**level
        if size // unit == 0:
            return
        yield from _tiles(level, old // unit, size // unit)


def entry_bundles(old: int, size: int) -> Iterator[Tile]:
    """Yield the bundles that hold the entries from *old* up to *size*."""
    yield from _tiles(None, old, size)


def in_tree(tile: Tile, size: int) -> bool:
    """Tell whether a tree of *size* has this tile, full or as its rightmost partial one or a part of it."""
    unit: int = TILE_WIDTH ** (tile.level or 0)
    return tile.index * TILE_WIDTH + tile.width <= size // unit


def hash_tile(tile: Tile, leaves: Sequence[bytes]) -> bytes:
    """Build a hash tile from the leaf hashes of the tree.

    Raises:
        LocalProtocolError: The tree does not reach that far, or the tile is one of entries.
    """
    if tile.level is None or not in_tree(tile, len(leaves)):
        raise LocalProtocolError("no such hash tile in this tree")
    unit: int = TILE_WIDTH**tile.level
    first = tile.index * TILE_WIDTH
    return b"".join(root(leaves[n * unit : (n + 1) * unit]) for n in range(first, first + tile.width))


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Encode up to 256 entries.

    Raises:
        LocalProtocolError: There is none, too many, or one is too long.
    """
    if not 1 <= len(entries) <= TILE_WIDTH or any(len(entry) > MAX_LEAF_BYTES for entry in entries):
        raise LocalProtocolError("a bundle has 1 to 256 entries of at most 65,535 bytes")
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries)


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """Decode a bundle that must hold exactly *width* entries.

    Raises:
        RefusedError: MALFORMED.
    """
    entries, at = [], 0
    for _ in range(width):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or at > len(data):
            raise RefusedError(Code.MALFORMED, "entry bundle is too short")
        entries.append(data[start:at])
    if at != len(data):
        raise RefusedError(Code.MALFORMED, "entry bundle is too long")
    return entries


def _tiles(level: int | None, old: int, size: int) -> Iterator[Tile]:
    # A tile that was partial has grown and is wanted again; a tile that was full never changes.
    for index in range(old // TILE_WIDTH, -(-size // TILE_WIDTH)):
        width = min(TILE_WIDTH, size - index * TILE_WIDTH)
        if index * TILE_WIDTH + width > old:
            yield Tile(level=level, index=index, width=width)
