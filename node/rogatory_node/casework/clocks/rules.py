"""The rules of time: from which event, how long, who has to act before it, and where that stands.

* ``clock`` is the name under which the data of a request type ask for a rule; ``EVERY`` belongs to all types.
* A length belongs to an instrument; it holds where the request rests on that one. A length without an instrument holds
  where no other does. A rule without any length that holds, and without a date in the letters, gives no clock.
* A date in the letters (``date``) goes before every length: an authority that names its own end knows its law.
* Clocks of treaties, targets of the network and dates that authorities set themselves are told apart by ``origin``.
* ``checked`` tells whether somebody read the length in the official text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rogatory_node.i18n import later

EVERY: Final = "*"
HOURS: Final = "hours"
DAYS: Final = "days"
WORKING_DAYS: Final = "working_days"
MINUTES: Final = "minutes"
TREATY: Final = "treaty"
NETWORK: Final = "network"
LETTER: Final = "letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How long, under which instrument.

    Attributes:
        count: How many; below zero it counts back.
        unit: Of what.
        instrument: Code of the instrument; empty: wherever no other length holds.
        article: In it.
        source: Where the length was found.
        checked: Whether it was read in the official text.
    """

    count: int
    unit: str
    instrument: str
    article: str
    source: str
    checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule.

    Attributes:
        code: Stable name; it is stored.
        clock: Name in the data of request types, or `EVERY`.
        label: What it is: English text of the catalogue.
        side: Who has to act before it: ``R`` or ``Q``.
        start: The event from which it runs (``reading.STARTS``).
        lengths: By instrument.
        date: Names of what letters say (``noted`` of a measure, or ``until``) that set the end; the first counts.
        counted_from: Name of a date from which the length is counted, where that is not the start.
        meets: Marks of steps by which what is due was done.
        ends: Marks of steps after which nothing is due any more.
        types: Request types for which alone it holds; empty: for all that ask for the clock.
        grades: Urgency grades in which alone it holds; empty: in all.
        when: Name of something that a letter must say for it to hold, or an empty text.
        pauses: Whether it stands still while information is asked for.
        lasting: Whether it goes on when the request is closed.
        silent: Whether its end passing without an act is nobody's delay.
        alarms: When to call attention: a share of the time (``50%``) or a time before the end (``3d``, ``24h``).
        origin: `TREATY`, `NETWORK` or `LETTER`.
    """

    code: str
    clock: str
    label: str
    side: str
    start: str
    lengths: tuple[Length, ...] = ()
    date: tuple[str, ...] = ()
    counted_from: str = ""
    meets: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    grades: frozenset[str] = frozenset()
    when: str = ""
    pauses: bool = False
    lasting: bool = False
    silent: bool = False
    alarms: tuple[str, ...] = ("80%", "24h")
    origin: str = TREATY


def _in(instrument: str, article: str, count: int, unit: str = DAYS, source: str = "") -> Length:
    """Return a length; a source that is named is one that somebody read."""
    told = source or "from memory of the text"
    return Length(count=count, unit=unit, instrument=instrument, article=article, source=told, checked=bool(source))


def _target(count: int, unit: str) -> Length:
    return Length(count=count, unit=unit, instrument="", article="", source="target of the network", checked=False)


_DONE: Final = frozenset({"EXECUTED", "ANSWERED", "REFUSED"})
_TOUCHED: Final = _DONE | {
    "ACKNOWLEDGED",
    "UNDER_REVIEW",
    "INFO_REQUESTED",
    "CONSULTATION",
    "CONDITIONS_OFFERED",
    "ACCEPTED",
    "IN_EXECUTION",
    "POSTPONED",
    "PARTIALLY_EXECUTED",
    "PRESERVED",
}
_DECIDED: Final = _DONE | {
    "CONDITIONS_OFFERED",
    "ACCEPTED",
    "IN_EXECUTION",
    "POSTPONED",
    "PARTIALLY_EXECUTED",
    "PRESERVED",
}
_SERVED: Final = _DONE | {"IN_EXECUTION", "PARTIALLY_EXECUTED"}
_KEPT: Final = _DONE | {"PRESERVED"}
_COURT: Final = frozenset(
    {
        "extradition.FORMAL_REQUEST_RECEIVED",
        "extradition.JUDICIAL_STAGE",
        "extradition.EXECUTIVE_DECISION",
        "extradition.SURRENDER_PLANNED",
    }
)
_LET_GO: Final = frozenset({"extradition.DISCHARGED", "extradition.PROSECUTED_HERE"})
_NO_MORE: Final = frozenset({"preservation.RELEASED", "preservation.LAPSED"})
_PRESERVATION_ALARMS: Final = ("50%", "80%", "7d", "3d", "24h")
_DATA: Final = frozenset({"data.subscriber", "data.traffic", "data.content"})
_PROVISIONAL: Final = frozenset({"data.preserve", "proceeds.freeze", "search.seizure"})
_EMERGENCY: Final = frozenset({"EMERGENCY"})


def _preservation() -> Iterable[Rule]:
    yield Rule(
        code="preservation.minimum",
        clock="preservation.minimum",
        label=later("The data are preserved at least until then; the request for them is due before"),
        side="R",
        start="preserved_first",
        lengths=(_in("BC", "29(7)", 60, source="Budapest Convention"), _in("UNCC", "42", 60), _in("EE", "11", 60)),
        meets=frozenset({"preservation.FOLLOWED_UP"}),
        ends=_NO_MORE,
        alarms=_PRESERVATION_ALARMS,
    )
    yield Rule(
        code="preservation.end",
        clock="preservation.minimum",
        label=later("The preservation ends"),
        side="R",
        start="preserved",
        date=("until",),
        meets=frozenset({"preservation.FOLLOWED_UP"}),
        ends=_NO_MORE,
        alarms=_PRESERVATION_ALARMS,
        origin=LETTER,
    )
    yield Rule(
        code="preservation.hold",
        clock="preservation.hold",
        label=later("The data are kept until the request for them is decided"),
        side="Q",
        start="followed",
        meets=frozenset({"FOLLOW_UP_DECIDED"}),
        ends=_NO_MORE,
    )
    yield Rule(
        code="preservation.order",
        clock="preservation.order",
        label=later("The order to preserve ends unless it is renewed"),
        side="Q",
        start="preserved",
        lengths=(_in("BC", "16(2)", 90, source="Budapest Convention"),),
        ends=_NO_MORE | {"FOLLOW_UP_DECIDED"},
        alarms=_PRESERVATION_ALARMS,
    )
    yield Rule(
        code="provider.retention",
        clock="provider.retention",
        label=later("The provider deletes the data"),
        side="Q",
        start="sent",
        date=("retention", "retention_after"),
        meets=_KEPT,
        origin=LETTER,
        alarms=("50%", "80%", "3d", "24h"),
    )


def _answering() -> Iterable[Rule]:
    yield Rule(
        code="deadline",
        clock=EVERY,
        label=later("The answer is needed"),
        side="Q",
        start="sent",
        date=("deadline",),
        meets=_KEPT,
        origin=LETTER,
        alarms=("80%", "3d", "24h"),
    )
    yield Rule(
        code="execution.decision",
        clock="execution",
        label=later("The decision whether to execute is due"),
        side="Q",
        start="received",
        lengths=(_in("EIO", "12(3)", 30), _in("TCA", "640", 45)),
        meets=_DECIDED,
        pauses=True,
    )
    yield Rule(
        code="execution",
        clock="execution",
        label=later("The execution is due"),
        side="Q",
        start="accepted",
        lengths=(_in("EIO", "12(4)", 90), _in("TCA", "640", 90)),
        meets=_DONE,
        pauses=True,
    )
    yield Rule(
        code="eio.acknowledge",
        clock=EVERY,
        label=later("The receipt is to be acknowledged"),
        side="Q",
        start="received",
        lengths=(_in("EIO", "16(1)", 7),),
        meets=_TOUCHED,
    )
    yield Rule(
        code="eio.provisional",
        clock=EVERY,
        label=later("The decision on the provisional measure is due"),
        side="Q",
        start="received",
        lengths=(_in("EIO", "32(2)", 24, HOURS),),
        meets=_DECIDED,
        types=_PROVISIONAL,
        alarms=("50%", "80%"),
    )
    yield Rule(
        code="emergency.taken",
        clock="emergency",
        label=later("An officer takes the emergency"),
        side="Q",
        start="received",
        lengths=(_target(30, MINUTES),),
        meets=_TOUCHED | {"TAKEN"},
        origin=NETWORK,
        alarms=("50%", "80%"),
    )
    yield Rule(
        code="emergency",
        clock="emergency",
        label=later("The emergency is answered"),
        side="Q",
        start="received",
        lengths=(_target(24, HOURS),),
        meets=_KEPT,
        origin=NETWORK,
        alarms=("50%", "80%"),
    )


def _protocol() -> Iterable[Rule]:
    yield Rule(
        code="2ap.direct",
        clock="2ap.subscriber",
        label=later("The provider answers the order"),
        side="Q",
        start="received",
        lengths=(_in("BC-2AP", "7(7)", 30),),
        meets=_DONE,
        types=frozenset({"data.subscriber"}),
    )
    yield Rule(
        code="2ap.order",
        clock="2ap.order",
        label=later("The order is to be served on the provider"),
        side="Q",
        start="complete",
        lengths=(_in("BC-2AP", "8(6)(a)", 45),),
        meets=_SERVED,
        pauses=True,
    )
    yield Rule(
        code="2ap.subscriber",
        clock="2ap.subscriber",
        label=later("The provider returns subscriber information"),
        side="Q",
        start="executing",
        lengths=(_in("BC-2AP", "8(6)(a)(i)", 20),),
        meets=_DONE,
        types=frozenset({"order.effect"}),
        when="wants_subscriber",
    )
    yield Rule(
        code="2ap.traffic",
        clock="2ap.traffic",
        label=later("The provider returns traffic data"),
        side="Q",
        start="executing",
        lengths=(_in("BC-2AP", "8(6)(a)(ii)", 45),),
        meets=_DONE,
        types=frozenset({"order.effect"}),
        when="wants_traffic",
    )
    yield Rule(
        code="2ap.traffic.stored",
        clock="2ap.traffic",
        label=later("The provider returns traffic data"),
        side="Q",
        start="complete",
        lengths=(_in("BC-2AP", "8(6)(a)(ii)", 45),),
        meets=_DONE,
        types=frozenset({"data.traffic"}),
        pauses=True,
    )


def _european() -> Iterable[Rule]:
    yield Rule(
        code="ee.deliver",
        clock=EVERY,
        label=later("The data are to be delivered"),
        side="Q",
        start="received",
        lengths=(_in("EE", "10", 10, source="Regulation (EU) 2023/1543"),),
        meets=_DONE,
        types=_DATA,
        grades=frozenset({"VOLATILE", "TIME_CRITICAL", "PRIORITY", "ROUTINE"}),
    )
    yield Rule(
        code="ee.deliver.emergency",
        clock=EVERY,
        label=later("The data are to be delivered"),
        side="Q",
        start="received",
        lengths=(_in("EE", "10", 8, HOURS, source="Regulation (EU) 2023/1543"),),
        meets=_DONE,
        types=_DATA,
        grades=_EMERGENCY,
        alarms=("50%", "80%"),
    )
    yield Rule(
        code="ee.objection",
        clock=EVERY,
        label=later("The notified State may object"),
        side="Q",
        start="received",
        lengths=(_in("EE", "12", 10, source="Regulation (EU) 2023/1543"),),
        meets=_DECIDED,
        types=_DATA,
        grades=frozenset({"VOLATILE", "TIME_CRITICAL", "PRIORITY", "ROUTINE"}),
        silent=True,
    )
    yield Rule(
        code="ee.objection.emergency",
        clock=EVERY,
        label=later("The notified State may object"),
        side="Q",
        start="received",
        lengths=(_in("EE", "12", 96, HOURS, source="Regulation (EU) 2023/1543"),),
        meets=_DECIDED,
        types=_DATA,
        grades=_EMERGENCY,
        silent=True,
        alarms=("50%", "80%"),
    )
    yield Rule(
        code="ee.enforcement",
        clock=EVERY,
        label=later("The decision whether to enforce the order is due"),
        side="Q",
        start="received",
        lengths=(_in("EE", "16", 5, WORKING_DAYS, source="Regulation (EU) 2023/1543"),),
        meets=_DECIDED,
        types=frozenset({"order.effect"}),
    )
    yield Rule(
        code="eu.interception",
        clock="eu.interception",
        label=later("The State may object to the interception"),
        side="Q",
        start="received",
        lengths=(_in("EIO", "31(3)", 96, HOURS),),
        meets=_DECIDED,
        when="notice",
        silent=True,
        alarms=("50%", "80%"),
    )


def _persons() -> Iterable[Rule]:
    yield Rule(
        code="arrest.provisional",
        clock="arrest.provisional",
        label=later("The person is released unless the request for extradition has arrived"),
        side="R",
        start="arrested",
        date=("arrest_end",),
        lengths=(
            _in("ECE", "16(4)", 40, source="European Convention on Extradition"),
            _in("", "UN Model Treaty on Extradition 9(4)", 40),
        ),
        meets=_COURT,
        ends=_LET_GO,
        alarms=("50%", "80%", "7d", "3d", "24h"),
    )
    yield Rule(
        code="arrest.early",
        clock="arrest.provisional",
        label=later("The person may be released if the request for extradition has not arrived"),
        side="R",
        start="arrested",
        lengths=(_in("ECE", "16(4)", 18, source="European Convention on Extradition"),),
        meets=_COURT,
        ends=_LET_GO,
        alarms=("50%", "80%", "3d", "24h"),
    )
    yield Rule(
        code="arrest.consent",
        clock="arrest.consent",
        label=later("It is to be told whether the person consents"),
        side="Q",
        start="arrested",
        lengths=(_in("ECE-3AP", "6", 10, source="Third Additional Protocol to the Convention on Extradition"),),
        meets=frozenset({"CONSENT_TOLD"}),
        ends=_LET_GO,
    )
    yield Rule(
        code="safe_conduct",
        clock="safe_conduct",
        label=later("The safe conduct ends"),
        side="R",
        start="presence_ended",
        date=("safe_conduct_end",),
        lengths=(
            _in("UNCAC", "46(27)", 15, source="United Nations Convention against Corruption"),
            _in("UNTOC", "18(27)", 15),
            _in("ECMA", "12(3)", 15),
        ),
        lasting=True,
        silent=True,
        alarms=("50%", "3d", "24h"),
    )
    yield Rule(
        code="transfer.return",
        clock="transfer.return",
        label=later("The person is to be returned"),
        side="R",
        start="transferred",
        date=("return",),
        meets=frozenset({"detained.RETURNED"}),
        lasting=True,
        alarms=("7d", "3d", "24h"),
        origin=LETTER,
    )


def _dates() -> Iterable[Rule]:
    yield Rule(
        code="hearing.date",
        clock="hearing.date",
        label=later("The hearing begins"),
        side="Q",
        start="agreed",
        date=("hearing",),
        meets=frozenset({"hearing.HELD", "hearing.MINUTES_SENT"}),
        ends=frozenset({"hearing.CANCELLED"}),
        alarms=("7d", "3d", "24h"),
        origin=LETTER,
    )
    yield Rule(
        code="service.summons",
        clock="service.summons",
        label=later("The last day for the service"),
        side="Q",
        start="sent",
        date=("serve_by",),
        meets=_DONE,
        alarms=("7d", "3d", "24h"),
        origin=LETTER,
    )
    yield Rule(
        code="service.before",
        clock="service.summons",
        label=later("The summons may be refused if it arrives later than this before the hearing"),
        side="Q",
        start="sent",
        counted_from="hearing",
        lengths=(_in("ECMA", "7(3)", -50),),
        meets=_DONE,
        alarms=("7d", "24h"),
    )
    yield Rule(
        code="delivery.window",
        clock="delivery.window",
        label=later("The window for the delivery ends"),
        side="Q",
        start="sent",
        date=("window_end",),
        meets=_DECIDED,
        alarms=("50%", "80%"),
        origin=LETTER,
    )
    yield Rule(
        code="freeze.review",
        clock="freeze.review",
        label=later("The freezing is to be reviewed"),
        side="Q",
        start="frozen",
        date=("until",),
        meets=frozenset({"assets.LIFT_NOTICE", "assets.CONFISCATED"}),
        ends=frozenset({"assets.LIFTED", "assets.RETURNED"}),
        alarms=("7d", "3d", "24h"),
        origin=LETTER,
    )
    yield Rule(
        code="jit.end",
        clock="jit.end",
        label=later("The joint investigation team ends"),
        side="R",
        start="active",
        date=("until", "team_end"),
        meets=frozenset({"jit.ENDED"}),
        alarms=("7d", "3d", "24h"),
        origin=LETTER,
    )


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        rule.code: rule
        for table in (_preservation, _answering, _protocol, _european, _persons, _dates)
        for rule in table()
    }
)
"""All rules by code, in the order of lists."""

FOR_CLOCK: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType(
    {
        clock: tuple(rule for rule in RULES.values() if rule.clock == clock)
        for clock in dict.fromkeys(rule.clock for rule in RULES.values())
    }
)
"""The rules of each clock that types ask for."""


def length_for(rule: Rule, instruments: Iterable[str]) -> Length | None:
    """Return the length that holds: of the first instrument named that has one, else the one without instrument."""
    held = {length.instrument: length for length in rule.lengths}
    return next((held[each] for each in (*instruments, "") if each in held), None)
