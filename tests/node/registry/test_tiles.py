"""Tiles are those that the protocol defines, and never beyond the checkpoint."""

import pytest
from offices import Authority

from rogatory_node.registry import tiles as module
from rogatory_node.registry.tiles import Tiles
from rogatory_node.services.trust_store import Taken, write
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.merkle import leaf_hash
from rogatory_protocol.tiles import LeafKind, Tile, decode_bundle, encode_leaf, hash_tile


async def test_entries_and_hashes_of_a_small_log(house) -> None:
    await house.found()
    tiles, log = Tiles(house.readers, house.registry.aid), house.log
    for name in ("A", "B"):
        await log.append([encode_leaf(LeafKind.STATEMENT, Authority(name).newest.raw)])
    bundle = await tiles.get(Tile(level=None, index=0, width=3), 3)
    entries = decode_bundle(bundle, 3)
    assert entries[0] == house.registry.leaves[0]
    assert await tiles.get(Tile(level=0, index=0, width=3), 3) == b"".join(map(leaf_hash, entries))
    # An older tile is a part of the newer one.
    assert await tiles.get(Tile(level=None, index=0, width=1), 3) == bundle[: 2 + len(entries[0])]


@pytest.mark.parametrize("tile", [Tile(level=None, index=0, width=2), Tile(level=0, index=1, width=1),
                                  Tile(level=1, index=0, width=1)])  # fmt: skip
async def test_nothing_beyond_the_log_is_shown(house, tile: Tile) -> None:
    await house.found()
    with pytest.raises(RefusedError) as caught:
        await Tiles(house.readers, house.registry.aid).get(tile, 1)
    assert caught.value.code is Code.NOT_FOUND


async def test_upper_tiles_are_built_once_and_kept(house, monkeypatch: pytest.MonkeyPatch) -> None:
    leaves = [b"leaf %d" % n for n in range(600)]
    await house.writer.execute(write, Taken(registry=house.registry.aid, leaves=leaves, now=1))
    tiles, hashes = Tiles(house.readers, house.registry.aid), [leaf_hash(leaf) for leaf in leaves]
    monkeypatch.setattr(module, "KEPT", 1)
    for width in (1, 2, 2):
        tile = Tile(level=1, index=0, width=width)
        assert await tiles.get(tile, 600) == hash_tile(tile, hashes)
    full = Tile(level=None, index=1)
    assert decode_bundle(await tiles.get(full, 600), 256) == leaves[256:512]
