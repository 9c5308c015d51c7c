"""Trees and proofs of RFC 6962: what belongs is shown, everything else is refused."""

import hashlib

import pytest

from rogatory_protocol.errors import LocalProtocolError, RefusedError
from rogatory_protocol.merkle import (
    Frontier,
    check_consistency,
    consistency,
    leaf_hash,
    node_hash,
    path,
    paths,
    root,
    root_from_path,
)

LEAVES = [leaf_hash(bytes((n,))) for n in range(70)]
SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 70)


def plain_root(leaves: list[bytes]) -> bytes:
    """The definition, read off the RFC."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + plain_root(leaves[:split]) + plain_root(leaves[split:])).digest()


@pytest.mark.parametrize("size", SIZES)
def test_the_root_is_that_of_the_definition(size: int) -> None:
    assert root(LEAVES[:size]) == plain_root(LEAVES[:size])


@pytest.mark.parametrize("size", SIZES)
def test_DIR_28_every_leaf_is_shown_and_only_in_its_place(size: int) -> None:
    top = root(LEAVES[:size])
    for index in range(size):
        proof = path(index, LEAVES[:size])
        assert root_from_path(index, size, LEAVES[index], proof) == top
        for bad in (proof[:-1], [*proof, bytes(32)]):
            if bad != proof:
                assert refused_or_other(index, size, LEAVES[index], bad, top)
        assert refused_or_other(index, size, LEAVES[(index + 1) % 70], proof, top)


def refused_or_other(index: int, size: int, leaf: bytes, proof: list[bytes], top: bytes) -> bool:
    try:
        return root_from_path(index, size, leaf, proof) != top
    except RefusedError:
        return True


@pytest.mark.parametrize(
    ("index", "size", "nodes"), [(0, 0, 0), (1, 1, 0), (-1, 2, 1), (0, 1, 1), (0, 2, 0), (0, 4, 1), (0, 4, 3)]
)
def test_DIR_28_proofs_that_do_not_fit_are_refused(index: int, size: int, nodes: int) -> None:
    with pytest.raises(RefusedError):
        root_from_path(index, size, LEAVES[0], [bytes(32)] * nodes)
    with pytest.raises(RefusedError):
        root_from_path(0, 2, LEAVES[0], [bytes(31)])


@pytest.mark.parametrize("new", SIZES)
def test_DIR_28_consistency_is_shown_and_only_for_a_prefix(new: int) -> None:
    top = root(LEAVES[:new])
    for old in range(1, new + 1):
        proof = consistency(old, LEAVES[:new])
        check_consistency(old, root(LEAVES[:old]), new, top, proof)
        other = root(LEAVES[1 : old + 1])
        for wrong in (
            (old, other, new, top, proof),
            (old, root(LEAVES[:old]), new, other, proof),
            (old, root(LEAVES[:old]), new, top, [*proof, bytes(32)]),
            (new + 1, root(LEAVES[:old]), new, top, proof),
            (0, root(LEAVES[:old]), new, top, proof),
        ):
            with pytest.raises(RefusedError):
                check_consistency(*wrong)


def test_a_frontier_grows_like_the_tree() -> None:
    frontier = Frontier()
    for size, leaf in enumerate(LEAVES, start=1):
        frontier = frontier.append(leaf)
        assert (frontier.size, frontier.root()) == (size, root(LEAVES[:size]))
    assert Frontier().extend(LEAVES) == frontier


def test_leaves_and_nodes_cannot_be_confused() -> None:
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])


def test_trees_without_leaves_are_our_own_mistake() -> None:
    for mistake in (lambda: root([]), lambda: path(0, []), lambda: path(1, LEAVES[:1]), lambda: consistency(0, LEAVES)):
        with pytest.raises(LocalProtocolError):
            mistake()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 21, 256])
def test_all_paths_are_those_of_each_leaf(size: int) -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(size)]
    assert paths(leaves) == [path(n, leaves) for n in range(size)]
