"""Who acts, and whether he may: the one question that every way into the book asks (duties of roles).

* ``Acting`` is what a way in knows: a person, perhaps a token, perhaps in whose name. ``load`` makes of it
  an ``Actor`` by what the database says now, so a person disabled, a token revoked or a delegation over since the page
  was opened is refused in the very transaction.
* ``may`` decides from the table of roles, for one object, and says why not. It is pure; ``require`` raises instead.
* The operator at the node's own socket is nobody's person: he has an administrator's grants and sees no content.
* In the audit log an actor is his role and his identifier, never his name.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import ClassVar, Final

from sqlalchemy import Connection, Row, select

from rogatory_node.casework.roles import CONTENT, Action, Condition, Role, Scope, actions_of, grants
from rogatory_node.storage.audit_log import Event
from rogatory_node.storage.book_tables import delegations, people, tokens
from rogatory_protocol.ids import Digest, Id16, digest_of

OPERATOR_ROLES: Final = frozenset({Role.ADMINISTRATOR})


class ActorError(Exception):
    """Nobody acts, or he must not."""

    code: ClassVar[str] = "actor"


class UnknownActorError(ActorError):
    """There is no such person or token now: never was, disabled, outside the dates, expired or revoked.

    Which of these it is, is not said: who guesses learns nothing.
    """

    code: ClassVar[str] = "actor.unknown"


class NoDelegationError(ActorError):
    """The person does not act in that name now."""

    code: ClassVar[str] = "actor.no-delegation"


class ForbiddenError(ActorError):
    """The person may not do this to this object.

    Attributes:
        refusal: Why not.
    """

    code: ClassVar[str] = "actor.forbidden"

    def __init__(self, refusal: "Refusal") -> None:
        """Note why."""
        super().__init__(refusal.reason)
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who says that he acts; not checked yet.

    Attributes:
        person: The person, or None for the operator of the node.
        token: The token by which he came, if he did.
        in_name_of: Who is represented.
        role: What the operator calls himself in the audit log.
    """

    person: Id16 | None = None
    token: Id16 | None = None
    in_name_of: Id16 | None = None
    role: str = "operator"


OPERATOR: Final = Acting()


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, as the database knows him now.

    Attributes:
        person: The person, or None for the operator.
        roles: What he may act as; in another's name the roles that were delegated.
        unit: His unit, in another's name that one's.
        agency: His home agency.
        allowed: The actions that his token names, or None when no token narrows him.
        in_name_of: Who is represented.
        role: What the operator calls himself.
    """

    person: Id16 | None
    roles: frozenset[Role]
    unit: Id16 | None = None
    agency: Id16 | None = None
    allowed: frozenset[Action] | None = None
    in_name_of: Id16 | None = None
    role: str = "operator"

    @property
    def selves(self) -> frozenset[Id16]:
        """The persons behind what he does: himself and who is represented."""
        return frozenset(each for each in (self.person, self.in_name_of) if each is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What an action is done to, as far as it matters for the question who may.

    Attributes:
        owner: The person to whom it belongs.
        unit: The unit to which it belongs.
        agency: The home agency to which it belongs, if to one.
        assigned: The persons, units and agencies to whom it is assigned.
        alone: The catalogue lets a duty officer act alone on its type.
        reason: The reason that was given, where one is asked for.
    """

    owner: Id16 | None = None
    unit: Id16 | None = None
    agency: Id16 | None = None
    assigned: frozenset[Id16] = field(default_factory=frozenset)
    alone: bool = False
    reason: str = ""


NOTHING: Final = Thing()
"""What has neither owner nor words: the list of people, the directory."""


@dataclass(frozen=True, slots=True)
class Permit:
    """He may, in this role."""

    role: Role


@dataclass(frozen=True, slots=True)
class Refusal:
    """He may not: a code for programs. Of an object that he may not see it is not said that it is there.

    Attributes:
        reason: ``role``: none of his roles does this; ``scope``: not to this object; ``token``: his token does not
            name it; ``alone``: the catalogue does not let a duty officer do it alone; ``reason``: a reason is missing.
    """

    reason: str


def may(actor: Actor, action: Action, thing: Thing = NOTHING) -> Permit | Refusal:
    """Decide whether somebody may do something to an object, and in which role."""
    if actor.allowed is not None and action not in actor.allowed:
        return Refusal("token")
    held = list(grants(actor.roles, action))
    if not held:
        return Refusal("role")
    relation = _relation(actor, thing, content=action in CONTENT)
    refused = Refusal("scope")
    for role, grant in held:
        if not grant.scope & relation:
            continue
        missing = _missing(grant.condition, thing)
        if missing is None:
            return Permit(role)
        refused = missing
    return refused


def require(actor: Actor, action: Action, thing: Thing = NOTHING) -> Permit:
    """Decide as ``may`` does.

    Raises:
        ForbiddenError: He may not.
    """
    answer = may(actor, action, thing)
    if isinstance(answer, Refusal):
        raise ForbiddenError(answer)
    return answer


