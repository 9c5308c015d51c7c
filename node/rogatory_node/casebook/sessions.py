"""Sessions: that somebody proved who he is, at one browser, for a time.

* A session is 256 random bits in a cookie; only their hash is kept, so who reads the database cannot use one.
* It ends when nothing came for half an hour, after twelve hours, when the person ends it or signs in anew by a link,
  and with everything else when he is disabled: the roles behind it are asked anew at each request.
* What seals a letter wants a proof of the last minutes: ``proved_at`` says when it was.
* When it was seen is written once a minute at most.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from os import urandom
from typing import ClassVar, Final

from sqlalchemy import Connection, Row, select, update

from rogatory_node.casebook.actors import Acting, event, load, name_of_object
from rogatory_node.storage import audit_log
from rogatory_node.storage.book_tables import sessions
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Id16

IDLE_SECONDS: Final = 30 * 60
LIFE_SECONDS: Final = 12 * 3_600
FRESH_SECONDS: Final = 5 * 60
SEEN_SECONDS: Final = 60
SECRET_BYTES: Final = 32
_SALT_BYTES: Final = 12
_MAC_BYTES: Final = 18
_MAX_AGENT: Final = 200


class SessionError(Exception):
    """There is no such session."""

    code: ClassVar[str] = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as the book has it.

    Attributes:
        hash: Names it.
        person: Whose it is.
        method: How he proved who he is: ``link``, ``password``, ``passkey`` or ``paper``.
        agent: What his browser calls itself.
        begun_at: When it began.
        seen_at: When something last came, to the minute.
        proved_at: When he last proved who he is.
        ended_at: When it was ended, or None.
    """

    hash: bytes = field(repr=False)
    person: Id16
    method: str
    agent: str = field(repr=False)
    begun_at: int
    seen_at: int
    proved_at: int
    ended_at: int | None

    def open_at(self, now: int) -> bool:
        """Tell whether it works now."""
        return self.ended_at is None and now < self.seen_at + IDLE_SECONDS and now < self.begun_at + LIFE_SECONDS

    def fresh_at(self, now: int, seconds: int = FRESH_SECONDS) -> bool:
        """Tell whether the last proof is young enough for what seals a letter."""
        return now < self.proved_at + seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Somebody proved who he is."""

    person: Id16
    method: str
    agent: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Somebody ends one of his sessions, or all but the one in which he does it."""

    by: Acting
    session: bytes | None = field(default=None, repr=False)
    but: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Something came in a session; perhaps with a new proof."""

    session: bytes = field(repr=False)
    proved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """What is done with sessions.

    Attributes:
        sealer: Seals what browsers call themselves.
        wall: The clock.
        random: Randomness for secrets and audit leaves.
    """

    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def begin(self, connection: Connection, commands: Sequence[Beginning]) -> list[str]:
        """Begin sessions; return their secret words, which nobody can read again.

        Raises:
            ActorError: The person may not act now.
        """
        now, made, events = int(self.wall()), [], []
        for each in commands:
            actor = load(connection, Acting(person=each.person), now=now)
            secret = self.random(SECRET_BYTES)
            digest = _hash(secret)
            agent = each.agent[:_MAX_AGENT].encode()
            row = {
                "hash": digest,
                "person": each.person,
                "method": each.method,
                "agent_sealed": self.sealer.seal("sessions", "agent_sealed", digest, agent),
                "begun_at": now,
                "seen_at": now,
                "proved_at": now,
                "ended_at": None,
            }
            connection.execute(sessions.insert(), row)
            made.append(base64.urlsafe_b64encode(secret).rstrip(b"=").decode())
            events.append(event("session.begun", actor, name_of_object("person", each.person)))
        audit_log.append(connection, events, now=now, random=self.random)
        return made

    def find(self, connection: Connection, words: str) -> Session:
        """Return the session of a cookie.

        Raises:
            SessionError: There is none that works now.
        """
        row = connection.execute(select(sessions).where(sessions.c.hash == _hash(secret_of(words)))).one_or_none()
        found = None if row is None else self._opened(row)
        if found is None or not found.open_at(int(self.wall())):
            raise SessionError("session")
        return found

    def seen(self, connection: Connection, commands: Sequence[Seen]) -> list[None]:
        """Note that something came; a session that ended meanwhile stays ended."""
        now = int(self.wall())
        for each in commands:
            values = {"seen_at": now} | ({"proved_at": now} if each.proved else {})
            still = (sessions.c.hash == each.session, sessions.c.ended_at.is_(None))
            connection.execute(update(sessions).where(*still).values(values))
        return [None for _ in commands]

    def end(self, connection: Connection, commands: Sequence[Ending]) -> list[int]:
        """End sessions of a person; return how many.

        Raises:
            ActorError: The person may not act now.
        """
        now, ended, events = int(self.wall()), [], []
        for each in commands:
            actor = load(connection, each.by, now=now)
            wanted = [sessions.c.person == each.by.person, sessions.c.ended_at.is_(None)]
            wanted += [sessions.c.hash == each.session] if each.session is not None else []
            wanted += [sessions.c.hash != each.but] if each.but is not None else []
            ended.append(connection.execute(update(sessions).where(*wanted).values(ended_at=now)).rowcount)
            if ended[-1]:
                assert each.by.person is not None  # the operator has no sessions
                events.append(event("session.ended", actor, name_of_object("person", each.by.person)))
        audit_log.append(connection, events, now=now, random=self.random)
        return ended

    def listed(self, connection: Connection, person: Id16) -> list[Session]:
        """Return the sessions of a person that work now, the newest first."""
        query = select(sessions).where(sessions.c.person == person, sessions.c.ended_at.is_(None))
        now = int(self.wall())
        found = (self._opened(row) for row in connection.execute(query.order_by(sessions.c.begun_at.desc())))
        return [each for each in found if each.open_at(now)]

    def _opened(self, row: Row[tuple[object, ...]]) -> Session:
        return Session(
            hash=bytes(row.hash),
            person=Id16(row.person),
            method=row.method,
            agent=self.sealer.open("sessions", "agent_sealed", row.hash, row.agent_sealed).decode(errors="replace"),
            begun_at=row.begun_at,
            seen_at=row.seen_at,
            proved_at=row.proved_at,
            ended_at=row.ended_at,
        )


def secret_of(words: str) -> bytes:
    """Return the bits of a cookie.

    Raises:
        SessionError: They are none.
    """
    try:
        secret = base64.b64decode(words.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except ValueError:
        raise SessionError("session") from None
    if len(secret) != SECRET_BYTES:
        raise SessionError("session")
    return secret


def form_token(words: str, *, random: Callable[[int], bytes] = urandom) -> str:
    """Return what a form carries to show that it is ours; it differs each time, so that compression tells nothing."""
    salt = random(_SALT_BYTES)
    return base64.urlsafe_b64encode(salt + _form_mac(words, salt)).decode()


def is_form_token(words: str, token: str) -> bool:
    """Tell whether a form was given to this session."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return False
    return hmac.compare_digest(raw[_SALT_BYTES:], _form_mac(words, raw[:_SALT_BYTES]))


def _form_mac(words: str, salt: bytes) -> bytes:
    return hmac.digest(secret_of(words), b"rogatory/1 form\0" + salt, hashlib.sha256)[:_MAC_BYTES]


def _hash(secret: bytes) -> bytes:
    return hashlib.sha256(b"rogatory/1 session\0" + secret).digest()
