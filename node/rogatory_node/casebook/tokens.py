"""Tokens: by which a program or a command acts for a person (keys of the interface for programs).

* A token is ``rgt_``, the digits of its identifier, ``_`` and 256 random bits; it is shown once, and only a hash of it
  is kept. The bits are random, so a plain hash is enough: there is nothing to guess.
* Its scopes are actions, never more than the person could do when it was made; what the person lost since is lost to
  the token too, because roles are asked anew each time.
* It has an end. It is compared in constant time, and a wrong one is refused like an expired one.
* A token makes no further token: whoever stole one cannot outlive it.
"""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from os import urandom
from typing import ClassVar, Final

from sqlalchemy import Connection, Row, select, update

from rogatory_node.casebook.actors import (
    Acting,
    ForbiddenError,
    Refusal,
    Thing,
    UnknownActorError,
    actions_in,
    event,
    load,
    name_of_object,
    permitted,
    require,
)
from rogatory_node.casebook.people import check_name, spelled
from rogatory_node.casework.roles import Action
from rogatory_node.storage import audit_log
from rogatory_node.storage.book_tables import tokens
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Id16
from rogatory_protocol.limits import DAY_SECONDS

PREFIX: Final = "rgt_"
SECRET_BYTES: Final = 32
MAX_LIFE_DAYS: Final = 366
DEFAULT_LIFE_DAYS: Final = 90
_ID_BYTES: Final = 16
_FORM: Final = re.compile(r"rgt_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


class TokenError(Exception):
    """Something about tokens cannot be done."""

    code: ClassVar[str] = "token"


class TokenUnknownError(TokenError):
    """There is no such token."""

    code: ClassVar[str] = "token.unknown"


class ScopeError(TokenError):
    """The token would name what its person may not do, or nothing.

    Attributes:
        actions: What he may not do.
    """

    code: ClassVar[str] = "token.scope"

    def __init__(self, actions: frozenset[Action]) -> None:
        """Note what goes too far."""
        super().__init__(spelled(actions))
        self.actions = actions


class LifeError(TokenError):
    """A token lives 1 to 366 days."""

    code: ClassVar[str] = "token.life"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as the book has it: all but its secret."""

    id: Id16
    person: Id16
    label: str = field(repr=False)
    scopes: frozenset[Action]
    made_at: int
    expires_at: int
    revoked_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A new token and its secret words, which nobody can read again."""

    token: Token
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """A token is made for a person.

    Attributes:
        person: For whom.
        label: What it is for.
        scopes: What it may do; None for all that the person may.
        days: How long it lives.
        by: Who makes it.
    """

    person: Id16
    label: str = field(repr=False)
    scopes: frozenset[Action] | None = None
    days: int = DEFAULT_LIFE_DAYS
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoking:
    """A token is revoked."""

    token: Id16
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What is done with tokens.

    Attributes:
        sealer: Seals their labels.
        wall: The clock.
        random: Randomness for identifiers, secrets and audit leaves.
    """

    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def make(self, connection: Connection, commands: Sequence[Making]) -> list[Made]:
        """Make tokens; their words are in what is returned and nowhere else.

        Raises:
            ActorError: Who makes them is unknown or may not, or the person cannot act.
            NameUnfitError: A label is empty, too long, or not one line.
            ScopeError: One would name more than its person may do, or nothing.
            LifeError: One would live too long or not at all.
        """
        now, made, events, rows = int(self.wall()), [], [], []
        for each in commands:
            actor = load(connection, each.by, now=now)
            if each.by.token is not None:
                raise ForbiddenError(Refusal("token"))
            permit = require(actor, Action.TOKEN_MANAGE, Thing(owner=each.person))
            token = self._new(connection, each, now)
            secret = self.random(SECRET_BYTES)
            made.append(Made(token=token, words=_words(token.id, secret)))
            rows.append(self._row(token, secret))
            events.append(event("token.made", actor, name_of_object("token", token.id), role=permit.role))
        connection.execute(tokens.insert(), rows)
        audit_log.append(connection, events, now=now, random=self.random)
        return made

    def revoke(self, connection: Connection, commands: Sequence[Revoking]) -> list[Token]:
        """Revoke tokens. One that is revoked already stays as it is.

        Raises:
            ActorError: Who revokes them is unknown or may not.
            TokenUnknownError: There is no such token.
        """
        now, revoked, events = int(self.wall()), [], []
        for each in commands:
            actor = load(connection, each.by, now=now)
            row = _row_of(connection, each.token)
            permit = require(actor, Action.TOKEN_MANAGE, Thing(owner=Id16(row.person)))
            if row.revoked_at is None:
                connection.execute(update(tokens).where(tokens.c.id == each.token).values(revoked_at=now))
                events.append(event("token.revoked", actor, name_of_object("token", each.token), role=permit.role))
            revoked.append(self._opened(_row_of(connection, each.token)))
        audit_log.append(connection, events, now=now, random=self.random)
        return revoked

    def listed(self, connection: Connection, person: Id16 | None = None) -> list[Token]:
        """Return the tokens of a person, or of all. The caller asked whether this may be read."""
        query = select(tokens).order_by(tokens.c.made_at, tokens.c.id)
        if person is not None:
            query = query.where(tokens.c.person == person)
        return [self._opened(row) for row in connection.execute(query)]

    def _new(self, connection: Connection, making: Making, now: int) -> Token:
        check_name(making.label)
        if not 1 <= making.days <= MAX_LIFE_DAYS:
            raise LifeError("life")
        allowed = permitted(load(connection, Acting(person=making.person), now=now))
        scopes = allowed if making.scopes is None else making.scopes
        if not scopes or not scopes <= allowed:
            raise ScopeError(scopes - allowed)
        return Token(
            id=Id16(self.random(_ID_BYTES)),
            person=making.person,
            label=making.label,
            scopes=scopes,
            made_at=now,
            expires_at=now + making.days * DAY_SECONDS,
            revoked_at=None,
        )

    def _row(self, token: Token, secret: bytes) -> dict[str, object]:
        return {
            "id": token.id,
            "person": token.person,
            "hash": _hash(token.id, secret),
            "label_sealed": self.sealer.seal("tokens", "label_sealed", token.id, token.label.encode()),
            "scopes": spelled(token.scopes),
            "made_at": token.made_at,
            "expires_at": token.expires_at,
            "revoked_at": None,
        }

    def _opened(self, row: Row[tuple[object, ...]]) -> Token:
        return Token(
            id=Id16(row.id),
            person=Id16(row.person),
            label=self.sealer.open("tokens", "label_sealed", row.id, row.label_sealed).decode(),
            scopes=actions_in(row.scopes),
            made_at=row.made_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )


def identify(connection: Connection, words: str, *, in_name_of: Id16 | None = None) -> Acting:
    """Return who acts by a token; ``actors.load`` says whether he still may.

    Raises:
        UnknownActorError: The words are no token of ours.
    """
    form = _FORM.fullmatch(words)
    if form is None:
        raise UnknownActorError("token")
    token = Id16(bytes.fromhex(form[1]))
    secret = base64.urlsafe_b64decode(form[2] + "=")
    row = connection.execute(select(tokens.c.person, tokens.c.hash).where(tokens.c.id == token)).one_or_none()
    # Compared also where there is none, so that the answer takes as long.
    kept = bytes(32) if row is None else bytes(row.hash)
    if not hmac.compare_digest(kept, _hash(token, secret)) or row is None:
        raise UnknownActorError("token")
    return Acting(person=Id16(row.person), token=token, in_name_of=in_name_of)


def _words(token: Id16, secret: bytes) -> str:
    return f"{PREFIX}{token.hex()}_{base64.urlsafe_b64encode(secret).rstrip(b'=').decode()}"


def _hash(token: Id16, secret: bytes) -> bytes:
    return hashlib.sha256(b"rogatory/1 token\0" + token + secret).digest()


def _row_of(connection: Connection, token: Id16) -> Row[tuple[object, ...]]:
    row = connection.execute(select(tokens).where(tokens.c.id == token)).one_or_none()
    if row is None:
        raise TokenUnknownError("token")
    return row
