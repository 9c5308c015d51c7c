"""The closed lists of the domain: outcomes, conditions, urgency grades, reasons of closure, causes of delay, labels.

* A code is stable and travels in letters; its label is a text of the catalogue and is translated when it is shown.
* Every code says where it comes from; ``checked`` tells whether somebody read that in the official text.
* Refusal grounds have a module of their own, ``grounds``, because instruments limit them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar

from rogatory_node.i18n import later


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One entry of a closed list.

    Attributes:
        code: What travels.
        label: English text of the catalogue.
        source: Where it comes from.
        checked: Whether that was read in the official text.
        articles: Of instruments, where it rests on some.
    """

    code: str
    label: str
    source: str
    checked: bool = False
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Code):
    """What became of a measure.

    Attributes:
        state: The state of the life cycle that the measure is in then.
        needs: Fields that must stand beside the outcome.
        machines: The sub-machines in which alone it may be given; empty: everywhere.
    """

    state: str
    needs: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade(Code):
    """An urgency grade.

    Attributes:
        urg: The urgency of the wire, 0 to 3.
        test: What justifies it: English text of the catalogue.
        needs: Fields of ``urgency`` that must be given.
        treatment: What the recipient does: English text of the catalogue.
    """

    urg: int
    test: str
    needs: tuple[str, ...]
    treatment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Code):
    """A condition of execution; accepting it binds.

    Attributes:
        labels: Handling labels that the evidence then carries.
        needs: Fields that must stand beside it.
    """

    labels: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Code):
    """A cause of delay, and the stage at which it arises (``sending``, ``review``, ``execution`` or ``return``)."""

    stage: str


_C = TypeVar("_C", bound=Code)
_PRACTICE: Final = "practice of central authorities"


def _table(*rows: _C) -> Mapping[str, _C]:
    return MappingProxyType({row.code: row for row in rows})


def _outcome(code: str, label: str, state: str, *needs: str, machine: str = "") -> Outcome:
    machines = (machine,) if machine else ()
    return Outcome(code=code, label=label, source=_PRACTICE, state=state, needs=needs, machines=machines)


# --- Outcomes of a measure ------------------------------------------------------------------------------------------

OUTCOMES: Final = _table(
    _outcome("EXECUTED_FULL", later("Executed in full"), "EXECUTED"),
    _outcome("EXECUTED_PARTIAL", later("Partially executed"), "PARTIALLY_EXECUTED", "reasons"),
    _outcome("EXECUTED_WITH_CONDITIONS", later("Executed, with conditions of use"), "EXECUTED", "conditions"),
    _outcome("NO_RECORDS", later("No such records"), "EXECUTED"),
    _outcome("NOT_LOCATED", later("Not located"), "EXECUTED"),
    _outcome("PERSON_DECLINED", later("The person declined"), "EXECUTED"),
    _outcome("PRESERVED", later("Preserved until {date}"), "PRESERVED", "until", machine="preservation"),
    _outcome(
        "PRESERVED_PARTIAL", later("Preserved in part until {date}"), "PRESERVED", "until", machine="preservation"
    ),
    _outcome("ALREADY_DELETED", later("Already deleted"), "EXECUTED"),
    _outcome("PROVIDER_NOT_HERE", later("The provider is not in this State"), "EXECUTED"),
    _outcome("REDIRECT", later("Another authority or State is competent"), "REJECTED_ADDRESSEE", "competent"),
    _outcome("INFO_NEEDED", later("Information needed"), "INFO_REQUESTED", "reasons"),
    _outcome("ACCEPTED", later("Accepted"), "ACCEPTED"),
    _outcome("POSTPONED", later("Postponed"), "POSTPONED", "reasons"),
    _outcome("REFUSED", later("Refused"), "REFUSED", "grounds", "reasons"),
    _outcome("CONDITIONS_OFFERED", later("Conditions offered"), "CONDITIONS_OFFERED", "conditions"),
    _outcome("WITHDRAWN", later("Withdrawn"), "WITHDRAWN"),
    _outcome("TRANSMITTED_TO_EXECUTING", later("Sent to the executing authority"), "IN_EXECUTION", "authority", "date"),
)
"""What became of a measure; the order is that of lists."""


# --- Postponement and conditions ------------------------------------------------------------------------------------

POSTPONEMENTS: Final = _table(
    Code(
        code="OWN_PROCEEDING",
        label=later("It interferes with an own investigation, prosecution or proceeding"),
        source="UNCAC 46(25)",
        checked=True,
        articles=("UNTOC 18(25)", "UNCAC 46(25)", "BC 27(5)"),
    ),
)
"""The only ground of postponement."""


