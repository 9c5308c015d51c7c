"""What checking an evidence bundle finds (B.15).

* A finding names what it is about, whether it holds, the file that shows it, and the figures that a text needs.
* The texts themselves belong to whoever shows them, in the language of the reader.
* The first thing that fails ends the check: what rests on it would prove nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from rogatory_protocol.errors import RefusedError


class Item(StrEnum):
    """What a finding is about, in the order of B.15."""

    CONTAINER = "container"
    ROOT = "root"
    LOG = "log"
    AUTHORITY = "authority"
    ORIGIN = "origin"
    RECIPIENT = "recipient"
    CONTENT = "content"
    TIME = "time"
    DELIVERY = "delivery"
    TAKEN = "taken"
    DECISION = "decision"
    CONTINUITY = "continuity"


class Status(StrEnum):
    """What a finding is worth.

    * HOLDS: proved.
    * STATED: nothing to prove; it is said so that nobody reads more into the bundle than is there.
    * OPEN: neither proved nor refuted by this bundle; a verdict with one of these is not a yes.
    * FAILS: refuted.
    """

    HOLDS = "holds"
    STATED = "stated"
    OPEN = "open"
    FAILS = "fails"


class What(StrEnum):
    """What is found."""

    # Container and root
    UNREADABLE = "unreadable"
    DAMAGED = "damaged"
    REFUSED = "refused"
    ROOT_TRUSTED = "root_trusted"
    ROOT_UNKNOWN = "root_unknown"
    ROOT_OTHER = "root_other"
    LOG_AS_OF = "log_as_of"
    LOG_REPLAYED = "log_replayed"
    LOG_OTHER = "log_other"
    LOG_NOT_REPLAYED = "log_not_replayed"
    WITNESSES_UNCHECKED = "witnesses_unchecked"
    # Authorities
    CHAIN_HOLDS = "chain_holds"
    # Letters
    SIGNED_BY = "signed_by"
    KEY_REVOKED = "key_revoked"
    KEY_UNDATED = "key_undated"
    ADDRESSED_TO = "addressed_to"
    APPROVED_BY = "approved_by"
    APPROVED_WITH = "approved_with"
    APPROVAL_BAD = "approval_bad"
    APPROVAL_UNCHECKED = "approval_unchecked"
    FORM_SHOWN = "form_shown"
    FORM_WITHHELD = "form_withheld"
    FORM_DIFFERS = "form_differs"
    ATTACHMENT_SHOWN = "attachment_shown"
    ATTACHMENT_WITHHELD = "attachment_withheld"
    ATTACHMENT_ABSENT = "attachment_absent"
    ATTACHMENT_DIFFERS = "attachment_differs"
    EXISTED_BY = "existed_by"
    CLAIMED_AT = "claimed_at"
    AFTER_LOG = "after_log"
    # Time-stamp tokens, no secrets
    STAMPED_BY = "stamped_by"
    TOKEN_CONSISTENT = "token_consistent"  # noqa: S105
    TOKEN_UNTRUSTED = "token_untrusted"  # noqa: S105
    TOKEN_UNCHECKED = "token_unchecked"  # noqa: S105
    TOKEN_BAD = "token_bad"  # noqa: S105
    # Evidence
    STORED = "stored"
    COMPLETE = "complete"
    TAKEN = "taken"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REFUSED_BY = "refused_by"
    MISSED = "missed"
    NOTHING_SHOWN = "nothing_shown"
    CONTRADICTION = "contradiction"
    # Continuity
    NUMBERED = "numbered"
    GAP = "gap"
    BROKEN = "broken"
    HEADS_CONSISTENT = "heads_consistent"
    HEADS_ALONE = "heads_alone"
    HEADS_FORKED = "heads_forked"
    HEADS_BACK = "heads_back"
    LEAF_BOUND = "leaf_bound"
    LEAF_UNQUOTED = "leaf_unquoted"


Args = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found.

    Attributes:
        file: The file of the bundle that shows it; empty when it is about the whole.
        args: Figures and names for the text; digests and ids as hex digits, times in seconds.
    """

    item: Item
    status: Status
    what: What
    file: str = ""
    args: Args = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All that was found, in the order of B.15.

    Attributes:
        findings: The findings; when one fails it is the last.
        readable: The file is a bundle at all.
    """

    findings: tuple[Finding, ...]
    readable: bool = True

    @property
    def first_failure(self) -> Finding | None:
        """What failed first, or None."""
        return next((each for each in self.findings if each.status is Status.FAILS), None)

    @property
    def holds(self) -> bool:
        """Nothing failed and nothing is left open."""
        return not any(each.status in (Status.FAILS, Status.OPEN) for each in self.findings)

    def about(self, item: Item) -> tuple[Finding, ...]:
        """Return the findings about one thing."""
        return tuple(each for each in self.findings if each.item is item)


class Failed(Exception):
    """A check failed; the finding says which."""

    def __init__(self, item: Item, what: What, file: str, **args: str | int) -> None:
        """Make the finding."""
        super().__init__(what.value)
        self.finding = Finding(item=item, status=Status.FAILS, what=what, file=file, args=args)


@contextmanager
def judging(item: Item, file: str) -> Iterator[None]:
    """Turn a refusal of the protocol into a finding about this file.

    Raises:
        Failed: Something inside was refused.
    """
    try:
        yield
    except RefusedError as refusal:
        raise Failed(item, What.REFUSED, file, code=refusal.code.name.lower(), why=refusal.what) from None
