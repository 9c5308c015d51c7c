"""What the fold returns: a case with its requests, their measures, what is due, and the letters without effect.

* All values are plain and frozen; authorities and letters are hex digits, times are Unix seconds.
* A request to several authorities is one request for each of them: each has a life of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A letter, or its part about some measures, that made no move.

    Attributes:
        letter: Its digest.
        reason: A code of ``reasons.REASONS``.
        measures: Which measures; empty: the whole letter.
        detail: A code or field that the reason is about.
    """

    letter: str
    reason: str
    measures: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A move that was made: which one, by which letter or evidence, when, and what it led to."""

    move: str
    letter: str
    ts: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure of a request and where it stands.

    Attributes:
        id: Within the request.
        type: Code of the request type.
        state: Its state.
        before: The state to which a pause returns, or None.
        outcome: The last outcome, or None.
        grounds: Of a refusal.
        machine: The sub-machine of its type, or None.
        sub: The state in it, or None.
        until: The date that stands beside the state (preserved until, review on), as it was written.
        answer: Digest of the letter that answered it.
        offer: Digest of the letter that offers conditions.
        offered: Conditions that are offered.
        bound: Conditions that were accepted, and bind.
        labels: Handling labels that its evidence carries.
        follow_up: Digest of the request that follows a preservation up.
        noted: Dates and marks of letters that clocks read, by the names of ``noting``.
        steps: The moves, in order.
    """

    id: str
    type: str
    state: str
    before: str | None
    outcome: str | None
    grounds: tuple[str, ...]
    machine: str | None
    sub: str | None
    until: str | None
    answer: str | None
    offer: str | None
    offered: tuple[str, ...]
    bound: tuple[str, ...]
    labels: tuple[str, ...]
    follow_up: str | None
    noted: Mapping[str, str | int]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """Node receipts and human acknowledgement, apart from each other; Unix times or None.

    Attributes:
        stored: The recipient's node stored the request (evidence 30).
        complete: And every attachment (35).
        taken: An officer took charge (40).
        taken_by: In which role.
        formal: 50 or 51, the formal answer of the authority.
        formal_at: When.
        acknowledged: A letter acknowledges receipt and gives a reference.
        reference: The reference of the requested side.
        refused_by_node: Code of evidence 90.
        undelivered: The sender declared that it held no receipt (91), and none came since.
    """

    stored: int | None = None
    complete: int | None = None
    taken: int | None = None
    taken_by: str | None = None
    formal: int | None = None
    formal_at: int | None = None
    acknowledged: int | None = None
    reference: str | None = None
    refused_by_node: str | None = None
    undelivered: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A step of the urgency: asked, accepted or changed; by which side and officer, why."""

    what: str
    grade: str
    side: str
    by: str | None
    reasons: str | None
    letter: str
    ts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that one side owes the other.

    Attributes:
        code: What: a code of ``dues.DUES``.
        side: Who owes it: ``R`` or ``Q``.
        since: Unix time from which it is owed.
        letter: The letter that made it due.
        by: A date by which, as it was written, or None.
        asked: How often it was asked for or reminded.
    """

    code: str
    side: str
    since: int
    letter: str
    by: str | None = None
    asked: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A use beyond the stated purpose: asked for, and granted, refused or still open (None)."""

    letter: str
    answer: str | None = None
    granted: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to one authority.

    Attributes:
        digest: Of the letter.
        sender: The requesting authority.
        recipient: The requested authority.
        ts: When it was signed.
        reference: The sender's own reference, or None.
        state: Computed from the measures.
        measures: In the order in which they were asked for.
        receipts: Node receipts and acknowledgement.
        urgency: Its history; the last is the grade that holds.
        dues: What is owed now.
        kept: Letters about it without effect.
        letters: Letters about it, in order, itself first.
        supplements: Those of them that supplement it.
        cites: Earlier letters that it grows out of: enquiries, drafts, contacts, preservations.
        consents: Uses beyond the stated purpose.
        confidentiality_open: The notice that confidentiality cannot be kept, while the requesting side has not decided.
        signed: Authorities that signed an agreement.
        instruments: Codes of the instruments on which it rests.
        zone: The time zone of the requested side, as the letters say, or None.
        country: Its State, likewise.
    """

    digest: str
    sender: str
    recipient: str
    ts: int
    reference: str | None
    state: str
    measures: tuple[Measure, ...]
    receipts: Receipts
    urgency: tuple[Graded, ...]
    dues: tuple[Due, ...]
    kept: tuple[Kept, ...]
    letters: tuple[str, ...]
    supplements: tuple[str, ...]
    cites: tuple[str, ...]
    consents: tuple[Consent, ...]
    confidentiality_open: str | None
    signed: tuple[str, ...]
    instruments: tuple[str, ...] = ()
    zone: str | None = None
    country: str | None = None

    @property
    def notice(self) -> str | None:
        """The open notice that confidentiality cannot be kept."""
        return self.confidentiality_open

    @property
    def grade(self) -> str:
        """The urgency grade that holds now."""
        return self.urgency[-1].grade if self.urgency else "ROUTINE"

    def side(self, authority: str) -> str | None:
        """Return ``R`` or ``Q`` for a party, None for another."""
        return {self.sender: "R", self.recipient: "Q"}.get(authority)


@dataclass(frozen=True, slots=True, kw_only=True)
class Oral:
    """An oral request that its recipient logged, and the request that confirms it in writing, or None."""

    letter: str
    sender: str
    recipient: str
    at: str
    confirmed: str | None
    ts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case: the requests, and the letters that belong to none.

    Attributes:
        requests: In order.
        informal: Enquiries, drafts for comment, spontaneous information: neither requests nor evidence. Digest → the
            requests that cite it.
        orals: Oral requests.
        kept: Letters without effect that belong to no request here.
    """

    requests: tuple[Request, ...]
    informal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    orals: tuple[Oral, ...] = ()
    kept: tuple[Kept, ...] = ()


Payload = Mapping[str, Any]
