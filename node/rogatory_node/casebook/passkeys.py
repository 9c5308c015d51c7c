"""Passkeys of people: the public half of a key that a device holds, and how often it was used.

* A key is named by the hash of the device's own name for it; one that is known already is not added twice.
* The counter of a device must grow, unless it never counts: a copy of a device gives itself away by standing still.
* Who adds or removes one has just proved who he is; that is asked by who calls.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from os import urandom
from typing import ClassVar, Final

from sqlalchemy import Connection, Row, delete, select, update

from rogatory_node.casebook.actors import Acting, event, load, name_of_object
from rogatory_node.casebook.people import check_name
from rogatory_node.storage import audit_log
from rogatory_node.storage.book_tables import passkeys
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Id16

MOST: Final = 20


class PasskeyError(Exception):
    """Something about a passkey cannot be done."""

    code: ClassVar[str] = "passkey"


class PasskeyUnknownError(PasskeyError):
    """There is no such passkey."""

    code: ClassVar[str] = "passkey.unknown"


class PasskeyTakenError(PasskeyError):
    """It was added already, or the person has as many as one can have."""

    code: ClassVar[str] = "passkey.taken"


class PasskeyCopiedError(PasskeyError):
    """Its counter did not grow: there is a copy of the device."""

    code: ClassVar[str] = "passkey.copied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey as the book has it."""

    id: bytes
    person: Id16
    credential: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    count: int
    label: str = field(repr=False)
    made_at: int
    used_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adding:
    """Somebody adds a device."""

    by: Acting
    credential: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    count: int
    label: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removing:
    """Somebody removes a device of his."""

    by: Acting
    passkey: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Using:
    """A device proved that it has its key."""

    passkey: bytes
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkeys:
    """What is done with passkeys.

    Attributes:
        sealer: Seals their labels.
        wall: The clock.
        random: Randomness for audit leaves.
    """

    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def add(self, connection: Connection, commands: Sequence[Adding]) -> list[Passkey]:
        """Add devices.

        Raises:
            ActorError: The person may not act now.
            NameUnfitError: The label is empty, too long, or not one line.
            PasskeyTakenError: The device was added already, or there are too many.
        """
        now, added, events = int(self.wall()), [], []
        for each in commands:
            actor = load(connection, each.by, now=now)
            assert each.by.person is not None  # the operator has no passkeys
            check_name(each.label)
            chosen = passkey_id(each.credential)
            held = connection.execute(select(passkeys.c.id).where(passkeys.c.id == chosen)).one_or_none()
            if held is not None or len(self.listed(connection, each.by.person)) >= MOST:
                raise PasskeyTakenError("passkey")
            row = {
                "id": chosen,
                "person": each.by.person,
                "credential": each.credential,
                "public_key": each.public_key,
                "counter": each.count,
                "label_sealed": self.sealer.seal("passkeys", "label_sealed", chosen, each.label.encode()),
                "made_at": now,
                "used_at": None,
            }
            connection.execute(passkeys.insert(), row)
            added.append(self.one(connection, chosen))
            events.append(event("passkey.added", actor, name_of_object("passkey", chosen)))
        audit_log.append(connection, events, now=now, random=self.random)
        return added

    def remove(self, connection: Connection, commands: Sequence[Removing]) -> list[None]:
        """Remove devices.

        Raises:
            ActorError: The person may not act now.
            PasskeyUnknownError: He has no such device.
        """
        now, events = int(self.wall()), []
        for each in commands:
            actor = load(connection, each.by, now=now)
            mine = (passkeys.c.id == each.passkey, passkeys.c.person == each.by.person)
            if connection.execute(delete(passkeys).where(*mine)).rowcount != 1:
                raise PasskeyUnknownError("passkey")
            events.append(event("passkey.removed", actor, name_of_object("passkey", each.passkey)))
        audit_log.append(connection, events, now=now, random=self.random)
        return [None for _ in commands]

    def use(self, connection: Connection, commands: Sequence[Using]) -> list[Id16]:
        """Note that devices were used; return whose they are.

        Raises:
            PasskeyCopiedError: A counter did not grow.
            PasskeyUnknownError: There is no such device.
        """
        now, whose = int(self.wall()), []
        for each in commands:
            held = self.one(connection, each.passkey)
            if (each.count or held.count) and each.count <= held.count:
                raise PasskeyCopiedError("passkey")
            changed = {"counter": each.count, "used_at": now}
            connection.execute(update(passkeys).where(passkeys.c.id == each.passkey).values(changed))
            whose.append(held.person)
        return whose

    def one(self, connection: Connection, passkey: bytes) -> Passkey:
        """Return a passkey.

        Raises:
            PasskeyUnknownError: There is none.
        """
        row = connection.execute(select(passkeys).where(passkeys.c.id == passkey)).one_or_none()
        if row is None:
            raise PasskeyUnknownError("passkey")
        return self._opened(row)

    def listed(self, connection: Connection, person: Id16) -> list[Passkey]:
        """Return the devices of a person, the oldest first."""
        query = select(passkeys).where(passkeys.c.person == person).order_by(passkeys.c.made_at, passkeys.c.id)
        return [self._opened(row) for row in connection.execute(query)]

    def _opened(self, row: Row[tuple[object, ...]]) -> Passkey:
        return Passkey(
            id=bytes(row.id),
            person=Id16(row.person),
            credential=bytes(row.credential),
            public_key=bytes(row.public_key),
            count=row.counter,
            label=self.sealer.open("passkeys", "label_sealed", row.id, row.label_sealed).decode(),
            made_at=row.made_at,
            used_at=row.used_at,
        )


def passkey_id(credential: bytes) -> bytes:
    """Return what names a device here, whatever the length of its own name."""
    return hashlib.sha256(b"rogatory/1 passkey\0" + credential).digest()
