"""The live directory over the store: whose keys are good, read by everybody, changed by one at a time (B.6.4).

What others call (all may be called from any thread but the ``async`` ones):

* ``await Trust.open(writer, readers, local)``: from the snapshot and the leaves after it, else by replaying all.
* ``trust.seal_key(aid, kid, ts) -> bytes``, ``trust.node_key(aid, kid) -> bytes``: raise RefusedError.
* ``trust.admitted(aid) -> bool``, ``trust.good(aid) -> bool`` (admitted, and the directory is fresh enough to seal).
* ``trust.entries() -> list[Entry]``, ``trust.entry(aid) -> Entry | None``, ``trust.heads()``,
  ``trust.note_of(origin) -> bytes | None``, ``trust.freshness(registry) -> Freshness``.
* ``await trust.take(registry, note, leaves) -> list[Alarm]``: a newer checkpoint and exactly the leaves it adds.
* ``await trust.hear(note) -> Alarm | None``: a checkpoint that a peer showed; two roots of one size are a fork.
* ``await trust.contradicted(registry, note, leaves) -> Alarm | None``: a larger log that does not contain ours.
* ``trust.ahead(registry) -> Checkpoint | None``: the largest head that was shown and is not reached yet.
* ``await trust.record(events)``: something for the audit log that changes nothing here.
* ``await trust.confirm(aid, cc, roles, who)``: an officer confirmed a second authority of a role by its digits.
* ``await trust.override(until, who)``: an officer lets this node seal by a directory that is too old.
* ``await trust.settle(aid, foreign, who)``: an officer found out which statement of a forked authority is not its own.
* ``trust.watch(callback)``: called with the alarms (perhaps none) after each change, on the event loop.

Rules:

* New leaves are judged on a copy, stored, and only then seen: nobody acts on what is not durable.
* Above 14 days without a checkpoint the directory seals nothing and opens nothing (error 19). An officer may let it
  seal for a week all the same; what comes it still refuses. Cards and node keys go on, so that it can recover.
* Every alarm is in the audit log with the leaf that raised it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_keys.directory import Directory, Entry, Freshness
from rogatory_keys.fork import fork
from rogatory_keys.replay import Alarm, AlarmKind, Followed, Local
from rogatory_keys.snapshot import dump
from rogatory_node.config import Config
from rogatory_node.services import trust_store as store
from rogatory_node.services.alarms import MAX_EVENTS, events_of, fields_of
from rogatory_node.services.officers_word import Word
from rogatory_node.storage.audit_log import Event
from rogatory_node.storage.writer import Writer
from rogatory_protocol import note as notes
from rogatory_protocol.checkpoint import Checkpoint
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest, Kid
from rogatory_protocol.merkle import Frontier, leaf_hash
from rogatory_protocol.statement import Statement
from rogatory_protocol.statement_fields import ANYWHERE

TAIL_LEAVES: Final = 128  # judged again at a start: a quarter of a second
SMALL: Final = 64  # statements whose snapshot is cheap enough to write with each leaf
MAX_AHEAD: Final = 8  # heads of each log, larger than ours, that peers showed and that we check when we get there

Watcher = Callable[[Sequence[Alarm]], None]

_log: Final = logging.getLogger(__name__)


def local_of(config: Config, own: Statement | None, *, registry: bool = False) -> Local:
    """Return what local configuration grants: the followed registries, and a registry's own log for all countries."""
    followed = [Followed(aid=Aid(each.aid), scope=each.scope) for each in config.follow]
    if registry and own is not None and own.aid not in {each.aid for each in followed}:
        followed.insert(0, Followed(aid=own.aid, scope=(ANYWHERE,)))
    me = None if own is None else (own.aid, own.content.cc, own.content.roles)
    return Local(followed=tuple(followed), own=me)


