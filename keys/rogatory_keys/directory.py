"""The directory: whose keys are whose, by replaying the logs of the registries that this node follows (B.6.4).

* A checkpoint is taken with exactly the leaves that it adds; nothing of a leaf is looked at before the root fits.
* A later statement's keys count at once; its name, country and roles only after a decision about it.
* Local configuration wins over registries: it grants scopes, blocks, and confirms a second authority of a role.
* Sizes and roots never go back; a log that shows two roots for one size is not accepted any more.
* The whole state is in ``state``; ``snapshot`` keeps it over a restart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rogatory_keys.ahead import read_ahead
from rogatory_keys.authority import GOOD, Authority, Listing, Standing, listing_of
from rogatory_keys.replay import Alarm, AlarmKind, Local, LogState, Place, State, judge
from rogatory_protocol.checkpoint import Checkpoint
from rogatory_protocol.decision import ADMITTING, Act
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Aid, Digest, Kid
from rogatory_protocol.limits import FRESH_BLOCK_SECONDS, FRESH_WARN_SECONDS, SKEW_REFUSE_SECONDS
from rogatory_protocol.merkle import Frontier, leaf_hash
from rogatory_protocol.statement import Statement, accept, parse
from rogatory_protocol.statement_fields import Use
from rogatory_protocol.tiles import LeafKind, parse_leaf

_REKEYED = frozenset({Code.SIGNATURE, Code.DISAGREE})


class Freshness(StrEnum):
    """How old the newest checkpoint is."""

    FRESH = "fresh"
    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An authority as officers see it. ``roles`` are those confirmed; ``unconfirmed`` wait for an officer."""

    aid: Aid
    standing: Standing
    listing: Listing
    roles: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    statement: Statement
    registry: Aid | None


