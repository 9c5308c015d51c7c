"""What may be seen of the traffic without opening a letter: for the status page and for operators.

* Digests, authorities, urgency, times, states, sizes and evidence levels; never kind, form, names or keys.
* The newest letters only: a page is a glance, not an archive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from rogatory_node.storage.tables import blobs, evidence, letters, outbox

MOST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One evidence about a letter.

    Attributes:
        lvl: Its level (B.13).
        issuer: Who signed it.
        at: When, in its own words.
    """

    lvl: int
    issuer: bytes
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """One letter as it passes.

    Attributes:
        digest: Its digest.
        outgoing: It is ours.
        sender: Who wrote it.
        states: Of an outgoing letter, where it stands with each recipient.
        urg: Urgency, 0 to 3.
        ts: Written at.
        blobs: Attachments.
        stored_bytes: Sealed bytes of all attachments.
        arrived_bytes: How many of these are durable here.
        marks: The evidence, oldest first.
    """

    digest: bytes
    outgoing: bool
    sender: bytes
    states: tuple[tuple[bytes, str], ...]
    urg: int
    ts: int
    blobs: int
    stored_bytes: int
    arrived_bytes: int
    marks: tuple[Mark, ...]


def passing(connection: Connection, *, most: int = MOST) -> list[Passing]:
    """Return the newest letters, newest first."""
    columns = (letters.c.digest, letters.c.direction, letters.c.from_aid, letters.c.urg, letters.c.ts)
    newest = select(*columns).order_by(letters.c.stored_at.desc(), letters.c.ts.desc(), letters.c.digest).limit(most)
    rows = connection.execute(newest).all()
    wanted = [row.digest for row in rows]
    states = _by_letter(connection.execute(select(outbox).where(outbox.c.letter.in_(wanted)).order_by(outbox.c.aid)))
    files = _by_letter(connection.execute(select(blobs).where(blobs.c.letter.in_(wanted))))
    seen = (evidence.c.letter, evidence.c.lvl, evidence.c.from_aid, evidence.c.ts)
    in_order = select(*seen).where(evidence.c.letter.in_(wanted)).order_by(evidence.c.ts, evidence.c.lvl)
    marks = _by_letter(connection.execute(in_order))
    return [_passing(row, states, files, marks) for row in rows]


_Grouped = dict[bytes, list[Any]]


def _by_letter(rows: Any) -> _Grouped:
    found: _Grouped = {}
    for row in rows:
        found.setdefault(row.letter, []).append(row)
    return found


def _passing(row: Any, states: _Grouped, files: _Grouped, marks: _Grouped) -> Passing:
    mine: Sequence[Any] = files.get(row.digest, ())
    return Passing(
        digest=row.digest,
        outgoing=row.direction == "out",
        sender=row.from_aid,
        states=tuple((each.aid, each.state) for each in states.get(row.digest, ())),
        urg=row.urg,
        ts=row.ts,
        blobs=len(mine),
        stored_bytes=sum(each.stored_bytes for each in mine),
        arrived_bytes=sum(_arrived(each) for each in mine),
        marks=tuple(Mark(lvl=each.lvl, issuer=each.from_aid, at=each.ts) for each in marks.get(row.digest, ())),
    )


def _arrived(blob: Any) -> int:
    done: int = blob.stored_bytes * blob.next_index // blob.n
    return int(blob.stored_bytes) if blob.verified else done
