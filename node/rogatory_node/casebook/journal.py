"""The audit log for people: its newest entries first, who did what in words that can be translated, and its proof.

* An entry names a role and an identifier; names of persons are looked up beside it and are never in the log.
* That somebody read the log is an entry of it, written before he sees it.
* ``verified`` computes the root anew from every entry of the epoch and compares it with the head that was given away.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from os import urandom
from typing import Final

from sqlalchemy import Connection, select, tuple_

from rogatory_node.casebook.actors import Acting, event, load, require
from rogatory_node.casework.roles import Action
from rogatory_node.storage import audit_log
from rogatory_node.storage.tables import audit
from rogatory_protocol.audit import parse_leaf
from rogatory_protocol.ids import Id16

EVENT: Final = "log.read"
MOST: Final = 100
MOST_SCANNED: Final = 20_000  # entries looked at for one page of one person
_WHO: Final = re.compile(r"([a-z]+) ([0-9a-f]{32})(?: for ([0-9a-f]{32}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry.

    Attributes:
        epoch: Of the log.
        n: Its number in the epoch.
        ev: What happened, by its name.
        at: When.
        object: Digits of what it is about.
        role: In which role, or which part of the system.
        person: Who, if a person.
        behind: Whom he represented.
    """

    epoch: int
    n: int
    ev: str
    at: int
    object: str | None
    role: str
    person: Id16 | None
    behind: Id16 | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some entries, the newest first, and before which the next page starts, if there is one."""

    entries: tuple[Entry, ...]
    next: tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Whether the entries are those of the head, and how many they are."""

    good: bool
    epoch: int
    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Notes who reads the log.

    Attributes:
        wall: The clock.
        random: Randomness for audit leaves.
    """

    wall: Callable[[], float] = field(default=time.time)
    random: Callable[[int], bytes] = urandom

    def note(self, connection: Connection, commands: Sequence[Acting]) -> list[None]:
        """Note that people read the log.

        Raises:
            ActorError: Who reads is unknown or may not.
        """
        now, events = int(self.wall()), []
        for each in commands:
            actor = load(connection, each, now=now)
            events.append(event(EVENT, actor, role=require(actor, Action.LOG_READ).role))
        audit_log.append(connection, events, now=now, random=self.random)
        return [None for _ in commands]


def page(
    connection: Connection, *, before: tuple[int, int] | None = None, family: str = "", person: Id16 | None = None
) -> Page:
    """Return a page of the log. *family* is the beginning of names of events; *person* did it or was represented."""
    place = tuple_(audit.c.epoch, audit.c.n)
    query = select(audit.c.epoch, audit.c.n, audit.c.leaf).order_by(audit.c.epoch.desc(), audit.c.n.desc())
    if before is not None:
        query = query.where(place < tuple_(*before))
    if family:
        query = query.where(audit.c.ev.startswith(family, autoescape=True))
    found: list[Entry] = []
    last: tuple[int, int] | None = None
    for row in connection.execute(query.limit(MOST_SCANNED)):
        entry = _entry(row.epoch, bytes(row.leaf))
        last = (row.epoch, row.n)
        if person is None or person in (entry.person, entry.behind):
            found.append(entry)
        if len(found) > MOST:
            return Page(entries=tuple(found[:MOST]), next=(found[MOST - 1].epoch, found[MOST - 1].n))
    scanned_all = last is None or last == (0, 0) or person is None
    return Page(entries=tuple(found), next=None if scanned_all else last)


def verified(connection: Connection) -> Verified:
    """Compute the root of the newest epoch anew. It reads every entry: for a person who asks, not for every page."""
    held = audit_log.held(connection)
    root = audit_log.root_at(connection, held.epoch, held.frontier.size)
    return Verified(good=root == held.head.root, epoch=held.epoch, size=held.frontier.size, root=root)


def _entry(epoch: int, raw: bytes) -> Entry:
    leaf = parse_leaf(raw)
    who = _WHO.fullmatch(leaf.who)
    return Entry(
        epoch=epoch,
        n=leaf.n,
        ev=leaf.ev,
        at=leaf.ts,
        object=None if leaf.obj is None else leaf.obj.hex(),
        role=leaf.who if who is None else who[1],
        person=None if who is None else Id16(bytes.fromhex(who[2])),
        behind=None if who is None or who[3] is None else Id16(bytes.fromhex(who[3])),
    )
