"""What others see: no small count, none that subtraction gives, no partner."""

from typing import Any

import pytest
from counts import row, tally
from hypothesis import given
from hypothesis import strategies as st

from rogatory_node.casework.statistics.network import LEAST, checked, hide, shareable, together
from rogatory_node.casework.statistics.report import report


def shown(*rows: Any) -> dict[str, Any]:
    return shareable(report(tally(*rows), begin=1, end=2))


@given(st.dictionaries(st.text(max_size=2), st.integers(0, 40), max_size=6))
def test_no_small_count_is_told_nor_left_over_alone(counts: dict[str, int]) -> None:
    told = hide(counts)
    assert told.keys() == {value for value, count in counts.items() if count}
    assert all(count is None or count >= LEAST for count in told.values())
    hidden = [counts[value] for value, count in told.items() if count is None]
    if hidden and len(hidden) < len(told):
        assert len(hidden) > 1
        assert sum(hidden) >= LEAST


def test_DOM_08_partners_and_small_counts_are_not_told() -> None:
    found = shown(*[row()] * 7, *[row(side="Q")] * 3, row(type="extradition", category=None))
    assert found["asked"]["total"] == 8
    assert found["asked"]["by"]["type"] == {"data.content": None, "extradition": None}
    assert found["received"]["total"] is None
    assert found["received"]["stages"]["total"] is None
    assert ("bb" * 32) not in str(found)
    assert "counterpart" not in found["asked"]["by"]


def test_a_network_adds_what_is_told_and_says_how_much_is_hidden() -> None:
    found = together([shown(*[row()] * 6), shown(*[row()] * 9), shown(row())])
    assert found["members"] == 3
    assert found["asked"]["total"] == {"count": 15, "hidden": 1}
    assert found["asked"]["by"]["type"]["data.content"] == {"count": 15, "hidden": 1}
    assert found["asked"]["stages"]["total"]["members"] == 2


def test_other_periods_and_other_forms_are_refused() -> None:
    good = shown(*[row()] * 6)
    for wrong in ({}, good | {"format": 2}, good | {"asked": None}, good | {"from": -1}, good | {"to": True}):
        with pytest.raises(ValueError, match="counts"):
            checked(wrong)
    with pytest.raises(ValueError, match="period"):
        together([good, good | {"to": 3}])
    bad = {**good, "asked": {**good["asked"], "total": "7"}}
    with pytest.raises(ValueError, match="counts"):
        together([bad])
