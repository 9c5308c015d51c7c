"""What people, units and agencies have in common: they are added and ended by who may, with a leaf each, never removed.

* A ``Register`` says for one table who may and how the leaves are called; two functions do the rest for all.
* Who may is asked in the transaction; what is added is written by one statement.
* What is ended already stays as it is, and says nothing again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Table, update

from rogatory_node.casebook.actors import Acting, event, load, name_of_object, require
from rogatory_node.casework.roles import Action
from rogatory_node.storage import audit_log
from rogatory_node.storage.rows import add
from rogatory_protocol.ids import Id16


class _Command(Protocol):
    @property
    def by(self) -> Acting: ...


class _Entry(Protocol):
    @property
    def id(self) -> Id16: ...


C = TypeVar("C", bound=_Command)
E = TypeVar("E", bound=_Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A table of what is added and ended.

    Attributes:
        table: The table; its key is ``id``.
        kind: What names an entry in the audit log.
        action: What one must be allowed to do.
        added: The event of an addition.
        ended: The event of an end.
        ended_at: The column that says when an entry ended.
    """

    table: Table
    kind: str
    action: Action
    added: str
    ended: str
    ended_at: str


def add_entries(
    connection: Connection,
    register: Register,
    commands: Sequence[C],
    *,
    new: Callable[[C], E],
    row: Callable[[E], Mapping[str, Any]],
    now: int,
    random: audit_log.Random,
) -> list[E]:
    """Add entries.

    Args:
        connection: In the writer's transaction.
        register: To which.
        commands: Who adds what.
        new: Makes the entry of a command, or refuses it.
        row: Makes its row.
        now: The time.
        random: Randomness for audit leaves.

    Raises:
        ActorError: Who adds is unknown or may not.
        Exception: As *new*.
    """
    entries, events = [], []
    for each in commands:
        actor = load(connection, each.by, now=now)
        permit = require(actor, register.action)
        entry = new(each)
        entries.append(entry)
        events.append(event(register.added, actor, name_of_object(register.kind, entry.id), role=permit.role))
    add(connection, register.table, [row(entry) for entry in entries])
    audit_log.append(connection, events, now=now, random=random)
    return entries


def end_entries(
    connection: Connection,
    register: Register,
    commands: Sequence[tuple[Id16, Acting]],
    *,
    one: Callable[[Connection, Id16], E],
    before: Callable[[Connection, Id16], None],
    now: int,
    random: audit_log.Random,
) -> list[E]:
    """End entries; one that is over stays as it is.

    Args:
        connection: In the writer's transaction.
        register: Of which.
        commands: What is ended, and by whom.
        one: Reads an entry, or says that there is none.
        before: Does what goes with the end, or refuses it.
        now: The time.
        random: Randomness for audit leaves.

    Raises:
        ActorError: Who ends is unknown or may not.
        Exception: As *one* and *before*.
    """
    entries, events = [], []
    for identifier, by in commands:
        actor = load(connection, by, now=now)
        permit = require(actor, register.action)
        if getattr(one(connection, identifier), register.ended_at) is None:
            before(connection, identifier)
            this = register.table.c.id == identifier
            connection.execute(update(register.table).where(this).values({register.ended_at: now}))
            obj = name_of_object(register.kind, identifier)
            events.append(event(register.ended, actor, obj, role=permit.role))
        entries.append(one(connection, identifier))
    audit_log.append(connection, events, now=now, random=random)
    return entries
