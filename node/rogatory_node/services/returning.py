"""What a peer gives back after a restore, judged before it counts (B.12.4).

* A copy is judged at the times that its objects bear: a letter that was acknowledged is accepted though its deadline
  is past, if it was not past at the first evidence; keys are those of then.
* It is about the letter that was asked for and between the two, or it is refused whole. An own key that was revoked
  since refuses too: that goes to a person.
* A declaration 91 is its signer's own affair and passed over.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from rogatory_node.services.resyncing import Role, Row
from rogatory_node.storage.rows import among, halves
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import evidence, letters
from rogatory_protocol import evidence as evidences
from rogatory_protocol import letter as letters_
from rogatory_protocol.copies import Copy
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.evidence import Evidence, Level
from rogatory_protocol.ids import Aid, Digest, Id16
from rogatory_protocol.letter import KeyLookup, Letter
from rogatory_protocol.suite import SUITE

_REFUSALS: Final = frozenset({int(Level.REFUSED)})
_DECLARATIONS: Final = frozenset({int(Level.MISSED)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Rows of a LIST, to be compared with what we hold."""

    peer: Aid
    role: Role
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A verified copy.

    Attributes:
        peer: Who gave it back.
        role: What we are to the letter.
        digest: The letter's.
        letter: The letter, unless the peer gave none.
        evidence: What the recipient issued about it: we, or the peer.
    """

    peer: Aid
    role: Role
    digest: Digest
    letter: Letter | None
    evidence: tuple[Evidence, ...]

    @property
    def acknowledged(self) -> bool:
        """Whether the recipient had taken the letter."""
        return any(proof.content.lvl is not Level.REFUSED for proof in self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What taking back did.

    Attributes:
        letter: Whether a letter came back.
        evidence: How many own evidence objects did.
        withheld: A letter that was acknowledged is not given back, or cannot be kept beside one with its id.
        unknown: We still lack an own letter that evidence is about.
        restored: It proved that our history was longer; a new epoch has begun.
    """

    letter: bool = False
    evidence: int = 0
    withheld: bool = False
    unknown: bool = False
    restored: bool = False


def judge(copy: Copy, *, me: Aid, peer: Aid, role: Role, digest: Digest, keys: KeyLookup) -> Returned:
    """Judge what a peer gave back about a letter, at the times that the objects bear.

    Raises:
        RefusedError: It is not what was asked for, or a signature or key does not hold.
    """
    issuer, sender = (me, peer) if role is Role.RECIPIENT else (peer, me)
    proofs = []
    for raw in copy.evidence:
        unverified = evidences.parse(raw)
        if unverified.content.lvl is Level.MISSED:
            continue  # the sender's own word, which the recipient does not keep
        proof = evidences.verify(unverified, keys=keys)
        if (proof.content.issuer, proof.content.to, proof.content.letter) != (issuer, sender, digest):
            raise RefusedError(Code.DISAGREE, "evidence of a copy")
        proofs.append(proof)
    found = None
    if copy.letter is not None and copy.parts is not None:
        found = _letter(copy.letter, copy.parts, me if role is Role.RECIPIENT else peer, proofs, keys)
        if found.digest != digest or found.body.sender != sender:
            raise RefusedError(Code.DISAGREE, "letter of a copy")
    return Returned(peer=peer, role=role, digest=digest, letter=found, evidence=tuple(proofs))


def _letter(raw: bytes, parts: bytes, recipient: Aid, proofs: Sequence[Evidence], keys: KeyLookup) -> Letter:
    """Judge a letter at the time of the first evidence about it; one that has none was never acknowledged."""
    held = [proof.content.ts for proof in proofs if proof.content.lvl is not Level.REFUSED]
    if not held:
        raise RefusedError(Code.NOT_FOUND, "evidence that the letter was acknowledged")
    return letters_.accept(raw, parts, me=recipient, suites=(SUITE,), now=min(held), keys=keys)


def lacking(connection: Connection, me: Aid, lost: Lost) -> list[Digest]:
    """Return the letters of which the peer holds more than we do: evidence, or the letter that it is about."""
    named = {digest: frozenset(levels) - _DECLARATIONS for digest, levels in lost.rows}
    issuer = me if lost.role is Role.RECIPIENT else lost.peer
    mine = (evidence.c.letter.in_(named), evidence.c.from_aid == issuer)
    held: dict[bytes, set[int]] = {}
    for row in connection.execute(select(evidence.c.letter, evidence.c.lvl).where(*mine)):
        held.setdefault(row.letter, set()).add(row.lvl)
    known = held_letters(connection, named.keys())
    return [
        Digest(digest)
        for digest, levels in named.items()
        if levels - held.get(digest, set()) or (levels - _REFUSALS and digest not in known)
    ]


def used_ids(connection: Connection, returned: Sequence[Returned]) -> dict[tuple[bytes, bytes], bytes]:
    """Return which letters hold the ids that these bear: by author and id, the digest."""
    pairs = {(each.letter.body.sender, each.letter.body.id) for each in returned if each.letter}
    query = select(letters.c.from_aid, letters.c.letter_id, letters.c.digest)
    query = query.where(among(letters.c.from_aid, letters.c.letter_id))
    return {(row.from_aid, row.letter_id): row.digest for row in connection.execute(query, halves(pairs))}


def held_letters(connection: Connection, digests: Collection[bytes]) -> set[bytes]:
    """Return which of these letters we have."""
    return set(connection.execute(select(letters.c.digest).where(letters.c.digest.in_(digests))).scalars())


def letter_row(known: Letter, direction: str, case: Id16, sealer: RowSealer, now: int) -> dict[str, Any]:
    """Return the row of a letter that came back."""
    body, core = known.body, known.core
    return {
        "digest": known.digest,
        "direction": direction,
        "from_aid": body.sender,
        "letter_id": body.id,
        "conv": body.conv,
        "case": case,
        "seq": core.seq,
        "prev": core.prev,
        "urg": body.urg,
        "ts": core.ts,
        "exp": core.exp,
        "raw_sealed": sealer.seal("letters", "raw_sealed", known.digest, known.raw),
        "parts_sealed": sealer.seal("letters", "parts_sealed", known.digest, known.parts_raw),
        "stored_at": now,
    }
