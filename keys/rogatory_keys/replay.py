"""Judging the leaves of a followed log, one after another (B.5, B.6.4).

* Every leaf is judged; an invalid one is ignored and returned as an alarm, and the replay goes on.
* Chains are merged by authority over all logs; two different statements of one version in two logs freeze it.
* A decision is valid within the statement that it names and only if newer than every earlier one about its authority.
* A second authority of a role waits until an officer confirms it.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from rogatory_keys.authority import Authority, Ruling
from rogatory_protocol import decision as d
from rogatory_protocol.checkpoint import Checkpoint
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest, Kid, aid_of
from rogatory_protocol.merkle import Frontier
from rogatory_protocol.signed import VerifiedMemory
from rogatory_protocol.statement import Statement, UnverifiedStatement, follow, parse
from rogatory_protocol.statement_fields import ANYWHERE, Use
from rogatory_protocol.tiles import LeafKind, parse_leaf

MAX_WAITING: Final = 64  # statements whose predecessor has not come yet; a registry cannot make us keep more


class AlarmKind(StrEnum):
    """What a person, or the node, should know of a replay."""

    INVALID_LEAF = "invalid_leaf"
    WAITING = "waiting"
    OUT_OF_SCOPE = "out_of_scope"
    KEYS_CHANGED = "keys_changed"
    KEY_REVOKED = "key_revoked"
    AUTHORITY_FORKED = "authority_forked"
    SECOND_AUTHORITY = "second_authority"
    REPLACEMENT = "replacement"
    OWN_TERRITORY = "own_territory"
    LOG_FORKED = "log_forked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that a replay found.

    Attributes:
        index: The leaf, or the size at which a log forked.
        code: Why a leaf is invalid.
        what: For our own log.
    """

    kind: AlarmKind
    registry: Aid
    index: int
    aid: Aid | None = None
    code: Code | None = None
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A registry that local configuration follows, and for which countries it may admit."""

    aid: Aid
    scope: tuple[str, ...]

    def covers(self, cc: str) -> bool:
        """Tell whether the registry may admit for a country."""
        return ANYWHERE in self.scope or cc in self.scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """Local configuration, which always wins.

    Attributes:
        own: This node's authority, its country and roles: whoever else is admitted for them raises an alarm.
        blocked: Authorities that are not good here, whatever registries say.
    """

    followed: tuple[Followed, ...]
    own: tuple[Aid, str, tuple[str, ...]] | None = None
    blocked: frozenset[Aid] = frozenset()


@dataclass(slots=True, kw_only=True)
class LogState:
    """How far one log was replayed. ``fork`` holds two signed checkpoints that contradict each other."""

    followed: Followed
    frontier: Frontier = field(default_factory=Frontier)
    head: Checkpoint | None = None
    time: int = 0
    fork: tuple[bytes, bytes] | None = None


@dataclass(slots=True, kw_only=True)
class State:
    """All that a directory knows.

    Attributes:
        owners: The authority of each statement, by digest.
        holders: Who was first admitted for a country and a role.
        unconfirmed: Authorities of roles that another one holds.
        confirmed: What an officer confirmed, perhaps beforehand.
        settled: Of forks that a person decided, the authority and the statement that is not its own.
        waiting: By the digest they wait for, statements as (registry, leaf, bytes).
    """

    local: Local
    logs: dict[Aid, LogState]
    authorities: dict[Aid, Authority] = field(default_factory=dict)
    owners: dict[Digest, Aid] = field(default_factory=dict)
    holders: dict[tuple[str, str], Aid] = field(default_factory=dict)
    unconfirmed: set[tuple[Aid, str, str]] = field(default_factory=set)
    confirmed: set[tuple[Aid, str, str]] = field(default_factory=set)
    settled: set[tuple[Aid, Digest]] = field(default_factory=set)
    waiting: dict[Digest, list[tuple[Aid, int, bytes]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a leaf stands, and by when its objects may be dated."""

    log: LogState
    index: int
    latest: int
    effective: int

    def alarm(self, kind: AlarmKind, aid: Aid | None = None, *, code: Code | None = None, what: str = "") -> Alarm:
        """Make an alarm about this leaf."""
        return Alarm(kind=kind, registry=self.log.followed.aid, index=self.index, aid=aid, code=code, what=what)


