"""Why an auditor opened a case: the reason, sealed, and a leaf of the audit log, before he sees anything.

* Who may do so is decided in the transaction itself.
* The leaf names the letter that opened the case, as all leaves about cases do; the reason is nobody else's concern.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from os import urandom
from typing import Final

from sqlalchemy import Connection, select

from rogatory_node.casebook.actors import Acting, event, load, require
from rogatory_node.casebook.sight import thing_of
from rogatory_node.casework.roles import Action
from rogatory_node.storage import audit_log
from rogatory_node.storage.book_tables import readings
from rogatory_node.storage.rows import add
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import letters
from rogatory_protocol.ids import Digest, Id16

EVENT: Final = "case.opened"
_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Somebody opens a case for a reason."""

    case: Id16
    reason: str
    by: Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Notes who opens what, and why.

    Attributes:
        sealer: Seals reasons.
        wall: The clock.
        random: Randomness for identifiers and audit leaves.
    """

    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = urandom

    def note(self, connection: Connection, commands: Sequence[Reading]) -> list[None]:
        """Note readings.

        Raises:
            ActorError: Who reads is unknown or may not.
        """
        now, rows, events = int(self.wall()), [], []
        for each in commands:
            actor = load(connection, each.by, now=now)
            thing = thing_of(connection, self.sealer, actor, each.case, reason=each.reason)
            permit = require(actor, Action.CASE_READ, thing)
            identifier = self.random(_ID_BYTES)
            reason = self.sealer.seal("readings", "reason_sealed", identifier, each.reason.encode())
            rows.append(
                {"id": identifier, "case": each.case, "person": actor.person, "at": now, "reason_sealed": reason}
            )
            events.append(event(EVENT, actor, _first(connection, each.case), role=permit.role))
        add(connection, readings, rows)
        audit_log.append(connection, events, now=now, random=self.random)
        return [None for _ in commands]


def _first(connection: Connection, case: Id16) -> Digest | None:
    query = select(letters.c.digest).where(letters.c.case == case).order_by(letters.c.stored_at, letters.c.digest)
    found = connection.execute(query.limit(1)).scalar_one_or_none()
    return None if found is None else Digest(found)
