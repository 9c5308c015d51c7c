"""How long a node needs to believe a registry: a directory replayed from nothing, and started from what it kept.

* The log is as logs are: chains of statements that renew their keys, with the decisions that admit them.
* Making it costs more than reading it, a signature a leaf; that is done first, on all cores, and not counted.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache, partial
from itertools import chain, islice
from typing import Any, Final

from rogatory_keys.directory import Directory
from rogatory_keys.replay import Followed, Local
from rogatory_keys.snapshot import dump, load
from rogatory_protocol import decision
from rogatory_protocol.checkpoint import LogKeys, sign
from rogatory_protocol.ids import digest_of
from rogatory_protocol.merkle import Frontier, leaf_hash
from rogatory_protocol.signed import Context, parse, sign_many
from rogatory_protocol.signed import sign as sign_object
from rogatory_protocol.statement import Statement, accept
from rogatory_protocol.statement_fields import Content, Log, Period, Root, build
from rogatory_protocol.suite import SigningKey
from rogatory_protocol.tiles import LeafKind, encode_leaf

CHAIN: Final = 100  # statements of one authority: two a year for half a century
NOW: Final = 1_800_000_000
YEAR: Final = 365 * 86_400
ORIGIN: Final = "registry.example/bench"

Progress = Callable[[int, int], None]


def run(count: int, progress: Progress = lambda done, of: None) -> dict[str, Any]:
    """Measure a log of *count* leaves; return seconds and rates."""
    leaves = list(leaves_of(count, progress))
    registry = followed()
    hashing = time.perf_counter()
    frontier = Frontier().extend([leaf_hash(leaf) for leaf in leaves])
    hashed = time.perf_counter() - hashing
    note = note_over(frontier)
    local = Local(followed=(Followed(aid=registry.aid, scope=("*",)),))
    directory = Directory(local)
    began, cpu = time.perf_counter(), time.process_time()
    alarms = directory.apply(registry.aid, note, leaves, now=NOW + YEAR)
    verified, verified_cpu = time.perf_counter() - began, time.process_time() - cpu
    kept = dump(directory)
    again = time.perf_counter()
    load(kept, local)
    loaded = time.perf_counter() - again
    return {
        "leaves": len(leaves),
        "leaf_bytes": sum(map(len, leaves)) // len(leaves),
        "alarms": sum(alarm.code is not None for alarm in alarms),
        "hash_seconds": round(hashed, 3),
        "verify_seconds": round(verified, 2),
        "verify_cpu_seconds": round(verified_cpu, 2),
        "leaves_per_second": round(len(leaves) / verified, 1),
        "restart_seconds": round(loaded, 3),
        "state_bytes": len(kept),
    }


def note_over(frontier: Frontier) -> bytes:
    """Return the registry's checkpoint over these leaves."""
    return sign(_log_keys(), frontier.size, frontier.root(), NOW + YEAR)


def leaves_of(count: int, progress: Progress) -> Iterator[bytes]:
    """Yield the first leaves of the log, one after another: no more than a few are in memory here."""
    return islice(_leaves(count, progress), count)


def _leaves(count: int, progress: Progress) -> Iterator[bytes]:
    """Yield the registry's statement, then chain after chain, each made in a process of its own."""
    yield encode_leaf(LeafKind.STATEMENT, followed().raw)
    chains = -(-count // (CHAIN + 1))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for done, made in enumerate(pool.map(_chain, range(chains)), 1):
            progress(done, chains)
            yield from made


def _chain(number: int) -> list[bytes]:
    root = _key(f"{number} root")
    first = accept(sign_many([root], Context.AUTHORITY, build(_content(number))), None, latest=NOW)
    admitting = decision.Decision(
        reg=followed().aid, act=decision.Act.ADMIT, aid=first.aid, stmt=first.digest, cc="XA", roles=("mla",),
        replaces=None, ts=NOW + number, why="",
    )  # fmt: skip
    ruling = sign_object(_key("registry seal"), Context.DECISION, decision.build(admitting))
    renewed = (encode_leaf(LeafKind.STATEMENT, raw) for raw in _renewals(root, first))
    return list(chain([encode_leaf(LeafKind.STATEMENT, first.raw), encode_leaf(LeafKind.DECISION, ruling)], renewed))


def _renewals(root: SigningKey, first: Statement) -> Iterator[bytes]:
    content, before = first.content, first.digest
    for version in range(2, CHAIN + 1):
        content = replace(content, ver=version, prev=before, ts=NOW + version)
        raw = sign_many([root], Context.AUTHORITY, build(content))
        before = digest_of(parse(raw, max_bytes=len(raw)).payload)
        yield raw


def _content(name: object, log: Log | None = None, roles: tuple[str, ...] = ("mla",)) -> Content:
    subkey = partial(Period, nb=NOW, na=NOW + YEAR)
    return Content(
        ver=1,
        prev=None,
        ts=NOW,
        exp=NOW + YEAR,
        name={"en": f"Authority {name}"},
        cc="XI" if log else "XA",
        roles=roles,
        root=Root(k=1, keys=(_key(f"{name} root").public,)),
        seal=(subkey(pub=_key(f"{name} seal").public),),
        node=(subkey(pub=_key(f"{name} node").public),),
        log=log,
    )


@cache
def followed() -> Statement:
    """Return the statement of the registry whose log it is."""
    log = Log(public=_log_keys().public, quorum=0, witnesses=(), scope=("*",), peers=())
    content = _content("registry", log, ("registry",))
    return accept(sign_many([_key("registry root")], Context.AUTHORITY, build(content)), None, latest=NOW)


@cache
def _log_keys() -> LogKeys:
    return LogKeys(ORIGIN, hashlib.sha512(b"log").digest())


def _key(name: str) -> SigningKey:
    return SigningKey(hashlib.sha512(name.encode()).digest())
