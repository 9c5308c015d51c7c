"""The content of an authority statement: its fields and what must hold among them (B.5, B.6.1).

* Everything that one statement shows by itself is checked here; the chain and the signatures are ``statement``'s.
* No key stands in two lists or for two uses, and neither does half of one: ML-DSA and Ed25519 keys are compared alone.
* A registry has a log, and nobody else has.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from rogatory_protocol import fields as f
from rogatory_protocol import note
from rogatory_protocol.checkpoint import LogPublic
from rogatory_protocol.ids import Aid, Digest, Kid, kid_of
from rogatory_protocol.limits import MAX_STATEMENT_LIFE_SECONDS
from rogatory_protocol.rcbor import Value, decode, encode
from rogatory_protocol.suite import MLDSA_PUBLIC_BYTES, SIGNING_PUBLIC_BYTES, check_public

REGISTRY_ROLE: Final = "registry"
ANYWHERE: Final = "*"
MAX_NAME_BYTES: Final = 200
MAX_ROLES: Final = 16
MAX_ROLE_BYTES: Final = 64
MAX_WITNESSES: Final = 11
MAX_WHY_BYTES: Final = 500

# Keys whose private halves are printed in test vectors; whoever enrols one has copied an example.
_PUBLISHED_KIDS: Final = frozenset(
    bytes.fromhex(kid)
    for kid in (
        "1ab3f5d68a89982f9abf44896af3c66a",  # all zero
        "20fd6685741f1d0ba5dea1b9183cf346",  # all ones
        "ce3f5ad0c8067124d57d56079b1d5c0b",  # bytes 00 to 3f
        "1d37f6cc2f96661f563be19ae8434184",  # bytes 40 to 7f
    )
)


class Use(StrEnum):
    """What a subkey may do."""

    SEAL = "seal"
    NODE = "node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A subkey and when it is good: ``nb`` and ``na`` are both included."""

    pub: bytes
    nb: int
    na: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """The keys that change everything else, ``k`` of them together."""

    k: int
    keys: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """The keys by which an authority's node witnesses logs."""

    name: str
    ed: bytes
    ml: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A registry whose admissions another one recognises."""

    aid: Aid
    origin: str
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What a registry says of its log (B.6.1)."""

    public: LogPublic
    quorum: int
    witnesses: tuple[Aid, ...]
    scope: tuple[str, ...]
    peers: tuple[Peer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """A key that is not good from ``at`` on."""

    kid: Kid
    at: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The fields of a statement."""

    ver: int
    prev: Digest | None
    ts: int
    exp: int
    name: Mapping[str, str]
    cc: str
    roles: tuple[str, ...]
    root: Root
    seal: tuple[Period, ...]
    node: tuple[Period, ...]
    suites: tuple[int, ...] = (1,)
    wit: Witness | None = None
    log: Log | None = None
    revoked: tuple[Revocation, ...] = ()


def build(content: Content) -> bytes:
    """Build the payload that the root keys sign.

    Raises:
        RefusedError: Every node would refuse it; the same checks as for a peer's.
    """
    payload = encode({
        "v": 1, "typ": "authority", "ver": content.ver, "prev": content.prev, "ts": content.ts, "exp": content.exp,
        "name": dict(content.name), "cc": content.cc, "roles": list(content.roles), "suites": list(content.suites),
        "root": {"k": content.root.k, "keys": list(content.root.keys)},
        "seal": [_plain_period(period) for period in content.seal],
        "node": [_plain_period(period) for period in content.node],
        "wit": None if content.wit is None else {"name": content.wit.name, "ed": content.wit.ed, "ml": content.wit.ml},
        "log": None if content.log is None else _plain_log(content.log),
        "revoked": [{"kid": gone.kid, "at": gone.at, "why": gone.why} for gone in content.revoked],
        "x": {},
    })  # fmt: skip
    read(payload)
    return payload


def read(payload: bytes) -> Content:
    """Read a payload; no signature is looked at.

    Raises:
        RefusedError: MALFORMED.
    """
    taken = f.take(decode(payload), _FIELDS, "statement")
    for constant in ("v", "typ", "x"):
        del taken[constant]
    content = Content(**taken)
    _check_fields(content)
    return content


def _check_fields(content: Content) -> None:
    if (content.ver == 1) != (content.prev is None):
        raise f.wrong("statement", "names a previous one exactly when it is not the first")
    if not 0 < content.exp - content.ts <= MAX_STATEMENT_LIFE_SECONDS:
        raise f.wrong("statement", "lives for nothing or more than 400 days")
    if list(content.suites) != sorted(set(content.suites)):
        raise f.wrong("suites", "do not ascend")
    if (content.log is not None) != (REGISTRY_ROLE in content.roles):
        raise f.wrong("log", "belongs to a registry, and a registry has one")
    if any(gone.at > content.ts for gone in content.revoked):
        raise f.wrong("revoked", "is dated after the statement")
    distinct(tuple(gone.kid for gone in content.revoked), "revoked")
    keys = [*content.root.keys, *(period.pub for period in content.seal + content.node)]
    distinct(tuple(kid_of(key) for key in keys), "key ids")
    distinct(tuple(_components(content, keys)), "keys")


def _components(content: Content, keys: Iterable[bytes]) -> Iterable[bytes]:
    """Yield every key by itself: two composite keys that share a half would fall together."""
    for key in keys:
        yield key[:MLDSA_PUBLIC_BYTES]
        yield key[MLDSA_PUBLIC_BYTES:]
    for holder in (content.wit, None if content.log is None else content.log.public):
        if holder is not None:
            yield holder.ed
            yield holder.ml


def country(value: Value, what: str) -> str:
    """Check a country code: two capital letters (``XI`` is an international body)."""
    cc: str = _CODE(value, what)
    if not (cc.isascii() and cc.isalpha() and cc.isupper()):
        raise f.wrong(what, "is not a country code")
    return cc


def scope(value: Value, what: str) -> tuple[str, ...]:
    """Check a scope: country codes, or the star for all."""
    return distinct(_CODES(value, what), what)


def roles(value: Value, what: str) -> tuple[str, ...]:
    """Check the roles of an authority."""
    return distinct(_ROLES(value, what), what)


_CODE: Final = f.text(2, 2)
_CODES: Final = f.array(lambda value, what: ANYWHERE if value == ANYWHERE else country(value, what), 1)
_ROLES: Final = f.array(f.ascii_name(MAX_ROLE_BYTES), 0, MAX_ROLES)


def distinct(items: tuple[Any, ...], what: str) -> tuple[Any, ...]:
    """Check that nothing is listed twice."""
    if len(set(items)) != len(items):
        raise f.wrong(what, "names something twice")
    return items


_COMPOSITE: Final = f.b(SIGNING_PUBLIC_BYTES)


def _composite(value: Value, what: str) -> bytes:
    public: bytes = _COMPOSITE(value, what)
    check_public(public)
    if kid_of(public) in _PUBLISHED_KIDS:
        raise f.wrong(what, "is a key of published test vectors")
    return public


def _ed25519(value: Value, what: str) -> bytes:
    public: bytes = f.b(note.ED25519_PUBLIC_BYTES)(value, what)
    note.check_ed25519(public)
    return public


def _note_name(value: Value, what: str) -> str:
    name: str = f.text(note.MAX_NAME_BYTES)(value, what)
    note.check_name(name)
    return name


_PERIOD: Final[f.Table] = {"pub": _composite, "nb": f.uint(), "na": f.uint()}
_ROOT: Final[f.Table] = {"k": f.uint(1, 3), "keys": f.array(_composite, 1, 5)}


def _period(value: Value, what: str) -> Period:
    period = Period(**f.take(value, _PERIOD, what))
    if not 0 <= period.na - period.nb <= MAX_STATEMENT_LIFE_SECONDS:
        raise f.wrong(what, "is good for less than nothing or more than 400 days")
    return period


def _root(value: Value, what: str) -> Root:
    root = Root(**f.take(value, _ROOT, what))
    if root.k > len(distinct(root.keys, what)):
        raise f.wrong(what, "has fewer keys than its threshold")
    return root


def _witness(value: Value, what: str) -> Witness:
    return Witness(**f.take(value, {"name": _note_name, "ed": _ed25519, "ml": f.b(note.MLDSA44_PUBLIC_BYTES)}, what))


def _peer(value: Value, what: str) -> Peer:
    return Peer(**f.take(value, {"aid": f.b(32), "origin": _note_name, "scope": scope}, what))


_POLICY: Final[f.Table] = {"k": f.uint(0, MAX_WITNESSES), "wit": f.array(f.b(32), 0, MAX_WITNESSES)}
_LOG: Final[f.Table] = {
    "origin": _note_name,
    "ed": _ed25519,
    "ml": f.b(note.MLDSA44_PUBLIC_BYTES),
    "policy": f.table(_POLICY),
    "scope": scope,
    "peers": f.array(_peer, 0, 64),
}


def _log(value: Value, what: str) -> Log:
    log = f.take(value, _LOG, what)
    quorum, witnesses = log["policy"]["k"], distinct(log["policy"]["wit"], what)
    if quorum > len(witnesses):
        raise f.wrong(what, "has fewer witnesses than its quorum")
    public = LogPublic(origin=log["origin"], ed=log["ed"], ml=log["ml"])
    return Log(public=public, quorum=quorum, witnesses=witnesses, scope=log["scope"], peers=log["peers"])


def _revocation(value: Value, what: str) -> Revocation:
    return Revocation(**f.take(value, {"kid": f.b(16), "at": f.uint(), "why": f.text(MAX_WHY_BYTES, 0)}, what))


_FIELDS: Final[f.Table] = {
    "v": f.const(1),
    "typ": f.const("authority"),
    "ver": f.uint(1),
    "prev": f.nullable(f.b(32)),
    "ts": f.uint(),
    "exp": f.uint(),
    "name": f.mapping(f.ascii_name(23), f.text(MAX_NAME_BYTES), hi=64, lo=1),
    "cc": country,
    "roles": roles,
    "suites": f.array(f.uint(1, 255), 1, 16),
    "root": _root,
    "seal": f.array(_period, 1, 3),
    "node": f.array(_period, 1, 4),
    "wit": f.nullable(_witness),
    "log": f.nullable(_log),
    "revoked": f.array(_revocation),
    "x": f.extension,
}


def _plain_period(period: Period) -> dict[str, Value]:
    return {"pub": period.pub, "nb": period.nb, "na": period.na}


def _plain_log(log: Log) -> dict[str, Value]:
    return {
        "origin": log.public.origin,
        "ed": log.public.ed,
        "ml": log.public.ml,
        "policy": {"k": log.quorum, "wit": list(log.witnesses)},
        "scope": list(log.scope),
        "peers": [{"aid": peer.aid, "origin": peer.origin, "scope": list(peer.scope)} for peer in log.peers],
    }
