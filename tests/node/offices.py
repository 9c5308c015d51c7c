"""Simulated authorities and registries: they make real statements, decisions, leaves and checkpoints in memory."""

import dataclasses
import hashlib
from collections.abc import Sequence

from rogatory_keys.replay import Followed, Local
from rogatory_protocol import card as c
from rogatory_protocol import decision as d
from rogatory_protocol.checkpoint import LogKeys, sign
from rogatory_protocol.ids import Aid
from rogatory_protocol.merkle import Frontier, leaf_hash
from rogatory_protocol.signed import Context, sign_many
from rogatory_protocol.signed import sign as sign_object
from rogatory_protocol.statement import Statement, accept
from rogatory_protocol.statement_fields import Content, Log, Period, Root, build
from rogatory_protocol.suite import SigningKey
from rogatory_protocol.tiles import LeafKind, encode_leaf

DAY = 86_400
NOW = 1_800_000_000
_KEYS: dict[str, SigningKey] = {}


def key(name: str) -> SigningKey:
    """Make the key of a name, once."""
    if name not in _KEYS:
        _KEYS[name] = SigningKey(hashlib.sha512(name.encode()).digest())
    return _KEYS[name]


def period(name: str) -> Period:
    return Period(pub=key(name).public, nb=NOW - DAY, na=NOW + 300 * DAY)


class Authority:
    """An authority that makes its own statements and cards."""

    def __init__(self, name: str, cc: str = "XA", roles: tuple[str, ...] = ("mla",), log: Log | None = None) -> None:
        self.name = name
        content = Content(
            ver=1,
            prev=None,
            ts=NOW,
            exp=NOW + 365 * DAY,
            name={"en": f"Authority {name}"},
            cc=cc,
            roles=roles,
            root=Root(k=1, keys=(key(f"{name} root").public,)),
            seal=(period(f"{name} seal"),),
            node=(period(f"{name} node"),),
            log=log,
        )
        raw = sign_many([self.root], Context.AUTHORITY, build(content))
        self.chain = [accept(raw, None, latest=NOW)]

    @property
    def root(self) -> SigningKey:
        return key(f"{self.name} root")

    @property
    def seal(self) -> SigningKey:
        return key(f"{self.name} seal")

    @property
    def node(self) -> SigningKey:
        return key(f"{self.name} node")

    @property
    def aid(self) -> Aid:
        return self.chain[0].aid

    @property
    def newest(self) -> Statement:
        return self.chain[-1]

    def renew(self, **changes: object) -> Statement:
        after = self.newest
        follow = {"ver": after.content.ver + 1, "prev": after.digest, "ts": after.content.ts + 60, "revoked": ()}
        content = dataclasses.replace(after.content, **(follow | changes))  # type: ignore[arg-type]
        raw = sign_many([self.root], Context.AUTHORITY, build(content))
        self.chain.append(accept(raw, after, latest=2**63))
        return self.newest

    def card(self, seq: int = 1, signer: SigningKey | None = None, **changes: object) -> bytes:
        content = c.Card(
            aid=self.aid,
            ver=self.newest.content.ver,
            seq=seq,
            ts=NOW,
            exp=NOW + 90 * DAY,
            urls=(f"wss://{self.name.lower()}.example:8443",),
            pins=(hashlib.sha256(self.name.encode()).digest(),),
        )
        return sign_object(signer or self.seal, Context.CARD, c.build_card(dataclasses.replace(content, **changes)))  # type: ignore[arg-type]


class Registry(Authority):
    """A registry with a log in memory; it does whatever a test tells it to."""

    def __init__(self, name: str = "north") -> None:
        self.log_keys = LogKeys(f"log.{name}.example", hashlib.sha512(name.encode() + b" log").digest())
        log = Log(public=self.log_keys.public, quorum=0, witnesses=(), scope=("*",), peers=())
        super().__init__(name, "XI", ("registry",), log)
        self.leaves: list[bytes] = []
        self.clock = NOW
        self._heads: dict[tuple[int, bytes, int], bytes] = {}
        self.state(self.newest)

    def state(self, *statements: Statement) -> None:
        self.leaves += [encode_leaf(LeafKind.STATEMENT, each.raw) for each in statements]

    def decide(self, who: Authority, act: d.Act = d.Act.ADMIT, **changes: object) -> None:
        self.clock += 1
        content = who.newest.content
        decision = d.Decision(
            reg=self.aid,
            act=act,
            aid=who.aid,
            stmt=who.newest.digest,
            cc=content.cc,
            roles=content.roles,
            ts=self.clock,
        )
        decision = dataclasses.replace(decision, **changes)  # type: ignore[arg-type]
        raw = sign_object(self.seal, Context.DECISION, d.build(decision))
        self.leaves.append(encode_leaf(LeafKind.DECISION, raw))

    def admit(self, who: Authority, **changes: object) -> None:
        self.state(*who.chain)
        self.decide(who, **changes)  # type: ignore[arg-type]

    def head(self, size: int | None = None, at: int | None = None) -> bytes:
        """Sign a checkpoint over the first *size* leaves; ask twice and get the same bytes."""
        leaves = self.leaves[:size]
        root = Frontier().extend([leaf_hash(leaf) for leaf in leaves]).root()
        tree = (len(leaves), root, at or self.clock)
        if tree not in self._heads:
            self._heads[tree] = sign(self.log_keys, *tree)
        return self._heads[tree]


def follow(*registries: Registry, scope: Sequence[str] = ("*",), **local: object) -> Local:
    """The local configuration of a node that follows these registries."""
    followed = tuple(Followed(aid=each.aid, scope=tuple(scope)) for each in registries)
    return Local(followed=followed, **local)  # type: ignore[arg-type]
