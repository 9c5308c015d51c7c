"""What a registry does for its own log as long as it runs: catch up, publish, sign anew (B.6.2).

* Behind what it signed before (it was restored from a backup), it reads what it lost back from whoever serves a copy:
  the mirrors of its configuration, then its members. What comes is its own signature over its own leaves, or nothing.
* Its own newest statements go into its log as soon as it may sign.
* A checkpoint is signed anew when it has become old. Whatever is refused is tried again; the reason is logged once.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

from rogatory_node.registry.admitting import Admitting
from rogatory_node.registry.fence import State
from rogatory_node.registry.reading import claimed_size, read_leaves, read_note
from rogatory_node.services.trust import Trust
from rogatory_node.services.trust_store import StaleError
from rogatory_node.transport.fetch import Fetcher, FetchError
from rogatory_node.transport.link import LinkError
from rogatory_node.transport.reaching import STRAIGHT, Outward, resolve
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.ids import Aid

ROUND_SECONDS: Final = 5.0
REFILL_SECONDS: Final = 30
MOST_MIRRORS: Final = 16  # asked in one round; the next round begins where this one ended

_log: Final = logging.getLogger(__name__)


class Keeping:
    """Keeps our log."""

    def __init__(
        self,
        admitting: Admitting,
        trust: Trust,
        chain: Sequence[bytes],
        *,
        mirrors: Iterable[str] = (),
        addresses: Callable[[], Iterable[str]] = tuple,
        outward: Outward = STRAIGHT,
    ) -> None:
        """Take the log, our own statements, oldest first, and who may serve copies of the log.

        Args:
            admitting: Our registry.
            trust: The directory.
            chain: Our statements.
            mirrors: Addresses of copies, from the configuration.
            addresses: The link addresses of members.
            outward: Which addresses of members may be asked, and through what.
        """
        self._admitting, self._trust, self._chain = admitting, trust, tuple(chain)
        self._mirrors, self._addresses, self._outward = tuple(mirrors), addresses, outward
        self._published, self._refilled_at, self._next = False, 0, 0
        self._said = State.OPEN

    async def run(self) -> None:
        """Keep the log for as long as the node runs.

        Raises:
            StorageError: The store failed.
        """
        async with Fetcher(self._outward.proxy) as fetch:
            while True:
                await self.round(fetch)
                await asyncio.sleep(ROUND_SECONDS)

    async def round(self, fetch: Fetcher) -> None:
        """Do what is due.

        Raises:
            StorageError: The store failed.
        """
        state = self._admitting.log.fence.state
        if state is not self._said:
            _log.warning("registry.signing", extra={"state": state.value})
            self._said = state
        try:
            if state is State.BEHIND:
                await self._refill_sometimes(fetch)
            elif state is State.OPEN and not self._published:
                await self._admitting.publish(self._chain)
                self._published = True
            elif state is State.OPEN:
                await self._admitting.log.renew()
        except RefusedError as refusal:
            _log.error("registry.not_published", extra={"code": int(refusal.code)})
        except StaleError:
            return  # a replica was faster

    async def refill(self, fetch: Fetcher, url: str) -> int:
        """Read what our log lacks from one copy of it; return how many leaves came.

        Raises:
            FetchError: The copy cannot be had.
            RefusedError: It is not our log, or does not continue what we have.
            StorageError: It cannot be stored.
        """
        me, head = self._admitting.log.me, self._admitting.log.head
        known = 0 if head is None else head.size
        note = await read_note(fetch, url)
        size = claimed_size(note, known)
        if size <= known:
            return 0
        await self._trust.take(me, note, await read_leaves(fetch, url, known, size))
        return size - known

    async def _refill_sometimes(self, fetch: Fetcher) -> None:
        now = self._trust.now()
        if 0 <= now - self._refilled_at < REFILL_SECONDS:
            return
        self._refilled_at = now
        for url in self._mirrors:
            if await self._whole_again(fetch, url):
                return
        for address in self._some_members():
            try:
                await resolve(address, self._outward)
            except LinkError:
                continue
            if await self._whole_again(fetch, mirror_at(address, self._admitting.log.me)):
                return

    async def _whole_again(self, fetch: Fetcher, url: str) -> bool:
        """Read from one copy; tell whether our log has all that was shown of it."""
        try:
            await self.refill(fetch, url)
        except (FetchError, RefusedError):
            return False
        return self._admitting.log.fence.ahead is None

    def _some_members(self) -> list[str]:
        members = list(self._addresses())
        first = self._next % max(1, len(members))
        self._next = first + MOST_MIRRORS
        return (members[first:] + members[:first])[:MOST_MIRRORS]


def mirror_at(address: str, registry: Aid) -> str:
    """Return where the node with this link address serves the log of a registry (B.6.2)."""
    parts = urlsplit(address)
    return f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}/log/{registry.hex()}"
