"""Whether a head of our audit log that a peer claims is one of our tree (B.12.4, B.14).

* Sizes alone do not tell: a restored log grows again past what was lost, with other leaves. The root of the claim's own
  size does.
* Roots are counted from the leaves, once: the ranges at every so many leaves are kept, so that a peer which claims this
  and that makes us read few of them. Hashing runs in a thread.
"""

import asyncio
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.storage import audit_log
from rogatory_protocol.audit import Head
from rogatory_protocol.merkle import Frontier, leaf_hash

STEP: Final = 8_192  # leaves between two ranges that are kept: a hundredth of a second to count


class Ours:
    """The audit log, as far as its roots were counted."""

    def __init__(self, readers: AsyncEngine) -> None:
        """Start with nothing counted."""
        self._readers = readers
        self._kept: dict[int, list[Frontier]] = {}

    async def holds(self, claim: Head) -> bool:
        """Tell whether our log once had this head."""
        async with self._readers.connect() as connection:
            if claim.is_longer_than(await connection.run_sync(audit_log.head)):
                return False
            kept = self._kept.get(claim.epoch, [Frontier()])
            frontier = kept[min(claim.size // STEP, len(kept) - 1)]
            while frontier.size < claim.size:
                most = min(STEP, claim.size - frontier.size)
                leaves = await connection.run_sync(audit_log.leaves, claim.epoch, frontier.size, most)
                if len(leaves) < most:
                    return False
                frontier = await asyncio.to_thread(_extended, frontier, leaves)
                if frontier.size == len(kept) * STEP:
                    kept.append(frontier)
            self._kept[claim.epoch] = kept
        return frontier.root() == claim.root


def _extended(frontier: Frontier, leaves: list[bytes]) -> Frontier:
    for leaf in leaves:
        frontier = frontier.append(leaf_hash(leaf))
    return frontier
