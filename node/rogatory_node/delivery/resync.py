"""SYNC after a restore, both ways (B.12.4, B.11.3).

* Giving: one run of each role an hour for a peer, page after page; a letter only sealed to a one-time key of the asker
  on this link, and only after its audit leaf is durable.
* Asking: when a peer is another one than before, or holds a longer history of ours than we have. The pages say what
  the peer holds beyond us; that is fetched, one letter at a time, and judged before it counts.
* A letter that is too old to be given waits for an officer's release; who lacks it asks again every hour.
* What a broken link interrupts goes on with the next one: how far it came is known in memory.
* A peer that does not know SYNC has nothing for us.
* What does not hold is an alarm and changes nothing.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

from rogatory_node.delivery.line import Line
from rogatory_node.delivery.office import Office, worked
from rogatory_node.delivery.session import Session
from rogatory_node.services import restoring, returning
from rogatory_node.services.peering import Meeting
from rogatory_node.services.recovering import Recovering
from rogatory_node.services.releasing import Asked, Releasing
from rogatory_node.services.restoring import Ended
from rogatory_node.services.resuming import Resuming
from rogatory_node.services.resyncing import Found, Listing, Resyncing, Role, Served
from rogatory_node.services.returning import Lost, Outcome, Returned, lacking
from rogatory_node.transport.link import LinkError
from rogatory_protocol.copies import Copy, kid_in, open_copy, seal_copy
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.limits import MAX_SYNC_ROWS
from rogatory_protocol.link.connection import Received
from rogatory_protocol.link.frames import Frame, Type

RUN_SECONDS: Final = 3_600  # B.12.4: one SYNC an hour per peer
MOST_PAGES: Final = 4_096  # two million letters; a peer that lists without end is left
_NOTHING: Final = frozenset({int(Code.UNKNOWN_TYPE), int(Code.NOT_FOUND)})


@dataclass(slots=True, kw_only=True)
class _Run:
    """What a peer asked for and was given."""

    began: float
    line: Line
    asked: int = 0
    following: int | None = None


@dataclass(slots=True, kw_only=True)
class _Progress:
    """How far our own run with a peer has come; the cursor is None after the last page."""

    cursor: int | None = 0
    pages: int = 0
    wanted: list[Digest] = field(default_factory=list)
    withheld: bool = False


class Resync:
    """Both sides of SYNC with all peers. Put `join` among the parts of `Peers`, `met` into `Views`."""

    def __init__(self, giving: Resyncing, recovering: Recovering, resuming: Resuming, office: Office) -> None:
        """Start with no run on."""
        self._giving, self._office = giving, office
        self._releasing = Releasing(wall=giving.wall, random=giving.random)
        self._kinds = {Role.RECIPIENT: recovering.take_back, Role.SENDER: resuming.resume}
        self._ended = partial(restoring.ended, random=recovering.random)
        self._given: dict[tuple[Aid, Role], _Run] = {}
        self._progress: dict[tuple[Aid, Role], _Progress] = {}
        self._running: set[Aid] = set()
        self._sessions: WeakValueDictionary[Aid, Session] = WeakValueDictionary()

    def join(self, session: Session) -> None:
        """Take part in a link."""
        session.handlers[Type.SYNC] = partial(self._sync, session.line)
        session.handlers[Type.FETCH] = partial(self._fetch, _Keys(session))

    def met(self, session: Session, meeting: Meeting) -> None:
        """Begin a run when a READY shows that something was restored, or go on with one that is not complete."""
        peer = session.line.peer
        self._sessions[peer] = session
        begun = any((peer, role) in self._progress for role in Role)
        if (meeting.restored or meeting.unsynced or begun) and peer not in self._running:
            session.line.spawn(self._run(session))

    # Giving

    async def _sync(self, line: Line, event: Received) -> None:
        body = event.frame.body
        listing = Listing(
            peer=line.peer, role=Role(body["as"]), since=body["since"], cursor=body["cursor"], most=body["max"]
        )
        wait = self._admit(listing, line)
        if wait is None:
            line.spawn(self._list(line, event.frame.req, listing))
        else:
            line.refuse(event.frame.req, Code.LINK_LIMIT, retry=wait)

    def _admit(self, asked: Listing, line: Line) -> int | None:
        """Count a page in, or return in how many seconds a run may begin."""
        place, now = (asked.peer, asked.role), line.now()
        run = self._given.get(place)
        left = 0.0 if run is None else run.began + RUN_SECONDS - now
        if asked.cursor == 0 and left <= 0:
            self._given[place] = _Run(began=now, line=line)
            return None
        # A page is repeated only where its answer may have been lost with its link, or with the process that asked.
        repeated = run is not None and asked.cursor == run.asked and line is not run.line
        if run is not None and (repeated or (asked.cursor and asked.cursor == run.following)):
            run.asked, run.line = asked.cursor, line
            return None
        return max(1, round(left))

    async def _list(self, line: Line, req: int, listing: Listing) -> None:
        async with self._office.readers.connect() as connection:
            page = await connection.run_sync(self._giving.page, listing)
        self._given[listing.peer, listing.role].following = page.following
        rows = [[digest, list(levels)] for digest, levels in page.rows]
        line.answer(req, Type.LIST, {"rows": rows, "next": page.following})

    async def _fetch(self, keys: "_Keys", event: Received) -> None:
        keys.session.line.spawn(self._copy(keys, event.frame.req, Digest(event.frame.body)))

    async def _copy(self, keys: "_Keys", req: int, digest: Digest) -> None:
        session, peer = keys.session, keys.session.line.peer
        # One after the other: a peer that asks for a thousand letters has one of them in memory.
        async with keys.turn:
            async with self._office.readers.connect() as connection:
                found = await connection.run_sync(self._giving.find, peer, digest)
            if found is None or not session.good():
                session.line.refuse(req, Code.NOT_FOUND, retry=0)
                return
            key = await keys.key()
            raw = await worked(_size(found), partial(self._sealed, found, peer, digest, key))
            if found.letter is not None:
                await self._office.writer.execute(self._giving.served, Served(letter=digest, peer=peer))
            if found.withheld:
                await self._office.writer.execute(self._releasing.asked, Asked(letter=digest, peer=peer))
            session.line.answer(req, Type.COPY, raw)

    def _sealed(self, found: Found, peer: Aid, digest: Digest, key: bytes) -> bytes:
        copy = self._giving.opened(found)
        try:
            return seal_copy(copy, asker=peer, letter=digest, public=key)
        except RefusedError:
            # The largest letter with all its evidence is larger than a message; the evidence alone is not.
            return seal_copy(Copy(evidence=copy.evidence), asker=peer, letter=digest, public=key)

    # Asking

    async def _run(self, session: Session) -> None:
        peer = session.line.peer
        self._running.add(peer)
        try:
            complete = await self._once(session)
            while not complete:
                await asyncio.sleep(RUN_SECONDS)  # an officer there may have released what was kept back
                complete = await self._once(session)
        finally:
            self._running.discard(peer)

    async def _once(self, session: Session) -> bool:
        """Go through one run, or the rest of it; tell whether everything is back."""
        peer = session.line.peer
        for role in Role:
            self._progress.setdefault((peer, role), _Progress())
        for role in Role:
            await self._ask(session, role, self._progress[peer, role])
        done = [self._progress.pop((peer, role)) for role in Role]
        complete = not any(each.withheld for each in done)
        run = Ended(peer=peer, complete=complete, now=int(self._office.wall()))
        await self._office.writer.execute(self._ended, run)
        session.wake()  # letters that waited for this may go, attachments of what came back be pulled
        return complete

    async def _ask(self, session: Session, role: Role, progress: _Progress) -> None:
        """Go through all pages of one role and fetch what they show."""
        while True:
            while progress.wanted:
                progress.withheld |= await self._take(session, role, progress.wanted[0])
                del progress.wanted[0]
            if progress.cursor is None or progress.pages == MOST_PAGES:
                return
            await self._next(session.line, role, progress)

    async def _next(self, line: Line, role: Role, progress: _Progress) -> None:
        """Ask for a page and note what of it we lack."""
        body = {"as": role.value, "since": 0, "cursor": progress.cursor, "max": MAX_SYNC_ROWS}
        frame = await line.inquire(Type.SYNC, body)
        if frame.type is Type.LIST:
            lost = Lost(peer=line.peer, role=role, rows=frame.body["rows"])
            async with self._office.readers.connect() as connection:
                progress.wanted += await connection.run_sync(lacking, self._office.me, lost)
            progress.pages += 1
            progress.cursor = frame.body["next"]
        elif frame.body["code"] in _NOTHING:
            progress.cursor = None
        else:
            await asyncio.sleep(max(frame.body["retry"], 1))
            progress.cursor = 0

    async def _take(self, session: Session, role: Role, digest: Digest) -> bool:
        """Fetch one letter and what was said about it; tell whether the peer keeps back what we need."""
        peer, office = session.line.peer, self._office
        frame = await session.line.inquire(Type.FETCH, digest)
        if frame.type is Type.ERROR:
            return False
        try:
            returned = await worked(len(frame.body), partial(self._judge, session, role, digest, frame))
        except RefusedError as refusal:
            office.alarm(f"resync.{refusal.code.name.lower()}", peer, digest)
            return True
        finally:
            session.keys.used(kid_in(frame.body))
        outcome: Outcome = await office.writer.execute(self._kinds[role], returned)
        if role is Role.SENDER and not outcome.unknown:
            await asyncio.gather(*(office.writer.execute(office.sending.settle, each) for each in returned.evidence))
            office.quoted(peer, [each.content.head for each in returned.evidence])
        if outcome.withheld:
            office.alarm("resync.withheld", peer, digest)
        if outcome.restored:
            office.alarm("audit.restored", peer, digest)
            self._all()
        return outcome.withheld

    def _judge(self, session: Session, role: Role, digest: Digest, frame: Frame) -> Returned:
        office, peer = self._office, session.line.peer
        key = session.keys.key(kid_in(frame.body))
        if key is None:
            raise RefusedError(Code.KEY_UNKNOWN, "one-time key of a copy")
        copy = open_copy(frame.body, key, me=office.me, letter=digest)
        return returning.judge(copy, me=office.me, peer=peer, role=role, digest=digest, keys=office.seal_key)

    def _all(self) -> None:
        """Begin a run on every link: what one peer has proved is asked of all."""
        for peer, session in list(self._sessions.items()):
            if peer not in self._running and session.endorsed:
                with suppress(LinkError):  # its end is near; the next link begins it
                    session.line.spawn(self._run(session))


class _Keys:
    """The one-time keys of one asker, waited for in turn."""

    def __init__(self, session: Session) -> None:
        """Start with whatever the link has."""
        self.session, self.turn = session, asyncio.Lock()
        self._arrived = asyncio.Event()
        session.on_keys.append(self._arrived.set)

    async def key(self) -> bytes:
        """Return an unused key of the peer, as soon as there is one."""
        while (key := self.session.keys.take()) is None:
            await self._arrived.wait()
            self._arrived.clear()
        return key


def _size(found: Found) -> int:
    row = found.letter
    carried = 0 if row is None else len(row.raw_sealed) + len(row.parts_sealed)
    return carried + sum(len(each.raw_sealed) for each in found.evidence)
