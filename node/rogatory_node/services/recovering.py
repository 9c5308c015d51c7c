"""What a restored recipient takes back: letters that it had acknowledged, and its own words about them (B.12.4).

* Own evidence comes back as the bytes that were signed; no second one is issued, and it counts as acknowledged.
* Evidence that says that we hold a letter comes back with that letter only: alone it would claim what is not so, and
  the letter could never come again.
* Attachments are pulled anew; what was never acknowledged is left to the sender's offers.
"""

import os
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from rogatory_node.services.filing import Filing, file
from rogatory_node.services.restoring import prove
from rogatory_node.services.returning import Outcome, Returned, held_letters, letter_row, used_ids
from rogatory_node.storage import audit_log
from rogatory_node.storage.blobs import blob_name
from rogatory_node.storage.rows import insert
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import blobs, evidence, letters, seen
from rogatory_protocol.envelope import blobs_of
from rogatory_protocol.evidence import Evidence
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.letter import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovering:
    """The recipient that takes back, and what seals its rows."""

    me: Aid
    sealer: RowSealer = field(repr=False)
    wall: Callable[[], float] = time.time
    random: Callable[[int], bytes] = os.urandom

    def take_back(self, connection: Connection, returned: Sequence[Returned]) -> list[Outcome]:
        """Store letters that we had acknowledged, with the evidence that we had signed: one transaction."""
        now = int(self.wall())
        shown = [proof.content.head for each in returned for proof in each.evidence]
        restored = prove(connection, shown, now=now, random=self.random)
        known = held_letters(connection, {each.digest for each in returned})
        ids = used_ids(connection, returned)
        levels = self._levels(connection, {each.digest for each in returned})
        found: list[Outcome] = []
        stored: list[Letter] = []
        proofs: list[Evidence] = []
        for each in returned:
            missing = each.acknowledged and each.digest not in known
            letter = each.letter
            if missing:
                if letter is None or (letter.body.sender, letter.body.id) in ids:
                    found.append(Outcome(withheld=True, restored=restored))
                    continue
                stored.append(letter)
                known.add(each.digest)
                ids[letter.body.sender, letter.body.id] = each.digest
            held = levels.setdefault(each.digest, set())
            fresh = [proof for proof in each.evidence if proof.content.lvl not in held]
            held.update(int(proof.content.lvl) for proof in fresh)
            proofs += fresh
            found.append(Outcome(letter=missing, evidence=len(fresh), restored=restored))
        self._store(connection, stored, now)
        self._keep(connection, proofs, stored, now)
        return found

    def _levels(self, connection: Connection, digests: Collection[Digest]) -> dict[bytes, set[int]]:
        mine = (evidence.c.letter.in_(digests), evidence.c.from_aid == self.me)
        levels: dict[bytes, set[int]] = {}
        for row in connection.execute(select(evidence.c.letter, evidence.c.lvl).where(*mine)):
            levels.setdefault(row.letter, set()).add(row.lvl)
        return levels

    def _store(self, connection: Connection, stored: Sequence[Letter], now: int) -> None:
        if not stored:
            return
        filed = [
            Filing(conv=each.body.conv, parties=frozenset({each.body.sender, *each.body.to}), by=(each.body.sender,))
            for each in stored
        ]
        cases = file(connection, filed, now=now, random=self.random)
        rows = [letter_row(each, "in", case, self.sealer, now) for each, case in zip(stored, cases, strict=True)]
        connection.execute(letters.insert(), rows)
        carried = [row for each in stored for row in _blob_rows(each)]
        if carried:
            connection.execute(blobs.insert(), carried)

    def _keep(self, connection: Connection, proofs: Sequence[Evidence], stored: Sequence[Letter], now: int) -> None:
        ids = {each.digest: each.body.id for each in stored}
        if proofs:
            known = [
                {"from_aid": to, "digest": digest, "letter_id": ids.get(digest), "seen_at": now}
                for to, digest in {(proof.content.to, proof.content.letter) for proof in proofs}
            ]
            connection.execute(insert(connection, seen).on_conflict_do_nothing(), known)
            connection.execute(evidence.insert(), [self._evidence_row(each, now) for each in proofs])
        events = [audit_log.Event(ev="letter.recovered", obj=each.digest, who="node") for each in stored]
        events += [audit_log.Event(ev="evidence.recovered", obj=each.content.letter, who="node") for each in proofs]
        audit_log.append(connection, events, now=now, random=self.random)

    def _evidence_row(self, each: Evidence, now: int) -> dict[str, Any]:
        content = each.content
        return {
            "digest": each.digest,
            "direction": "out",
            "letter": content.letter,
            "lvl": int(content.lvl),
            "from_aid": self.me,
            "to_aid": content.to,
            "ts": content.ts,
            "code": None if content.code is None else str(content.code),
            "raw_sealed": self.sealer.seal("evidence", "raw_sealed", each.digest, each.raw),
            "ackd": True,
            "stored_at": now,
        }


def _blob_rows(known: Letter) -> list[dict[str, Any]]:
    """Return attachments that are to be pulled anew: how far their files had come is as lost as the letter."""
    entries = known.parts.whole()[1]
    return [
        {
            "letter": known.digest,
            "idx": n,
            "blob_id": blob.id,
            "direction": "in",
            "n": entry.n,
            "stored_bytes": blob.stored,
            "next_index": 0,
            "verified": False,
            "path": blob_name(known.digest, n),
        }
        for n, (blob, entry) in enumerate(zip(blobs_of(entries), entries, strict=True))
    ]
