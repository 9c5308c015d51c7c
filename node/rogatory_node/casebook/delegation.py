"""Delegation: one person acts in the name of another, between two dates, with roles that the other has.

* Whoever is absent delegates; he gives no role that he lacks, and a delegate passes nothing on.
* It ends at its date, when it is revoked, and when either of the two is disabled.
* Acting for somebody is two persons at once where persons are counted: who approves in a drafter's name is refused as
  the drafter is.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import urandom
from typing import ClassVar, Final

from sqlalchemy import Connection, Row, or_, select, update

from rogatory_node.casebook.actors import (
    Acting,
    ForbiddenError,
    Refusal,
    Thing,
    event,
    load,
    name_of_object,
    require,
    roles_of,
)
from rogatory_node.casebook.people import spelled
from rogatory_node.casework.roles import BLIND, Action, Role
from rogatory_node.storage import audit_log
from rogatory_node.storage.book_tables import delegations
from rogatory_protocol.ids import Id16
from rogatory_protocol.limits import DAY_SECONDS

MAX_DAYS: Final = 366
_ID_BYTES: Final = 16


class DelegationError(Exception):
    """A delegation cannot be made or ended."""

    code: ClassVar[str] = "delegation"


class DelegationUnknownError(DelegationError):
    """There is no such delegation."""

    code: ClassVar[str] = "delegation.unknown"


class DelegationUnfitError(DelegationError):
    """It is to himself, to another agency, of roles that he lacks, or its dates are wrong."""

    code: ClassVar[str] = "delegation.unfit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """Who acts in whose name, as what, and when."""

    id: Id16
    principal: Id16
    delegate: Id16
    roles: frozenset[Role]
    valid_from: int
    valid_until: int
    revoked_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegating:
    """A delegation is made."""

    principal: Id16
    delegate: Id16
    roles: frozenset[Role]
    valid_from: int
    valid_until: int
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A delegation is revoked."""

    delegation: Id16
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegations:
    """What is done with delegations.

    Attributes:
        wall: The clock.
        random: Randomness for identifiers and audit leaves.
    """

    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def make(self, connection: Connection, commands: Sequence[Delegating]) -> list[Delegation]:
        """Make delegations.

        Raises:
            ActorError: Who makes them is unknown or may not, or one of the two cannot act.
            DelegationUnfitError: Persons, roles or dates do not fit.
        """
        now, made, events, rows = int(self.wall()), [], [], []
        for each in commands:
            actor = load(connection, each.by, now=now)
            if actor.in_name_of is not None:
                raise ForbiddenError(Refusal("scope"))
            permit = require(actor, Action.DELEGATION_MANAGE, Thing(owner=each.principal))
            found = self._new(connection, each, now)
            made.append(found)
            rows.append(_row(found, now))
            events.append(event("delegation.made", actor, name_of_object("delegation", found.id), role=permit.role))
        connection.execute(delegations.insert(), rows)
        audit_log.append(connection, events, now=now, random=self.random)
        return made

    def end(self, connection: Connection, commands: Sequence[Ending]) -> list[Delegation]:
        """Revoke delegations; one that is revoked stays as it is.

        Raises:
            ActorError: Who revokes them is unknown or may not.
            DelegationUnknownError: There is no such delegation.
        """
        now, ended, events = int(self.wall()), [], []
        for each in commands:
            actor = load(connection, each.by, now=now)
            found = _one(connection, each.delegation)
            permit = require(actor, Action.DELEGATION_MANAGE, Thing(owner=found.principal))
            if found.revoked_at is None:
                this = delegations.c.id == each.delegation
                connection.execute(update(delegations).where(this).values(revoked_at=now))
                events.append(
                    event("delegation.ended", actor, name_of_object("delegation", found.id), role=permit.role)
                )
            ended.append(_one(connection, each.delegation))
        audit_log.append(connection, events, now=now, random=self.random)
        return ended

    def listed(self, connection: Connection, person: Id16 | None = None) -> list[Delegation]:
        """Return the delegations from and to a person, or all."""
        query = select(delegations).order_by(delegations.c.made_at, delegations.c.id)
        if person is not None:
            query = query.where(or_(delegations.c.principal == person, delegations.c.delegate == person))
        return [_opened(row) for row in connection.execute(query)]

    def _new(self, connection: Connection, each: Delegating, now: int) -> Delegation:
        principal = load(connection, Acting(person=each.principal), now=now)
        delegate = load(connection, Acting(person=each.delegate), now=now)
        lasts = each.valid_until - max(each.valid_from, now)
        # Who manages people and who sees content are never one person, not for a day either.
        mixed = bool(each.roles & BLIND) != bool(delegate.roles & BLIND)
        if (
            each.principal == each.delegate
            or principal.agency != delegate.agency
            or not each.roles
            or not each.roles <= principal.roles
            or mixed
            or not 0 < lasts <= MAX_DAYS * DAY_SECONDS
        ):
            raise DelegationUnfitError("delegation")
        return Delegation(
            id=Id16(self.random(_ID_BYTES)),
            principal=each.principal,
            delegate=each.delegate,
            roles=each.roles,
            valid_from=each.valid_from,
            valid_until=each.valid_until,
            revoked_at=None,
        )


def _row(found: Delegation, now: int) -> dict[str, object]:
    return {
        "id": found.id,
        "principal": found.principal,
        "delegate": found.delegate,
        "roles": spelled(found.roles),
        "valid_from": found.valid_from,
        "valid_until": found.valid_until,
        "made_at": now,
        "revoked_at": None,
    }


def _one(connection: Connection, delegation: Id16) -> Delegation:
    row = connection.execute(select(delegations).where(delegations.c.id == delegation)).one_or_none()
    if row is None:
        raise DelegationUnknownError("delegation")
    return _opened(row)


def _opened(row: Row[tuple[object, ...]]) -> Delegation:
    return Delegation(
        id=Id16(row.id),
        principal=Id16(row.principal),
        delegate=Id16(row.delegate),
        roles=roles_of(row.roles),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        revoked_at=row.revoked_at,
    )
