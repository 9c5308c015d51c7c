"""Decisions of a registry: which authority it admits, suspends, resumes or removes (B.6.2).

* A decision names the digest of the statement decided on, so that nothing is admitted unseen.
* It is public and permanent, in the log; it holds no personal data and no address.
* Whether its statement fits it, and whether it is newer than the last, is the directory's to judge (B.6.4).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rogatory_protocol import fields as f
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.limits import MAX_STATEMENT_BYTES
from rogatory_protocol.rcbor import Value, decode, encode
from rogatory_protocol.signed import Context, SignedObject, VerifiedMemory, verify_one
from rogatory_protocol.signed import parse as parse_signed
from rogatory_protocol.statement_fields import country, roles

MAX_WHY_BYTES: Final = 500


class Act(StrEnum):
    """What a registry decides."""

    ADMIT = "admit"
    SUSPEND = "suspend"
    RESUME = "resume"
    REMOVE = "remove"


ADMITTING: Final = frozenset({Act.ADMIT, Act.RESUME})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The fields of a decision; verified only when it comes from ``verify``."""

    reg: Aid
    act: Act
    aid: Aid
    stmt: Digest
    cc: str
    roles: tuple[str, ...]
    ts: int
    why: str = ""
    replaces: Aid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedDecision:
    """A decision whose fields are in order; its signature is not checked yet."""

    object: SignedObject
    content: Decision


def _act(value: Value, what: str) -> Act:
    if not isinstance(value, str) or value not in set(Act):
        raise f.wrong(what, "is not an act of a registry")
    return Act(value)


_FIELDS: Final[f.Table] = {
    "v": f.const(1),
    "typ": f.const("decision"),
    "reg": f.b(32),
    "act": _act,
    "aid": f.b(32),
    "stmt": f.b(32),
    "cc": country,
    "roles": roles,
    "replaces": f.nullable(f.b(32)),
    "ts": f.uint(),
    "why": f.text(MAX_WHY_BYTES, 0),
    "x": f.extension,
}


def build(content: Decision) -> bytes:
    """Build the payload that a seal key of the registry signs.

    Raises:
        RefusedError: Every node would refuse it.
    """
    payload = encode({
        "v": 1, "typ": "decision", "reg": content.reg, "act": content.act.value, "aid": content.aid,
        "stmt": content.stmt, "cc": content.cc, "roles": list(content.roles), "replaces": content.replaces,
        "ts": content.ts, "why": content.why, "x": {},
    })  # fmt: skip
    _read(payload)
    return payload


def parse(raw: bytes) -> UnverifiedDecision:
    """Read a decision without verifying it. Its only signature's ``kid`` says which key to look for.

    Raises:
        RefusedError: TOO_LARGE or MALFORMED.
    """
    obj = parse_signed(raw, max_bytes=MAX_STATEMENT_BYTES)
    return UnverifiedDecision(object=obj, content=_read(obj.payload))


def verify(unverified: UnverifiedDecision, public: bytes, memory: VerifiedMemory | None = None) -> Decision:
    """Verify a decision by a seal key of its registry.

    The caller still owes: that the key is good at ``ts``, and everything that the log and the statement must say.

    Raises:
        RefusedError: MALFORMED or SIGNATURE.
    """
    verify_one(unverified.object, public, Context.DECISION, memory)
    return unverified.content


def _read(payload: bytes) -> Decision:
    taken = f.take(decode(payload), _FIELDS, "decision")
    for constant in ("v", "typ", "x"):
        del taken[constant]
    decision = Decision(**taken)
    if decision.replaces == decision.aid:
        raise f.wrong("decision", "replaces an authority by itself")
    return decision
