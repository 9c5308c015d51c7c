"""Where the duty to say something comes from: the article that asks for a field, as exactly as it is known.

* Mutual legal assistance has one list of contents (UNCAC 46(15), like UNTOC 18(15)); some articles have their own.
* What only practice asks for has no article; nothing is said to be law that is not.
"""

from collections.abc import Mapping
from typing import Final

from rogatory_node.casework.types.catalogue import RequestType

COMMON: Final[Mapping[str, str]] = {
    "requesting_authority": "UNCAC 46(15)(a)",
    "proceeding": "UNCAC 46(15)(b)",
    "facts_summary": "UNCAC 46(15)(c)",
    "persons": "UNCAC 46(15)(e)",
    "purpose": "UNCAC 46(15)(f)",
}
"""Fields of the common part that mutual legal assistance asks for."""

MEASURE: Final = "UNCAC 46(15)(d)"  # what is asked for, and the procedure that is to be followed

OWN: Final[Mapping[str, Mapping[str, str]]] = {
    "data.preserve": {
        "requesting_authority": "BC 29(2)(a)",
        "offences": "BC 29(2)(b)",
        "facts_summary": "BC 29(2)(b)",
        "data": "BC 29(2)(c)",
        "relation_of_data_to_offence": "BC 29(2)(c)",
        "custodian": "BC 29(2)(d)",
        "necessity": "BC 29(2)(e)",
        "intent_to_submit_mla": "BC 29(2)(f)",
    },
    "emergency.mla": {"emergency_facts": "BC-2AP 10", "relation_to_emergency": "BC-2AP 10"},
    "hearing.video": {"why_not_in_person": "UNCAC 46(18)"},
    "transfer.detained": {"custody_undertaking": "UNCAC 46(11)", "return_date": "UNCAC 46(11)"},
    "proceeds.freeze": {"facts_relied_on": "UNCAC 55(3)(c)", "actions": "UNCAC 55(3)(c)"},
    "proceeds.confiscate.apply": {"assets": "UNCAC 55(3)(a)", "facts_relied_on": "UNCAC 55(3)(a)"},
    "proceeds.confiscate.enforce": {
        "extent": "UNCAC 55(3)(b)",
        "third_party_notice": "UNCAC 55(3)(b)",
        "final": "UNCAC 55(3)(b)",
    },
    "asset.return": {"basis": "UNCAC 57(3)"},
    "extradition": {"persons": "ECE 12", "statement_of_acts": "ECE 12", "basis": "ECE 12"},
}
"""Type -> field -> article, where the type has a list of its own."""

ATTACHED: Final[Mapping[str, str]] = {
    "extradition": "ECE 12",
    "transfer.detained": "UNCAC 46(10)",
    "proceeds.freeze": "UNCAC 55(3)(c)",
    "proceeds.confiscate.enforce": "UNCAC 55(3)(b)",
    "asset.return": "UNCAC 57(3)",
}
"""Type -> the article that asks for its documents."""

OTHER_ACTS: Final = frozenset(
    {
        *("data.preserve", "data.preserve.extend", "data.traffic.partial", "data.domain", "emergency.disclosure"),
        *("order.effect", "joint.investigation", "info.spontaneous"),
        *("extradition", "arrest.provisional", "transit", "transfer.sentenced", "transfer.proceedings"),
    }
)
"""Types that are no mutual legal assistance in the sense of that list."""


def article(kind: RequestType, field: str) -> str:
    """Return the article that asks for a field of a request of this type, or an empty text."""
    own = OWN.get(kind.code, {}).get(field)
    if own is not None:
        return own
    measured = field in kind.body["properties"]
    if kind.code in OTHER_ACTS:
        return str(kind.articles[0]) if measured else ""
    return MEASURE if measured else COMMON.get(field, "")
