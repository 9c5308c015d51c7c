"""What a node knows of one authority: its chain in short, its keys, and what registries ruled (B.5, B.6.4).

* Only the newest statement is kept whole; of the others their digest, time, root and listing, so that 100,000 leaves
  fit into memory and a fork at any version can still be judged.
* A ruling takes effect at its checkpoint's time and never backwards; the last one in effect decides.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from rogatory_protocol.decision import ADMITTING, Act
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest, Kid, kid_of
from rogatory_protocol.statement import KeyStatus, Statement, periods
from rogatory_protocol.statement_fields import Content, Root, Use

MAX_TIME: Final = 2**64 - 1
T = TypeVar("T")


class Standing(StrEnum):
    """How an authority stands in this node's directory."""

    ADMITTED = "admitted"
    FOLLOWED = "followed"
    NOT_ADMITTED = "not_admitted"
    SUSPENDED = "suspended"
    REMOVED = "removed"
    UNCONFIRMED = "unconfirmed"
    FROZEN = "frozen"
    BLOCKED = "blocked"


GOOD: Final = frozenset({Standing.ADMITTED, Standing.FOLLOWED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a statement calls its authority; it counts only after a decision about that statement."""

    name: tuple[tuple[str, str], ...]
    cc: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A valid decision, in effect from the time of the checkpoint that first contained it."""

    registry: Aid
    effective: int
    act: Act
    stmt: Digest
    cc: str
    roles: tuple[str, ...]
    ts: int


@dataclass(slots=True, kw_only=True)
class Key:
    """A subkey as the newest statement that lists it dates it."""

    pub: bytes
    since: int
    until: int


@dataclass(slots=True, kw_only=True)
class Authority:
    """One authority. ``version`` n is at index n - 1 of the lists.

    Attributes:
        shown: For each log the highest version that it showed.
        decided: For each log the ``ts`` of its last valid decision.
        frozen: The digests of two different statements of one version, or None.
    """

    aid: Aid
    newest: Statement
    digests: list[Digest] = field(default_factory=list)
    stamps: list[int] = field(default_factory=list)
    roots: list[Root] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    keys: dict[tuple[Use, Kid], Key] = field(default_factory=dict)
    revoked: dict[Kid, int] = field(default_factory=dict)
    rulings: list[Ruling] = field(default_factory=list)
    shown: dict[Aid, int] = field(default_factory=dict)
    decided: dict[Aid, int] = field(default_factory=dict)
    frozen: tuple[Digest, Digest] | None = None

    def extend(self, statement: Statement) -> None:
        """Add the next statement of the chain, accepted."""
        content = statement.content
        self.newest = statement
        self.digests.append(statement.digest)
        self.stamps.append(content.ts)
        self.roots.append(_same(self.roots, content.root))
        self.listings.append(_same(self.listings, listing_of(content)))
        for use in Use:
            for period in periods(content, use):
                name = (use, kid_of(period.pub))
                pub = self.keys[name].pub if name in self.keys else period.pub
                self.keys[name] = Key(pub=pub, since=period.nb, until=period.na)
        for entry in content.revoked:
            self.revoked[entry.kid] = min(entry.at, self.revoked.get(entry.kid, entry.at))

    def before(self, version: int) -> Statement | None:
        """Return what ``accept`` needs of the statement before a version; all but the newest are shortened."""
        if version == 1:
            return None
        if version == self.newest.content.ver + 1:
            return self.newest
        at = version - 2
        short = Content(
            ver=version - 1, prev=None, ts=self.stamps[at], exp=0, name={}, cc="", roles=(),
            root=self.roots[at], seal=(), node=(),
        )  # fmt: skip
        return Statement(raw=b"", payload=b"", digest=self.digests[at], aid=self.aid, content=short)

    def status(self, kid: Kid, use: Use) -> KeyStatus:
        """Say all that the chain says of a key.

        Raises:
            RefusedError: DIRECTORY_OLD: unknown, so the directory may be behind (B.17).
        """
        key = self.keys.get((use, kid))
        if key is None:
            raise RefusedError(Code.DIRECTORY_OLD, f"unknown {use.value} key")
        until = min(key.until, self.newest.content.exp)
        return KeyStatus(pub=key.pub, since=key.since, until=until, revoked=self.revoked.get(kid))

    def ruling(self, at: int = MAX_TIME) -> Ruling | None:
        """Return the last ruling in effect at a time: of each log the last, of several logs the latest."""
        last = {ruling.registry: ruling for ruling in self.rulings if ruling.effective <= at}
        # At one and the same time the stricter of two registries wins.
        return max(last.values(), key=lambda each: (each.effective, each.act not in ADMITTING), default=None)

    def holds(self, cc: str, role: str) -> bool:
        """Tell whether the authority has a role, even suspended: it may be resumed."""
        last = self.ruling()
        return last is not None and last.act is not Act.REMOVE and last.cc == cc and role in last.roles

    def listing(self, digest: Digest) -> Listing:
        """Return the listing of one of its statements.

        Raises:
            RefusedError: NOT_FOUND: no such statement in this chain.
        """
        try:
            return self.listings[self.digests.index(digest)]
        except ValueError:
            raise RefusedError(Code.NOT_FOUND, "statement is not in the chain") from None


def listing_of(content: Content) -> Listing:
    """Return what a statement calls its authority."""
    return Listing(name=tuple(content.name.items()), cc=content.cc, roles=content.roles)


def _same(known: list[T], item: T) -> T:
    # Chains repeat themselves; sharing the last equal value keeps a long chain small.
    return known[-1] if known and known[-1] == item else item
