"""What authorities published and this node took or read: facts about treaties, entries, counts of their cases.

* A publication is taken when its signature is by a seal key that was good when it was signed, and its issuer may
  publish that kind: facts about treaties a registry that this node follows, entries and counts the authority itself or
  such a registry.
* A version never goes back, and one version is never two contents. What a key signed that is revoked now counts as
  not held: whoever stole it must not have the last word.
* The newest of each issuer and name is kept as it was signed, so that it can be shown and passed on.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import urandom
from typing import ClassVar, Final

from sqlalchemy import Connection, select

from rogatory_node.services.trust import Trust
from rogatory_node.storage import audit_log
from rogatory_node.storage.audit_log import Event
from rogatory_node.storage.book_tables import publications
from rogatory_node.storage.rows import put
from rogatory_protocol import publication as p
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.ids import Aid, Digest, Kid
from rogatory_protocol.limits import SKEW_REFUSE_SECONDS

LAW: Final = "law"
ENTRY: Final = "entry"

Key = tuple[str, Aid, str]
"""Kind, issuer and name."""

Revoked = frozenset[tuple[Aid, Kid]]
"""Keys that their authorities revoked."""

NONE: Final[Revoked] = frozenset()
STATISTICS: Final = "statistics"
_BY_ITSELF: Final = frozenset({ENTRY, STATISTICS})  # what every authority says of itself


class PublicationError(Exception):
    """A publication is not taken."""

    code: ClassVar[str] = "publication"


class UnreadableError(PublicationError):
    """It is no publication of this kind."""

    code: ClassVar[str] = "publication.unreadable"


class SignatureError(PublicationError):
    """Its signature is not by a key of its issuer that is known to be good."""

    code: ClassVar[str] = "publication.signature"


class IssuerError(PublicationError):
    """Its issuer may not publish this here."""

    code: ClassVar[str] = "publication.issuer"


class OlderError(PublicationError):
    """A newer version is held.

    Attributes:
        held: Its version.
    """

    code: ClassVar[str] = "publication.older"

    def __init__(self, held: int) -> None:
        """Note the version that is held."""
        super().__init__(str(held))
        self.held = held


class TwoFacedError(PublicationError):
    """The same version is held with another content: the issuer signed both."""

    code: ClassVar[str] = "publication.two"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A publication whose signature was verified.

    Attributes:
        said: What it says.
        digest: Of what was signed.
        kid: The key that signed it.
        raw: As it came.
    """

    said: p.Publication
    digest: Digest
    kid: Kid
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """A verified publication is taken.

    Attributes:
        signed: The publication.
        who: In which role.
        revoked: Keys whose publications count as not held.
    """

    signed: Signed
    who: str
    revoked: Revoked = NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Publications:
    """What is done with publications.

    Attributes:
        wall: The clock.
        random: Randomness for audit leaves.
    """

    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def take(self, connection: Connection, commands: Sequence[Taking]) -> list[bool]:
        """Take publications; say of each whether it is news.

        Raises:
            OlderError: A newer version is held.
            TwoFacedError: The same version is held with another content.
        """
        now, news, events = int(self.wall()), [], []
        revoked = frozenset[tuple[Aid, Kid]]().union(*(each.revoked for each in commands))
        held, rows = _held(connection, [each.signed.said for each in commands], revoked), {}
        for each in commands:
            said, digest = each.signed.said, each.signed.digest
            key = (said.kind, said.issuer, said.name)
            news.append(is_news(held.get(key), each.signed))
            if news[-1]:
                held[key], rows[key] = (said.ver, digest), each.signed
                events.append(Event(ev=f"{said.kind}.taken", obj=digest, who=each.who))
        put(connection, publications, [_row(each, now) for each in rows.values()])
        audit_log.append(connection, events, now=now, random=self.random)
        return news

    def take_together(self, connection: Connection, commands: Sequence[Sequence[Taking]]) -> list[int]:
        """Take several publications at once, each command whole or not at all; say how many were news.

        Raises:
            OlderError: A newer version of one is held.
            TwoFacedError: The same version of one is held with another content.
        """
        news = iter(self.take(connection, [each for command in commands for each in command]))
        return [sum(next(news) for _ in command) for command in commands]


