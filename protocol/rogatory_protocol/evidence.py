"""Evidence: what a recipient signs about a letter, and what a sender declares (B.13).

* Three facts, never mixed: stored by the node (30, 35), taken by a person (40), decided by the authority (50, 51).
* A node signs one evidence per level and letter; every repeat is the same stored bytes.
* 50 and 51 exclude each other, and so do 90 and everything else but for 90 code 15; a contradiction is kept, because
  it is evidence against its signer.
* ``note`` carries no case content: edge and peer node read it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Final

from rogatory_protocol import audit
from rogatory_protocol import fields as f
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Aid, Digest, Kid
from rogatory_protocol.letter import KeyLookup
from rogatory_protocol.limits import MAX_EVIDENCE_BYTES, SKEW_REFUSE_SECONDS
from rogatory_protocol.rcbor import decode, encode
from rogatory_protocol.signed import Context, SignedObject, VerifiedMemory, verify_one
from rogatory_protocol.signed import parse as parse_signed
from rogatory_protocol.versions import VERSION, check_spoken

MAX_GROUND_BYTES: Final = 64
MAX_ROLE_BYTES: Final = 32
MAX_NOTE_BYTES: Final = 1_000
MAX_TIMESTAMP_TOKEN_BYTES: Final = 16_384


class Level(IntEnum):
    """Levels of B.13; the numbers stand in the evidence."""

    STORED = 30
    COMPLETE = 35
    TAKEN = 40
    ACCEPTED = 50
    DECLINED = 51
    REFUSED = 90
    MISSED = 91


class Issuer(Enum):
    """Who signs a level."""

    RECIPIENT = "recipient"
    SENDER = "sender"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an evidence of one level looks like.

    Attributes:
        issuer: Who signs it.
        code: What ``code`` may be.
        role: What ``role`` may be.
    """

    issuer: Issuer
    code: f.Check
    role: f.Check


def _null(value: object, what: str) -> None:
    if value is not None:
        raise f.wrong(what, "is not null")


_ROLE: Final = f.text(MAX_ROLE_BYTES)
_NODE: Final = Rule(issuer=Issuer.RECIPIENT, code=_null, role=_null)