Read = UnverifiedStatement | d.UnverifiedDecision | RefusedError | None
"""A leaf taken apart: its object, why it has none, or None for an anchor, which says nothing about keys."""


def read(data: bytes) -> Read:
    """Take a leaf apart without judging it."""
    try:
        leaf = parse_leaf(data)
        if leaf.kind is LeafKind.STATEMENT:
            return parse(leaf.object)
        return d.parse(leaf.object) if leaf.kind is LeafKind.DECISION else None
    except RefusedError as error:
        return error


def judge(state: State, leaf: Read, place: Place, memory: VerifiedMemory | None = None) -> list[Alarm]:
    """Judge a leaf and take what is valid into the state; what is not comes back as an alarm.

    Args:
        state: What is known; it changes.
        leaf: What ``read`` made of the leaf.
        place: Where it stands.
        memory: Signatures that were verified already.
    """
    try:
        if isinstance(leaf, UnverifiedStatement):
            return _statement(state, leaf, place, memory)
        if isinstance(leaf, d.UnverifiedDecision):
            return _decision(state, leaf, place, memory)
        if leaf is not None:
            raise leaf
    except RefusedError as error:
        return [place.alarm(AlarmKind.INVALID_LEAF, code=error.code, what=error.what)]
    return []


def _statement(
    state: State, unverified: UnverifiedStatement, place: Place, memory: VerifiedMemory | None
) -> list[Alarm]:
    content = unverified.content
    aid = aid_of(unverified.object.payload) if content.prev is None else state.owners.get(content.prev)
    if aid is None:
        return [_wait(state, unverified, place)]
    authority = state.authorities.get(aid)
    newest = 0 if authority is None else authority.newest.content.ver
    if authority is not None and content.ver <= newest:
        return _again(state, unverified, authority, place)
    previous = None if authority is None else authority.newest
    statement = follow(unverified, previous, latest=place.latest, memory=memory)
    if authority is None:
        authority = state.authorities[aid] = Authority(aid=aid, newest=statement)
    authority.extend(statement)
    authority.shown[place.log.followed.aid] = content.ver
    state.owners[statement.digest] = aid
    return [*_changes(statement, place), *_release(state, statement.digest, place)]


def _again(state: State, unverified: UnverifiedStatement, authority: Authority, place: Place) -> list[Alarm]:
    """Judge a statement of a version that is taken already."""
    registry, digest, ver = place.log.followed.aid, unverified.object.digest, unverified.content.ver
    # "Within one log the first statement of a version wins and a second is an invalid leaf."
    if ver <= authority.shown.get(registry, 0):
        raise RefusedError(Code.DISAGREE, "second statement of a version in one log")
    if authority.digests[ver - 1] != digest:
        # "Two different ones in different logs are proof of root compromise", if this one is valid too.
        follow(unverified, authority.before(ver), latest=place.latest)
        if (authority.aid, digest) not in state.settled:
            authority.frozen = authority.frozen or (authority.digests[ver - 1], digest)
        return [place.alarm(AlarmKind.AUTHORITY_FORKED, authority.aid)]
    authority.shown[registry] = ver
    return []


def _wait(state: State, unverified: UnverifiedStatement, place: Place) -> Alarm:
    prev = unverified.content.prev
    if prev is None or sum(map(len, state.waiting.values())) >= MAX_WAITING:
        raise RefusedError(Code.DISAGREE, "statement without its predecessor, and too many wait")
    state.waiting.setdefault(prev, []).append((place.log.followed.aid, place.index, unverified.object.raw))
    return place.alarm(AlarmKind.WAITING)


def _release(state: State, digest: Digest, now: Place) -> list[Alarm]:
    """Judge what waited for a statement that has come."""
    alarms: list[Alarm] = []
    for registry, index, raw in state.waiting.pop(digest, []):
        place = Place(log=state.logs[registry], index=index, latest=now.latest, effective=now.effective)
        try:
            alarms += _statement(state, parse(raw), place, None)
        except RefusedError as error:
            alarms.append(place.alarm(AlarmKind.INVALID_LEAF, code=error.code, what=error.what))
    return alarms


