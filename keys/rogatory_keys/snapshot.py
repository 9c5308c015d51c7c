"""A directory's state on disk, so that a restart need not judge every leaf again (B.6.4).

* It is our own file, not evidence: the leaves stay in their store and can always be replayed instead.
* A check sum finds damage; another local configuration, or another version, makes it useless, and the caller replays.
* What chains repeat is written once, and lists of equal size are packed, so that 100,000 leaves load in under a second.
* Sizes, roots and times come back as they were: rollback protection is persistent.
"""

import hashlib
import itertools
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar

from rogatory_keys.authority import Authority, Key, Listing, Ruling
from rogatory_keys.directory import Directory
from rogatory_keys.errors import SnapshotError
from rogatory_keys.replay import Local, LogState
from rogatory_protocol.checkpoint import Checkpoint
from rogatory_protocol.decision import Act
from rogatory_protocol.errors import ProtocolError
from rogatory_protocol.ids import Aid, Digest, Kid
from rogatory_protocol.merkle import Frontier
from rogatory_protocol.rcbor import Value, decode, encode
from rogatory_protocol.statement import remembered
from rogatory_protocol.statement_fields import Root, Use

T = TypeVar("T")

VERSION: Final = 2
_SUM_BYTES: Final = 32
_STAMP_BYTES: Final = 8


def dump(directory: Directory) -> bytes:
    """Write a directory's state."""
    state = directory.state
    body = encode([
        VERSION,
        _fingerprint(state.local),
        [_plain_log(log) for log in state.logs.values()],
        [_plain_authority(authority) for authority in state.authorities.values()],
        [[cc, role, aid] for (cc, role), aid in state.holders.items()],
        [list(claim) for claim in sorted(state.unconfirmed)],
        [list(claim) for claim in sorted(state.confirmed)],
        [list(each) for each in sorted(state.settled)],
        [[prev, [list(entry) for entry in entries]] for prev, entries in state.waiting.items()],
    ])  # fmt: skip
    return hashlib.sha256(body).digest() + body


def load(data: bytes, local: Local) -> Directory:
    """Read a directory's state back.

    Raises:
        SnapshotError: Damaged, of another version, or of another local configuration.
    """
    body = data[_SUM_BYTES:]
    if hashlib.sha256(body).digest() != data[:_SUM_BYTES]:
        raise SnapshotError("directory state is damaged")
    try:
        value: Any = decode(body)
        if value[:2] != [VERSION, _fingerprint(local)]:
            raise SnapshotError("directory state is of another version or configuration")
        return _directory(value[2:], local)
    except (ProtocolError, LookupError, TypeError, ValueError):
        raise SnapshotError("directory state cannot be read") from None


def _directory(parts: Any, local: Local) -> Directory:
    logs, authorities, holders, unconfirmed, confirmed, settled, waiting = parts
    directory = Directory(local)
    state = directory.state
    for plain in logs:
        _fill_log(state.logs[plain[0]], plain)
    for plain in authorities:
        authority = _authority(plain)
        state.authorities[authority.aid] = authority
        state.owners.update(dict.fromkeys(authority.digests, authority.aid))
    state.holders = {(cc, role): aid for cc, role, aid in holders}
    state.unconfirmed = {(aid, cc, role) for aid, cc, role in unconfirmed}
    state.confirmed = {(aid, cc, role) for aid, cc, role in confirmed}
    state.settled = {(aid, foreign) for aid, foreign in settled}
    state.waiting = {prev: [(log, index, raw) for log, index, raw in entries] for prev, entries in waiting}
    return directory


def _fingerprint(local: Local) -> bytes:
    own: Value = None if local.own is None else [local.own[0], local.own[1], list(local.own[2])]
    followed: list[Value] = [[each.aid, list(each.scope)] for each in local.followed]
    return hashlib.sha256(encode([followed, own])).digest()


def _plain_log(log: LogState) -> list[Value]:
    head: Value = None if log.head is None else [log.head.raw, log.head.origin, log.head.root, log.head.time]
    fork: Value = None if log.fork is None else list(log.fork)
    return [log.followed.aid, log.frontier.size, list(log.frontier.nodes), log.time, head, fork]


def _fill_log(log: LogState, plain: Any) -> None:
    _, size, nodes, log.time, head, fork = plain
    log.frontier = Frontier(size, tuple(nodes))
    if head is not None:
        raw, origin, root, time = head
        log.head = Checkpoint(raw=raw, origin=origin, size=size, root=root, time=time)
    log.fork = None if fork is None else (fork[0], fork[1])


def _plain_authority(one: Authority) -> list[Value]:
    return [
        one.aid,
        one.newest.raw,
        b"".join(one.digests),
        b"".join(stamp.to_bytes(_STAMP_BYTES, "big") for stamp in one.stamps),
        [[at, root.k, list(root.keys)] for at, root in _runs(one.roots)],
        [[at, dict(each.name), each.cc, list(each.roles)] for at, each in _runs(one.listings)],
        [[use.value, kid, key.pub, key.since, key.until] for (use, kid), key in one.keys.items()],
        [[kid, at] for kid, at in one.revoked.items()],
        [[r.registry, r.effective, r.act.value, r.stmt, r.cc, list(r.roles), r.ts] for r in one.rulings],
        [[log, ver] for log, ver in one.shown.items()],
        [[log, ts] for log, ts in one.decided.items()],
        None if one.frozen is None else list(one.frozen),
    ]


def _authority(plain: Any) -> Authority:
    aid, raw, digests, stamps, roots, listings, keys, revoked, rulings, shown, decided, frozen = plain
    size = len(digests) // 32
    return Authority(
        aid=Aid(aid),
        newest=remembered(raw, aid),
        digests=[Digest(each) for each in _split(digests, 32)],
        stamps=[int.from_bytes(each, "big") for each in _split(stamps, _STAMP_BYTES)],
        roots=_spread([(at, Root(k=k, keys=tuple(publics))) for at, k, publics in roots], size),
        listings=_spread([(at, _listing(name, cc, roles)) for at, name, cc, roles in listings], size),
        keys={(Use(use), Kid(kid)): Key(pub=pub, since=nb, until=na) for use, kid, pub, nb, na in keys},
        revoked={Kid(kid): at for kid, at in revoked},
        rulings=[_ruling(each) for each in rulings],
        shown={Aid(log): ver for log, ver in shown},
        decided={Aid(log): ts for log, ts in decided},
        frozen=None if frozen is None else (frozen[0], frozen[1]),
    )


def _listing(name: dict[str, str], cc: str, roles: list[str]) -> Listing:
    return Listing(name=tuple(name.items()), cc=cc, roles=tuple(roles))


def _ruling(plain: Any) -> Ruling:
    registry, effective, act, stmt, cc, roles, ts = plain
    return Ruling(
        registry=registry, effective=effective, act=Act(act), stmt=stmt, cc=cc, roles=tuple(roles), ts=ts
    )  # fmt: skip


def _runs(items: Sequence[T]) -> Iterable[tuple[int, T]]:
    """Yield each item that differs from the one before it, with its index."""
    for at, item in enumerate(items):
        if at == 0 or item != items[at - 1]:
            yield at, item


def _spread(runs: Sequence[tuple[int, T]], size: int) -> list[T]:
    ends = [at for at, _ in runs[1:]] + [size]
    return list(itertools.chain.from_iterable(
        itertools.repeat(item, end - at) for (at, item), end in zip(runs, ends, strict=True)
    ))  # fmt: skip


def _split(data: bytes, width: int) -> list[bytes]:
    return [data[at : at + width] for at in range(0, len(data), width)]
