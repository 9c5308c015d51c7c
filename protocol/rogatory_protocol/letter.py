"""The letter, its parts and its acceptance (B.8).

* The body is what officers approve; the core is written once for all recipients just before the seal key signs.
* The letter commits to form and attachments by salted hashes, so that one of them can be shown without the others.
* `parse` gives an `UnverifiedLetter`; only `accept` makes a `Letter`, and what it hands on are the verified bytes.
* Everything is judged as received; nothing is encoded again to verify it.
"""

import hashlib
import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rogatory_protocol import audit
from rogatory_protocol import fields as f
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Aid, Digest, Id16, Kid
from rogatory_protocol.limits import (
    MAX_APPROVALS,
    MAX_ATTACHMENTS,
    MAX_BODY_BYTES,
    MAX_LETTER_LIFE_SECONDS,
    MAX_RECIPIENTS,
    SKEW_REFUSE_SECONDS,
)
from rogatory_protocol.parts import Parts, open_parts
from rogatory_protocol.rcbor import Value, decode, encode
from rogatory_protocol.signed import Context, SignedObject, VerifiedMemory, verify_one
from rogatory_protocol.signed import parse as parse_signed
from rogatory_protocol.suite import SUITE
from rogatory_protocol.versions import VERSION, check_spoken

MAX_KIND_BYTES: Final = 64
MAX_LANGUAGE_BYTES: Final = 35  # BCP 47, 4.4.1
MAX_SEEN: Final = 8
MAX_SEQUENCE: Final = 2**31
MAX_URGENCY: Final = 3
MAX_APPROVAL_TYPE_BYTES: Final = 32
MAX_APPROVER_BYTES: Final = 128
MAX_APPROVAL_BYTES: Final = 65_536

KeyLookup = Callable[[Aid, Kid, int], bytes]
"""Return the seal key of an authority that an object dated *ts* may be signed by.

It raises RefusedError: NOT_GOOD for a key revoked as known now, or good neither at *ts* nor now; DIRECTORY_OLD for an
authority or key that the directory does not hold.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What the officers of the sender approve.

    Attributes:
        id: Random, unique per sender for ever.
        sender: ``from`` on the wire.
        to: Recipients, ascending.
        conv: Conversation, that is the case.
        urg: Urgency, 0 to 3.
        kind: Content type in the register of the domain.
        lang: Language tag.
        form: Commitment to the form.
        att: Commitments to the attachment entries.
        x: Extension map.
    """

    id: Id16
    sender: Aid
    to: tuple[Aid, ...]
    conv: Id16
    urg: int
    kind: str
    lang: str
    form: bytes
    att: tuple[bytes, ...] = ()
    x: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What the sender's node adds when the letter is queued.

    Attributes:
        seq: Number in (from, conv, to), from 1 without gaps.
        prev: Digest of the sender's previous letter with the same conv and to.
        seen: Digests of others' latest letters in conv, of those with the same parties.
        ts: Written at.
        exp: To be delivered until.
        head: The sender's audit head.
        x: Extension map.
    """

    seq: int
    prev: Digest | None
    seen: tuple[Digest, ...] = ()
    ts: int
    exp: int
    head: audit.Head
    x: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """An officer's own signature over the body; that ``by`` owns the key is the sender's statement."""

    t: str
    by: str
    d: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedLetter:
    """A letter whose fields are in order; its signature is not checked yet."""

    object: SignedObject
    body: Body
    core: Core
    body_raw: bytes
    approvals: tuple[Approval, ...]

    @property
    def digest(self) -> Digest:
        """The letter digest, by which evidence and dedupe know it."""
        return self.object.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter that `accept` has verified: the named authority signed these bytes for these recipients.

    Attributes:
        raw: The signed object as it came.
        digest: SHA-256 of its payload.
        kid: The key that signed it.
        body: The body.
        core: The core.
        body_raw: What the approvals cover.
        approvals: Not verified here.
        parts_raw: The parts as they came.
        parts: Form and attachment entries, each checked against its commitment.
    """

    raw: bytes
    digest: Digest
    kid: Kid
    body: Body
    core: Core
    body_raw: bytes
    approvals: tuple[Approval, ...]
    parts_raw: bytes = field(repr=False)
    parts: Parts = field(repr=False)


