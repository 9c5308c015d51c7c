"""Whose keys are whose, as an evidence bundle shows it: registries, statement chains, decisions (B.15 item 0).

* Every statement and decision lies in the log of a registry of the bundle, under that registry's one checkpoint.
* A registry is trusted when the caller named its digits, and only then; its own chain begins with that aid.
* A decision counts from its own ``ts``: the time of the checkpoint that first contained it is not in the bundle.
* What a bundle leaves out cannot be seen in it: "not revoked" and "not suspended" need the full log (``bundle_log``).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from rogatory_keys.authority import Authority, Ruling
from rogatory_keys.bundle_layout import Layout, Part, name_of
from rogatory_keys.bundle_verdict import Failed, Finding, Item, Status, What, judging
from rogatory_protocol import decision as d
from rogatory_protocol import tlog_proof
from rogatory_protocol.checkpoint import Checkpoint
from rogatory_protocol.decision import ADMITTING
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Kid, digits_of
from rogatory_protocol.limits import SKEW_REFUSE_SECONDS
from rogatory_protocol.statement import KeyStatus, Statement, accept
from rogatory_protocol.statement import parse as parse_statement
from rogatory_protocol.statement_fields import ANYWHERE, Log, Use
from rogatory_protocol.tiles import LeafKind, encode_leaf

Read = Callable[[str], bytes]
_DIGITS: Final = 30
_HEX: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A registry of the bundle.

    Attributes:
        own: Its chain.
        log: What its newest statement says of its log.
        head: The checkpoint of this bundle.
        trusted: The caller named its digits.
        revoked_at: By key, the leaf with which its revocation was published.
    """

    own: Authority
    log: Log
    head: Checkpoint
    trusted: bool
    revoked_at: dict[Kid, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """All that the bundle shows of keys and admissions."""

    registries: dict[Aid, Registry]
    authorities: dict[Aid, Authority]

    def public(self, aid: Aid, kid: Kid, _ts: int = 0) -> bytes:
        """Return a seal key whatever its dates; ``status`` says whether it was good.

        Raises:
            RefusedError: DIRECTORY_OLD: the bundle shows no such authority or key.
        """
        return self.status(aid, kid).pub

    def status(self, aid: Aid, kid: Kid) -> KeyStatus:
        """Say all that the chain says of a seal key.

        Raises:
            RefusedError: DIRECTORY_OLD.
        """
        return self._authority(aid).status(kid, Use.SEAL)

    def check_admitted(self, aid: Aid, at: int) -> None:
        """Check that an authority is admitted at a time, or is a registry of the bundle itself.

        Raises:
            RefusedError: DIRECTORY_OLD: not in the bundle; NOT_GOOD: no decision, or the last one does not admit.
        """
        if aid in self.registries:
            return
        ruling = self._authority(aid).ruling(at)
        if ruling is None:
            raise RefusedError(Code.NOT_GOOD, "authority was not admitted then")
        if ruling.act not in ADMITTING:
            raise RefusedError(Code.NOT_GOOD, f"authority is under the decision {ruling.act.value}")

    def name(self, aid: Aid) -> str:
        """Return the name under which a registry admitted an authority, English first; else the first digits of its id.

        A name that no registry decided on is not shown: an authority could call itself anything.
        """
        if aid in self.registries:
            return _first_name(self.registries[aid].own.listings[-1].name)
        authority = self.authorities.get(aid)
        ruling = authority.ruling() if authority else None
        if authority is None or ruling is None:
            return aid.hex()[:16]
        return f"{_first_name(authority.listing(ruling.stmt).name)} ({ruling.cc})"

    def _authority(self, aid: Aid) -> Authority:
        found = self.authorities.get(aid)
        if found is None and aid in self.registries:
            return self.registries[aid].own
        if found is None:
            raise RefusedError(Code.DIRECTORY_OLD, "the bundle does not hold this authority")
        return found


def trust_of(layout: Layout, read: Read, roots: frozenset[str]) -> tuple[Trust, list[Finding]]:
    """Check registries, chains and decisions. *roots* are the digits or ids that the caller trusts, from `root_of`.

    Raises:
        Failed: The first thing that does not hold.
        BundleError: A file was changed.
    """
    registries: dict[Aid, Registry] = {}
    findings: list[Finding] = []
    for owner in layout.owners(Part.CHECKPOINT):
        registry = _registry(layout, read, owner, roots)
        registries[registry.own.aid] = registry
        findings += _about(registry, name_of(Part.CHECKPOINT, owner))
    authorities = {}
    for owner in layout.owners(Part.STATEMENT):
        chain = _chain(layout, read, owner, registries)
        authorities[chain.aid] = chain
    trust = Trust(registries=registries, authorities=authorities)
    for registry in registries.values():
        _decisions(layout, read, registry, trust)
    findings += [_held(trust, aid) for aid in authorities]
    return trust, findings


def root_of(text: str) -> str:
    """Read what a caller names a registry by: 30 digits in any spacing, or the 64 hex digits of its id.

    Raises:
        ValueError: It is neither.
    """
    plain = "".join(text.split()).replace("-", "").lower()
    digits = len(plain) == _DIGITS and plain.isascii() and plain.isdigit()
    if not digits and (len(plain) != _HEX or not set(plain) <= set("0123456789abcdef")):
        raise ValueError("neither 30 digits nor 64 hex digits")
    return plain


# Registries


def _registry(layout: Layout, read: Read, owner: str, roots: frozenset[str]) -> Registry:
    # 1. The aid of its first statement is the folder's, and the caller trusts it or says nothing.  2. Its chain.
    # 3. Keys that the chain names signed the checkpoint.  4. The chain lies in the log.
    place = name_of(Part.CHECKPOINT, owner)
    aid = Aid(bytes.fromhex(owner))
    trusted = bool({owner, digits_of(aid).replace(" ", "")} & roots)
    if roots and not trusted:
        raise Failed(Item.ROOT, What.ROOT_OTHER, place, digits=digits_of(aid))
    statements = _statements(layout, read, owner, Part.REGISTRY_STATEMENT)
    with judging(Item.LOG, place):
        head = _open(read(place), statements)
    chain = _accepted(statements, aid, head, Item.ROOT)
    indices = []
    for (_, raw), proof_file in zip(statements, layout.of(Part.REGISTRY_PROOF, owner).values(), strict=True):
        with judging(Item.LOG, proof_file):
            indices.append(_prove(read(proof_file), LeafKind.STATEMENT, raw, head))
    log = chain.newest.content.log
    if log is None:
        raise Failed(Item.ROOT, What.REFUSED, place, code=Code.NOT_GOOD.name.lower(), why="not a registry")
    revoked_at: dict[Kid, int] = {}
    for index, (_, raw) in zip(indices, statements, strict=True):
        for gone in parse_statement(raw).content.revoked:
            revoked_at.setdefault(gone.kid, index)
    return Registry(own=chain, log=log, head=head, trusted=trusted, revoked_at=revoked_at)


def _open(raw: bytes, statements: list[tuple[str, bytes]]) -> Checkpoint:
    refusal = RefusedError(Code.NOT_GOOD, "registry has no log")
    for _, statement in reversed(statements):
        log = parse_statement(statement).content.log
        if log is None:
            continue
        try:
            return Checkpoint.open(raw, log.public)
        except RefusedError as error:
            refusal = error
    raise refusal


def _about(registry: Registry, place: str) -> list[Finding]:
    digits = digits_of(registry.own.aid)
    root = What.ROOT_TRUSTED if registry.trusted else What.ROOT_UNKNOWN
    status = Status.HOLDS if registry.trusted else Status.OPEN
    findings = [
        Finding(item=Item.ROOT, status=status, what=root, file=place, args={"digits": digits}),
        Finding(
            item=Item.LOG,
            status=Status.HOLDS,
            what=What.LOG_AS_OF,
            file=place,
            args={"ts": registry.head.time, "size": registry.head.size},
        ),
    ]
    if registry.log.quorum:
        findings.append(Finding(item=Item.LOG, status=Status.OPEN, what=What.WITNESSES_UNCHECKED, file=place))
    return findings


# Chains


def _statements(layout: Layout, read: Read, owner: str, part: Part) -> list[tuple[str, bytes]]:
    files = layout.of(part, owner)
    for n, key in enumerate(files, 1):
        if int(key) != n:
            raise Failed(Item.AUTHORITY, What.DAMAGED, name_of(part, owner, f"{n:04d}"), fault="missing")
    if not files:
        raise Failed(Item.AUTHORITY, What.DAMAGED, name_of(part, owner, "0001"), fault="missing")
    return [(name, read(name)) for name in files.values()]


def _chain(layout: Layout, read: Read, owner: str, registries: dict[Aid, Registry]) -> Authority:
    statements = _statements(layout, read, owner, Part.STATEMENT)
    by_head = {registry.head.raw: registry for registry in registries.values()}
    registry: Registry | None = None
    for (_, raw), proof_file in zip(statements, layout.of(Part.STATEMENT_PROOF, owner).values(), strict=True):
        with judging(Item.LOG, proof_file):
            proof = read(proof_file)
            registry = by_head.get(tlog_proof.parse(proof).checkpoint)
            if registry is None:
                raise RefusedError(Code.DISAGREE, "log proof under another checkpoint")
            _prove(proof, LeafKind.STATEMENT, raw, registry.head)
    assert registry is not None  # a chain has at least one statement
    return _accepted(statements, Aid(bytes.fromhex(owner)), registry.head, Item.AUTHORITY)


def _accepted(statements: list[tuple[str, bytes]], aid: Aid, head: Checkpoint, item: Item) -> Authority:
    chain: Authority | None = None
    for name, raw in statements:
        with judging(item, name):
            statement: Statement = accept(
                raw, None if chain is None else chain.newest, latest=head.time + SKEW_REFUSE_SECONDS
            )
            if statement.aid != aid:
                raise RefusedError(Code.DISAGREE, "statement of another authority")
            chain = chain or Authority(aid=aid, newest=statement)
            chain.extend(statement)
    assert chain is not None  # `_statements` returned at least one
    return chain


def _prove(proof_raw: bytes, kind: LeafKind, raw: bytes, head: Checkpoint) -> int:
    proof = tlog_proof.parse(proof_raw)
    tlog_proof.check(proof, encode_leaf(kind, raw), head)
    return proof.index


# Decisions


def _decisions(layout: Layout, read: Read, registry: Registry, trust: Trust) -> None:
    # In the order of the log, not of the names: the last one decides.
    owner = registry.own.aid.hex()
    found: list[tuple[int, str, d.Decision]] = []
    for key, name in layout.of(Part.DECISION, owner).items():
        proof_file = name_of(Part.DECISION_PROOF, owner, key)
        raw = read(name)
        with judging(Item.LOG, proof_file):
            index = _prove(read(proof_file), LeafKind.DECISION, raw, registry.head)
        with judging(Item.AUTHORITY, name):
            found.append((index, name, _decision(raw, key, index, registry, trust)))
    for _, name, decision in sorted(found):
        authority = trust.authorities[decision.aid]
        if authority.decided.get(decision.reg, -1) >= decision.ts:
            raise Failed(
                Item.AUTHORITY, What.REFUSED, name, code=Code.DISAGREE.name.lower(), why="decision is a replay"
            )
        authority.decided[decision.reg] = decision.ts
        authority.rulings.append(
            Ruling(
                registry=decision.reg,
                effective=decision.ts,
                act=decision.act,
                stmt=decision.stmt,
                cc=decision.cc,
                roles=decision.roles,
                ts=decision.ts,
            )
        )


def _decision(raw: bytes, key: str, index: int, registry: Registry, trust: Trust) -> d.Decision:
    # 1. Its name is its digest.  2. By this registry, whose key was good at ts and not yet revoked in the log.
    # 3. About a statement of the bundle and within what it says.  4. Within the registry's scope, not of the future.
    unverified = d.parse(raw)
    decision = unverified.content
    if unverified.object.digest.hex() != key or decision.reg != registry.own.aid:
        raise RefusedError(Code.DISAGREE, "decision is not what its place says")
    kid = unverified.object.signatures[0].kid
    status = registry.own.status(kid, Use.SEAL)
    d.verify(unverified, status.pub)
    within = status.since <= decision.ts <= status.until
    if not within or registry.revoked_at.get(kid, index + 1) <= index:
        raise RefusedError(Code.NOT_GOOD, "registry's key was not good")
    authority = trust.authorities.get(decision.aid)
    if authority is None:
        raise RefusedError(Code.NOT_FOUND, "decision about an authority that the bundle does not hold")
    listing = authority.listing(decision.stmt)
    if decision.cc != listing.cc or not set(decision.roles) <= set(listing.roles):
        raise RefusedError(Code.DISAGREE, "decision goes beyond its statement")
    if not {ANYWHERE, decision.cc} & set(registry.log.scope):
        raise RefusedError(Code.NOT_AUTHORISED, "decision outside the registry's scope")
    if decision.ts > registry.head.time + SKEW_REFUSE_SECONDS:
        raise RefusedError(Code.FUTURE, "decision")
    return decision


def _held(trust: Trust, aid: Aid) -> Finding:
    chain = trust.authorities[aid]
    return Finding(
        item=Item.AUTHORITY,
        status=Status.HOLDS,
        what=What.CHAIN_HOLDS,
        file=name_of(Part.STATEMENT, aid.hex(), f"{chain.newest.content.ver:04d}"),
        args={"aid": aid.hex(), "name": trust.name(aid), "ver": chain.newest.content.ver},
    )


def _first_name(names: tuple[tuple[str, str], ...]) -> str:
    known = dict(names)
    return known.get("en") or next(iter(known.values()))
