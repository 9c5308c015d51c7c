"""Grounds of refusal: their codes, where they stand, and which may be chosen for a request.

* A refusal always names a ground and gives reasons (UNTOC 18(23)); consultation comes first (UNTOC 18(26)).
* Some instruments close the list: preservation under BC 29 may be refused on the grounds of BC 29(5) alone.
* Bank secrecy alone (UNTOC 18(8)) and the fiscal nature of an offence alone (UNTOC 18(22), 16(15)) are never grounds:
  they have codes only so that a letter that names one can be told why it has no effect.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from rogatory_node.casework.codes import Code
from rogatory_node.i18n import later


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground(Code):
    """A ground of refusal.

    Attributes:
        only: The families of types in which alone it may be chosen; empty: in all.
    """

    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """An instrument that leaves only some grounds for a type.

    Attributes:
        instrument: Its code.
        types: Request types.
        grounds: What remains.
        source: The article.
        checked: Whether it was read in the official text.
    """

    instrument: str
    types: tuple[str, ...]
    grounds: frozenset[str]
    source: str
    checked: bool


_BILATERAL: Final = "bilateral treaties"
EXTRADITION: Final = ("extradition", "arrest.provisional", "transit")
ASSETS: Final = (
    "proceeds.trace",
    "proceeds.freeze",
    "proceeds.confiscate.apply",
    "proceeds.confiscate.enforce",
    "asset.return",
)
_PRESERVATION: Final = ("data.preserve", "data.preserve.extend")


def _ground(code: str, label: str, *articles: str, only: tuple[str, ...] = (), checked: bool = False) -> Ground:
    source = articles[0] if articles else _BILATERAL
    return Ground(code=code, label=label, source=source, articles=articles, only=only, checked=checked)


GROUNDS: Final[Mapping[str, Ground]] = MappingProxyType(
    {
        row.code: row
        for row in (
            _ground(
                "FORM",
                later("The request does not conform with the article"),
                "UNCAC 46(21)(a)",
                "UNTOC 18(21)(a)",
                "1988 7(15)(a)",
                checked=True,
            ),
            _ground(
                "SOVEREIGNTY",
                later("Sovereignty, security, public order or other essential interests"),
                "UNTOC 18(21)(b)",
                "BC 27(4)(b)",
                "BC 29(5)(b)",
                "ECMA 2(b)",
            ),
            _ground(
                "DOMESTIC_PROHIBITED",
                later("The authorities could not do it in a like domestic case"),
                "UNTOC 18(21)(c)",
            ),
            _ground(
                "LEGAL_SYSTEM", later("Contrary to the legal system on mutual legal assistance"), "UNTOC 18(21)(d)"
            ),
            _ground("DUAL_CRIMINALITY", later("The conduct is no offence here"), "UNTOC 18(9)", "UNCAC 46(9)(b)"),
            _ground("DE_MINIMIS", later("Trivial, or available otherwise"), "UNCAC 46(9)(b)", "UNCAC 55(7)"),
            _ground(
                "POLITICAL",
                later("A political offence, or one connected with it"),
                "BC 27(4)(a)",
                "BC 29(5)(a)",
                "ECMA 2(a)",
            ),
            _ground("MILITARY", later("A military offence")),
            _ground("NE_BIS", later("Already judged for the same acts"), "EIO 11", "EE 12"),
            _ground("IMMUNITY_PRIVILEGE", later("Immunity or privilege"), "EIO 11", "EE 12"),
            _ground("PRESS", later("Freedom of the press and of expression"), "EIO 11", "EE 12"),
            _ground(
                "PERSECUTION",
                later("Substantial grounds to fear persecution or prejudice"),
                "UNTOC 16(14)",
                "UNCAC 44(15)",
            ),
            _ground(
                "NATIONAL",
                later("An own national, who is to be prosecuted here"),
                "UNTOC 16(10)",
                "UNCAC 44(11)",
                only=EXTRADITION,
            ),
            _ground("DEATH_PENALTY", later("The death penalty threatens")),
            _ground("TORTURE_FAIR_TRIAL", later("Torture or an unfair trial threatens"), "human-rights law"),
            _ground("LIMITATION", later("Prosecution or enforcement is barred by time")),
            _ground("AGE_HEALTH", later("Age or state of health"), "human-rights law"),
            _ground(
                "INSUFFICIENT_EVIDENCE",
                later("Sufficient and timely evidence is not received"),
                "UNCAC 55(7)",
                only=(*EXTRADITION, *ASSETS),
            ),
            _ground("COSTS", later("Extraordinary costs are not agreed"), "UNTOC 18(28)"),
            _ground("NO_LEGAL_BASIS", later("There is no legal basis"), "domestic law"),
            _ground("NO_RECIPROCITY", later("There is no reciprocity"), "domestic law"),
            _ground("DATA_PROTECTION", later("Protection of personal data"), "2AP 14"),
        )
    }
)
"""The grounds that may be chosen, in the order of lists."""

NEVER: Final[Mapping[str, Ground]] = MappingProxyType(
    {
        "BANK_SECRECY": _ground("BANK_SECRECY", later("Bank secrecy alone is no ground of refusal"), "UNTOC 18(8)"),
        "FISCAL": _ground(
            "FISCAL",
            later("The fiscal nature of an offence alone is no ground of refusal"),
            "UNTOC 18(22)",
            "UNTOC 16(15)",
        ),
    }
)
"""What can never be chosen."""

LIMITS: Final = (
    Limit(
        instrument="BC",
        types=_PRESERVATION,
        grounds=frozenset({"POLITICAL", "SOVEREIGNTY"}),
        source="BC 29(5)",
        checked=False,
    ),
    Limit(
        instrument="UNCC",
        types=_PRESERVATION,
        grounds=frozenset({"POLITICAL", "SOVEREIGNTY"}),
        source="UNCC 42",
        checked=False,
    ),
    Limit(
        instrument="BC",
        types=("data.traffic.partial",),
        grounds=frozenset({"POLITICAL", "SOVEREIGNTY"}),
        source="BC 30(2)",
        checked=False,
    ),
)
"""Instruments that close the list for a type."""

RESERVED_DUAL_CRIMINALITY: Final = "DUAL_CRIM_RESERVED"
"""The effect of a statement under BC 29(4): dual criminality may then be a ground against preservation, too."""


def grounds_for(
    request_type: str, instruments: Collection[str] = (), *, effects: Collection[str] = ()
) -> tuple[Ground, ...]:
    """Return the grounds that may be chosen.

    Args:
        request_type: The code of the type.
        instruments: On which the request rests. One that closes the list closes it also beside others: what is
            owed under it is owed.
        effects: Of statements that the requested State has made to them.
    """
    closed = [limit for limit in LIMITS if request_type in limit.types and limit.instrument in instruments]
    found = (row for row in GROUNDS.values() if not row.only or request_type in row.only)
    if not closed:
        return tuple(found)
    remains = {code for limit in closed for code in limit.grounds}
    if RESERVED_DUAL_CRIMINALITY in effects:
        remains.add("DUAL_CRIMINALITY")
    return tuple(row for row in found if row.code in remains)
