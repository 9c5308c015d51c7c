"""What every page is given, and how it says no.

* A `Desk` is the running node as pages see it; an `Ask` is one request of one person.
* A refusal is an English text of the catalogue with its values beside it; whoever shows it translates it.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from aiohttp import web
from multidict import MultiDict, MultiDictProxy
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.casebook.actors import Acting, Actor, permitted
from rogatory_node.casebook.approvals import Approvals
from rogatory_node.casebook.sessions import Session
from rogatory_node.casework.roles import Action
from rogatory_node.config import Config
from rogatory_node.delivery.peers import Row
from rogatory_node.i18n import later
from rogatory_node.services.answering import Answering
from rogatory_node.services.own import Own
from rogatory_node.services.trust import Trust
from rogatory_node.storage.blobs import BlobFolder
from rogatory_node.storage.writer import Writer
from rogatory_node.web.desk.challenges import Challenges
from rogatory_node.web.desk.limits import Attempts
from rogatory_node.web.desk.passwords import Passwords
from rogatory_protocol.ids import Aid, Digest

R = TypeVar("R")
UPLOADS: Final = 4  # at a time, each in memory
AGAIN: Final = later("Go back, load the page anew and try again.")


class Wake(Protocol):
    """Says that something waits for an authority."""

    def __call__(self, aid: Aid, queued: Sequence[Digest] = (), /) -> None:
        """Say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The running node, as pages see it.

    Attributes:
        config: Its settings.
        own: Who it is.
        writer: The one writer.
        readers: The engine of the readers.
        blobs: The folder of attachments.
        scratch: A folder of the home for files on their way out.
        trust: The directory.
        approvals: The transactions of approving, and sending by the last approval.
        answering: The transactions of answering.
        wake: Says that something waits for an authority.
        links: Says how every peer stands.
        passwords: Hashes passwords, a few at a time.
        attempts: Counts failures.
        challenges: What devices sign.
        printing: Held by who prints: one at a time.
        uploading: Held by who takes a file in: few at a time.
        wall: The clock.
    """

    config: Config
    own: Own
    writer: Writer
    readers: AsyncEngine
    blobs: BlobFolder
    scratch: Path
    trust: Trust
    approvals: Approvals
    answering: Answering
    wake: Wake
    links: Callable[[], list[Row]]
    passwords: Passwords
    attempts: Attempts
    challenges: Challenges
    printing: asyncio.Lock = field(default_factory=asyncio.Lock)
    uploading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UPLOADS))
    wall: Callable[[], float] = time.time

    async def read(self, work: Callable[..., R], *args: Any) -> R:
        """Run a reading function on a connection of the readers."""
        async with self.readers.connect() as connection:
            return await connection.run_sync(work, *args)

    async def write(self, kind: Callable[[Connection, list[Any]], Sequence[R]], command: Any) -> R:
        """Run a command; it is durable when this returns."""
        return await self.writer.execute(kind, command)


class Refused(Exception):
    """Why a page is not shown, or a form not taken.

    Attributes:
        status: Of HTTP.
        what: What is wrong: an English text of the catalogue.
        then: What to do about it, likewise.
        values: The values in both.
    """

    def __init__(self, status: int, what: str, then: str = "", /, **values: object) -> None:
        """Note the refusal."""
        super().__init__(status)
        self.status, self.what, self.then, self.values = status, what, then, values


NOT_FOUND: Final = later("There is nothing here.")
NOT_YOURS: Final = later("Your role does not do this.")


def nothing_here() -> Refused:
    """Return the refusal of what is not there, and of what he must not know to be there."""
    return Refused(404, NOT_FOUND)


def _no_fields() -> MultiDictProxy[str]:
    return MultiDictProxy(MultiDict())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request.

    Attributes:
        desk: The node.
        request: As it came.
        origin: The address of these pages, as the browser writes it.
        language: In which the person reads.
        words: Of the session; empty when there is none.
        session: The session, or None.
        actor: Who asks, as the database knew him a moment ago.
        name: His name.
        form: What a form sent.
    """

    desk: Desk
    request: web.Request = field(repr=False)
    origin: str
    language: str
    words: str = field(default="", repr=False)
    session: Session | None = None
    actor: Actor | None = None
    name: str = field(default="", repr=False)
    form: MultiDictProxy[str] = field(default_factory=_no_fields, repr=False)

    @property
    def path(self) -> Mapping[str, str]:
        """The parts of the path that stand for something."""
        return self.request.match_info

    @property
    def acting(self) -> Acting:
        """Who says that he acts, for the commands of the book, which ask anew."""
        assert self.session is not None  # pages without a session have no commands of the book
        return Acting(person=self.session.person)

    @property
    def actions(self) -> frozenset[Action]:
        """What he may do to some object or other."""
        return frozenset() if self.actor is None else permitted(self.actor)

    def query(self, name: str) -> str | None:
        """Return a field of the query, or None.

        Raises:
            Refused: It stands there twice.
        """
        return _one(self.request.query, name)

    def field(self, name: str) -> str:
        """Return a field of the form without blanks around it; empty when it is not there.

        Raises:
            Refused: It stands there twice.
        """
        return (_one(self.form, name) or "").strip()


def _one(fields: Any, name: str) -> str | None:
    found: list[str] = fields.getall(name, [])
    if len(found) > 1:
        raise Refused(400, later("The form is not as it should be."), AGAIN)
    return found[0] if found else None
