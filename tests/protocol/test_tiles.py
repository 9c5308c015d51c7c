"""Tiles, bundles and leaves of a log."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.merkle import root
from rogatory_protocol.tiles import (
    LeafKind,
    Tile,
    decode_bundle,
    encode_bundle,
    encode_leaf,
    entry_bundles,
    hash_tile,
    hash_tiles,
    in_tree,
    parse_leaf,
    parse_path,
)

HASHES = [hashlib.sha256(bytes([n % 256, n // 256])).digest() for n in range(600)]


def test_path_of_the_published_example() -> None:
    assert Tile(level=0, index=1_234_067).path == "tile/0/x001/x234/067"
    assert Tile(level=None, index=0, width=8).path == "tile/entries/000.p/8"


@given(
    st.builds(
        Tile,
        level=st.one_of(st.none(), st.integers(0, 7)),
        index=st.integers(0, 2**60),
        width=st.integers(1, 256),
    )
)
def test_path_is_read_as_it_was_written(tile: Tile) -> None:
    assert tile == parse_path(tile.path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/00/000",
        "tile/8/000",
        "tile/0/x000/001",
        "tile/0/001/001",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/300",
        "tile/0/../000",
        "tile/0/000\n",
        "/tile/0/000",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/" + "x001/" * 9 + "000",
    ],
)
def test_DIR_06_other_form_of_a_path_is_not_found(path: str) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_path(path)
    assert caught.value.code is Code.NOT_FOUND


def test_tiles_of_the_published_example() -> None:
    tiles = list(hash_tiles(0, 70_000))

    assert sum(t.level == 0 and t.width == 256 for t in tiles) == 273
    assert [(t.level, t.index, t.width) for t in tiles if t.width < 256] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert len(tiles) == 273 + 1 + 1 + 1 + 1


def test_tree_of_one_full_tile_has_a_second_level() -> None:
    assert [(t.level, t.index, t.width) for t in hash_tiles(0, 256)] == [(0, 0, 256), (1, 0, 1)]


def test_growth_asks_only_for_what_changed() -> None:
    assert [(t.level, t.index, t.width) for t in hash_tiles(257, 259)] == [(0, 1, 3)]
    assert [(t.index, t.width) for t in entry_bundles(500, 515)] == [(1, 256), (2, 3)]
    assert list(entry_bundles(256, 256)) == []


def test_root_follows_from_the_tiles() -> None:
    """Two levels of tiles give the root that the leaves give."""
    full = [hash_tile(t, HASHES) for t in hash_tiles(0, 512) if t.level == 0]
    upper = hash_tile(Tile(level=1, index=0, width=2), HASHES)

    assert upper == b"".join(root([t[n : n + 32] for n in range(0, len(t), 32)]) for t in full)
    assert root([upper[:32], upper[32:]]) == root(HASHES[:512])


def test_tile_beyond_the_tree_is_not_in_it() -> None:
    assert in_tree(Tile(level=0, index=2, width=88), 600)
    assert not in_tree(Tile(level=0, index=2, width=89), 600)
    assert not in_tree(Tile(level=1, index=0, width=3), 600)
    with pytest.raises(LocalProtocolError):
        hash_tile(Tile(level=0, index=2), HASHES)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20))
def test_bundle_is_read_as_it_was_written(entries: list[bytes]) -> None:
    data = encode_bundle(entries)

    assert entries == decode_bundle(data, len(entries))
    for wrong in (data + b"\0", data[:-1]):
        with pytest.raises(RefusedError):
            decode_bundle(wrong, len(entries))


def test_bundle_of_another_width_is_refused() -> None:
    data = encode_bundle([b"a", b"b"])
    for width in (1, 3):
        with pytest.raises(RefusedError):
            decode_bundle(data, width)


@pytest.mark.parametrize("entries", [[], [b""] * 257, [bytes(65_536)]])
def test_impossible_bundle_is_our_mistake(entries: list[bytes]) -> None:
    with pytest.raises(LocalProtocolError):
        encode_bundle(entries)


def test_leaf_is_read_as_it_was_written() -> None:
    leaf = parse_leaf(encode_leaf(LeafKind.DECISION, b"object"))

    assert (leaf.kind, leaf.object) == (LeafKind.DECISION, b"object")


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x82\x00\x41a", b"\x82\x04\x41a", b"\x82\x01\x61a", b"\x82\xf5\x41a"])
def test_DIR_09_garbage_leaf_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_leaf(data)
    assert caught.value.code is Code.MALFORMED


def test_DIR_07_too_large_leaf_is_refused() -> None:
    with pytest.raises(LocalProtocolError):
        encode_leaf(LeafKind.STATEMENT, bytes(65_536))
    with pytest.raises(RefusedError) as caught:
        parse_leaf(bytes(65_536))
    assert caught.value.code is Code.TOO_LARGE
