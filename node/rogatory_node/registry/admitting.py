"""Whom this registry admits: applications, and decisions with their effect shown first (B.6.2, B.6.5).

* A first statement waits for a person; a valid successor of a statement in the log is appended at once.
* At most 1,000 applications wait, 30 days each; who is in the log already does not apply.
* A decision names the statement that was shown: if another one has come meanwhile, it is refused and shown anew.
* Admitting is about the newest statement, so that a new name counts; suspending, resuming and removing are about what
  was admitted.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_keys.authority import MAX_TIME, Ruling, Standing
from rogatory_keys.replay import AlarmKind
from rogatory_node.registry.log import Log
from rogatory_node.services.trust import Trust
from rogatory_node.storage.audit_log import Event
from rogatory_node.storage.rows import insert
from rogatory_node.storage.tables import applications
from rogatory_node.storage.writer import Writer
from rogatory_protocol import decision as d
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest, aid_of, digits_of
from rogatory_protocol.limits import DAY_SECONDS, SKEW_REFUSE_SECONDS
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.statement import Statement, accept, parse, remembered
from rogatory_protocol.suite import Signer
from rogatory_protocol.tiles import LeafKind, encode_leaf

MAX_PENDING: Final = 1_000
PENDING_SECONDS: Final = 30 * DAY_SECONDS
PENDING: Final = "pending"

# What must have been decided before: the acts that make sense in each standing.
_ALLOWED: Final = {
    Standing.NOT_ADMITTED: {d.Act.ADMIT},
    Standing.REMOVED: {d.Act.ADMIT},
    Standing.SUSPENDED: {d.Act.RESUME, d.Act.REMOVE},
    Standing.ADMITTED: {d.Act.ADMIT, d.Act.SUSPEND, d.Act.REMOVE},
    Standing.UNCONFIRMED: {d.Act.ADMIT, d.Act.SUSPEND, d.Act.REMOVE},
    Standing.FROZEN: {d.Act.SUSPEND, d.Act.REMOVE},
    Standing.BLOCKED: {d.Act.SUSPEND, d.Act.REMOVE},
}


class Fault(StrEnum):
    """Why a decision is not made."""

    UNKNOWN = "unknown"
    STANDING = "standing"
    CHANGED = "changed"
    NOTHING = "nothing"
    ROLES = "roles"


class AdmittingError(Exception):
    """A decision is not made.

    Attributes:
        fault: Why.
    """

    code = "registry.decision"

    def __init__(self, fault: Fault) -> None:
        """Note why."""
        super().__init__(fault.value)
        self.fault = fault


class Taken(StrEnum):
    """What became of a statement that came."""

    WAITS = "waits"
    APPENDED = "appended"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A first statement that waits for a decision."""

    statement: Statement
    received_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The effect of a decision, before it is made.

    Attributes:
        decision: What would be signed.
        statement: The statement decided on.
        digits: To compare with the authority by another way than this one.
        before: How the authority stands now; None when it is not in the log.
        after: How it would stand.
        second: Roles that another authority of the country holds: peers would ask their officers first.
        replaced: Whether ``replaces`` names the holder.
        outside: Our own statement does not say that we admit for this country.
    """

    decision: d.Decision
    statement: Statement
    digits: str
    before: Standing | None
    after: Standing
    second: tuple[str, ...] = ()
    replaced: bool = False
    outside: bool = False
    leaves: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person wants decided.

    Attributes:
        stmt: The statement that the person was shown; None takes the newest.
        roles: The roles; None takes all of the statement.
        replaces: The authority that this one takes the place of.
    """

    act: d.Act
    aid: Aid
    stmt: Digest | None = None
    roles: tuple[str, ...] | None = None
    replaces: Aid | None = None
    why: str = ""


def keep(connection: Connection, commands: Sequence[Application]) -> list[None]:
    """Store applications (a transaction function), after forgetting those that waited too long.

    Raises:
        RefusedError: BUSY: too many wait.
    """
    newest = max(each.received_at for each in commands)
    connection.execute(delete(applications).where(applications.c.received_at < newest - PENDING_SECONDS))
    waiting = connection.execute(select(func.count()).select_from(applications)).scalar_one()
    if waiting + len(commands) > MAX_PENDING:
        raise RefusedError(Code.BUSY, "too many applications wait")
    rows = [
        {
            "digest": each.statement.digest,
            "aid": each.statement.aid,
            "raw": each.statement.raw,
            "received_at": each.received_at,
            "status": PENDING,
        }
        for each in commands
    ]
    connection.execute(insert(connection, applications).on_conflict_do_nothing(), rows)
    return [None for _ in commands]


