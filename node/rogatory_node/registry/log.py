"""Our own log: leaves go in, signed checkpoints come out (B.6.2).

* Leaves and the checkpoint over them are stored in one transaction, and nobody sees the checkpoint before: there are
  never two roots for one size, whenever the process dies.
* What every follower would ignore does not go in: leaves are judged first, on a copy of the directory.
* A checkpoint is signed with each change, and anew when the last one is twelve hours old.
* Whether this copy of the log is the newest, the fence knows; it is asked before each signature.
* The log is the one that this node follows itself: ``Trust`` keeps it, and everything is read from there.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rogatory_keys.directory import Directory
from rogatory_keys.fork import fork
from rogatory_keys.replay import Alarm, AlarmKind, Place, judge, read
from rogatory_node.registry.fence import Fence
from rogatory_node.services.trust import Trust
from rogatory_node.storage.audit_log import Event
from rogatory_protocol.checkpoint import Checkpoint, LogKeys, sign
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid
from rogatory_protocol.limits import SKEW_REFUSE_SECONDS, SKEW_WARN_SECONDS
from rogatory_protocol.merkle import leaf_hash
from rogatory_protocol.tiles import LeafKind, encode_leaf

RENEW_SECONDS: Final = 12 * 3_600  # "at least every 24 h": half of it, so that one missed round is no harm


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What leaves would do.

    Attributes:
        after: The directory with them.
        alarms: What every follower would be told.
    """

    after: Directory
    alarms: tuple[Alarm, ...]

    def check(self) -> None:
        """Check that every follower would take the leaves.

        Raises:
            RefusedError: With the code of the first that it would not.
        """
        for alarm in self.alarms:
            if alarm.kind in (AlarmKind.INVALID_LEAF, AlarmKind.WAITING):
                raise RefusedError(alarm.code or Code.DISAGREE, alarm.what or "statement without its predecessor")


class Log:
    """The log of this registry."""

    def __init__(self, trust: Trust, keys: LogKeys, me: Aid, fence: Fence | None = None) -> None:
        """Take the directory, which follows this log, and the keys that sign it."""
        self._trust, self._keys, self.me = trust, keys, me
        self.fence = fence or Fence(trust, me)
        self._turn = asyncio.Lock()

    @property
    def head(self) -> Checkpoint | None:
        """The newest checkpoint; None before the log was founded."""
        return self._trust.head(self.me)

    async def found(self, chain: Sequence[bytes]) -> bool:
        """Begin the log with our own statements, oldest first; tell whether it was new.

        Raises:
            RefusedError: The chain is not ours, or not valid.
            StorageError: It cannot be stored; nothing was signed for anybody.
        """
        async with self._turn:
            if self.head is not None:
                return False
            leaves = [encode_leaf(LeafKind.STATEMENT, raw) for raw in chain]
            await self._sign(leaves, [Event(ev="registry.founded", obj=None, who="node")])
            self.fence.founded(self._trust.directory.state.authorities[self.me].newest.content.ts)
            return True

    def trial(self, leaves: Sequence[bytes]) -> Trial:
        """Say what leaves would do, changing nothing and signing no checkpoint."""
        copy, now = fork(self._trust.directory), self._trust.now()
        log = copy.state.logs[self.me]
        alarms: list[Alarm] = []
        for index, leaf in enumerate(leaves, log.frontier.size):
            place = Place(log=log, index=index, latest=now + SKEW_REFUSE_SECONDS, effective=max(now, log.time))
            alarms += judge(copy.state, read(leaf), place)
        return Trial(after=copy, alarms=tuple(alarms))

    async def append(self, leaves: Sequence[bytes], events: Sequence[Event] = ()) -> list[Alarm]:
        """Append leaves and sign the log anew; published when this returns.

        Raises:
            RefusedError: A follower would not take one of them, or our clock is behind; nothing was appended.
            FenceError: Somebody may hold a larger log of ours; nothing was appended.
            StorageError: It cannot be stored; nothing was signed for anybody.
        """
        async with self._turn:
            self.fence.check()
            trial = await asyncio.to_thread(self.trial, leaves)
            trial.check()
            return await self._sign(leaves, events)

    async def renew(self) -> bool:
        """Sign the log anew if its checkpoint has become old; tell whether it had.

        Raises:
            RefusedError: Our clock is behind.
            FenceError: Somebody may hold a larger log of ours.
            StorageError: It cannot be stored.
        """
        async with self._turn:
            head = self.head
            if head is None or self._trust.now() - head.time < RENEW_SECONDS:
                return False
            self.fence.check()
            await self._sign([], [])
            return True

    async def hear(self, note: bytes) -> None:
        """Take note of a head that somebody holds of our log.

        Raises:
            RefusedError: It is not one of a log that we know.
            StorageError: The proof that it contradicts ours cannot be stored.
        """
        await self._trust.hear(note)

    async def _sign(self, leaves: Sequence[bytes], events: Sequence[Event]) -> list[Alarm]:
        now, head = self._trust.now(), self.head
        if head is not None and now < head.time - SKEW_WARN_SECONDS:
            raise RefusedError(Code.FUTURE, "the clock is behind the log's last checkpoint")
        frontier = self._trust.directory.state.logs[self.me].frontier.extend([leaf_hash(leaf) for leaf in leaves])
        time = now if head is None else max(now, head.time)
        note = await asyncio.to_thread(sign, self._keys, frontier.size, frontier.root(), time)
        return await self._trust.take(self.me, note, leaves, events)