def opened(trust: Trust, raw: bytes, kind: str) -> Signed:
    """Verify a publication.

    Raises:
        UnreadableError: It is none of this kind.
        IssuerError: Its issuer may not publish this here.
        SignatureError: Its signature is not by a good key of its issuer, or it is dated ahead.
    """
    try:
        read = p.parse(raw)
    except RefusedError:
        raise UnreadableError("publication") from None
    if read.said.kind != kind:
        raise UnreadableError("kind")
    if not (follows(trust, read.said.issuer) or (kind in _BY_ITSELF and trust.admitted(read.said.issuer))):
        raise IssuerError("issuer")
    try:
        said = p.verify(read, trust.seal_key(read.said.issuer, read.kid, read.said.ts))
    except RefusedError:
        raise SignatureError("signature") from None
    if said.ts > trust.now() + SKEW_REFUSE_SECONDS:
        raise SignatureError("ahead")
    return Signed(said=said, digest=read.digest, kid=read.kid, raw=raw)


def follows(trust: Trust, issuer: Aid) -> bool:
    """Tell whether an authority is a registry that this node follows, or is this node's own."""
    return issuer in {each.aid for each in trust.directory.state.local.followed}


def revoked_keys(trust: Trust) -> Revoked:
    """Return all keys that their authorities revoked."""
    known = trust.directory.state.authorities.items()
    return frozenset((aid, kid) for aid, authority in known for kid in authority.revoked)


def version_of(connection: Connection, said: p.Publication, revoked: Revoked) -> tuple[int, Digest] | None:
    """Return version and digest of what is held under the name of a publication, or None."""
    return _held(connection, [said], revoked).get((said.kind, said.issuer, said.name))


def is_news(held: tuple[int, Digest] | None, signed: Signed) -> bool:
    """Tell whether a publication says something new.

    Raises:
        OlderError: A newer version is held.
        TwoFacedError: The same version is held with another content.
    """
    if held is None or held[0] < signed.said.ver:
        return True
    if held[0] > signed.said.ver:
        raise OlderError(held[0])
    if held[1] != signed.digest:
        raise TwoFacedError("digest")
    return False


def listed(connection: Connection, kind: str, revoked: Revoked = NONE) -> list[bytes]:
    """Return all publications of a kind, as they were signed, the one that was taken last at the end."""
    c = publications.c
    query = select(c.issuer, c.kid, c.raw).where(c.kind == kind).order_by(c.taken_at, c.issuer, c.name)
    return [row.raw for row in connection.execute(query) if (row.issuer, row.kid) not in revoked]


def _held(connection: Connection, said: Sequence[p.Publication], revoked: Revoked) -> dict[Key, tuple[int, Digest]]:
    """Return version and digest of whatever is held under these names."""
    c = publications.c
    query = select(c.kind, c.issuer, c.name, c.kid, c.version, c.digest).where(
        c.kind.in_({each.kind for each in said}),
        c.issuer.in_({each.issuer for each in said}),
        c.name.in_({each.name for each in said}),
    )
    rows = [row for row in connection.execute(query) if (row.issuer, row.kid) not in revoked]
    return {(row.kind, Aid(row.issuer), row.name): (row.version, Digest(row.digest)) for row in rows}


def _row(signed: Signed, now: int) -> dict[str, object]:
    return {
        "kind": signed.said.kind,
        "issuer": signed.said.issuer,
        "name": signed.said.name,
        "kid": signed.kid,
        "version": signed.said.ver,
        "digest": signed.digest,
        "signed_at": signed.said.ts,
        "taken_at": now,
        "raw": signed.raw,
    }
