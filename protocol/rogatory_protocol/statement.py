"""Authority statements: the signed keys of an authority, and the chain that they form (B.5).

* The first statement founds the authority id; each later one names the digest of the one before.
* Version n needs the threshold of the previous root and of its own; a key counts once per set.
* Any signature that is invalid, or by a key of neither root, rejects the object: nothing extra passes.
* A key keeps its use along the chain.
* ``UnverifiedStatement`` becomes ``Statement`` through ``accept`` only, or through ``remembered`` from our own store.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rogatory_protocol import fields as f
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest, Kid, aid_of, kid_of
from rogatory_protocol.limits import MAX_STATEMENT_BYTES, MAX_STATEMENT_SIGNATURES
from rogatory_protocol.signed import Context, SignedObject, VerifiedMemory, verify_signature
from rogatory_protocol.signed import parse as parse_signed
from rogatory_protocol.statement_fields import Content, Period, Root, Use, read


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedStatement:
    """A statement whose fields are in order; nobody's signature is checked yet."""

    object: SignedObject
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement that its chain bears out. It says whose keys these are, not that anybody admitted them."""

    raw: bytes
    payload: bytes
    digest: Digest
    aid: Aid
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatus:
    """All that a chain says of one key.

    Attributes:
        until: The last second at which it is good, by its own ``na`` and by the newest statement's ``exp``.
        revoked: The earliest ``at`` of any revocation, or None.
    """

    pub: bytes
    since: int
    until: int
    revoked: int | None

    def check(self, at: int) -> None:
        """Check that the key is good at a time.

        Raises:
            RefusedError: NOT_GOOD.
        """
        if not self.since <= at <= self.until or (self.revoked is not None and self.revoked <= at):
            raise RefusedError(Code.NOT_GOOD, "key is not good at that time")


def parse(raw: bytes) -> UnverifiedStatement:
    """Read a statement without verifying it.

    Raises:
        RefusedError: TOO_LARGE or MALFORMED.
    """
    obj = parse_signed(raw, max_bytes=MAX_STATEMENT_BYTES, max_signatures=MAX_STATEMENT_SIGNATURES)
    return UnverifiedStatement(object=obj, content=read(obj.payload))


def accept(raw: bytes, previous: Statement | None, *, latest: int) -> Statement:
    """Accept a statement as the next of its chain.

    Args:
        raw: The signed object.
        previous: The newest statement of the chain, None for a first one.
        latest: The newest ``ts`` allowed: the checkpoint's time and 600 s.

    Raises:
        RefusedError: TOO_LARGE or MALFORMED; DISAGREE: it does not continue the chain; FUTURE; SIGNATURE: an invalid
            or foreign signature, or fewer than the thresholds.
    """
    return follow(parse(raw), previous, latest=latest)


def follow(
    unverified: UnverifiedStatement, previous: Statement | None, *, latest: int, memory: VerifiedMemory | None = None
) -> Statement:
    """Accept a statement that was read already; *memory* holds what was verified of it.

    Raises:
        RefusedError: As ``accept``.
    """
    # 1. Fields, limits, distinct keys: by ``parse``.  2. The chain: ver, prev, ts.  3. Time.  4. Every signature, by
    # either root.  5. Both thresholds.
    # The caller still owes: that no other statement of this version was accepted before.
    content, digest = unverified.content, unverified.object.digest
    _check_chain(content, previous)
    if content.ts > latest:
        raise RefusedError(Code.FUTURE, "statement")
    roots = [content.root] if previous is None else [previous.content.root, content.root]
    _check_signatures(unverified.object, roots, memory)
    aid = aid_of(unverified.object.payload) if previous is None else previous.aid
    raw, payload = unverified.object.raw, unverified.object.payload
    return Statement(raw=raw, payload=payload, digest=digest, aid=aid, content=content)


def remembered(raw: bytes, aid: Aid) -> Statement:
    """Read back a statement that this node accepted before. Never for anything that came from outside.

    Raises:
        RefusedError: TOO_LARGE or MALFORMED: the store is damaged.
    """
    known = parse(raw)
    return Statement(
        raw=raw, payload=known.object.payload, digest=known.object.digest, aid=aid, content=known.content
    )  # fmt: skip


def key_status(chain: Sequence[Statement], kid: Kid, use: Use) -> KeyStatus:
    """Say all that a chain, oldest first, says of a key. The newest statement that lists the key dates it.

    Raises:
        RefusedError: KEY_UNKNOWN: no statement lists it for this use.
    """
    found = [p for each in chain for p in periods(each.content, use) if kid_of(p.pub) == kid]
    if not found:
        raise RefusedError(Code.KEY_UNKNOWN, f"no such {use.value} key")
    gone = [entry.at for each in chain for entry in each.content.revoked if entry.kid == kid]
    return KeyStatus(
        pub=found[-1].pub,
        since=found[-1].nb,
        until=min(found[-1].na, chain[-1].content.exp),
        revoked=min(gone, default=None),
    )


def key_good(chain: Sequence[Statement], kid: Kid, use: Use, at: int) -> bytes:
    """Return the public key, which is good at a time as far as its own authority says; admission is not looked at.

    Raises:
        RefusedError: KEY_UNKNOWN or NOT_GOOD.
    """
    status = key_status(chain, kid, use)
    status.check(at)
    return status.pub


def periods(content: Content, use: Use) -> tuple[Period, ...]:
    """Return the subkeys of a use."""
    return content.seal if use is Use.SEAL else content.node


def _check_chain(content: Content, previous: Statement | None) -> None:
    expected = (1, None) if previous is None else (previous.content.ver + 1, previous.digest)
    if (content.ver, content.prev) != expected:
        raise RefusedError(Code.DISAGREE, "statement does not continue the chain")
    if previous is not None and content.ts < previous.content.ts:
        raise RefusedError(Code.DISAGREE, "statement is dated before the previous one")
    if previous is not None:
        _check_uses(content, previous.content)


def _check_uses(content: Content, before: Content) -> None:
    # "No key may appear in two lists or two uses": a key does not change its use from one statement to the next either.
    for uses in ((before, content), (content, before)):
        old, new = uses
        root, seal = set(old.root.keys), {period.pub for period in old.seal}
        if root & {period.pub for period in new.seal + new.node} or seal & {period.pub for period in new.node}:
            raise f.wrong("keys", "change their use")


def _check_signatures(obj: SignedObject, roots: Sequence[Root], memory: VerifiedMemory | None) -> None:
    keys = {kid_of(key): key for root in roots for key in root.keys}
    signed: set[bytes] = set()
    for signature in obj.signatures:
        public = keys.get(signature.kid)
        if public is None:
            raise RefusedError(Code.SIGNATURE, "statement signed by a key of neither root")
        verify_signature(obj.payload, signature, public, Context.AUTHORITY, memory)
        signed.add(public)
    # Keys are counted, not signatures, and in each root by itself: one key signing twice is one.
    if any(len(signed & set(root.keys)) < root.k for root in roots):
        raise RefusedError(Code.SIGNATURE, "statement signed by too few root keys")
