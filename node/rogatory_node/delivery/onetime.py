"""One-time encryption keys of one link, both ways (B.7).

* Our seeds live in this object only; each dies when the offer that names it is answered, all with the link.
* The peer's public keys are used once each, and only on this link.
* Keys are drawn in a thread: sixty-four of them and a signature are too long for the event loop.
* New ones are asked for when half are used; a refusal is asked again after its time.
"""

import asyncio
import os
from collections.abc import Callable
from typing import Final

from rogatory_node.delivery.line import Line
from rogatory_node.delivery.office import Office
from rogatory_protocol import card, limits
from rogatory_protocol.errors import Code
from rogatory_protocol.ids import Kid
from rogatory_protocol.link.connection import Received
from rogatory_protocol.link.frames import Type
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.suite import ENCRYPTION_SEED_BYTES, EncryptionKey

REFILL_KEYS: Final = limits.MAX_KEYS_PER_OBJECT

Pair = tuple[bytes, bytes]
"""The signed object and the public keys beside it."""


class OneTimeKeys:
    """The keys that we gave and those that we were given."""

    def __init__(self, line: Line, office: Office, *, arrived: Callable[[], None]) -> None:
        """Start with none; *arrived* is called when the peer has given keys."""
        self._line, self._office, self._arrived = line, office, arrived
        self._ours: dict[Kid, EncryptionKey] = {}
        self._making = 0
        self._theirs: list[bytes] = []
        self._half = limits.READY_KEYS // 2
        self._asking = False
        self.seal_kid: Kid | None = None
        """The seal key of the peer that signed for its newest keys; None until it has signed for any."""

    # Ours

    async def make(self, count: int) -> Pair:
        """Draw keys for the peer and sign for them."""
        self._making += count
        try:
            fresh, obj, keys = await asyncio.to_thread(self._draw, count)
        finally:
            self._making -= count
        self._ours.update((key.kid, key) for key in fresh)
        return obj, keys

    def key(self, kid: Kid) -> EncryptionKey | None:
        """Return a key of ours that is still unused."""
        return self._ours.get(kid)

    def used(self, kid: Kid) -> None:
        """Forget a key whose offer was answered."""
        self._ours.pop(kid, None)

    def forget(self) -> None:
        """Forget all of them."""
        self._ours.clear()
        self._theirs.clear()

    async def give(self, event: Received) -> None:
        """Answer GETKEYS."""
        self._line.spawn(self._give(event.frame.req, event.frame.body))

    async def _give(self, req: int, asked: int) -> None:
        count = min(asked, limits.MAX_ONE_TIME_KEYS - len(self._ours) - self._making)
        if count <= 0:
            self._line.refuse(req, Code.LINK_LIMIT)
        else:
            self._line.answer(req, Type.KEYS, await self.make(count))

    def _draw(self, count: int) -> tuple[list[EncryptionKey], bytes, bytes]:
        fresh = [EncryptionKey(os.urandom(ENCRYPTION_SEED_BYTES)) for _ in range(count)]
        keys = card.join_keys([key.public for key in fresh])
        content = card.OneTimeKeys(
            aid=self._office.me,
            peer=self._line.peer,
            link=self._line.link.keys.th3,
            boot=self._office.boot,
            ts=int(self._office.wall()),
            kh=card.keys_hash(keys),
        )
        return fresh, sign(self._office.seal, Context.OTKEYS, card.build_one_time_keys(content)), keys

    # Theirs

    def take(self) -> bytes | None:
        """Return an unused key of the peer, or None: they are asked for, and *arrived* will be called."""
        key = self._theirs.pop(0) if self._theirs else None
        if len(self._theirs) < self._half and not self._asking:
            self._asking = True
            self._line.spawn(self._refill())
        return key

    def accept(self, pair: Pair, *, most: int) -> None:
        """Take keys in after checking who signed for them.

        Raises:
            RefusedError: They are not signed by a good seal key of the peer for us and this link.
        """
        obj, keys = pair
        unverified = card.parse_one_time_keys(obj)
        kid, made = unverified.object.signatures[0].kid, unverified.content.ts
        content = card.verify_one_time_keys(
            unverified,
            self._office.sealing_key(self._line.peer, kid, made),
            giver=self._line.peer,
            receiver=self._office.me,
            link=self._line.link.keys.th3,
        )
        fresh = card.split_keys(content, keys, most=most)
        self._theirs += fresh
        self.seal_kid = kid
        self._half = len(fresh) // 2

    async def _refill(self) -> None:
        while True:
            frame = await self._line.inquire(Type.GETKEYS, REFILL_KEYS)
            if frame.type is Type.KEYS:
                break
            await asyncio.sleep(max(frame.body["retry"], 1))
        self.accept(frame.body, most=REFILL_KEYS)
        self._asking = False
        self._arrived()
