"""The Merkle tree of RFC 6962, for batches (B.4), the transparency log (B.6.2) and the audit log (B.14).

* Leaves and inner nodes have different prefixes, so that neither passes for the other.
* Proofs have exactly the length that index and size demand; anything else is refused.
* Trees of size zero have no proofs here (RGT/1 never makes one).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError

HASH_BYTES = 32


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes.

    Raises:
        LocalProtocolError: There is no leaf.
    """
    return Frontier().extend(leaves).root()


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the inclusion proof of leaf *index*, lowest neighbour first (RFC 9162, 2.1.3.1).

    Raises:
        LocalProtocolError: There is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise LocalProtocolError("no such leaf")
    proof: list[bytes] = []
    lo, hi = 0, len(leaves)
    while hi - lo > 1:
        middle = lo + _split(hi - lo)
        if index < middle:
            proof.append(root(leaves[middle:hi]))
            hi = middle
        else:
            proof.append(root(leaves[lo:middle]))
            lo = middle
    return proof[::-1]


def paths(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Return the inclusion proofs of all leaves, as `path` does of one."""
    return _tree(leaves)[1]


def _tree(leaves: Sequence[bytes]) -> tuple[bytes, list[list[bytes]]]:
    """Return the root over leaf hashes and the proof of each."""
    if len(leaves) == 1:
        return leaves[0], [[]]
    middle = _split(len(leaves))
    left, proofs = _tree(leaves[:middle])
    right, others = _tree(leaves[middle:])
    return node_hash(left, right), [[*proof, right] for proof in proofs] + [[*proof, left] for proof in others]


def root_from_path(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """Recompute the root from a leaf hash and its inclusion proof (RFC 9162, 2.1.3.2).

    Raises:
        RefusedError: MALFORMED: the proof does not fit the index and the size.
    """
    if not 0 <= index < size or any(len(node) != HASH_BYTES for node in proof):
        raise _unfit("inclusion proof")
    node, position, last = leaf, index, size - 1
    for sibling in proof:
        if last == 0:
            raise _unfit("inclusion proof is too long")
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise _unfit("inclusion proof is too short")
    return node


def consistency(old: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the proof that the tree over the first *old* leaves is a prefix of this one (RFC 9162, 2.1.4.1).

    Raises:
        LocalProtocolError: *old* is zero or more than there are.
    """
    if not 0 < old <= len(leaves):
        raise LocalProtocolError("no such tree")
    return _subproof(old, leaves, whole=True)


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check a consistency proof between two roots (RFC 9162, 2.1.4.2).

    Raises:
        RefusedError: MALFORMED: the proof does not show that the old tree is a prefix of the new one.
    """
    if not 0 < old <= new or any(len(node) != HASH_BYTES for node in proof):
        raise _unfit("consistency proof")
    if old == new:
        if proof or old_root != new_root:
            raise _unfit("consistency proof")
        return
    nodes = list(proof)
    if old & (old - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes or _climb(nodes, old - 1, new - 1) != (old_root, new_root):
        raise _unfit("consistency proof")


@dataclass(frozen=True, slots=True)
class Frontier:
    """A compact range: the roots of the full subtrees, largest first. Appending needs no earlier leaf.

    Attributes:
        size: Leaves so far.
        nodes: One root for each bit that is set in the size.
    """

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "Frontier":
        """Return the range with one more leaf hash."""
        return self.extend((leaf,))

    def extend(self, leaves: Sequence[bytes]) -> "Frontier":
        """Return the range with more leaf hashes."""
        nodes, size = list(self.nodes), self.size
        for leaf in leaves:
            node, carry = leaf, size
            while carry & 1:
                node, carry = node_hash(nodes.pop(), node), carry >> 1
            nodes.append(node)
            size += 1
        return Frontier(size, tuple(nodes))

    def root(self) -> bytes:
        """Return the root.

        Raises:
            LocalProtocolError: There is no leaf.
        """
        if not self.nodes:
            raise LocalProtocolError("a tree without leaves has no root here")
        node = self.nodes[-1]
        for left in self.nodes[-2::-1]:
            node = node_hash(left, node)
        return node


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def _subproof(old: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    middle = _split(len(leaves))
    if old <= middle:
        return [*_subproof(old, leaves[:middle], whole=whole), root(leaves[middle:])]
    return [*_subproof(old - middle, leaves[middle:], whole=False), root(leaves[:middle])]


def _climb(nodes: list[bytes], position: int, last: int) -> tuple[bytes, bytes] | None:
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, node)
        position, last = position >> 1, last >> 1
    return None if last else (old, new)


def _unfit(what: str) -> RefusedError:
    return RefusedError(Code.MALFORMED, f"{what} does not fit")