def drop(connection: Connection, commands: Sequence[Aid]) -> list[None]:
    """Forget the applications of authorities (a transaction function): they are in the log."""
    connection.execute(delete(applications).where(applications.c.aid.in_(list(commands))))
    return [None for _ in commands]


def read(connection: Connection, since: int) -> list[Application]:
    """Read the applications that came after a time; they were verified when they came."""
    query = select(applications).where(applications.c.received_at >= since).order_by(applications.c.received_at)
    return [
        Application(statement=remembered(bytes(row.raw), Aid(row.aid)), received_at=row.received_at)
        for row in connection.execute(query)
    ]


class Admitting:
    """The decisions of this registry."""

    def __init__(self, log: Log, trust: Trust, seal: Signer, *, writer: Writer, readers: AsyncEngine) -> None:
        """Take the log and the seal key that signs decisions."""
        self.log, self._trust, self._seal = log, trust, seal
        self._writer, self._readers = writer, readers
        self._turn = asyncio.Lock()

    async def submit(self, raw: bytes) -> Taken:
        """Take a statement that anybody brought.

        Raises:
            RefusedError: TOO_LARGE, MALFORMED, SIGNATURE, FUTURE, EXPIRED; DISAGREE: another statement of this version
                is in the log; NOT_FOUND: its predecessor is not; BUSY: too many wait.
            StorageError: It cannot be stored.
        """
        unverified = await asyncio.to_thread(parse, raw)
        owners, now = self._trust.directory.state.owners, self._trust.now()
        if unverified.object.digest in owners:
            return Taken.KNOWN
        if unverified.content.exp < now:
            raise RefusedError(Code.EXPIRED, "statement")
        if unverified.content.prev is None:
            statement = await asyncio.to_thread(accept, raw, None, latest=now + SKEW_REFUSE_SECONDS)
            await self._writer.execute(keep, Application(statement=statement, received_at=now))
            return Taken.WAITS
        if unverified.content.prev not in owners:
            raise RefusedError(Code.NOT_FOUND, "statement whose predecessor is not in the log")
        await self.log.append([encode_leaf(LeafKind.STATEMENT, raw)])
        return Taken.APPENDED

    def aid_of(self, raw: bytes) -> Aid:
        """Return whose statement it says it is; nothing is verified.

        Raises:
            RefusedError: TOO_LARGE, MALFORMED; NOT_FOUND: its predecessor is not in the log.
        """
        unverified = parse(raw)
        if unverified.content.prev is None:
            return aid_of(unverified.object.payload)
        try:
            return self._trust.directory.state.owners[unverified.content.prev]
        except KeyError:
            raise RefusedError(Code.NOT_FOUND, "statement whose predecessor is not in the log") from None

    async def applications(self) -> list[Application]:
        """Return the applications that wait, oldest first."""
        since = self._trust.now() - PENDING_SECONDS
        async with self._readers.connect() as connection:
            found = await connection.run_sync(read, since)
        known = self._trust.directory.state.authorities
        return [each for each in found if each.statement.aid not in known]

    async def preview(self, order: Order) -> Preview:
        """Say what a decision would do; nothing changes.

        Raises:
            AdmittingError: It makes no sense now.
            RefusedError: Every node would refuse it.
        """
        statement = await self._statement(order)
        return await asyncio.to_thread(self._preview, order, statement)

    async def decide(self, order: Order, who: str) -> Preview:
        """Make a decision and publish it; return what it did.

        Raises:
            AdmittingError: It makes no sense now, or another statement has come since it was shown.
            RefusedError: Every node would refuse it.
            StorageError: It cannot be stored; nothing was decided.
        """
        async with self._turn:
            preview = await self.preview(order)
            event = Event(ev=f"registry.{order.act.value}", obj=Digest(order.aid), who=who)
            await self.log.append(preview.leaves, [event])
            await self._writer.execute(drop, order.aid)
            return preview

    async def publish(self, chain: Sequence[bytes]) -> None:
        """Found our log with our own statements, oldest first, or append those that it does not have yet.

        Raises:
            RefusedError: They do not go into the log, or our clock is behind it.
            StorageError: It cannot be stored.
        """
        if await self.log.found(chain):
            return
        for raw in chain:
            await self.submit(raw)
        await self.log.renew()

    async def _statement(self, order: Order) -> Statement:
        """Return the statement that the decision is about.

        Raises:
            AdmittingError: UNKNOWN.
        """
        known = self._trust.directory.state.authorities.get(order.aid)
        if known is not None:
            return known.newest
        found = [each.statement for each in await self.applications() if each.statement.aid == order.aid]
        if not found:
            raise AdmittingError(Fault.UNKNOWN)
        return found[0]

    def _preview(self, order: Order, statement: Statement) -> Preview:
        directory, now = self._trust.directory, self._trust.now()
        known = directory.state.authorities.get(order.aid)
        before = None if known is None else _decided(self._trust, order.aid, now)
        if order.act not in _ALLOWED[before or Standing.NOT_ADMITTED]:
            raise AdmittingError(Fault.STANDING)
        ruling = None if known is None else known.ruling()
        last = -1 if known is None else known.decided.get(self.log.me, -1)
        decision = _decision(order, statement, ruling, reg=self.log.me, ts=max(now, last + 1))
        if order.stmt is not None and order.stmt != decision.stmt:
            raise AdmittingError(Fault.CHANGED)
        if order.act is d.Act.ADMIT and _same(ruling, decision) and before is not Standing.REMOVED:
            raise AdmittingError(Fault.NOTHING)
        signed = encode_leaf(LeafKind.DECISION, sign(self._seal, Context.DECISION, d.build(decision)))
        first = () if known is not None else (encode_leaf(LeafKind.STATEMENT, statement.raw),)
        trial = self.log.trial((*first, signed))
        trial.check()
        holders = (AlarmKind.SECOND_AUTHORITY, AlarmKind.REPLACEMENT)
        own = directory.state.authorities[self.log.me].newest.content.log
        return Preview(
            decision=decision,
            statement=statement,
            digits=digits_of(order.aid),
            before=before,
            after=trial.after.standing(order.aid, MAX_TIME),
            second=tuple(alarm.what for alarm in trial.alarms if alarm.kind in holders),
            replaced=any(alarm.kind is AlarmKind.REPLACEMENT for alarm in trial.alarms),
            outside=own is None or not {"*", decision.cc} & set(own.scope),
            leaves=(*first, signed),
        )


