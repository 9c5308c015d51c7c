"""The working copies of a request and its measures while a case is folded; they are frozen at the end.

* Nothing here decides: the fold does, over the tables.
* Steps and reasons are shared by the measures that they concern, so that a letter about many measures stays small.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Final

from rogatory_node.casework.life.case import Consent, Due, Graded, Kept, Measure, Payload, Receipts, Request, Step
from rogatory_node.casework.life.forms import instruments
from rogatory_node.casework.life.machines import MACHINES, OF_TYPE
from rogatory_node.casework.life.states import overall

_FIELDS: Final = (
    "type",
    "state",
    "before",
    "outcome",
    "grounds",
    "machine",
    "sub",
    "until",
    "answer",
    "offer",
    "offered",
    "bound",
    "labels",
    "follow_up",
    "consulted",
)
_STANDING: Final = attrgetter(*_FIELDS)


@dataclass(slots=True, kw_only=True)
class Part:
    """A measure in the making; the fields are those of ``case.Measure``."""

    id: str
    type: str
    state: str = "TRANSMITTED"
    before: str | None = None
    outcome: str | None = None
    grounds: tuple[str, ...] = ()
    machine: str | None = None
    sub: str | None = None
    until: str | None = None
    answer: str | None = None
    offer: str | None = None
    offered: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()
    follow_up: str | None = None
    consulted: bool = False
    noted: dict[str, str | int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def standing(self) -> tuple[object, ...]:
        """Return all by which a letter may find one measure different from another."""
        return _STANDING(self)

    def changed(self, before: tuple[object, ...]) -> Sequence[tuple[str, object]]:
        """Return the fields that are not as they were in an earlier `standing`."""
        now = zip(_FIELDS, before, _STANDING(self), strict=True)
        return [(name, value) for name, old, value in now if value is not old]

    def again(self, changes: Sequence[tuple[str, object]], steps: Sequence[Step]) -> None:
        """Do what was done to a measure that stood alike."""
        for name, value in changes:
            setattr(self, name, value)
        if steps:
            self.steps += steps

    def freeze(self) -> Measure:
        """Return the measure."""
        return Measure(
            id=self.id,
            type=self.type,
            state=self.state,
            before=self.before,
            outcome=self.outcome,
            grounds=self.grounds,
            machine=self.machine,
            sub=self.sub,
            until=self.until,
            answer=self.answer,
            offer=self.offer,
            offered=self.offered,
            bound=self.bound,
            labels=tuple(sorted(self.labels)),
            follow_up=self.follow_up,
            noted=dict(self.noted),
            steps=tuple(self.steps),
        )


def part(measure: str, request_type: str, *, state: str = "TRANSMITTED") -> Part:
    """Return a new measure, at the first step of the sub-machine of its type."""
    machine = OF_TYPE.get(request_type)
    sub = None if machine is None else MACHINES[machine].first
    return Part(id=measure, type=request_type, state=state, machine=machine, sub=sub)


@dataclass(slots=True, kw_only=True)
class Thread:
    """A request to one authority in the making; the fields are those of ``case.Request``."""

    digest: str
    sender: str
    recipient: str
    ts: int
    form: Payload
    reference: str | None
    parties: frozenset[str]
    parts: dict[str, Part]
    receipts: Receipts = field(default_factory=Receipts)
    urgency: list[Graded] = field(default_factory=list)
    dues: dict[tuple[str, str], Due] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    supplements: list[str] = field(default_factory=list)
    cites: tuple[str, ...] = ()
    consents: list[Consent] = field(default_factory=list)
    notice: str | None = None
    signed: set[str] = field(default_factory=set)
    questions: dict[str, Payload] = field(default_factory=dict)
    zone: str | None = None
    country: str | None = None

    def side(self, authority: str) -> str | None:
        """Return ``R`` or ``Q`` for a party, None for another."""
        return "R" if authority == self.sender else "Q" if authority == self.recipient else None

    def owe(self, code: str, side: str, *, letter: str, since: int, by: str | None = None) -> None:
        """Note that something is due; asked again, it stays due since the first time and counts."""
        known = self.dues.get((code, side))
        self.dues[code, side] = (
            Due(code=code, side=side, since=since, letter=letter, by=by)
            if known is None
            else replace(known, asked=known.asked + 1, by=by or known.by)
        )

    def settle(self, side: str, *codes: str) -> None:
        """Note that a side gave what was due."""
        for code in codes:
            self.dues.pop((code, side), None)

    def freeze(self) -> Request:
        """Return the request."""
        return Request(
            digest=self.digest,
            sender=self.sender,
            recipient=self.recipient,
            ts=self.ts,
            reference=self.reference,
            state=overall([each.state for each in self.parts.values()]),
            measures=tuple(each.freeze() for each in self.parts.values()),
            receipts=self.receipts,
            urgency=tuple(self.urgency),
            dues=tuple(self.dues.values()),
            kept=tuple(self.kept),
            letters=tuple(self.letters),
            supplements=tuple(self.supplements),
            cites=self.cites,
            consents=tuple(self.consents),
            confidentiality_open=self.notice,
            signed=tuple(sorted(self.signed)),
            instruments=instruments(self.form),
            zone=self.zone,
            country=self.country,
        )