_BODY: Final[f.Table] = {
    "id": f.b(16),
    "from": f.b(32),
    "to": f.array(f.b(32), 1, MAX_RECIPIENTS),
    "conv": f.b(16),
    "urg": f.uint(0, MAX_URGENCY),
    "kind": f.ascii_name(MAX_KIND_BYTES),
    "lang": f.ascii_name(MAX_LANGUAGE_BYTES),
    "form": f.b(32),
    "att": f.array(f.b(32), 0, MAX_ATTACHMENTS),
    "x": f.extension,
}
_CORE: Final[f.Table] = {
    "v": f.const(VERSION),
    "suite": f.const(SUITE),
    "seq": f.uint(1, MAX_SEQUENCE),
    "prev": f.nullable(f.b(32)),
    "seen": f.array(f.b(32), 0, MAX_SEEN),
    "ts": f.uint(),
    "exp": f.uint(),
    "head": audit.head,
    "x": f.extension,
}
_APPROVAL: Final[f.Table] = {
    "t": f.ascii_name(MAX_APPROVAL_TYPE_BYTES),
    "by": f.text(MAX_APPROVER_BYTES),
    "d": f.data(MAX_APPROVAL_BYTES),
}


def body_bytes(body: Body) -> bytes:
    """Encode the body; approvals and payload take these bytes and no others.

    Raises:
        LocalProtocolError: A field breaks the schema.
    """
    return _own(
        {
            "id": body.id,
            "from": body.sender,
            "to": list(body.to),
            "conv": body.conv,
            "urg": body.urg,
            "kind": body.kind,
            "lang": body.lang,
            "form": body.form,
            "att": list(body.att),
            "x": body.x,
        },
        parse_body,
    )


def core_bytes(core: Core) -> bytes:
    """Encode the core.

    Raises:
        LocalProtocolError: A field breaks the schema.
    """
    return _own(
        {
            "v": VERSION,
            "suite": SUITE,
            "seq": core.seq,
            "prev": core.prev,
            "seen": list(core.seen),
            "ts": core.ts,
            "exp": core.exp,
            "head": core.head.value(),
            "x": core.x,
        },
        _parse_core,
    )


def payload(core: bytes, body: bytes, approvals: Sequence[Approval] = ()) -> bytes:
    """Return the payload that a seal key signs.

    Raises:
        LocalProtocolError: There are more than eight approvals.
    """
    if len(approvals) > MAX_APPROVALS:
        raise LocalProtocolError(f"a letter has at most {MAX_APPROVALS} approvals")
    return encode([core, body, [{"t": each.t, "by": each.by, "d": each.d} for each in approvals]])


def approval_message(body: bytes) -> bytes:
    """Return the hash that an approval signs."""
    return hashlib.sha256(b"rogatory/1 approve\0" + body).digest()


def parse(raw: bytes) -> UnverifiedLetter:
    """Take a letter apart without verifying it.

    Raises:
        RefusedError: TOO_LARGE, MALFORMED, VERSION or SUITE.
    """
    signed = parse_signed(raw, max_bytes=MAX_BODY_BYTES)
    outer = decode(signed.payload)
    if not isinstance(outer, list) or len(outer) != 3:
        raise f.wrong("letter", "is not core, body and approvals")
    core, body, approvals = outer
    body_raw: bytes = f.data(MAX_BODY_BYTES)(body, "body")
    return UnverifiedLetter(
        object=signed,
        core=_parse_core(f.data(MAX_BODY_BYTES)(core, "core")),
        body=parse_body(body_raw),
        body_raw=body_raw,
        approvals=f.array(_approval, 0, MAX_APPROVALS)(approvals, "approvals"),
    )


