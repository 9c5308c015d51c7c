"""The tiles of our log, from the stored leaves (B.6.2).

* A path always has the same bytes, so that any static mirror and any cache may keep them.
* Nothing beyond the published checkpoint is shown.
* Leaf hashes are kept in memory, 32 bytes each; leaves are read from the store when somebody wants them.
"""

import asyncio
from collections import OrderedDict
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.services.trust_store import leaves_of
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid
from rogatory_protocol.merkle import leaf_hash
from rogatory_protocol.tiles import TILE_WIDTH, Tile, encode_bundle, hash_tile, in_tree

STEP_LEAVES: Final = 1_024  # read at a time: some megabytes
KEPT: Final = 64  # upper tiles, each over 65,536 leaves or more


class Tiles:
    """Builds the tiles of one log."""

    def __init__(self, readers: AsyncEngine, registry: Aid) -> None:
        """Take the store and the log."""
        self._readers, self._registry = readers, registry
        self._hashes: list[bytes] = []
        self._kept: OrderedDict[Tile, bytes] = OrderedDict()
        self._turn = asyncio.Lock()

    async def get(self, tile: Tile, size: int) -> bytes:
        """Return a tile of the tree of the first *size* leaves.

        Raises:
            RefusedError: NOT_FOUND: the tree has no such tile.
        """
        if not in_tree(tile, size):
            raise RefusedError(Code.NOT_FOUND, "tile beyond the log")
        if tile.level is None:
            first = tile.index * TILE_WIDTH
            return encode_bundle(await self._leaves(first, first + tile.width))
        async with self._turn:
            await self._catch_up(size)
            if tile.level == 0:
                return hash_tile(tile, self._hashes)
            return await self._upper(tile)

    async def _upper(self, tile: Tile) -> bytes:
        if tile not in self._kept:
            self._kept[tile] = await asyncio.to_thread(hash_tile, tile, self._hashes)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(tile)
        return self._kept[tile]

    async def _catch_up(self, size: int) -> None:
        while len(self._hashes) < size:
            first = len(self._hashes)
            leaves = await self._leaves(first, min(size, first + STEP_LEAVES))
            self._hashes += [leaf_hash(leaf) for leaf in leaves]

    async def _leaves(self, first: int, end: int) -> list[bytes]:
        async with self._readers.connect() as connection:
            leaves = await connection.run_sync(leaves_of, self._registry, first, end)
        assert len(leaves) == end - first  # the checkpoint was stored with them
        return leaves
