"""Whether an instrument reaches the type and the offence."""

from datetime import date

import pytest

from rogatory_node.casework.law.corpus import shipped
from rogatory_node.casework.law.covering import Query, articles, offence
from rogatory_node.casework.law.finding import Weight

CORPUS = shipped()


def asked(**more) -> Query:
    return Query(**({"requesting": "XA", "requested": "XB", "type": "other", "at": date(2026, 11, 24)} | more))


@pytest.mark.parametrize(
    ("code", "more", "weights"),
    [
        ("UNTOC", {"crime": "trafficking_persons"}, []),
        ("UNTOC", {"crime": "cybercrime", "years": 5}, [Weight.DOUBT]),
        ("UNTOC", {"crime": "cybercrime", "years": 5, "organized": True}, []),
        ("UNTOC", {"crime": "cybercrime", "years": 5, "organized": False}, [Weight.BARS]),
        ("UNTOC", {"crime": "cybercrime", "years": 3, "organized": True}, [Weight.BARS]),
        ("UNTOC", {"crime": "cybercrime", "organized": True}, [Weight.DOUBT]),
        ("UNTOC", {}, [Weight.DOUBT]),
        ("UNCAC", {"crime": "drug_offences"}, [Weight.BARS]),
        ("1988", {"crime": "drug_offences"}, []),
        ("BC", {"crime": "terrorism", "type": "data.preserve"}, []),
        ("BC", {"crime": "terrorism", "type": "extradition"}, [Weight.BARS]),
        ("ECMA", {"crime": "terrorism"}, []),
    ],
)
def test_offences(code, more, weights) -> None:
    assert [each.weight for each in offence(CORPUS.instruments[code], asked(**more))] == weights


@pytest.mark.parametrize(
    ("code", "kind", "found"),
    [
        ("UNTOC", "evidence.statement", (("18(3)(a)",), True)),
        ("UNTOC", "data.preserve", (("18(3)(i)",), False)),
        ("ECE", "evidence.statement", ((), False)),
        ("1988", "transfer.sentenced", ((), False)),
        ("UNTOC", "telepathy", ((), False)),
        ("X-STRAITS", "transfer.sentenced", (("25",), True)),
    ],
)
def test_types_are_named_or_reached_by_the_general_clause(code, kind, found) -> None:
    assert articles(CORPUS, CORPUS.instruments[code], kind) == found
