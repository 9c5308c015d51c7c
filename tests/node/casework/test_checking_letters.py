"""What belongs to an outcome."""

from typing import Any

import pytest

from rogatory_node.bench.flaws import AT
from rogatory_node.casework.checking import check
from rogatory_node.casework.codes import OUTCOMES
from rogatory_node.casework.kinds import catalogue


@pytest.mark.parametrize(
    ("form", "lacking"),
    [
        ({"kind": "decision", "outcome": "REFUSED"}, ["Grounds of refusal", "Reasons"]),
        ({"kind": "decision", "outcome": "REFUSED", "grounds": ["POLITICAL"], "reasons": "x"}, []),
        ({"kind": "preservation.confirm", "outcome": "PRESERVED"}, ["Preserved until"]),
        ({"kind": "preservation.confirm", "outcome": "PRESERVED", "until": "2026-04-24"}, []),
        ({"kind": "response.partial", "measures": [{"id": "1", "outcome": "EXECUTED_PARTIAL"}]}, ["Reasons"]),
        ({"kind": "response.partial", "reasons": "x", "measures": [{"id": "1", "outcome": "EXECUTED_PARTIAL"}]}, []),
        ({"kind": "decision", "outcome": "ACCEPTED"}, []),
    ],
)
def test_what_belongs_to_an_outcome_is_asked_for(form: dict[str, Any], lacking: list[str]) -> None:
    found = [each for each in check(form, at=AT) if each.code == "outcome.lacks"]
    assert [each.titles["field"] for each in found] == lacking


def test_a_preservation_may_say_until_when_with_the_data() -> None:
    data = [{"categories": ["traffic"], "from": "2026-01-24T08:00:00Z", "until": "2026-04-24T08:00:00Z"}]
    assert check({"kind": "preservation.confirm", "outcome": "PRESERVED", "preserved": data}, at=AT) == ()


def test_every_need_of_an_outcome_has_a_title_in_the_kinds_that_may_say_it() -> None:
    for kind in ("decision", "response.partial", "response.final", "preservation.confirm"):
        described = catalogue.whole(kind)
        assert isinstance(described, dict)
        allowed = described["properties"]["outcome"]["enum"]
        needs = {name for code in allowed for name in OUTCOMES[code].needs}
        assert needs <= set(described["properties"]) | {"authority", "date"}, kind