RULES: Final[Mapping[Level, Rule]] = MappingProxyType(
    {
        Level.STORED: _NODE,
        Level.COMPLETE: _NODE,
        # 40 names the role that has taken charge; without it nobody has.
        Level.TAKEN: Rule(issuer=Issuer.RECIPIENT, code=_null, role=_ROLE),
        Level.ACCEPTED: Rule(issuer=Issuer.RECIPIENT, code=_null, role=f.nullable(_ROLE)),
        Level.DECLINED: Rule(issuer=Issuer.RECIPIENT, code=f.text(MAX_GROUND_BYTES), role=f.nullable(_ROLE)),
        Level.REFUSED: Rule(issuer=Issuer.RECIPIENT, code=f.uint(min(Code), max(Code)), role=_null),
        Level.MISSED: Rule(issuer=Issuer.SENDER, code=f.uint(0, max(Code)), role=_null),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The fields of an evidence.

    Attributes:
        lvl: Level.
        letter: Digest of the letter; for 90 what the header called it.
        issuer: ``from`` on the wire: who signs this.
        to: Whom it is for; for 91 the recipient missed.
        ts: Signed at.
        code: Error code, ground or null, as the level wants it.
        role: Role of the officer who took or decided.
        note: Without case content.
        head: Audit head of the issuer.
        tst: RFC 3161 token over the letter digest.
    """

    lvl: Level
    letter: Digest
    issuer: Aid
    to: Aid
    ts: int
    code: int | str | None = None
    role: str | None = None
    note: str | None = None
    head: audit.Head
    tst: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedEvidence:
    """An evidence whose fields are in order; its signature is not checked yet."""

    object: SignedObject
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """An evidence whose signature is verified; `check_fit` says whether it is about a given letter."""

    raw: bytes
    digest: Digest
    kid: Kid
    content: Content

    @property
    def mark(self) -> "Mark":
        """Where it stands in the order of B.13."""
        return mark_of(self.content.lvl, self.content.code)


_EVIDENCE: Final[f.Table] = {
    "v": f.const(VERSION),
    "lvl": f.uint(),
    "letter": f.b(32),
    "from": f.b(32),
    "to": f.b(32),
    "ts": f.uint(),
    "code": lambda value, _what: value,  # judged by the rule of the level
    "role": lambda value, _what: value,
    "note": f.nullable(f.text(MAX_NOTE_BYTES)),
    "head": audit.head,
    "tst": f.nullable(f.data(MAX_TIMESTAMP_TOKEN_BYTES)),
}


# Making and judging one evidence


def payload(content: Content) -> bytes:
    """Return the payload that a seal key signs.

    Raises:
        LocalProtocolError: A field breaks the rule of the level.
    """
    raw = encode(
        {
            "v": VERSION,
            "lvl": int(content.lvl),
            "letter": content.letter,
            "from": content.issuer,
            "to": content.to,
            "ts": content.ts,
            "code": int(content.code) if isinstance(content.code, int) else content.code,
            "role": content.role,
            "note": content.note,
            "head": content.head.value(),
            "tst": content.tst,
        }
    )
    try:
        _parse_content(raw)
    except RefusedError as error:
        raise LocalProtocolError(error.what) from None
    return raw


def parse(raw: bytes) -> UnverifiedEvidence:
    """Take an evidence apart without verifying it.

    Raises:
        RefusedError: TOO_LARGE, MALFORMED or VERSION.
    """
    signed = parse_signed(raw, max_bytes=MAX_EVIDENCE_BYTES)
    return UnverifiedEvidence(object=signed, content=_parse_content(signed.payload))


def verify(evidence: UnverifiedEvidence, *, keys: KeyLookup, memory: VerifiedMemory | None = None) -> Evidence:
    """Verify the signature by the key that the directory names.

    Raises:
        RefusedError: SIGNATURE, MALFORMED, or what the lookup of the key refuses with.
    """
    signed, content = evidence.object, evidence.content
    kid = signed.signatures[0].kid
    verify_one(signed, keys(content.issuer, kid, content.ts), Context.EVIDENCE, memory)
    return Evidence(raw=signed.raw, digest=signed.digest, kid=kid, content=content)


def accept(
    raw: bytes, *, me: Aid, peer: Aid, now: int, keys: KeyLookup, memory: VerifiedMemory | None = None
) -> Evidence:
    """Judge an evidence that a peer sent us about a letter of ours.

    Raises:
        RefusedError: TOO_LARGE, MALFORMED, VERSION, NOT_RECIPIENT, DISAGREE, FUTURE, SIGNATURE, or what the lookup of
            the key refuses with.
    """
    # 1. Sizes, RCBOR, the rule of its level.
    # 2. For me, from the peer that brings it, not from the future.
    # 3. The seal key and the signature.
    # The caller still owes: check_fit with the letter, and weigh with the evidence it holds.
    evidence = parse(raw)  # 1
    content = evidence.content
    if content.to != me:  # 2
        raise RefusedError(Code.NOT_RECIPIENT, "evidence")
    if content.issuer != peer:
        raise RefusedError(Code.DISAGREE, "evidence is not from the peer")
    if content.ts > now + SKEW_REFUSE_SECONDS:
        raise RefusedError(Code.FUTURE, "evidence")
    return verify(evidence, keys=keys, memory=memory)  # 3


def check_fit(evidence: Evidence, *, letter: Digest, sender: Aid, recipients: Collection[Aid]) -> None:
    """Check that an evidence is about this letter, between its sender and one of its recipients.

    Raises:
        RefusedError: DISAGREE.
    """
    content = evidence.content
    ends: Mapping[Issuer, tuple[Aid, Aid]] = {
        Issuer.RECIPIENT: (content.to, content.issuer),
        Issuer.SENDER: (content.issuer, content.to),
    }
    its_sender, its_recipient = ends[RULES[content.lvl].issuer]
    if content.letter != letter or its_sender != sender or its_recipient not in recipients:
        raise RefusedError(Code.DISAGREE, "evidence and letter")


def _parse_content(raw: bytes) -> Content:
    value = decode(raw)
    check_spoken(value, "evidence")
    taken = f.take(value, _EVIDENCE, "evidence")
    del taken["v"]
    if taken["lvl"] not in iter(Level):
        raise f.wrong("evidence.lvl", "is no level")
    level = Level(taken.pop("lvl"))
    rule = RULES[level]
    checked = {name: check(taken.pop(name), name) for name, check in (("code", rule.code), ("role", rule.role))}
    return Content(lvl=level, issuer=taken.pop("from"), **checked, **taken)


# The order of B.13


class Mark(Enum):
    """Levels as the order sees them: 90 with code 15 is no refusal of the letter, so it stands apart."""

    STORED = "stored"
    COMPLETE = "complete"
    TAKEN = "taken"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REFUSED = "refused"
    BROKEN = "broken"
    MISSED = "missed"


class Weight(Enum):
    """What a newly verified evidence is, beside those held."""

    NEW = "new"
    REPEAT = "repeat"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """When a recipient may issue a mark.

    Attributes:
        first: It may be the first one.
        after: Otherwise one of these must be issued already.
        never_after: None of these may be issued already.
        excludes: Marks that cannot stand beside it, in whatever order they are seen.
    """

    first: bool = False
    after: frozenset[Mark] = frozenset()
    never_after: frozenset[Mark]
    excludes: frozenset[Mark]


_HELD: Final = frozenset({Mark.STORED, Mark.COMPLETE})
_DECIDED: Final = frozenset({Mark.ACCEPTED, Mark.DECLINED})
_OF_RECIPIENT: Final = frozenset(Mark) - {Mark.MISSED}
_REFUSED: Final = frozenset({Mark.REFUSED})

ORDER: Final[Mapping[Mark, Order]] = MappingProxyType(
    {
        Mark.STORED: Order(first=True, never_after=_OF_RECIPIENT, excludes=_REFUSED),
        # 35 alone is first when there are no attachments; it may follow a 90 code 15.
        Mark.COMPLETE: Order(
            first=True, after=frozenset({Mark.STORED}), never_after=_REFUSED | {Mark.COMPLETE}, excludes=_REFUSED
        ),
        Mark.TAKEN: Order(after=_HELD, never_after=_REFUSED | _DECIDED | {Mark.TAKEN}, excludes=_REFUSED),
        Mark.ACCEPTED: Order(after=_HELD, never_after=_REFUSED | _DECIDED, excludes=_REFUSED | {Mark.DECLINED}),
        Mark.DECLINED: Order(after=_HELD, never_after=_REFUSED | _DECIDED, excludes=_REFUSED | {Mark.ACCEPTED}),
        Mark.REFUSED: Order(first=True, never_after=_OF_RECIPIENT, excludes=_OF_RECIPIENT - _REFUSED),
        # First when an entry contradicts itself, so that the letter was never stored.
        Mark.BROKEN: Order(
            first=True,
            after=frozenset({Mark.STORED}),
            never_after=frozenset({Mark.REFUSED, Mark.COMPLETE, Mark.BROKEN}),
            excludes=_REFUSED,
        ),
        Mark.MISSED: Order(first=True, never_after=_OF_RECIPIENT | {Mark.MISSED}, excludes=frozenset()),
    }
)

_MARKS: Final[Mapping[Level, Mark]] = MappingProxyType(
    {level: Mark[level.name] for level in Level}  # the names are the same; 90 is told apart below
)


def mark_of(level: Level, code: int | str | None) -> Mark:
    """Return where an evidence stands in the order."""
    return Mark.BROKEN if (level, code) == (Level.REFUSED, Code.ATTACHMENT) else _MARKS[level]


def may_issue(issued: Collection[Mark], mark: Mark) -> bool:
    """Tell whether an authority that issued some marks about a letter may issue this one next."""
    order = ORDER[mark]
    earlier = frozenset(issued)
    if earlier & order.never_after:
        return False
    return bool(earlier & order.after) if earlier else order.first


def weigh(held: Mapping[Digest, Mark], digest: Digest, mark: Mark) -> Weight:
    """Judge an evidence beside those of the same authority about the same letter.

    Order of arrival proves nothing, so only what cannot stand together is a contradiction: a second evidence of one
    level, 50 beside 51, or a refusal beside anything.
    """
    if digest in held:
        return Weight.REPEAT
    marks = frozenset(held.values())
    return Weight.CONTRADICTION if mark in marks or marks & ORDER[mark].excludes else Weight.NEW


def supersedes(mark: Mark, ts: int, exp: int) -> bool:
    """Tell whether an evidence takes a declaration 91 back: it is dated within the letter's own deadline."""
    return mark in _HELD | _DECIDED | {Mark.TAKEN} and ts <= exp