class Directory:
    """The replayed state. It changes through ``apply`` and ``confirm`` only; lookups change nothing."""

    def __init__(self, local: Local) -> None:
        """Start empty."""
        self.state = State(local=local, logs={each.aid: LogState(followed=each) for each in local.followed})

    # --- Replaying ----------------------------------------------------------------------------------------------------

    def apply(self, registry: Aid, checkpoint: bytes, leaves: Iterable[bytes], *, now: int) -> list[Alarm]:
        """Take a newer checkpoint of a followed log and exactly the leaves that it adds.

        Args:
            registry: The registry.
            checkpoint: Its note.
            leaves: The new leaves, in order. They are read more than once, so a generator will not do; they are not
                kept.
            now: The time.

        The caller then stores the leaves and the checkpoint, and tells people and links of the alarms.

        Raises:
            LocalProtocolError: The registry is not followed.
            RefusedError: Nothing changed. NOT_GOOD: the log forked before, or is not this registry's;
                DIRECTORY_OLD: the size goes back; FUTURE; DISAGREE: leaves and checkpoint do not fit;
                TOO_LARGE, MALFORMED or SIGNATURE.
        """
        # 1. The log is one that we follow and trust still.  2. The checkpoint is signed by the log's keys, dated, and
        # not in the future.  3. The size does not go back, and one size has one root.  4. The leaves have the root.
        # 5. Only then is any leaf judged.
        log = self._log(registry)
        head = self._open(log, checkpoint, leaves)
        if not 0 < head.time <= now + SKEW_REFUSE_SECONDS:
            raise RefusedError(Code.FUTURE, "checkpoint is dated in the future, or not at all")
        if head.size < log.frontier.size:
            raise RefusedError(Code.DIRECTORY_OLD, "log goes back")
        if log.head is not None and head.size == log.frontier.size and head.root != log.head.root:
            log.fork = (log.head.raw, checkpoint)
            return [Alarm(kind=AlarmKind.LOG_FORKED, registry=registry, index=head.size)]
        frontier = log.frontier.extend([leaf_hash(leaf) for leaf in leaves])
        if frontier.size != head.size or frontier.root() != head.root:
            raise RefusedError(Code.DISAGREE, "leaves are not those of the checkpoint")
        return self._replay(log, head, frontier, leaves)

    def confirm(self, aid: Aid, cc: str, roles: Iterable[str]) -> None:
        """Record that an officer confirmed a second authority of a role by its digits; may be said beforehand."""
        pairs = {(aid, cc, role) for role in roles}
        self.state.confirmed |= pairs
        self.state.unconfirmed -= pairs

    def settle(self, aid: Aid, foreign: Digest) -> None:
        """Record that a person found out which statement of a fork is not the authority's own; may be said beforehand.

        The chain that this node holds goes on; if that is the foreign one, nobody can settle it: a new authority must
        be founded.
        """
        self.state.settled.add((aid, foreign))
        authority = self.state.authorities.get(aid)
        if authority is not None and authority.frozen is not None and authority.frozen[1] == foreign:
            authority.frozen = None

    # --- Looking up ---------------------------------------------------------------------------------------------------

    def node_key(self, aid: Aid, kid: Kid, now: int) -> bytes:
        """Return the key that authenticates an authority's node on a link, good now.

        Raises:
            RefusedError: DIRECTORY_OLD: authority or key unknown; NOT_GOOD: either is not good.
        """
        authority = self._good(aid, now)
        status = authority.status(kid, Use.NODE)
        status.check(now)
        return status.pub

    def seal_key(self, aid: Aid, kid: Kid, at: int, now: int) -> bytes:
        """Return the key that seals a newly seen object dated *at* (B.8): not revoked, good then or now.

        Admission is judged now: an authority that was removed could otherwise go on by dating back.

        Raises:
            RefusedError: DIRECTORY_OLD: authority or key unknown; NOT_GOOD: either is not good.
        """
        status = self._good(aid, now).status(kid, Use.SEAL)
        if status.revoked is not None:
            raise RefusedError(Code.NOT_GOOD, "seal key is revoked")
        if not any(status.since <= time <= status.until for time in (at, now)):
            raise RefusedError(Code.NOT_GOOD, "seal key is not good then or now")
        return status.pub

    def standing(self, aid: Aid, at: int) -> Standing:
        """Say how an authority stands at a time.

        Raises:
            RefusedError: DIRECTORY_OLD: unknown.
        """
        authority = self._authority(aid)
        if aid in self.state.local.blocked:
            return Standing.BLOCKED
        if authority.frozen is not None:
            return Standing.FROZEN
        if aid in self.state.logs:
            return Standing.FOLLOWED
        ruling = authority.ruling(at)
        if ruling is None:
            return Standing.NOT_ADMITTED
        if ruling.act not in ADMITTING:
            return Standing.SUSPENDED if ruling.act is Act.SUSPEND else Standing.REMOVED
        waits = [role for role in ruling.roles if (aid, ruling.cc, role) in self.state.unconfirmed]
        return Standing.UNCONFIRMED if waits and len(waits) == len(ruling.roles) else Standing.ADMITTED

    def admitted(self, aid: Aid, at: int) -> None:
        """Check that an authority is admitted at a time, or is a registry that this node follows.

        Raises:
            RefusedError: DIRECTORY_OLD: unknown; NOT_GOOD: the text says why.
        """
        self._good(aid, at)

    def resolve(self, aid: Aid, at: int) -> Entry:
        """Return an authority as officers see it at a time.

        Raises:
            RefusedError: DIRECTORY_OLD: unknown.
        """
        authority = self._authority(aid)
        ruling = authority.ruling(at)
        if ruling is None:
            own = listing_of(authority.newest.content)
            known = Listing(name=own.name, cc=own.cc, roles=())
        else:
            known = Listing(name=authority.listing(ruling.stmt).name, cc=ruling.cc, roles=ruling.roles)
        waits = tuple(role for role in known.roles if (aid, known.cc, role) in self.state.unconfirmed)
        return Entry(
            aid=aid,
            standing=self.standing(aid, at),
            listing=known,
            roles=tuple(role for role in known.roles if role not in waits),
            unconfirmed=waits,
            statement=authority.newest,
            registry=None if ruling is None else ruling.registry,
        )

    def entries(self, at: int) -> list[Entry]:
        """Return every authority known, in the order in which they appeared."""
        return [self.resolve(aid, at) for aid in self.state.authorities]

    def heads(self) -> list[tuple[str, int, bytes]]:
        """Return origin, size and root of every log, to compare with a peer's (B.11.3, ``heads``)."""
        heads = (log.head for log in self.state.logs.values())
        return [(head.origin, head.size, head.root) for head in heads if head is not None]

    def freshness(self, registry: Aid, now: int) -> Freshness:
        """Say how fresh a log is. Without any checkpoint it blocks.

        Raises:
            LocalProtocolError: The registry is not followed.
        """
        age = now - self._followed(registry).time
        if age > FRESH_BLOCK_SECONDS:
            return Freshness.BLOCK
        return Freshness.WARN if age > FRESH_WARN_SECONDS else Freshness.FRESH

    def freshness_of(self, aid: Aid, now: int) -> Freshness:
        """Say how fresh the log is by which an authority is admitted; one registry away blocks only its own.

        Raises:
            RefusedError: DIRECTORY_OLD: unknown.
        """
        ruling = self._authority(aid).ruling(now)
        registry = aid if aid in self.state.logs else None if ruling is None else ruling.registry
        return Freshness.BLOCK if registry is None else self.freshness(registry, now)

    def _good(self, aid: Aid, at: int) -> Authority:
        standing = self.standing(aid, at)
        if standing not in GOOD:
            raise RefusedError(Code.NOT_GOOD, f"authority is {standing.value}")
        return self.state.authorities[aid]

    def _authority(self, aid: Aid) -> Authority:
        try:
            return self.state.authorities[aid]
        except KeyError:
            raise RefusedError(Code.DIRECTORY_OLD, "unknown authority") from None

    def _followed(self, registry: Aid) -> LogState:
        try:
            return self.state.logs[registry]
        except KeyError:
            raise LocalProtocolError("registry is not followed") from None

    # --- Checkpoints --------------------------------------------------------------------------------------------------

    def _log(self, registry: Aid) -> LogState:
        log = self._followed(registry)
        if log.fork is not None:
            raise RefusedError(Code.NOT_GOOD, "log showed two roots for one size")
        return log

    def _open(self, log: LogState, checkpoint: bytes, leaves: Iterable[bytes]) -> Checkpoint:
        # "Judged by the policy in force before its new leaves"; a node that was away while the log changed its keys has
        # the old ones only, so keys that the registry's own root signed in the new leaves count as well.
        refusal: RefusedError | None = None
        for statement in self._registry_chain(log, leaves):
            if statement.content.log is None:
                continue
            try:
                return Checkpoint.open(checkpoint, statement.content.log.public)
            except RefusedError as error:
                if error.code not in _REKEYED:
                    raise
                refusal = refusal or error
        raise refusal or RefusedError(Code.NOT_GOOD, "registry has no log")

    def _registry_chain(self, log: LogState, leaves: Iterable[bytes]) -> Iterable[Statement]:
        """Yield the registry's newest known statement, then those that the new leaves add."""
        registry = self.state.authorities.get(log.followed.aid)
        newest = None if registry is None else registry.newest
        if newest is not None:
            yield newest
        for leaf in leaves:
            found = _successor(leaf, newest)
            if newest is None and (found is None or found.aid != log.followed.aid):
                # Leaf 0 is the registry's own first statement; the configured aid is all that we trust.
                raise RefusedError(Code.NOT_GOOD, "log does not begin with this registry")
            if found is not None:
                newest = found
                yield newest

    def _replay(self, log: LogState, head: Checkpoint, frontier: Frontier, leaves: Iterable[bytes]) -> list[Alarm]:
        alarms: list[Alarm] = []
        effective = max(head.time, log.time)
        latest = head.time + SKEW_REFUSE_SECONDS
        for index, (leaf, memory) in enumerate(read_ahead(leaves), log.frontier.size):
            place = Place(log=log, index=index, latest=latest, effective=effective)
            alarms += judge(self.state, leaf, place, memory)
        if log.head is None or head.size > log.head.size or head.time > log.head.time:
            log.head = head
        log.frontier, log.time = frontier, effective
        return alarms


def _successor(leaf: bytes, newest: Statement | None) -> Statement | None:
    """Return the statement in a leaf if it continues a chain; its date is judged with the checkpoint, later."""
    try:
        parsed = parse_leaf(leaf)
        if parsed.kind is not LeafKind.STATEMENT:
            return None
        prev = parse(parsed.object).content.prev
        if prev != (None if newest is None else newest.digest):
            return None
        return accept(parsed.object, newest, latest=2**64)
    except RefusedError:
        return None
