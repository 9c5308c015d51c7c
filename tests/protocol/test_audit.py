"""Audit leaves and heads."""

import dataclasses
from typing import Any

import pytest

from rogatory_protocol import audit
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Digest
from rogatory_protocol.merkle import Frontier, leaf_hash, root
from rogatory_protocol.rcbor import encode

LEAF = audit.Leaf(n=0, ts=1_800_000_000, ev="setup", obj=None, who="operator", salt=b"s" * 16)


def test_leaves_come_back_and_the_head_is_the_root_over_them() -> None:
    frontier, hashes = Frontier(), []
    for n in range(5):
        leaf = dataclasses.replace(LEAF, n=n, obj=Digest(bytes([n]) * 32))
        raw = audit.leaf_bytes(leaf)
        assert audit.parse_leaf(raw) == leaf
        frontier = audit.append(frontier, raw)
        hashes.append(leaf_hash(raw))
        assert audit.head_of(2, frontier) == audit.Head(epoch=2, size=n + 1, root=root(hashes))


def test_a_leaf_with_another_index_is_not_appended() -> None:
    """Two writers, or a lost leaf, are seen before the head says otherwise."""
    frontier = audit.append(Frontier(), audit.leaf_bytes(LEAF))
    for n in (0, 2):
        with pytest.raises(LocalProtocolError):
            audit.append(frontier, audit.leaf_bytes(dataclasses.replace(LEAF, n=n)))


def test_several_leaves_extend_as_each_of_them_would() -> None:
    leaves = [dataclasses.replace(LEAF, n=n) for n in range(5)]
    raws, frontier = audit.extend(Frontier(), leaves)
    assert raws == [audit.leaf_bytes(leaf) for leaf in leaves]
    assert frontier.root() == root([leaf_hash(raw) for raw in raws])
    for wrong in ([leaves[4]], [dataclasses.replace(LEAF, n=5), dataclasses.replace(LEAF, n=7)]):
        with pytest.raises(LocalProtocolError):
            audit.extend(frontier, wrong)


def test_there_is_no_head_of_size_zero() -> None:
    with pytest.raises(LocalProtocolError):
        audit.head_of(0, Frontier())


@pytest.mark.parametrize(
    "value", [[0, 0, b"r" * 32], [0, 1, b"r" * 31], [0, 1], [True, 1, b"r" * 32], {}, None, [2**32, 1, b"r" * 32]]
)
def test_ENC_10_other_heads_are_refused(value: Any) -> None:
    with pytest.raises(RefusedError) as caught:
        audit.head(value, "head")
    assert caught.value.code is Code.MALFORMED


def test_heads_are_ordered_by_epoch_and_size() -> None:
    head = audit.Head(epoch=1, size=5, root=b"r" * 32)
    assert audit.head(head.value(), "head") == head
    assert dataclasses.replace(head, size=6).is_longer_than(head)
    assert dataclasses.replace(head, epoch=2, size=1).is_longer_than(head)
    assert not head.is_longer_than(head)


@pytest.mark.parametrize("change", [{"ev": ""}, {"ev": "e" * 33}, {"who": "w" * 129}, {"salt": b"s"}, {"obj": b"o"}])
def test_our_own_leaves_obey_the_schema(change: dict[str, Any]) -> None:
    with pytest.raises(LocalProtocolError):
        audit.leaf_bytes(dataclasses.replace(LEAF, **change))


def test_a_leaf_with_another_key_is_refused() -> None:
    with pytest.raises(RefusedError):
        audit.parse_leaf(encode({**dataclasses.asdict(LEAF), "more": 1}))
