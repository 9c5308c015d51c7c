"""Deadlines of letters that were sent: silence past ``exp`` is a signed fact too (B.12.1, B.13 level 91).

* A letter that nobody acknowledged becomes EXPIRED with a declaration 91, in one transaction with its audit leaves;
  one that is stored without its attachments becomes INCOMPLETE.
* The declaration is our own and is not sent; evidence dated in time takes it back.
* An expired letter may be offered once more at once: the recipient may hold it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, update

from rogatory_node.services.issuing import Fact, Issuing, Prepared
from rogatory_node.storage import audit_log
from rogatory_node.storage.tables import outbox
from rogatory_protocol.audit import Head
from rogatory_protocol.delivery import Action, Event, State, advance
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Aid, Digest

_OPEN: Final = (State.QUEUED.value, State.STORED.value)
_EVENTS: Final = {State.EXPIRED: "letter.expired", State.INCOMPLETE: "letter.incomplete"}
MOST: Final = 256  # of one transaction: one signature for each peer, and no long stop for the others


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """A letter whose deadline passed.

    Attributes:
        letter: The letter.
        peer: The recipient who did not answer in time: wake the link to it.
        state: EXPIRED or INCOMPLETE.
        declaration: The digest of the evidence 91, of EXPIRED.
    """

    letter: Digest
    peer: Aid
    state: State
    declaration: Digest | None


class Expiring(Issuing):
    """The sending authority, when time runs out."""

    __slots__ = ()

    def next_deadline(self, connection: Connection) -> int | None:
        """Return the earliest deadline of a letter that is still open; it has passed one second later."""
        query = select(func.min(outbox.c.exp)).where(outbox.c.state.in_(_OPEN))
        found: int | None = connection.execute(query).scalar_one()
        return found

    def expire(self, connection: Connection, most: Sequence[int]) -> list[list[Expired]]:
        """Move the letters whose deadline has passed, at most so many for each command."""
        return [self._expire(connection, min(each, MOST)) for each in most]

    def _expire(self, connection: Connection, most: int) -> list[Expired]:
        now = int(self.wall())
        query = select(outbox).where(outbox.c.state.in_(_OPEN), outbox.c.exp < now).order_by(outbox.c.exp).limit(most)
        rows = connection.execute(query).all()
        if not rows:
            return []
        head = audit_log.head(connection)
        declared: list[Prepared] = []
        found = [self._move(connection, row, declared, head, now) for row in rows]
        self.sign(connection, declared, now)
        events = [audit_log.Event(ev=_EVENTS[each.state], obj=each.letter, who="node") for each in found]
        events += (audit_log.Event(ev="evidence.issued", obj=each.fact.letter, who="node") for each in declared)
        audit_log.append(connection, events, now=now, random=self.random)
        return found

    def _move(self, connection: Connection, row: Row[Any], declared: list[Prepared], head: Head, now: int) -> Expired:
        state, actions = advance(State(row.state), Event.DEADLINE)
        place = (outbox.c.letter == row.letter, outbox.c.aid == row.aid)
        connection.execute(update(outbox).where(*place).values(state=state.value, next_attempt=now))
        made: Prepared | None = None
        if Action.DECLARE in actions:
            fact = Fact(letter=Digest(row.letter), peer=Aid(row.aid), level=Level.MISSED, code=row.last_code or 0)
            made = self.prepare(fact, head, now)
            declared.append(made)
        digest = None if made is None else made.digest
        return Expired(letter=Digest(row.letter), peer=Aid(row.aid), state=state, declaration=digest)
