"""Home agencies: prosecutors, courts and police who hand in drafts and execute single measures.

* Their people have sign-ins of their own and one role; what they may see is their own and what is assigned to them.
* An agency that is closed keeps its history; its people are disabled with it, so nobody acts for what is not there.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from os import urandom
from typing import ClassVar, Final

from sqlalchemy import Connection, Row, select

from rogatory_node.casebook.actors import OPERATOR, Acting
from rogatory_node.casebook.people import check_name, end_all
from rogatory_node.casebook.registering import Register, add_entries, end_entries
from rogatory_node.casework.roles import Action
from rogatory_node.storage.book_tables import agencies, people
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol.ids import Id16

_ID_BYTES: Final = 16
_REGISTER: Final = Register(
    table=agencies, kind="agency", action=Action.AGENCIES_MANAGE, added="agency.opened", ended="agency.closed",
    ended_at="closed_at",
)  # fmt: skip


class AgencyKind(StrEnum):
    """What an agency is."""

    PROSECUTOR = "prosecutor"
    COURT = "court"
    POLICE = "police"
    OTHER = "other"


class AgencyError(Exception):
    """Something about agencies cannot be done."""

    code: ClassVar[str] = "agency"


class AgencyUnknownError(AgencyError):
    """There is no such agency."""

    code: ClassVar[str] = "agency.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A home agency."""

    id: Id16
    name: str
    kind: AgencyKind
    closed_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """An agency is taken in."""

    name: str
    kind: AgencyKind
    by: Acting = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """An agency is closed."""

    agency: Id16
    by: Acting = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Agencies:
    """What is done with agencies.

    Attributes:
        sealer: Seals their names.
        wall: The clock.
        random: Randomness for identifiers and audit leaves.
    """

    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def open(self, connection: Connection, commands: Sequence[Opening]) -> list[Agency]:
        """Take agencies in.

        Raises:
            ActorError: Who does it is unknown or may not.
            NameUnfitError: A name is empty, too long, or not one line.
        """
        now = int(self.wall())
        return add_entries(
            connection, _REGISTER, commands, new=self._new, row=partial(self._row, now=now), now=now, random=self.random
        )

    def close(self, connection: Connection, commands: Sequence[Closing]) -> list[Agency]:
        """Close agencies and disable their people; one that is closed stays as it is.

        Raises:
            ActorError: Who does it is unknown or may not.
            AgencyUnknownError: There is no such agency.
        """
        now, asked = int(self.wall()), [(each.agency, each.by) for each in commands]
        ending = partial(_disable, now=now)
        return end_entries(connection, _REGISTER, asked, one=self.one, before=ending, now=now, random=self.random)

    def listed(self, connection: Connection) -> list[Agency]:
        """Return all agencies, the newest last."""
        query = select(agencies).order_by(agencies.c.opened_at, agencies.c.id)
        return [self._opened(row) for row in connection.execute(query)]

    def one(self, connection: Connection, agency: Id16) -> Agency:
        """Return an agency.

        Raises:
            AgencyUnknownError: There is none.
        """
        row = connection.execute(select(agencies).where(agencies.c.id == agency)).one_or_none()
        if row is None:
            raise AgencyUnknownError("agency")
        return self._opened(row)

    def _new(self, opening: Opening) -> Agency:
        check_name(opening.name)
        return Agency(id=Id16(self.random(_ID_BYTES)), name=opening.name, kind=opening.kind, closed_at=None)

    def _row(self, agency: Agency, *, now: int) -> dict[str, object]:
        return {
            "id": agency.id,
            "name_sealed": self.sealer.seal("agencies", "name_sealed", agency.id, agency.name.encode()),
            "kind": agency.kind.value,
            "opened_at": now,
            "closed_at": None,
        }

    def _opened(self, row: Row[tuple[object, ...]]) -> Agency:
        return Agency(
            id=Id16(row.id),
            name=self.sealer.open("agencies", "name_sealed", row.id, row.name_sealed).decode(),
            kind=AgencyKind(row.kind),
            closed_at=row.closed_at,
        )


def _disable(connection: Connection, agency: Id16, *, now: int) -> None:
    of_it = select(people.c.id).where(people.c.agency == agency, people.c.disabled_at.is_(None))
    for person in connection.execute(of_it).scalars().all():
        end_all(connection, Id16(person), now)
