"""Leaves and heads of an authority's audit log (B.14).

* The log is one RFC 6962 tree for each epoch; a restore that lost leaves starts the next epoch.
* A head is quoted in every letter and every evidence, so that peers hold what the issuer can no longer rewrite.
* ``n`` is the index of the leaf in its epoch; set-up writes leaf 0, so that no head has size 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rogatory_protocol import fields as f
from rogatory_protocol.errors import LocalProtocolError, RefusedError
from rogatory_protocol.ids import Digest
from rogatory_protocol.merkle import HASH_BYTES, Frontier, leaf_hash
from rogatory_protocol.rcbor import Value, decode, encode

MAX_EVENT_BYTES: Final = 32
MAX_WHO_BYTES: Final = 128
SALT_BYTES: Final = 16
MAX_EPOCH: Final = 2**32 - 1
MAX_LEAVES: Final = 2**63 - 1  # what a signed 64-bit column holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A claim of how far an authority's audit log goes.

    Attributes:
        epoch: Counts the restores that lost leaves; the first epoch is 0.
        size: Leaves under the root, at least one.
        root: The Merkle root over them.
    """

    epoch: int
    size: int
    root: bytes

    def value(self) -> list[Value]:
        """Return the head as it stands in letters and evidence."""
        return [self.epoch, self.size, self.root]

    def is_longer_than(self, other: "Head") -> bool:
        """Tell whether this head shows a longer history."""
        return (self.epoch, self.size) > (other.epoch, other.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One entry of the audit log.

    Attributes:
        n: Index in its epoch.
        ts: When.
        ev: What happened, by its name in the register of events.
        obj: Digest of the object concerned.
        who: The role or the part of the system that did it.
        salt: Random, so that a leaf cannot be guessed from its hash.
    """

    n: int
    ts: int
    ev: str
    obj: Digest | None
    who: str
    salt: bytes


_LEAF: Final[f.Table] = {
    "n": f.uint(0, MAX_LEAVES - 1),
    "ts": f.uint(),
    "ev": f.text(MAX_EVENT_BYTES),
    "obj": f.nullable(f.b(32)),
    "who": f.text(MAX_WHO_BYTES),
    "salt": f.b(SALT_BYTES),
}
_EPOCH: Final = f.uint(0, MAX_EPOCH)
_SIZE: Final = f.uint(1, MAX_LEAVES)
_ROOT: Final = f.b(HASH_BYTES)


def head(value: Value, what: str) -> Head:
    """Check a head; to be used in field tables.

    Raises:
        RefusedError: MALFORMED.
    """
    if not isinstance(value, list) or len(value) != 3:
        raise f.wrong(what, "is not an audit head")
    epoch, size, root = value
    return Head(epoch=_EPOCH(epoch, what), size=_SIZE(size, what), root=_ROOT(root, what))


def head_of(epoch: int, frontier: Frontier) -> Head:
    """Return the head over the leaves appended so far.

    Raises:
        LocalProtocolError: There is no leaf yet.
    """
    return Head(epoch=epoch, size=frontier.size, root=frontier.root())


def leaf_bytes(leaf: Leaf) -> bytes:
    """Encode a leaf; `append` takes the result.

    Raises:
        LocalProtocolError: A field is outside its limits.
    """
    value: Value = {name: getattr(leaf, name) for name in _LEAF}
    try:
        f.take(value, _LEAF, "leaf")
    except RefusedError as error:
        raise LocalProtocolError(f"audit leaf: {error.what}") from None
    return encode(value)


def parse_leaf(raw: bytes) -> Leaf:
    """Decode a leaf.

    Raises:
        RefusedError: MALFORMED.
    """
    return Leaf(**f.take(decode(raw), _LEAF, "leaf"))


def extend(frontier: Frontier, leaves: Sequence[Leaf]) -> tuple[list[bytes], Frontier]:
    """Encode leaves and return them with the range that they extend.

    Raises:
        LocalProtocolError: A field is outside its limits, or a leaf does not carry the next index.
    """
    if [leaf.n for leaf in leaves] != list(range(frontier.size, frontier.size + len(leaves))):
        raise LocalProtocolError("an audit leaf does not carry the next index")
    raws = [leaf_bytes(leaf) for leaf in leaves]
    return raws, frontier.extend([leaf_hash(raw) for raw in raws])


def append(frontier: Frontier, raw: bytes) -> Frontier:
    """Return the range with one more encoded leaf.

    Raises:
        LocalProtocolError: The leaf does not carry the next index: two writers, or a lost leaf.
        RefusedError: MALFORMED: the bytes are no leaf.
    """
    if parse_leaf(raw).n != frontier.size:
        raise LocalProtocolError("an audit leaf does not carry the next index")
    return frontier.append(leaf_hash(raw))
