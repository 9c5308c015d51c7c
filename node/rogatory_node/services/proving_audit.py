"""The own audit heads and leaves of an evidence bundle (B.14, B.15).

* The heads that were quoted in the letters and evidence of the bundle, each growing out of the one before, and the
  newest head, under which the leaves are proved.
* Only leaves about sealing, storing and evidence, and that an attachment was erased: who opened a letter is nobody
  else's business.
* Of the whole log only the hashes are held, and the few leaves that are shown: a log grows for years.
* When the stored log is no longer the one that was quoted, after a restore, nothing is shown: the signed heads are in
  the letters all the same.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, select

from rogatory_keys.bundle_continuity import MAX_HEADS, Grown, Included, heads_bytes, leaf_file_bytes, leaf_key
from rogatory_keys.bundle_layout import RULES, Part, name_of
from rogatory_node.storage.tables import audit
from rogatory_protocol.audit import Head
from rogatory_protocol.ids import Aid
from rogatory_protocol.merkle import consistency, leaf_hash, path, root

SHOWN: Final = frozenset(
    {"letter.sealed", "letter.stored", "letter.refused", "evidence.issued", "evidence.received", "evidence.erased"}
)
ROWS: Final = 500  # at a time

Quote = tuple[Aid, Head]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaves:
    """The log.

    Attributes:
        epochs: The hash of every leaf, by epoch.
        shown: The leaves that a bundle of these letters shows, by epoch, with their indices.
    """

    epochs: Mapping[int, Sequence[bytes]] = field(repr=False)
    shown: Mapping[int, Sequence[tuple[int, bytes]]] = field(repr=False)


def read(connection: Connection, about: Collection[bytes]) -> Leaves:
    """Read the log for a bundle about these letters."""
    epochs: dict[int, list[bytes]] = {}
    whole = select(audit.c.epoch, audit.c.leaf).order_by(audit.c.epoch, audit.c.n)
    for row in connection.execute(whole.execution_options(yield_per=ROWS)):
        epochs.setdefault(row.epoch, []).append(leaf_hash(bytes(row.leaf)))
    shown: dict[int, list[tuple[int, bytes]]] = {}
    query = select(audit.c.epoch, audit.c.n, audit.c.leaf).order_by(audit.c.epoch, audit.c.n)
    for digests in batched(sorted(about)):
        for epoch, n, leaf in connection.execute(query.where(audit.c.obj.in_(digests), audit.c.ev.in_(sorted(SHOWN)))):
            shown.setdefault(epoch, []).append((n, bytes(leaf)))
    return Leaves(epochs=epochs, shown=shown)


def batched(digests: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Yield no more at a time than a statement takes."""
    return (digests[at : at + ROWS] for at in range(0, len(digests), ROWS))


def prove(leaves: Leaves, me: Aid, quoted: Sequence[Head]) -> dict[str, bytes]:
    """Make the files of our own log; none when no head was quoted, too many, or one that is not of this log."""
    heads: list[Grown] = []
    files: dict[str, bytes] = {}
    for epoch in sorted({head.epoch for head in quoted}):
        hashes = leaves.epochs.get(epoch, ())
        wanted = sorted({head.size: head for head in quoted if head.epoch == epoch}.items())
        if any(size > len(hashes) or root(hashes[:size]) != head.root for size, head in wanted):
            return {}
        heads += _grown(epoch, hashes, {size for size, _ in wanted})
        files |= _included(me, epoch, leaves.shown.get(epoch, ()), hashes)
    listed = heads_bytes(heads)
    if not heads or len(heads) > MAX_HEADS or len(listed) > RULES[Part.HEADS].most:
        return {}
    return files | {name_of(Part.HEADS, me.hex()): listed}


def _grown(epoch: int, hashes: Sequence[bytes], quoted: set[int]) -> list[Grown]:
    grown, before = [], 0
    for size in sorted(quoted | {len(hashes)}):
        proof = tuple(consistency(before, hashes[:size])) if before else ()
        grown.append(Grown(head=Head(epoch=epoch, size=size, root=root(hashes[:size])), proof=proof))
        before = size
    return grown


def _included(me: Aid, epoch: int, shown: Iterable[tuple[int, bytes]], hashes: Sequence[bytes]) -> dict[str, bytes]:
    files = {}
    for n, data in shown:
        included = Included(leaf=data, size=len(hashes), path=tuple(path(n, hashes)))
        files[name_of(Part.LEAF, me.hex(), leaf_key(epoch, n))] = leaf_file_bytes(included)
    return files
