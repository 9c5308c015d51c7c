"""The statement chains, decisions and log proofs of an evidence bundle, from the leaves that this node stores (B.15).

* Of a log only the hashes of its leaves are held, and its decisions; a statement is found by its hash.
* Every proof is made anew from the stored leaves, under the newest stored checkpoint of their log.
* Decisions are those that the directory took; what it ignored is left out.
* A registry among the parties needs no decision: its own folder shows its chain.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Self

from sqlalchemy import Connection, select

from rogatory_keys.authority import Authority, Ruling
from rogatory_keys.bundle_layout import Part, name_of
from rogatory_node.storage.tables import checkpoints, log_leaves, statements
from rogatory_protocol import decision as d
from rogatory_protocol import tlog_proof
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.ids import Aid
from rogatory_protocol.merkle import leaf_hash, path
from rogatory_protocol.tiles import Leaf, LeafKind, encode_leaf, parse_leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A stored log: its newest checkpoint, and what lies below it.

    Attributes:
        hashes: The hash of every leaf.
        decisions: The leaves that are decisions.
    """

    checkpoint: bytes
    hashes: tuple[bytes, ...] = field(repr=False)
    decisions: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def of(cls, checkpoint: bytes, leaves: Iterable[bytes]) -> Self:
        """Take the leaves one after the other and keep what is needed of them."""
        hashes, decisions = [], []
        for leaf in leaves:
            hashes.append(leaf_hash(leaf))
            if _is_decision(leaf):
                decisions.append(leaf)
        return cls(checkpoint=checkpoint, hashes=tuple(hashes), decisions=tuple(decisions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """The stored logs by their registries, and every accepted chain, oldest statement first."""

    logs: Mapping[Aid, Log]
    chains: Mapping[Aid, tuple[bytes, ...]] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """The files, and the registries on which they rest."""

    files: Mapping[str, bytes] = field(repr=False)
    registries: tuple[Aid, ...]


class NotProvedError(LookupError):
    """The logs that this node follows do not hold a statement of an authority."""


ROWS: Final = 256  # leaves read at a time
_STATEMENT: Final = (Part.STATEMENT, Part.STATEMENT_PROOF)
_REGISTRY: Final = (Part.REGISTRY_STATEMENT, Part.REGISTRY_PROOF)


def read(connection: Connection) -> Logs:
    """Read logs and chains."""
    logs = {}
    heads = connection.execute(select(checkpoints).order_by(checkpoints.c.registry, checkpoints.c.size)).all()
    for registry, group in groupby(heads, key=lambda row: bytes(row.registry)):
        newest = list(group)[-1]
        where = (log_leaves.c.registry == registry, log_leaves.c.n < newest.size)
        query = select(log_leaves.c.leaf).where(*where).order_by(log_leaves.c.n)
        leaves = connection.execute(query.execution_options(yield_per=ROWS)).scalars()
        logs[Aid(registry)] = Log.of((newest.newest or newest.text).encode(), map(bytes, leaves))
    rows = connection.execute(select(statements).order_by(statements.c.aid, statements.c.ver)).all()
    chains = {
        Aid(aid): tuple(bytes(row.raw) for row in group) for aid, group in groupby(rows, key=lambda row: bytes(row.aid))
    }
    return Logs(logs=logs, chains=chains)


def prove(logs: Logs, authorities: Mapping[Aid, Authority], followed: frozenset[Aid]) -> Proved:
    """Make the files of these authorities.

    Raises:
        NotProvedError: A statement is in none of the logs.
    """
    provers = {aid: _Prover(log) for aid, log in logs.logs.items() if aid in followed}
    used: dict[Aid, None] = {aid: None for aid in authorities if aid in provers}
    files: dict[str, bytes] = {}
    for aid in authorities:
        if aid in provers:
            continue
        used |= dict.fromkeys(_chain(files, _STATEMENT, aid, logs.chains.get(aid, ()), provers))
    for aid, prover in provers.items():
        taken = {_ruling(each): None for one in authorities.values() for each in one.rulings if each.registry == aid}
        for leaf in prover.decisions(set(taken)):
            used[aid] = None
            digest = d.parse(leaf.object).object.digest.hex()
            files[name_of(Part.DECISION, aid.hex(), digest)] = leaf.object
            files[name_of(Part.DECISION_PROOF, aid.hex(), digest)] = prover.proof(LeafKind.DECISION, leaf.object)
    for aid in used:
        files[name_of(Part.CHECKPOINT, aid.hex())] = provers[aid].log.checkpoint
        _chain(files, _REGISTRY, aid, logs.chains.get(aid, ()), {aid: provers[aid]})
    return Proved(files=files, registries=tuple(sorted(used)))


class _Prover:
    """Makes proofs from one log."""

    def __init__(self, log: Log) -> None:
        self.log = log
        # The first of two equal leaves is the one that counted.
        self._places = {each: n for n, each in reversed(list(enumerate(log.hashes)))}

    def holds(self, kind: LeafKind, raw: bytes) -> bool:
        return leaf_hash(encode_leaf(kind, raw)) in self._places

    def proof(self, kind: LeafKind, raw: bytes) -> bytes:
        index = self._places[leaf_hash(encode_leaf(kind, raw))]
        proof = tlog_proof.TlogProof(
            index=index, path=tuple(path(index, self.log.hashes)), checkpoint=self.log.checkpoint
        )
        return tlog_proof.compose(proof)

    def decisions(self, wanted: set["_Ruling"]) -> list[Leaf]:
        found = []
        for data in dict.fromkeys(self.log.decisions if wanted else ()):
            try:
                leaf = parse_leaf(data)
                if _ruled(d.parse(leaf.object).content) in wanted:
                    found.append(leaf)
            except RefusedError:
                continue  # ignored by every directory as well
        return found


def _is_decision(leaf: bytes) -> bool:
    try:
        return parse_leaf(leaf).kind is LeafKind.DECISION
    except RefusedError:
        return False  # ignored by every directory as well


_Ruling = tuple[Aid, str, bytes, str, tuple[str, ...], int]


def _ruling(each: Ruling) -> _Ruling:
    return each.registry, each.act.value, each.stmt, each.cc, each.roles, each.ts


def _ruled(content: d.Decision) -> _Ruling:
    return content.reg, content.act.value, content.stmt, content.cc, content.roles, content.ts


def _chain(
    files: dict[str, bytes],
    parts: tuple[Part, Part],
    aid: Aid,
    chain: tuple[bytes, ...],
    provers: Mapping[Aid, _Prover],
) -> list[Aid]:
    """Add a chain with its proofs; return the registries in whose logs it lies."""
    used = []
    for n, raw in enumerate(chain, 1):
        registry = next((each for each, prover in provers.items() if prover.holds(LeafKind.STATEMENT, raw)), None)
        if registry is None:
            break  # renewed here and not yet in the log: the bundle is as of its checkpoint
        files[name_of(parts[0], aid.hex(), f"{n:04d}")] = raw
        files[name_of(parts[1], aid.hex(), f"{n:04d}")] = provers[registry].proof(LeafKind.STATEMENT, raw)
        used.append(registry)
    if not used:
        raise NotProvedError(aid.hex())
    return used