def _decision(
    state: State, unverified: d.UnverifiedDecision, place: Place, memory: VerifiedMemory | None
) -> list[Alarm]:
    # 1. By this registry, with its seal key good at ts and not revoked.  2. About a statement that we know, within
    # what it says.  3. Newer than every earlier one about this authority in this log.  4. In the granted scope.
    registry = place.log.followed.aid
    decision = unverified.content
    if decision.reg != registry:
        raise RefusedError(Code.DISAGREE, "decision of another registry")
    public = _deciding_key(state, registry, unverified.object.signatures[0].kid, decision.ts)
    d.verify(unverified, public, memory)
    authority = state.authorities.get(decision.aid)
    if authority is None:
        raise RefusedError(Code.NOT_FOUND, "decision about an unknown authority")
    listing = authority.listing(decision.stmt)
    if decision.cc != listing.cc or not set(decision.roles) <= set(listing.roles):
        raise RefusedError(Code.DISAGREE, "decision goes beyond its statement")
    if not authority.decided.get(registry, -1) < decision.ts <= place.latest:
        raise RefusedError(Code.DISAGREE, "decision is a replay, or of the future")
    authority.decided[registry] = decision.ts
    if not place.log.followed.covers(decision.cc):
        return [place.alarm(AlarmKind.OUT_OF_SCOPE, decision.aid)]
    return _rule(state, decision, authority, place)


def _deciding_key(state: State, registry: Aid, kid: Kid, ts: int) -> bytes:
    authority = _known(state, registry)
    status = authority.status(kid, Use.SEAL)
    status.check(ts)
    if status.revoked is not None or authority.frozen is not None:
        raise RefusedError(Code.NOT_GOOD, "registry's key is revoked, or the registry frozen")
    return status.pub


def _rule(state: State, decision: d.Decision, authority: Authority, place: Place) -> list[Alarm]:
    alarms: list[Alarm] = []
    if decision.act in d.ADMITTING:
        alarms += _claim(state, decision, place)
    authority.rulings.append(
        Ruling(
            registry=decision.reg,
            effective=place.effective,
            act=decision.act,
            stmt=decision.stmt,
            cc=decision.cc,
            roles=decision.roles,
            ts=decision.ts,
        )
    )
    return alarms


def _claim(state: State, decision: d.Decision, place: Place) -> list[Alarm]:
    """Give the roles to the authority, or hold them until an officer confirms."""
    alarms: list[Alarm] = []
    for role in decision.roles:
        name, claim = (decision.cc, role), (decision.aid, decision.cc, role)
        holder = state.holders.get(name, decision.aid)
        if holder == decision.aid or not state.authorities[holder].holds(*name):
            state.holders[name] = decision.aid
        elif claim not in state.confirmed:
            # "Unless the decision names the first in replaces, and even then peers confirm."
            replaced = decision.replaces == holder
            state.unconfirmed.add(claim)
            kind = AlarmKind.REPLACEMENT if replaced else AlarmKind.SECOND_AUTHORITY
            alarms.append(place.alarm(kind, decision.aid, what=role))
    own = state.local.own
    if own and own[0] != decision.aid and own[1] == decision.cc and set(own[2]) & set(decision.roles):
        alarms.append(place.alarm(AlarmKind.OWN_TERRITORY, decision.aid))
    return alarms


def _changes(statement: Statement, place: Place) -> list[Alarm]:
    content = statement.content
    alarms = [] if content.ver == 1 else [place.alarm(AlarmKind.KEYS_CHANGED, statement.aid)]
    for entry in content.revoked:
        alarms.append(place.alarm(AlarmKind.KEY_REVOKED, statement.aid, what=entry.kid.hex()))
    return alarms


def _known(state: State, aid: Aid) -> Authority:
    try:
        return state.authorities[aid]
    except KeyError:
        raise RefusedError(Code.DIRECTORY_OLD, "unknown authority") from None
