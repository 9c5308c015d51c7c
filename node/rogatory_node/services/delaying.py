"""What an ERROR about an offered letter does: wait, seal anew, sign anew, or the end (B.12.1, B.17).

* An ERROR is unsigned: it delays, and only codes 1 to 4 end anything; those are kept, marked unsigned by the state
  REJECTED without evidence 90.
* A letter that waits has the time of its next offer in its outbox row, so that a restart keeps it.
* One transaction for a group: outbox rows, a letter signed anew, audit leaves.
* A leaf is written for what ends or changes a letter and for a code that is new to it, not for every repetition: a
  peer must not fill the log by saying "busy".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select, update

from rogatory_node.services.sending import NEVER, Sending
from rogatory_node.storage import audit_log
from rogatory_node.storage.rows import among, halves
from rogatory_node.storage.tables import letters, outbox
from rogatory_protocol import letter
from rogatory_protocol.delivery import DURABLE, Action, Event, State, advance, event_of_error
from rogatory_protocol.errors import Code
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.signed import Context, sign

CALM_KEY_ERRORS: Final = 3  # a peer that keeps losing its keys is asked again at once so often, then ever slower
MOST_KEY_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An ERROR about one letter.

    Attributes:
        letter: The letter.
        peer: Who refuses it.
        code: Why.
        retry: After how many seconds it may be offered again, as the peer says.
        decryption_failures: How many errors 9 it met before since the start.
    """

    letter: Digest
    peer: Aid
    code: Code
    retry: int
    decryption_failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delayed:
    """What the ERROR did.

    Attributes:
        letter: The letter.
        state: Where it stands now.
        actions: What is left to do: REFRESH, TELL.
    """

    letter: Digest
    state: State
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delaying:
    """The sending authority, when it is refused."""

    sending: Sending

    def refused(self, connection: Connection, refusals: Sequence[Refusal]) -> list[Delayed | None]:
        """Move letters by the table; None for a letter that is not ours to that peer."""
        now = int(self.sending.wall())
        rows = _rows(connection, refusals)
        found: list[Delayed | None] = []
        events: list[audit_log.Event] = []
        for each in refusals:
            row = rows.get((each.letter, each.peer))
            found.append(None if row is None else self._refused(connection, each, row, events, now))
        audit_log.append(connection, events, now=now, random=self.sending.random)
        return found

    def _refused(
        self, connection: Connection, each: Refusal, row: Any, events: list[audit_log.Event], now: int
    ) -> Delayed:
        event = event_of_error(each.code, decryption_failures=each.decryption_failures)
        state, actions = advance(State(row.state), event)
        values: dict[str, Any] = {"state": DURABLE[state].value, "last_code": int(each.code)}
        values["attempts"] = row.attempts + 1
        values["next_attempt"] = _next_attempt(each, row, event, state, actions, now)
        place = (outbox.c.letter == each.letter, outbox.c.aid == each.peer)
        connection.execute(update(outbox).where(*place).values(**values))
        events += _events(each, row, actions, signed_anew=Action.RESIGN in actions and self._resign(connection, row))
        return Delayed(letter=each.letter, state=state, actions=actions)

    def _resign(self, connection: Connection, row: Any) -> bool:
        """Sign the same payload with the key that is ours now; tell whether that is another one."""
        sending = self.sending
        raw = sending.sealer.open("letters", "raw_sealed", row.letter, row.raw_sealed)
        signed = letter.parse(raw).object
        if signed.signatures[0].kid == sending.signer.kid:
            return False
        anew = sign(sending.signer, Context.LETTER, signed.payload)
        sealed = sending.sealer.seal("letters", "raw_sealed", row.letter, anew)
        connection.execute(update(letters).where(letters.c.digest == row.letter).values(raw_sealed=sealed))
        return True


def _rows(connection: Connection, refusals: Sequence[Refusal]) -> dict[tuple[bytes, bytes], Any]:
    places = {(each.letter, each.peer) for each in refusals}
    query = (
        select(
            outbox.c.letter,
            outbox.c.aid,
            outbox.c.state,
            outbox.c.last_code,
            outbox.c.attempts,
            outbox.c.next_attempt,
            letters.c.raw_sealed,
        )
        .join(letters, letters.c.digest == outbox.c.letter)
        .where(among(outbox.c.letter, outbox.c.aid))
    )
    return {(row.letter, row.aid): row for row in connection.execute(query, halves(places))}


def _next_attempt(each: Refusal, row: Any, event: Event, state: State, actions: tuple[Action, ...], now: int) -> int:
    if state is State.SETTLED:
        return NEVER
    if Action.WAIT in actions:
        return now + max(each.retry, 1)
    if event is Event.KEY_LOST and row.attempts >= CALM_KEY_ERRORS:
        return now + min(int(row.attempts), MOST_KEY_SECONDS)
    return int(row.next_attempt)


def _events(each: Refusal, row: Any, actions: tuple[Action, ...], *, signed_anew: bool) -> list[audit_log.Event]:
    named = {
        "letter.resigned": signed_anew,
        "letter.rejected": Action.KEEP_UNSIGNED in actions,
        "letter.delayed": Action.WAIT in actions and row.last_code != int(each.code),
    }
    return [audit_log.Event(ev=ev, obj=each.letter, who="node") for ev, holds in named.items() if holds]