def _condition(code: str, label: str, *labels: str, needs: tuple[str, ...] = (), source: str = _PRACTICE) -> Condition:
    return Condition(code=code, label=label, source=source, labels=labels, needs=needs, articles=("UNTOC 18(26)",))


CONDITIONS: Final = _table(
    _condition("CONFIDENTIALITY", later("Keep confidential"), "CONFIDENTIAL", source="UNCAC 46(20)"),
    _condition(
        "STATED_PROCEEDINGS", later("Use for the stated proceedings only"), "USE_LIMITED", source="UNCAC 46(19)"
    ),
    _condition("NO_DEATH_PENALTY", later("No use in a case with the death penalty"), "NO_DEATH_PENALTY"),
    _condition("RETURN_ORIGINALS", later("Return the originals by a date"), "RETURN_BY", needs=("date",)),
    _condition("NO_ONWARD", later("Do not pass on to others"), "NO_ONWARD"),
    _condition("DELETE_AFTER", later("Delete after a date"), "DESTROY_AFTER", needs=("date",)),
    _condition("OFFICER_PRESENT", later("An officer of the requested State is present")),
    _condition("COST_SHARING", later("Costs are shared"), source="UNCAC 46(28)"),
    _condition(
        "CONFIDENTIAL_OR_NOTHING", later("Keep confidential, or nothing is provided"), "CONFIDENTIAL", source="BC 28"
    ),
    _condition("OTHER", later("Another condition, in words"), needs=("text",)),
)
"""What the requested State may ask for before it executes."""


# --- Urgency --------------------------------------------------------------------------------------------------------


def _grade(code: str, label: str, urg: int, test: str, treatment: str, *needs: str, source: str) -> Grade:
    return Grade(code=code, label=label, urg=urg, test=test, treatment=treatment, needs=needs, source=source)


GRADES: Final = _table(
    _grade(
        "EMERGENCY",
        later("Emergency"),
        3,
        later("Significant and imminent risk to the life or safety of a natural person"),
        later("The officer on call is woken at once; no queue"),
        "reasons",
        source="2AP 3(2)(c); EE 3(18)",
    ),
    _grade(
        "VOLATILE",
        later("Data at risk"),
        3,
        later("Data are particularly vulnerable to loss or modification, or their retention ends soon"),
        later("Preserve first, on the same day"),
        "reasons",
        source="BC 29, 31(3)",
    ),
    _grade(
        "TIME_CRITICAL",
        later("Time-critical"),
        2,
        later("Custody, limitation, a hearing, a delivery or a provisional arrest sets a date"),
        later("Ordered by the date that is due"),
        "deadline",
        "reasons",
        source=_PRACTICE,
    ),
    _grade(
        "PRIORITY",
        later("Priority"),
        1,
        later("A wish with reasons"),
        later("Before routine"),
        "reasons",
        source=_PRACTICE,
    ),
    _grade("ROUTINE", later("Routine"), 0, later("None"), later("In the order of arrival"), source=_PRACTICE),
)
"""The urgency grades, the most urgent first."""


def grade_lacks(urgency: Mapping[str, object]) -> tuple[str, ...]:
    """Return the fields that the grade of an ``urgency`` object asks for and that are not given there."""
    grade = GRADES.get(str(urgency.get("grade", "ROUTINE")))
    return () if grade is None else tuple(name for name in grade.needs if not urgency.get(name))


# --- Closure and delay ----------------------------------------------------------------------------------------------


def _code(code: str, label: str, source: str = _PRACTICE) -> Code:
    return Code(code=code, label=label, source=source)


CLOSURES: Final = _table(
    _code("COMPLETED", later("Completed")),
    _code("REFUSED", later("Refused")),
    _code("WITHDRAWN", later("Withdrawn")),
    _code("LAPSED", later("Lapsed")),
    _code("SUPERSEDED", later("Superseded by another request")),
)
"""Why a request is closed."""


def _delay(code: str, label: str, stage: str) -> Delay:
    return Delay(code=code, label=label, stage=stage, source=_PRACTICE)


