"""The sub-machines of some types, beside the states that every measure has.

* A row says: from one of these steps, by a letter of this kind of this side, to that step. Where a kind may lead to
  several steps, the letter names the one it means (``step``, or the older field of its kind); where there is one, it
  need not.
* ``START`` is where a measure stands before its first step; ``ENDS`` are steps after which nothing follows.
* ``LAPSED`` is also reached by the mere passing of time: that is computed where clocks are read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rogatory_node.i18n import later

START: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A step of a sub-machine."""

    froms: frozenset[str]
    to: str
    kind: str
    by: str
    guard: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A sub-machine: its name, the labels of its steps, its rows and the types that have it."""

    name: str
    label: str
    types: frozenset[str]
    first: str
    labels: Mapping[str, str]
    rows: tuple[Row, ...]


def _rows(*rows: tuple[Iterable[str], str, str, str] | tuple[Iterable[str], str, str, str, str]) -> tuple[Row, ...]:
    return tuple(
        Row(froms=frozenset(row[0]), to=row[1], kind=row[2], by=row[3], guard=row[4] if len(row) > 4 else None)
        for row in rows
    )


_HELD: Final = ("PRESERVED", "EXTENDED")

MACHINES: Final[Mapping[str, Machine]] = MappingProxyType(
    {
        machine.name: machine
        for machine in (
            Machine(
                name="preservation",
                label=later("Preservation"),
                types=frozenset({"data.preserve", "data.preserve.extend"}),
                first="REQUESTED",
                labels=MappingProxyType(
                    {
                        "REQUESTED": later("Preservation requested"),
                        "ACKNOWLEDGED": later("Acknowledged"),
                        "PRESERVED": later("Preserved until {date}"),
                        "EXTENDED": later("Extended until {date}"),
                        "FOLLOWED_UP": later("Followed up by a request"),
                        "RELEASED": later("Released"),
                        "LAPSED": later("Lapsed"),
                    }
                ),
                rows=_rows(
                    (("REQUESTED",), "ACKNOWLEDGED", "acknowledgement", "Q"),
                    (("REQUESTED", "ACKNOWLEDGED", "PRESERVED"), "PRESERVED", "preservation.confirm", "Q"),
                    (_HELD, "EXTENDED", "preservation.extended", "Q", "before_end"),
                    (("FOLLOWED_UP",), "FOLLOWED_UP", "preservation.extended", "Q", "before_end"),
                    (_HELD, "FOLLOWED_UP", "request", "R"),
                    ((*_HELD, "FOLLOWED_UP"), "RELEASED", "preservation.release", "RQ"),
                    (_HELD, "LAPSED", "preservation.release", "Q"),
                ),
            ),
            Machine(
                name="extradition",
                label=later("Extradition"),
                types=frozenset({"extradition", "arrest.provisional"}),
                first=START,
                labels=MappingProxyType(
                    {
                        "PERSON_LOCATED": later("Person located"),
                        "PROVISIONALLY_ARRESTED": later("Provisionally arrested"),
                        "FORMAL_REQUEST_RECEIVED": later("Formal request received"),
                        "JUDICIAL_STAGE": later("Before the court"),
                        "EXECUTIVE_DECISION": later("Executive decision"),
                        "SURRENDER_PLANNED": later("Surrender planned"),
                        "SURRENDERED": later("Surrendered"),
                        "DISCHARGED": later("Discharged"),
                        "PROSECUTED_HERE": later("Prosecuted in the requested State"),
                    }
                ),
                rows=_rows(
                    ((START,), "PERSON_LOCATED", "status", "Q"),
                    ((START, "PERSON_LOCATED"), "PROVISIONALLY_ARRESTED", "arrest.notice", "Q"),
                    ((START, "PERSON_LOCATED", "PROVISIONALLY_ARRESTED"), "FORMAL_REQUEST_RECEIVED", "status", "Q"),
                    (
                        (START, "PERSON_LOCATED", "PROVISIONALLY_ARRESTED", "FORMAL_REQUEST_RECEIVED"),
                        "JUDICIAL_STAGE",
                        "status",
                        "Q",
                    ),
                    (("FORMAL_REQUEST_RECEIVED", "JUDICIAL_STAGE"), "EXECUTIVE_DECISION", "status", "Q"),
                    (
                        ("JUDICIAL_STAGE", "EXECUTIVE_DECISION", "SURRENDER_PLANNED"),
                        "SURRENDER_PLANNED",
                        "surrender.arrangement",
                        "Q",
                    ),
                    (("SURRENDER_PLANNED",), "SURRENDERED", "surrender.arrangement", "RQ"),
                    (
                        (
                            "PROVISIONALLY_ARRESTED",
                            "FORMAL_REQUEST_RECEIVED",
                            "JUDICIAL_STAGE",
                            "EXECUTIVE_DECISION",
                            "SURRENDER_PLANNED",
                        ),
                        "DISCHARGED",
                        "status",
                        "Q",
                    ),
                    (("JUDICIAL_STAGE", "EXECUTIVE_DECISION", "DISCHARGED"), "PROSECUTED_HERE", "status", "Q"),
                ),
            ),
            Machine(
                name="assets",
                label=later("Assets"),
                types=frozenset(
                    {
                        "proceeds.trace",
                        "proceeds.freeze",
                        "proceeds.confiscate.apply",
                        "proceeds.confiscate.enforce",
                        "asset.return",
                    }
                ),
                first=START,
                labels=MappingProxyType(
                    {
                        "TRACED": later("Traced"),
                        "FROZEN": later("Frozen, to be reviewed on {date}"),
                        "LIFT_NOTICE": later("Notice before lifting"),
                        "LIFTED": later("Lifted"),
                        "CONFISCATED": later("Confiscated"),
                        "REALISED": later("Realised"),
                        "RETURNED": later("Assets returned"),
                    }
                ),
                rows=_rows(
                    ((START,), "TRACED", "asset.notice", "Q"),
                    ((START, "TRACED", "FROZEN", "LIFT_NOTICE"), "FROZEN", "asset.notice", "Q"),
                    (("FROZEN",), "LIFT_NOTICE", "asset.notice", "Q"),
                    (("LIFT_NOTICE",), "LIFTED", "asset.notice", "Q"),
                    ((START, "TRACED", "FROZEN", "LIFT_NOTICE"), "CONFISCATED", "asset.notice", "Q"),
                    (("CONFISCATED",), "REALISED", "asset.notice", "Q"),
                    ((START, "CONFISCATED", "REALISED"), "RETURNED", "asset.notice", "Q"),
                ),
            ),
            Machine(
                name="hearing",
                label=later("Hearing"),
                types=frozenset({"hearing.video", "hearing.telephone"}),
                first=START,
                labels=MappingProxyType(
                    {
                        "SLOT_PROPOSED": later("Slot proposed"),
                        "SLOT_AGREED": later("Slot agreed"),
                        "TESTED": later("Connection tested"),
                        "HELD": later("Hearing held"),
                        "MINUTES_SENT": later("Minutes sent"),
                        "CANCELLED": later("Cancelled"),
                    }
                ),
                rows=_rows(
                    ((START, "SLOT_PROPOSED", "SLOT_AGREED", "CANCELLED"), "SLOT_PROPOSED", "hearing.slot", "RQ"),
                    (("SLOT_PROPOSED",), "SLOT_AGREED", "hearing.confirm", "RQ"),
                    (("SLOT_AGREED",), "TESTED", "hearing.confirm", "RQ"),
                    (("SLOT_AGREED", "TESTED"), "HELD", "hearing.confirm", "RQ"),
                    (("SLOT_AGREED", "TESTED", "HELD"), "MINUTES_SENT", "hearing.minutes", "Q"),
                    (("SLOT_PROPOSED", "SLOT_AGREED", "TESTED"), "CANCELLED", "hearing.confirm", "RQ"),
                ),
            ),
            Machine(
                name="detained",
                label=later("Transfer of a detained person"),
                types=frozenset({"transfer.detained"}),
                first=START,
                labels=MappingProxyType(
                    {
                        "CONSENT": later("The person consents"),
                        "AGREED": later("Both authorities agree"),
                        "TRANSFERRED": later("Transferred"),
                        "RETURNED": later("The person is back"),
                    }
                ),
                rows=_rows(
                    ((START,), "CONSENT", "status", "Q"),
                    (("CONSENT",), "AGREED", "decision", "Q"),
                    (("AGREED",), "TRANSFERRED", "surrender.arrangement", "RQ"),
                    (("TRANSFERRED",), "RETURNED", "surrender.arrangement", "RQ"),
                ),
            ),
            Machine(
                name="jit",
                label=later("Joint investigation team"),
                types=frozenset({"joint.investigation"}),
                first="PROPOSED",
                labels=MappingProxyType(
                    {
                        "PROPOSED": later("Proposed"),
                        "NEGOTIATED": later("Negotiated"),
                        "SIGNED_BY_ALL": later("Signed by all"),
                        "ACTIVE": later("Active"),
                        "EXTENDED": later("Extended until {date}"),
                        "ENDED": later("Ended"),
                    }
                ),
                rows=_rows(
                    (("PROPOSED",), "NEGOTIATED", "consultation", "RQ"),
                    (("PROPOSED", "NEGOTIATED"), "SIGNED_BY_ALL", "status", "RQ", "all_signed"),
                    (("SIGNED_BY_ALL",), "ACTIVE", "status", "RQ"),
                    (("ACTIVE", "EXTENDED"), "EXTENDED", "status", "RQ"),
                    (("ACTIVE", "EXTENDED"), "ENDED", "status", "RQ"),
                ),
            ),
        )
    }
)
"""The sub-machines by name."""

OF_TYPE: Final[Mapping[str, str]] = MappingProxyType(
    {code: machine.name for machine in MACHINES.values() for code in machine.types}
)
"""The sub-machine of a request type."""


def rows_of(machine: str, kind: str) -> tuple[Row, ...]:
    """Return the steps that letters of a kind can make in a machine."""
    return _BY_KIND.get((machine, kind), ())


_BY_KIND: Final = {
    (machine.name, kind): tuple(row for row in machine.rows if row.kind == kind)
    for machine in MACHINES.values()
    for kind in {row.kind for row in machine.rows}
}