def permitted(actor: Actor) -> frozenset[Action]:
    """Return all that somebody may do to some object or other: what a token of his may name at most."""
    held = actions_of(actor.roles)
    return held if actor.allowed is None else held & actor.allowed


def load(connection: Connection, acting: Acting, *, now: int) -> Actor:
    """Return who acts, by what the database says now.

    Raises:
        UnknownActorError: There is no such person or token now.
        NoDelegationError: He does not act in that name now.
    """
    if acting.person is None:
        return Actor(person=None, roles=OPERATOR_ROLES, role=acting.role)
    row = _person(connection, acting.person, now)
    allowed = None if acting.token is None else _allowed(connection, acting, now)
    if acting.in_name_of is None:
        return _actor(row, roles_of(row.roles), allowed)
    principal = _person(connection, acting.in_name_of, now)
    roles = _delegated(connection, acting, now) & roles_of(principal.roles)
    if not roles or principal.agency != row.agency:
        raise NoDelegationError("delegation")
    return Actor(
        person=Id16(row.id),
        roles=roles,
        unit=_id(principal.unit),
        agency=_id(principal.agency),
        allowed=allowed,
        in_name_of=Id16(principal.id),
    )


def roles_of(words: str) -> frozenset[Role]:
    """Read a list of roles as it is stored."""
    return frozenset(Role(word) for word in words.split())


def actions_in(words: str) -> frozenset[Action]:
    """Read a list of actions as it is stored; an action that this program does not know any more is left out."""
    known = set(Action)
    return frozenset(Action(word) for word in words.split() if word in known)


def event(ev: str, actor: Actor, obj: Digest | None = None, *, role: Role | None = None) -> Event:
    """Return the leaf that says who did something: role and identifier, and whom he represented."""
    if actor.person is None:
        return Event(ev=ev, obj=obj, who=actor.role)
    acted = role or next(iter(sorted(actor.roles)))
    behind = f" for {actor.in_name_of.hex()}" if actor.in_name_of else ""
    return Event(ev=ev, obj=obj, who=f"{acted.value} {actor.person.hex()}{behind}")


def name_of_object(kind: str, identifier: bytes) -> Digest:
    """Return what names a person, token or draft in the audit log, where an object has 32 bytes."""
    return digest_of(b"rogatory/1 book\0" + kind.encode() + b"\0" + identifier)


# --- What decides -----------------------------------------------------------------------------------------------------


def _relation(actor: Actor, thing: Thing, *, content: bool) -> Scope:
    """Return how an object stands to somebody."""
    relation = Scope.NONE
    if thing.owner is not None and thing.owner in actor.selves:
        relation |= Scope.OWN
    if not thing.assigned.isdisjoint({*actor.selves, *_each(actor.unit, actor.agency)}):
        relation |= Scope.ASSIGNED
    # What an agency writes is its own and the central authority's when it hands it in; no unit has it before.
    if actor.unit is not None and thing.unit == actor.unit and thing.agency is None:
        relation |= Scope.UNIT
    # Nor has the authority itself, whoever it is in it.
    if actor.agency is None and (thing.agency is None or not content):
        relation |= Scope.AUTHORITY
    if content and actor.agency is not None and thing.agency not in (None, actor.agency):
        return Scope.NONE
    return relation


def _missing(condition: Condition | None, thing: Thing) -> Refusal | None:
    if condition is Condition.ALONE_TYPE and not thing.alone:
        return Refusal("alone")
    if condition is Condition.REASON and not thing.reason.strip():
        return Refusal("reason")
    return None


# --- What is read -----------------------------------------------------------------------------------------------------


def _person(connection: Connection, person: Id16, now: int) -> Row[tuple[object, ...]]:
    row = connection.execute(select(people).where(people.c.id == person)).one_or_none()
    if row is None or row.disabled_at is not None or not row.valid_from <= now <= (row.valid_until or now):
        raise UnknownActorError("person")
    return row


def _allowed(connection: Connection, acting: Acting, now: int) -> frozenset[Action]:
    row = connection.execute(select(tokens).where(tokens.c.id == acting.token)).one_or_none()
    if row is None or row.person != acting.person or row.revoked_at is not None or row.expires_at <= now:
        raise UnknownActorError("token")
    return actions_in(row.scopes)


def _delegated(connection: Connection, acting: Acting, now: int) -> frozenset[Role]:
    query = select(delegations.c.roles).where(
        delegations.c.delegate == acting.person,
        delegations.c.principal == acting.in_name_of,
        delegations.c.revoked_at.is_(None),
        delegations.c.valid_from <= now,
        delegations.c.valid_until > now,
    )
    return frozenset(role for words in connection.execute(query).scalars() for role in roles_of(words))


def _actor(row: Row[tuple[object, ...]], roles: frozenset[Role], allowed: frozenset[Action] | None) -> Actor:
    return Actor(person=Id16(row.id), roles=roles, unit=_id(row.unit), agency=_id(row.agency), allowed=allowed)


def _id(value: bytes | None) -> Id16 | None:
    return None if value is None else Id16(value)


def _each(*ids: Id16 | None) -> Collection[Id16]:
    return [each for each in ids if each is not None]