def _decided(trust: Trust, aid: Aid, now: int) -> Standing:
    """Say how an authority stands by decisions: a registry that is followed may still be admitted as an authority."""
    standing = trust.directory.standing(aid, now)
    if standing is not Standing.FOLLOWED:
        return standing
    ruling = trust.directory.state.authorities[aid].ruling()
    if ruling is None:
        return Standing.NOT_ADMITTED
    if ruling.act in d.ADMITTING:
        return Standing.ADMITTED
    return Standing.SUSPENDED if ruling.act is d.Act.SUSPEND else Standing.REMOVED


def _decision(order: Order, statement: Statement, ruling: Ruling | None, *, reg: Aid, ts: int) -> d.Decision:
    if order.act is d.Act.ADMIT or ruling is None:
        stmt, cc, known = statement.digest, statement.content.cc, statement.content.roles
    else:
        stmt, cc, known = ruling.stmt, ruling.cc, ruling.roles
    roles = known if order.roles is None else order.roles
    if not set(roles) <= set(known):
        raise AdmittingError(Fault.ROLES)
    return d.Decision(
        reg=reg, act=order.act, aid=order.aid, stmt=stmt, cc=cc, roles=roles, ts=ts,
        why=order.why, replaces=order.replaces,
    )  # fmt: skip


def _same(ruling: Ruling | None, decision: d.Decision) -> bool:
    wanted = (decision.stmt, decision.roles)
    return ruling is not None and ruling.act in d.ADMITTING and (ruling.stmt, ruling.roles) == wanted
