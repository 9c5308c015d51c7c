"""A letter as it was handed in: the bytes that are approved, kept until they are sent, and how it stands.

* The hash is what an officer approves of a letter (B.8): over its body, which commits to form and attachments. So no
  approval of one letter can be used for another.
* How long delivery is tried and where the files lie stand beside the body and are sealed with it.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from rogatory_node.services.sending import Draft
from rogatory_protocol import letter
from rogatory_protocol.ids import Aid, Digest, Id16
from rogatory_protocol.rcbor import decode, encode


class ApprovalError(Exception):
    """A letter cannot be handed in, approved or returned."""

    code: ClassVar[str] = "approval"


class NotOfferedError(ApprovalError):
    """The draft was not handed in."""

    code: ClassVar[str] = "approval.not-offered"


class StaleError(ApprovalError):
    """What was approved is not what waits now: it was edited, returned, or is another draft's."""

    code: ClassVar[str] = "approval.stale"


class SamePersonError(ApprovalError):
    """Who wrote it, or handed it in, cannot approve it; nor can who represents him."""

    code: ClassVar[str] = "approval.same-person"


class ReasonError(ApprovalError):
    """A draft is returned with a reason of 1 to 4000 characters."""

    code: ClassVar[str] = "approval.reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a letter stands that was handed in.

    Attributes:
        draft: The draft.
        hash: What approvals are over.
        needed: How many persons approve it.
        approved: How many did.
        signed: A signatory, or a duty officer alone, is among them.
        letter: The digest of the letter that it became.
        to: Whom it goes to, when it became one just now: they are to be woken.
        erase: Files that no letter carries, to be erased.
    """

    draft: Id16
    hash: Digest
    needed: int
    approved: int
    signed: bool
    letter: Digest | None = None
    to: tuple[Aid, ...] = ()
    erase: tuple[str, ...] = ()


def hash_of(body: letter.Body) -> Digest:
    """Return what officers approve of a letter."""
    return Digest(letter.approval_message(letter.body_bytes(body)))


def offered_bytes(draft: Draft) -> bytes:
    """Write a letter that is handed in."""
    return encode([letter.body_bytes(draft.body), draft.parts, draft.life_seconds, list(draft.blobs)])


def parse_offered(raw: bytes) -> Draft:
    """Read what ``offered_bytes`` wrote: our own bytes, sealed, so whatever does not fit is a broken store."""
    value: Any = decode(raw)
    body, parts, life, blobs = value
    return Draft(body=letter.parse_body(body), parts=parts, life_seconds=life, blobs=tuple(blobs))
