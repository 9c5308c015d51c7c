"""From the stored rows of a case to what the fold reads, and to the words by which it is found.

* A letter that cannot be read (damaged on disk, no JSON object) is not left out: it is named with the reason.
* Forms are read as strictly as our own are before they are sent, so that two readers never read them differently.
* The officer who took a letter stands in its evidence only; for the rest the clear columns tell enough.
* It blocks: run it in a thread.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rogatory_node.casebook.words import Macs
from rogatory_node.casework.life.events import Fact, Letter
from rogatory_node.casework.terms import terms
from rogatory_node.services.composing import UnfitError, read_object
from rogatory_node.storage.errors import DamagedError
from rogatory_node.storage.seal import RowSealer
from rogatory_protocol import letter, parts
from rogatory_protocol.attachment import Entry
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.evidence import Level
from rogatory_protocol.evidence import parse as parse_evidence
from rogatory_protocol.ids import Digest

DAMAGED: Final = "damaged"
FORM: Final = "form"
_TEXTS: Final = 20_000  # of one form: more parts than any form of a person has


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A letter as the book reads it.

    Attributes:
        digest: Its digest.
        outgoing: It is ours.
        sender: Who sent it.
        to: To whom; empty when it could not be opened.
        urg: Its urgency, 0 to 3.
        ts: When it was signed.
        stored_at: When it was stored here.
        letter: What the fold reads, or None.
        why: Why there is nothing to fold, or None.
        entries: Its attachments.
    """

    digest: Digest
    outgoing: bool
    sender: str
    to: tuple[str, ...]
    urg: int
    ts: int
    stored_at: int
    letter: Letter | None = field(repr=False)
    why: str | None
    entries: tuple[Entry, ...] = field(default=(), repr=False)


def opened(sealer: RowSealer, row: Any) -> Opened:
    """Open a row of the letters."""
    told: dict[str, Any] = {
        "digest": Digest(row.digest),
        "outgoing": row.direction == "out",
        "sender": row.from_aid.hex(),
        "urg": row.urg,
        "ts": row.ts,
        "stored_at": row.stored_at,
    }
    try:
        # Stored only after letter.accept or by our own signature, and sealed since: it is not verified again.
        whole = letter.parse(sealer.open("letters", "raw_sealed", row.digest, row.raw_sealed))
        raw = sealer.open("letters", "parts_sealed", row.digest, row.parts_sealed)
        form, entries = parts.open_parts(raw, form=whole.body.form, att=whole.body.att).whole()
    except (DamagedError, RefusedError):
        return Opened(**told, to=(), letter=None, why=DAMAGED)
    to = tuple(aid.hex() for aid in whole.body.to)
    try:
        payload = read_object(form.data)
    except UnfitError:
        return Opened(**told, to=to, letter=None, why=FORM, entries=entries)
    before = () if whole.core.prev is None else (whole.core.prev,)
    folded = Letter(
        digest=row.digest.hex(),
        kind=whole.body.kind,
        sender=row.from_aid.hex(),
        to=to,
        ts=row.ts,
        after=tuple(digest.hex() for digest in (*before, *whole.core.seen)),
        payload=payload,
    )
    return Opened(**told, to=to, letter=folded, why=None, entries=entries)


def fact(sealer: RowSealer, row: Any) -> Fact:
    """Read a row of the evidence."""
    role = _role(sealer, row) if row.lvl == Level.TAKEN else None
    return Fact(level=row.lvl, letter=row.letter.hex(), issuer=row.from_aid.hex(), ts=row.ts, role=role, code=row.code)


def _role(sealer: RowSealer, row: Any) -> str | None:
    try:
        return parse_evidence(sealer.open("evidence", "raw_sealed", row.digest, row.raw_sealed)).content.role
    except (DamagedError, RefusedError):
        return None


def macs_of(macs: Macs, each: Opened) -> frozenset[int]:
    """Return the hashes of the words of a letter: of all texts of its form, and of the names of its attachments."""
    payload = {} if each.letter is None else each.letter.payload
    texts = "\n".join([*_texts(payload), *(entry.name for entry in each.entries)])
    return macs.of(terms(texts))


def _texts(form: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    waiting: list[Any] = [form]
    while waiting and len(found) < _TEXTS:
        value = waiting.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, Mapping):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found


def letters_of(sealer: RowSealer, rows: Iterable[Any]) -> list[Opened]:
    """Open rows of the letters."""
    return [opened(sealer, row) for row in rows]


def facts_of(sealer: RowSealer, rows: Sequence[Any]) -> list[Fact]:
    """Read rows of the evidence."""
    return [fact(sealer, row) for row in rows]