def accept(
    raw: bytes,
    parts: bytes,
    *,
    me: Aid,
    suites: Collection[int],
    now: int,
    keys: KeyLookup,
    memory: VerifiedMemory | None = None,
) -> Letter:
    """Judge a letter as its recipient.

    A restored node that takes back a letter which it had acknowledged passes the time of its own evidence as *now*
    and a lookup that judges at that time (B.12.4).

    Raises:
        RefusedError: TOO_LARGE, MALFORMED, VERSION, SUITE, NOT_RECIPIENT, FUTURE, EXPIRED, SIGNATURE, DISAGREE,
            ATTACHMENT, or what the lookup of the key refuses with (NOT_GOOD, DIRECTORY_OLD).
    """
    # 1. Sizes, RCBOR, schema.
    # 2. Its suite stands in my own statement.
    # 3. I am a recipient.
    # 4. Not from the future, not past its delivery deadline.
    # 5. The seal key, from the directory, not revoked as known now, good at ts or now.
    # 6. The signature.
    # 7. Every part is there and fits its commitment.
    # The caller still owes: the binding to its envelope (envelope.agree) and dedupe (B.12.2).
    letter = parse(raw)  # 1
    if SUITE not in suites:  # 2
        raise RefusedError(Code.SUITE, "suite is not in my statement")
    if me not in letter.body.to:  # 3
        raise RefusedError(Code.NOT_RECIPIENT, "letter")
    check_dates(letter.core, now)  # 4
    return verify(letter, parts, keys=keys, memory=memory)  # 5 to 7


def check_dates(core: Core, now: int) -> None:
    """Check that a letter is neither from the future nor past its delivery deadline.

    Raises:
        RefusedError: FUTURE or EXPIRED.
    """
    if core.ts > now + SKEW_REFUSE_SECONDS:
        raise RefusedError(Code.FUTURE, "letter")
    if core.exp < now:
        raise RefusedError(Code.EXPIRED, "letter")


def verify(
    letter: UnverifiedLetter,
    parts: bytes,
    *,
    keys: KeyLookup,
    memory: VerifiedMemory | None = None,
    disclosure: bool = False,
) -> Letter:
    """Verify origin and parts alone, as whoever checks a proof does; in a disclosure parts may be withheld.

    Raises:
        RefusedError: MALFORMED, TOO_LARGE, SIGNATURE, DISAGREE, ATTACHMENT, or what the lookup of the key refuses with.
    """
    signed, body = letter.object, letter.body
    kid = signed.signatures[0].kid
    verify_one(signed, keys(body.sender, kid, letter.core.ts), Context.LETTER, memory)
    return Letter(
        raw=signed.raw,
        digest=letter.digest,
        kid=kid,
        body=body,
        core=letter.core,
        body_raw=letter.body_raw,
        approvals=letter.approvals,
        parts_raw=parts,
        parts=open_parts(parts, form=body.form, att=body.att, disclosure=disclosure),
    )


def parse_body(raw: bytes) -> Body:
    """Decode a body.

    Raises:
        RefusedError: MALFORMED: a field breaks the schema.
    """
    taken = f.take(decode(raw), _BODY, "body")
    sender, to = taken.pop("from"), taken["to"]
    if sender in to or any(a >= b for a, b in itertools.pairwise(to)):
        raise f.wrong("body.to", "does not ascend or holds the sender")
    return Body(sender=sender, **taken)


def _parse_core(raw: bytes) -> Core:
    value = decode(raw)
    check_spoken(value, "core")
    taken = f.take(value, _CORE, "core")
    del taken["v"], taken["suite"]
    core = Core(**taken)
    if not core.ts < core.exp <= core.ts + MAX_LETTER_LIFE_SECONDS:
        raise f.wrong("core.exp", "is not within 90 days after ts")
    return core


def _approval(value: Value, what: str) -> Approval:
    return Approval(**f.take(value, _APPROVAL, what))


def _own(value: dict[str, Value], check: Callable[[bytes], Any]) -> bytes:
    raw = encode(value)
    try:
        check(raw)
    except RefusedError as error:
        raise LocalProtocolError(error.what) from None
    return raw
