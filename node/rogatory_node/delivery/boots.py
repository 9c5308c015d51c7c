"""Two live copies of one authority's node, shown to each other by their peers (B.12.4).

* Each process draws a boot and signs it in its one-time keys. READY `you` shows a peer the boots of itself that we have
  seen in the last day, at most two.
* A node that is shown a boot which its own seal key signed after its own start, and which its database does not know,
  has a live copy: it is halted. Replicas share the database and so know each other.
* Whoever has only the node key cannot stop a node: the proof is a signature by the seal key.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.delivery.session import Session
from rogatory_node.storage.tables import boots
from rogatory_protocol.card import OneTimeKeys, parse_one_time_keys
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.ids import Aid, Id16
from rogatory_protocol.letter import KeyLookup
from rogatory_protocol.limits import DAY_SECONDS
from rogatory_protocol.signed import Context, verify_one

MOST_SHOWN: Final = 2
MOST_KEPT: Final = 8  # boots of one peer; a peer that restarts all day shows its newest
COPY: Final = "copy"  # the reason by which a node is halted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    raw: bytes = field(repr=False)
    ts: int
    seen: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Self:
    """What tells this process from a copy of it.

    Attributes:
        aid: The authority.
        boot: Of this process.
        started: When it began.
        seal_key: The seal keys of the directory, our own among them.
    """

    aid: Aid
    boot: Id16
    started: int
    seal_key: KeyLookup


class Boots:
    """What peers have shown of themselves. Put `join` among the parts of `Peers`, and `others` as `Office.you`."""

    def __init__(
        self,
        me: Self,
        *,
        known: Callable[[Id16], Awaitable[bool]],
        halt: Callable[[str], None],
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Start with none seen.

        Args:
            me: What tells this process from a copy.
            known: Whether a boot is in our database.
            halt: Called with `COPY` when a live copy was shown.
            wall: The clock.
        """
        self._me, self._known, self._halt, self._wall = me, known, halt, wall
        self._seen: dict[Aid, dict[Id16, _Shown]] = {}

    def join(self, session: Session) -> None:
        """Take part in a link."""
        peer = session.line.peer

        async def ready(body: dict[str, Any]) -> None:
            self.note(peer, body["ot"][0])
            for raw in body["you"]:
                await self.judge(raw)

        session.on_ready.append(ready)

    def others(self, peer: Aid) -> list[bytes]:
        """Return the one-time-key objects of the newest boots of a peer that were seen in the last day."""
        since = self._wall() - DAY_SECONDS
        fresh = [shown for shown in self._seen.get(peer, {}).values() if shown.seen >= since]
        return [shown.raw for shown in sorted(fresh, key=lambda shown: -shown.ts)[:MOST_SHOWN]]

    def note(self, peer: Aid, raw: bytes) -> None:
        """Note the boot of a peer from the verified one-time-key object of its READY."""
        content = parse_one_time_keys(raw).content
        seen = self._seen.setdefault(peer, {})
        seen.pop(content.boot, None)
        seen[content.boot] = _Shown(raw=raw, ts=content.ts, seen=self._wall())
        if len(seen) > MOST_KEPT:
            del seen[next(iter(seen))]

    async def judge(self, raw: bytes) -> None:
        """Halt when a peer shows a live copy of ours."""
        content = foreign(raw, self._me)
        if content is not None and not await self._known(content.boot):
            self._halt(COPY)


def foreign(raw: bytes, me: Self) -> OneTimeKeys | None:
    """Return what another process of ours signed after our start, or None if this is nothing of the kind."""
    try:
        unverified = parse_one_time_keys(raw)
        content = unverified.content
        if content.aid != me.aid or content.boot == me.boot or content.ts <= me.started:
            return None
        public = me.seal_key(me.aid, unverified.object.signatures[0].kid, content.ts)
        verify_one(unverified.object, public, Context.OTKEYS)
    except RefusedError:
        return None
    return content


def known_in(readers: AsyncEngine) -> Callable[[Id16], Awaitable[bool]]:
    """Return how to look a boot up in the database."""

    async def known(boot: Id16) -> bool:
        async with readers.connect() as connection:
            found = await connection.execute(select(boots.c.boot).where(boots.c.boot == boot))
            return found.one_or_none() is not None

    return known
