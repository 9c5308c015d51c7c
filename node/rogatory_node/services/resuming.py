"""What a restored sender takes back: its own letters, so that it goes on above their numbers (B.12.4).

* A letter comes back with the bytes that were signed and the number that it had; a number is never lowered.
* It waits again for every recipient: evidence that the peer gave back settles it as always, who else has it answers
  the same letter with the same evidence. One whose deadline is past is offered once more, and nothing is declared.
* Its attachments are not given back: whoever still lacks them gets them with a new letter.
"""

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from rogatory_node.services.filing import Filing, file
from rogatory_node.services.restoring import prove
from rogatory_node.services.returning import Outcome, Returned, held_letters, letter_row, used_ids
from rogatory_node.storage import audit_log
from rogatory_node.storage.rows import insert
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import letters, outbox, sequences
from rogatory_protocol.delivery import State
from rogatory_protocol.ids import Aid
from rogatory_protocol.letter import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Resuming:
    """The sender that takes back, and what seals its rows."""

    me: Aid
    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = os.urandom

    def resume(self, connection: Connection, returned: Sequence[Returned]) -> list[Outcome]:
        """Store own letters that were lost, and raise the numbers: one transaction. Evidence is settled after it."""
        now = int(self.wall())
        shown = [each.letter.core.head for each in returned if each.letter]
        restored = prove(connection, shown, now=now, random=self.random)
        known = held_letters(connection, {each.digest for each in returned})
        ids = used_ids(connection, returned)
        found: list[Outcome] = []
        stored: list[Letter] = []
        for each in returned:
            letter = each.letter
            if each.digest in known:
                found.append(Outcome(restored=restored))
            elif letter is None or (letter.body.sender, letter.body.id) in ids:
                # What was refused is nowhere any more; what was taken is kept back, and with it its number.
                found.append(Outcome(unknown=True, withheld=each.acknowledged, restored=restored))
            else:
                stored.append(letter)
                known.add(each.digest)
                ids[letter.body.sender, letter.body.id] = each.digest
                found.append(Outcome(letter=True, restored=restored))
        if stored:
            self._store(connection, stored, now)
        return found

    def _store(self, connection: Connection, stored: Sequence[Letter], now: int) -> None:
        filed = [
            Filing(conv=each.body.conv, parties=frozenset({self.me, *each.body.to}), by=(*each.body.to, self.me))
            for each in stored
        ]
        cases = file(connection, filed, now=now, random=self.random)
        rows = [letter_row(each, "out", case, self.sealer, now) for each, case in zip(stored, cases, strict=True)]
        connection.execute(letters.insert(), rows)
        connection.execute(outbox.insert(), [_waiting(each, aid, now) for each in stored for aid in each.body.to])
        _raise_numbers(connection, stored)
        events = [audit_log.Event(ev="letter.recovered", obj=each.digest, who="node") for each in stored]
        audit_log.append(connection, events, now=now, random=self.random)


def _waiting(letter: Letter, aid: Aid, now: int) -> dict[str, Any]:
    state = State.QUEUED if letter.core.exp >= now else State.EXPIRED
    return {
        "letter": letter.digest,
        "aid": aid,
        "state": state.value,
        "next_attempt": now,
        "urg": letter.body.urg,
        "last_code": None,
        "exp": letter.core.exp,
        "attempts": 0,
    }


def _raise_numbers(connection: Connection, stored: Sequence[Letter]) -> None:
    newest: dict[tuple[bytes, bytes], Letter] = {}
    for each in stored:
        line = (each.body.conv, hashlib.sha256(b"".join(each.body.to)).digest())
        if line not in newest or each.core.seq > newest[line].core.seq:
            newest[line] = each
    rows = [
        {"conv": conv, "to_hash": to, "seq": each.core.seq, "digest": each.digest}
        for (conv, to), each in newest.items()
    ]
    statement = insert(connection, sequences)
    newer = {"seq": statement.excluded.seq, "digest": statement.excluded.digest}
    where = sequences.c.seq < statement.excluded.seq
    connection.execute(
        statement.on_conflict_do_update(index_elements=["conv", "to_hash"], set_=newer, where=where), rows
    )
