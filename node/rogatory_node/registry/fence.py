"""Whether this registry may sign: not while somebody may hold a larger log of ours than we do (B.6.2).

A registry that was restored from a backup would sign a second root for a size that it had signed before. That is a
fork, and no follower accepts its log ever again. So after every start, before anything is signed:

* It shows its head for 30 seconds: followers look every ten, and who holds a larger head of it brings that one.
* Members say on their links which head they hold: as many as ``needed`` must hold ours or less.
* A head that is larger, and signed by our own keys, forbids signing until our log has it. Nobody can overrule that.
* Where too few members can be asked, an operator may vouch that this copy is the newest; it is in the audit log.
* Only a log that is founded by this process, soon after its statement was made, needs no comparison.

A claim is only ever a reason not to count a member; what forbids is a signature of ours.
"""

import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

from rogatory_keys.authority import Standing
from rogatory_node.services.trust import Trust
from rogatory_node.storage.audit_log import Event
from rogatory_protocol.checkpoint import Checkpoint
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest

LISTEN_SECONDS: Final = 30.0  # three rounds of a follower
MOST_NEEDED: Final = 3
YOUNG_SECONDS: Final = 3_600  # between a registry's statement and its log: nobody restores so early a backup

Claim = tuple[str, int, bytes]
"""Origin, size and root, as a peer's READY says it."""


class State(StrEnum):
    """Whether we may sign."""

    OPEN = "open"
    LISTENING = "listening"
    COMPARING = "comparing"
    BEHIND = "behind"


class FenceError(RefusedError):
    """Nothing is signed now.

    Attributes:
        state: Why.
    """

    def __init__(self, state: State) -> None:
        """Note why."""
        super().__init__(Code.BUSY, f"the log is {state.value}")
        self.state = state


class Fence:
    """Stands before the keys of our log."""

    def __init__(self, trust: Trust, me: Aid, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin to listen; *clock* never goes back."""
        self._trust, self._me, self._clock = trust, me, clock
        self._began, self._lifted = clock(), False
        self._agreed: set[Aid] = set()

    @property
    def state(self) -> State:
        """Say whether we may sign."""
        if self._trust.ahead(self._me) is not None:
            return State.BEHIND
        if not self._lifted and self._clock() - self._began < LISTEN_SECONDS:
            return State.LISTENING
        self._lifted = self._lifted or len(self._agreed) >= self.needed
        return State.OPEN if self._lifted else State.COMPARING

    @property
    def agreed(self) -> int:
        """How many members hold our head, or a smaller one."""
        return len(self._agreed)

    @property
    def needed(self) -> int:
        """How many members must: half of them, three at most."""
        members = sum(each.standing is Standing.ADMITTED and each.aid != self._me for each in self._trust.entries())
        return min(MOST_NEEDED, (members + 1) // 2)

    @property
    def ahead(self) -> Checkpoint | None:
        """Return the largest head of ours that somebody showed and that our log does not have."""
        return self._trust.ahead(self._me)

    def check(self) -> None:
        """Check that we may sign.

        Raises:
            FenceError: We may not, now.
        """
        state = self.state
        if state is not State.OPEN:
            raise FenceError(state)

    def founded(self, statement_at: int) -> None:
        """Note that this process has founded the log with a statement of that time."""
        if self._trust.now() - statement_at < YOUNG_SECONDS:
            self._lifted = True

    def claimed(self, peer: Aid, claims: Sequence[Claim]) -> None:
        """Note which heads a peer says it holds."""
        head = self._trust.head(self._me)
        if head is None:
            return
        for origin, size, root in claims:
            if origin == head.origin and (size < head.size or (size, root) == (head.size, head.root)):
                self._agreed.add(peer)

    async def vouch(self, who: str) -> None:
        """Note that a person vouches that nobody holds more of our log than we do.

        Raises:
            FenceError: BEHIND: somebody does.
            StorageError: It cannot be stored; nothing changed.
        """
        if self.state is State.BEHIND:
            raise FenceError(State.BEHIND)
        await self._trust.record([Event(ev="registry.vouched", obj=Digest(self._me), who=who)])
        self._lifted = True