DELAYS: Final = _table(
    _delay("NO_LEGAL_BASIS_NAMED", later("No legal basis is named"), "sending"),
    _delay("TRANSLATION", later("The translation is missing or poor"), "sending"),
    _delay("WRONG_AUTHORITY", later("The authority addressed is not competent"), "sending"),
    _delay("ORDER_MISSING", later("The order or judgment is missing or not certified"), "sending"),
    _delay("NOT_IDENTIFIABLE", later("The person, account or address cannot be identified"), "sending"),
    _delay("FACTS_UNCLEAR", later("The facts are not linked to the evidence sought"), "review"),
    _delay("OFFENCE_UNCLEAR", later("The text of the offence is missing, or dual criminality is unclear"), "review"),
    _delay("INFORMATION_AWAITED", later("Further information is awaited"), "review"),
    _delay("CONSULTATION_RUNS", later("Consultations are going on"), "review"),
    _delay("WORKLOAD", later("Staff and workload"), "review"),
    _delay("COURT_ORDER", later("A court order is awaited"), "execution"),
    _delay("PROVIDER", later("The provider has not answered"), "execution"),
    _delay("PERSON_SOUGHT", later("The person is being sought"), "execution"),
    _delay("OWN_CASE", later("An own case has priority"), "execution"),
    _delay("REMEDY", later("A legal remedy is pending"), "execution"),
    _delay("COPYING", later("Copying or exporting takes time"), "return"),
    _delay("CERTIFICATION", later("Certification is awaited"), "return"),
    _delay("TRANSPORT", later("Originals are in transport"), "return"),
)
"""Why a request waits, by stage."""


# --- Handling -------------------------------------------------------------------------------------------------------

HANDLING: Final = _table(
    _code("UNCLASSIFIED", later("Not classified"), "national law"),
    _code("RESTRICTED", later("Restricted"), "national law"),
    _code("CONFIDENTIAL", later("Confidential"), "national law"),
    _code("TLP_RED", later("TLP: red"), "FIRST TLP 2.0"),
    _code("TLP_AMBER_STRICT", later("TLP: amber, strict"), "FIRST TLP 2.0"),
    _code("TLP_AMBER", later("TLP: amber"), "FIRST TLP 2.0"),
    _code("TLP_GREEN", later("TLP: green"), "FIRST TLP 2.0"),
    _code("TLP_CLEAR", later("TLP: clear"), "FIRST TLP 2.0"),
    _code("H0", later("No handling restriction"), "Europol handling codes"),
    _code("H1", later("Not as evidence without permission"), "Europol handling codes"),
    _code("H2", later("Not to others without permission"), "Europol handling codes"),
    _code("H3", later("Other restrictions, in words"), "Europol handling codes"),
    _code("USE_LIMITED", later("Use limited to the stated proceedings"), "UNCAC 46(19)"),
    _code("NO_DEATH_PENALTY", later("Not in a case with the death penalty")),
    _code("NO_ONWARD", later("Not to be passed on")),
    _code("DO_NOT_NOTIFY_USER", later("Do not notify the user")),
    _code("DO_NOT_CONTACT_SUBJECT", later("Do not contact the person concerned")),
    _code("EXCULPATORY_NOTICE_NEEDED", later("Give notice before exculpatory disclosure"), "UNCAC 46(19)"),
    _code("EYES_OF", later("Only for the named role")),
    _code("RETURN_BY", later("To be returned by a date")),
    _code("DESTROY_AFTER", later("To be destroyed after a date")),
)
"""Labels on letters and on items of evidence. One State's classification is never taken to equal another's."""


# --- Crime types ----------------------------------------------------------------------------------------------------

CRIME_TYPES: Final = _table(
    _code("corruption", later("Corruption"), "SHERLOC"),
    _code("counterfeiting", later("Counterfeiting"), "SHERLOC"),
    _code("cybercrime", later("Cybercrime"), "SHERLOC"),
    _code("drug_offences", later("Drug offences"), "SHERLOC"),
    _code("money_laundering", later("Money-laundering"), "SHERLOC"),
    _code("obstruction_of_justice", later("Obstruction of justice"), "SHERLOC"),
    _code("participation_in_ocg", later("Participation in an organized criminal group"), "SHERLOC"),
    _code("piracy_maritime", later("Piracy and maritime crime"), "SHERLOC"),
    _code("smuggling_of_migrants", later("Smuggling of migrants"), "SHERLOC"),
    _code("trafficking_firearms", later("Trafficking in firearms"), "SHERLOC"),
    _code("trafficking_cultural_property", later("Trafficking in cultural property"), "SHERLOC"),
    _code("wildlife_forest_fisheries", later("Wildlife, forest and fisheries crime"), "SHERLOC"),
    _code("trafficking_persons", later("Trafficking in persons"), "SHERLOC"),
    _code("falsified_medical_products", later("Falsified medical products"), "SHERLOC"),
    _code("terrorism", later("Terrorism"), "SHERLOC"),
    _code("other_serious", later("Another serious crime"), "UNTOC 2(b)"),
)
"""Crime types for statistics and libraries."""
