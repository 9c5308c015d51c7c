"""How each peer and we see each other's history: incarnations and audit heads in READY (B.12.4, B.14).

* READY `audit` is the longest head of the peer's audit log that it quoted in a letter or evidence that we verified.
* A peer whose `inc` is new was restored; one that holds a head of ours which our log does not have, longer or of
  another root, says that *we* were. Both are alarms: they are claims, and only let us ask.
* What is quoted meanwhile is kept in memory and written twice a minute, not with every letter: a crash forgets a claim,
  never a fact.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.delivery.ours import Ours
from rogatory_node.delivery.session import Session
from rogatory_node.services import peering
from rogatory_node.services.peering import Meeting, Met, Quoted
from rogatory_node.storage.errors import StorageError
from rogatory_node.storage.writer import Writer
from rogatory_protocol.audit import Head
from rogatory_protocol.ids import Aid, Digest

WRITE_SECONDS: Final = 30.0

Alarm = Callable[[str, Aid, Digest | None], None]
Meets = Callable[[Session, Meeting], None]
"""Told of every READY, after it was compared with what is stored."""


def _nothing(_session: Session, _meeting: Meeting) -> None:
    """Nobody asks peers for what was lost."""


class Views:
    """Heads and incarnations of all peers. Put `join` among the parts of `Peers`, `head_of` as `Office.audit`."""

    def __init__(
        self, heads: dict[Aid, Head], ours: Ours, *, writer: Writer, wall: Callable[[], float], alarm: Alarm
    ) -> None:
        """Take what is stored; *alarm* is told ``peer.restored`` or ``audit.longer_abroad``, and the peer."""
        self._ours = ours
        self._heads, self._writer, self._wall, self._alarm = heads, writer, wall, alarm
        self.meets: Meets = _nothing
        self._unwritten: set[Aid] = set()

    @classmethod
    async def open(cls, *, writer: Writer, readers: AsyncEngine, wall: Callable[[], float], alarm: Alarm) -> "Views":
        """Load what is stored."""
        async with readers.connect() as connection:
            heads = await connection.run_sync(peering.quoted_heads)
        return cls(heads, Ours(readers), writer=writer, wall=wall, alarm=alarm)

    def join(self, session: Session) -> None:
        """Take part in a link."""
        line = session.line

        async def ready(body: dict[str, Any]) -> None:
            await self._meet(session, body)
            line.spawn(self._keep())

        session.on_ready.append(ready)

    def head_of(self, peer: Aid) -> Head | None:
        """Return the longest audit head of a peer that we hold."""
        return self._heads.get(peer)

    def quoted(self, peer: Aid, heads: Iterable[Head]) -> None:
        """Take note of the heads in verified letters and evidence of a peer."""
        for head in heads:
            held = self._heads.get(peer)
            if held is None or head.is_longer_than(held):
                self._heads[peer] = head
                self._unwritten.add(peer)

    async def write(self) -> None:
        """Write what is not written yet.

        Raises:
            StorageError: It cannot be stored; it is tried again.
        """
        taken, self._unwritten = self._unwritten, set()
        commands = [Quoted(aid=aid, head=self._heads[aid]) for aid in taken]
        try:
            await asyncio.gather(*(self._writer.execute(peering.quoted, each) for each in commands))
        except BaseException:
            self._unwritten |= taken
            raise

    async def _meet(self, session: Session, body: dict[str, Any]) -> None:
        peer = session.line.peer
        claim = body["audit"]
        lost = claim is not None and not await self._ours.holds(claim)
        command = Met(aid=peer, inc=body["inc"], claim=claim if lost else None, now=int(self._wall()))
        meeting = await self._writer.execute(peering.met, command)
        if meeting.restored:
            self._alarm("peer.restored", peer, None)
        if meeting.longer:
            self._alarm("audit.longer_abroad", peer, None)
        self.meets(session, meeting)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            with suppress(StorageError):
                await self.write()