class Trust:
    """The directory of this node. Make it with ``open``."""

    def __init__(
        self,
        stored: store.Stored,
        *,
        writer: Writer,
        readers: AsyncEngine,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Judge what was stored after the snapshot; call it in a thread, or use ``open``.

        Raises:
            DamagedError: The stored leaves are not those of the stored checkpoints.
        """
        self._writer, self._readers, self._wall = writer, readers, wall
        self._tail, self._forks = stored.tail, dict(stored.forks)
        self._word = stored.word
        self._directory = store.restore(stored)
        self._ahead: dict[Aid, dict[bytes, Checkpoint]] = {}
        self._watchers: list[Watcher] = []
        self._turn = asyncio.Lock()

    @classmethod
    async def open(
        cls, writer: Writer, readers: AsyncEngine, local: Local, *, wall: Callable[[], float] = time.time
    ) -> "Trust":
        """Load the directory.

        Raises:
            DamagedError: The stored leaves are not those of the stored checkpoints.
        """
        async with readers.connect() as connection:
            stored = await connection.run_sync(store.read, local)
        return await asyncio.to_thread(cls, stored, writer=writer, readers=readers, wall=wall)

    # --- Looking up -----------------------------------------------------------------------------------------------

    @property
    def directory(self) -> Directory:
        """The directory as it stands. Read it only; a change makes a new one."""
        return self._directory

    @property
    def old_until(self) -> int:
        """Until when an officer lets this node send by a directory that is too old; 0 if none did."""
        return self._word.old_until

    @property
    def forks(self) -> store.Forks:
        """The two signed checkpoints of each log that forked."""
        return dict(self._forks)

    def now(self) -> int:
        """Return the time, in whole seconds."""
        return int(self._wall())

    def seal_key(self, aid: Aid, kid: Kid, ts: int) -> bytes:
        """Return the key that seals an object dated *ts* (``KeyLookup``).

        Raises:
            RefusedError: DIRECTORY_OLD: unknown, or nothing was heard of the registry for 14 days; NOT_GOOD.
        """
        return self._sealing(aid, kid, ts, old=False)

    def sealing_key(self, aid: Aid, kid: Kid, ts: int) -> bytes:
        """Return a seal key as ``seal_key``, but for what we send: an officer may allow an old directory for a while.

        Raises:
            RefusedError: As ``seal_key``.
        """
        return self._sealing(aid, kid, ts, old=self.now() < self._word.old_until)

    def _sealing(self, aid: Aid, kid: Kid, ts: int, *, old: bool) -> bytes:
        directory, now = self._directory, self.now()
        public = directory.seal_key(aid, kid, ts, now)
        if not old and directory.freshness_of(aid, now) is Freshness.BLOCK:
            raise RefusedError(Code.DIRECTORY_OLD, "the directory is older than 14 days")
        return public

    def card_key(self, aid: Aid, kid: Kid) -> bytes:
        """Return the key that seals a card now, however old the directory is: addresses help it to recover.

        Raises:
            RefusedError: DIRECTORY_OLD: unknown; NOT_GOOD.
        """
        now = self.now()
        return self._directory.seal_key(aid, kid, now, now)

    def node_key(self, aid: Aid, kid: Kid) -> bytes:
        """Return the key that authenticates a node on a link, good now (``NodeKey``).

        Raises:
            RefusedError: DIRECTORY_OLD: unknown; NOT_GOOD.
        """
        return self._directory.node_key(aid, kid, self.now())

    def admitted(self, aid: Aid) -> bool:
        """Tell whether an authority is admitted now, or is a registry that this node follows."""
        try:
            self._directory.admitted(aid, self.now())
        except RefusedError:
            return False
        return True

    def good(self, aid: Aid) -> bool:
        """Tell whether something may be sealed to an authority: admitted, by a log that is fresh enough or allowed."""
        now = self.now()
        if not self.admitted(aid):
            return False
        return now < self._word.old_until or self._directory.freshness_of(aid, now) is not Freshness.BLOCK

    def version(self, aid: Aid) -> int:
        """Return the number of the newest statement of an authority; 0 when it is unknown."""
        found = self._directory.state.authorities.get(aid)
        return 0 if found is None else found.newest.content.ver

    def entry(self, aid: Aid) -> Entry | None:
        """Return an authority as officers see it, or None."""
        known = aid in self._directory.state.authorities
        return self._directory.resolve(aid, self.now()) if known else None

    def entries(self) -> list[Entry]:
        """Return every authority known, in the order in which they appeared."""
        return self._directory.entries(self.now())

    def heads(self) -> list[tuple[str, int, bytes]]:
        """Return origin, size and root of every followed log."""
        return self._directory.heads()

    def head(self, registry: Aid) -> Checkpoint | None:
        """Return the newest checkpoint of a followed log."""
        log = self._directory.state.logs.get(registry)
        return None if log is None else log.head

    def note_of(self, origin: str) -> bytes | None:
        """Return the newest checkpoint of the log of that name, as it was signed."""
        found = (log.head for log in self._directory.state.logs.values())
        return next((head.raw for head in found if head is not None and head.origin == origin), None)

    def freshness(self, registry: Aid) -> Freshness:
        """Say how fresh a followed log is.

        Raises:
            LocalProtocolError: The registry is not followed.
        """
        return self._directory.freshness(registry, self.now())

    def ahead(self, registry: Aid) -> Checkpoint | None:
        """Return the largest head of a log that somebody showed, signed by it, and that we have not reached."""
        return max(self._ahead.get(registry, {}).values(), key=lambda each: each.size, default=None)

    def watch(self, watcher: Watcher) -> None:
        """Call *watcher* after each change."""
        self._watchers.append(watcher)

    # --- Changing -------------------------------------------------------------------------------------------------

    async def take(
        self, registry: Aid, checkpoint: bytes, leaves: Sequence[bytes], events: Sequence[Event] = ()
    ) -> list[Alarm]:
        """Take a newer checkpoint of a followed log and exactly the leaves that it adds; durable when this returns.

        Args:
            registry: The registry.
            checkpoint: Its note.
            leaves: The new leaves, in order; they stay as they are meanwhile.
            events: What else the audit log must tell of it, in the same transaction.

        Raises:
            LocalProtocolError: The registry is not followed.
            RefusedError: As ``Directory.apply``; nothing changed.
            StaleError: Another replica was faster; the directory was loaded anew.
            StorageError: It cannot be stored; nothing changed.
        """
        async with self._turn:
            head = self.head(registry)
            if head is not None and head.raw == checkpoint and not leaves:
                return []
            fresh, alarms, change = await asyncio.to_thread(self._judge, registry, checkpoint, leaves)
            await self._commit(fresh, replace(change, events=(*events, *change.events)))
            self._tail = 0 if change.snapshot is not None else self._tail + len(leaves)
        self._tell(alarms)
        return alarms

    async def hear(self, note: bytes) -> Alarm | None:
        """Compare a checkpoint that a peer showed with our log; larger ones are compared when we get there.

        Raises:
            RefusedError: The note is not a followed log's: NOT_FOUND, or as ``Checkpoint.open``.
            StorageError: The proof of a fork cannot be stored.
        """
        registry, heard = self._open(note)
        log = self._directory.state.logs[registry]
        if log.head is None or log.fork is not None:
            return None
        if heard.size > log.head.size:
            ahead = self._ahead.setdefault(registry, {})
            ahead[heard.root] = heard
            if len(ahead) > MAX_AHEAD:  # the largest stays: a registry must know how far it was
                del ahead[min(ahead.values(), key=lambda each: each.size).root]
            return None
        if await self._root_at(registry, heard.size) == heard.root:
            return None
        return await self._forked(registry, heard)

    async def contradicted(self, registry: Aid, note: bytes, leaves: Sequence[bytes]) -> Alarm | None:
        """Compare a larger checkpoint, with all its leaves, with ours: a log that was rewritten is a fork.

        Raises:
            RefusedError: The note is not this log's, or the leaves are not the note's (DISAGREE).
            StorageError: The proof cannot be stored.
        """
        found, heard = self._open(note)
        log = self._directory.state.logs[found]
        if found != registry or log.head is None or log.fork is not None or heard.size < log.head.size:
            return None
        hashes = await asyncio.to_thread(lambda: [leaf_hash(leaf) for leaf in leaves])
        if len(hashes) != heard.size or Frontier().extend(hashes).root() != heard.root:
            raise RefusedError(Code.DISAGREE, "leaves are not those of the checkpoint")
        if Frontier().extend(hashes[: log.head.size]).root() == log.head.root:
            return None
        return await self._forked(registry, heard)

    async def confirm(self, aid: Aid, cc: str, roles: Collection[str], who: str) -> None:
        """Record that an officer confirmed an authority for roles that another one holds, by its digits.

        Raises:
            StorageError: It cannot be stored; nothing changed.
        """
        claims = {(aid, cc, role) for role in roles}
        event = Event(ev="directory.confirmed", obj=Digest(aid), who=who)
        await self._decide(lambda word: replace(word, confirmed=word.confirmed | claims), event)

    async def settle(self, aid: Aid, foreign: Digest, who: str) -> None:
        """Record that an officer found out which statement of a forked authority is not its own (B.5).

        Raises:
            StorageError: It cannot be stored; nothing changed.
        """
        event = Event(ev="directory.settled", obj=Digest(aid), who=who)
        await self._decide(lambda word: replace(word, settled=word.settled | {(aid, foreign)}), event)

    async def override(self, until: int, who: str) -> None:
        """Record that an officer lets this node send by a directory that is too old (B.6.4: at most seven days).

        Raises:
            StorageError: It cannot be stored; nothing changed.
        """
        event = Event(ev="directory.overridden", obj=None, who=who)
        await self._decide(lambda word: replace(word, old_until=until), event)

    async def _decide(self, change: Callable[[Word], Word], event: Event) -> None:
        async with self._turn:
            fresh, word = fork(self._directory), change(self._word)
            word.tell(fresh)
            about = next(iter(fresh.state.logs))
            await self._commit(fresh, store.Taken(registry=about, word=word, events=(event,), now=self.now()))
            self._word = word
        self._tell([])

    async def record(self, events: Sequence[Event]) -> None:
        """Write into the audit log what concerns the directory and changes nothing of it.

        Raises:
            StorageError: It cannot be stored.
        """
        async with self._turn:
            about = next(iter(self._directory.state.logs))
            await self._commit(self._directory, store.Taken(registry=about, events=tuple(events), now=self.now()))

    def _judge(
        self, registry: Aid, checkpoint: bytes, leaves: Sequence[bytes]
    ) -> tuple[Directory, list[Alarm], store.Taken]:
        """Judge new leaves on a copy; runs in a thread."""
        old, fresh, now = self._directory, fork(self._directory), self.now()
        before = None if registry not in old.state.logs else old.state.logs[registry].frontier
        alarms = fresh.apply(registry, checkpoint, leaves, now=now)
        log = fresh.state.logs[registry]
        assert before is not None  # apply refuses a registry that is not followed
        for heard in self._overtaken(registry, before, leaves):
            log.fork = log.fork or (checkpoint, heard.raw)
            alarms.append(Alarm(kind=AlarmKind.LOG_FORKED, registry=registry, index=heard.size))
        forks = None if log.fork is None else {**self._forks, registry: log.fork}
        enough = self._tail + len(leaves) >= TAIL_LEAVES or len(fresh.state.owners) <= SMALL
        change = store.Taken(
            registry=registry,
            # A note that is neither larger nor later changes nothing, and a fork is no head.
            head=log.head if log.head is not None and log.head.raw == checkpoint else None,
            first=before.size,
            leaves=leaves if log.frontier.size > before.size else (),
            accepted=store.accepted(old, fresh, leaves),
            forks=forks,
            snapshot=dump(fresh) if enough or forks is not None else None,
            events=events_of(alarms),
            now=now,
        )
        return fresh, alarms, change

    def _overtaken(self, registry: Aid, before: Frontier, leaves: Sequence[bytes]) -> list[Checkpoint]:
        """Return the heads that peers showed and that the new leaves contradict."""
        ahead = self._ahead.get(registry, {})
        reached = [heard for heard in ahead.values() if heard.size <= before.size + len(leaves)]
        for heard in reached:
            del ahead[heard.root]
        hashes = [leaf_hash(leaf) for leaf in leaves] if reached else []
        return [
            heard
            for heard in reached
            if heard.size > before.size and before.extend(hashes[: heard.size - before.size]).root() != heard.root
        ]

    async def _commit(self, fresh: Directory, change: store.Taken) -> None:
        try:
            await self._writer.execute(store.write, change)
        except store.StaleError:
            again = await Trust.open(self._writer, self._readers, fresh.state.local, wall=self._wall)
            self._directory, self._tail = again._directory, again._tail
            self._forks, self._word = again._forks, again._word
            raise
        self._forks = change.forks or self._forks
        self._directory = fresh

    async def _forked(self, registry: Aid, heard: Checkpoint) -> Alarm:
        async with self._turn:
            fresh = fork(self._directory)
            log = fresh.state.logs[registry]
            assert log.head is not None  # who has a root to compare has a head
            log.fork = (log.head.raw, heard.raw)
            alarm = Alarm(kind=AlarmKind.LOG_FORKED, registry=registry, index=heard.size)
            forks = {**self._forks, registry: log.fork}
            events = events_of([alarm])
            await self._commit(fresh, store.Taken(registry=registry, forks=forks, events=events, now=self.now()))
        self._tell([alarm])
        return alarm

    def _open(self, note: bytes) -> tuple[Aid, Checkpoint]:
        origin = notes.parse(note).text.partition("\n")[0]
        for registry in self._directory.state.logs:
            found = self._directory.state.authorities.get(registry)
            log = None if found is None else found.newest.content.log
            if log is not None and log.public.origin == origin:
                return registry, Checkpoint.open(note, log.public)
        raise RefusedError(Code.NOT_FOUND, "checkpoint of a log that is not followed")

    async def _root_at(self, registry: Aid, size: int) -> bytes:
        head = self.head(registry)
        if head is not None and head.size == size:
            return head.root
        async with self._readers.connect() as connection:
            leaves = await connection.run_sync(store.leaves_of, registry, 0, size)
        return await asyncio.to_thread(lambda: Frontier().extend([leaf_hash(leaf) for leaf in leaves]).root())

    def _tell(self, alarms: Sequence[Alarm]) -> None:
        for alarm in alarms[:MAX_EVENTS]:
            _log.warning("directory.alarm", extra=fields_of(alarm))
        for watcher in self._watchers:
            watcher(alarms)
