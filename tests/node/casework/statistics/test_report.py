"""The report of a period."""

import json

from counts import DAY, row, tally

from rogatory_node.casework.statistics.report import report


def test_the_tables_and_the_balance_of_partners() -> None:
    other = b"\xcc" * 32
    found = report(
        tally(
            row(), row(category="traffic", grade="EMERGENCY"), row(counterpart=other, side="Q"),
            row(counterpart=other, side="Q", state="REFUSED", outcome="REFUSED", grounds="FORM DUAL_CRIMINALITY"),
            row(counterpart=other, state="ACCEPTED", outcome=None, executed_at=None, delays="COURT_ORDER WORKLOAD"),
        ),
        begin=1, end=2,
    )  # fmt: skip
    assert json.loads(json.dumps(found)) == found
    assert found["by"]["grounds"]["FORM"]["received"]["refused"] == 1
    assert found["by"]["instruments"]["BC"]["asked"]["total"] == 3
    assert found["by"]["type"]["data.content"]["asked"]["times"] == {"count": 2, "median": 9 * DAY, "p90": 9 * DAY}
    assert found["balance"][other.hex()] == {
        "asked": 1, "given_to_us": 0, "open_there": 1, "received": 2, "given_by_us": 1, "open_here": 0,
    }  # fmt: skip
    assert found["delays"] == {"execution": {"COURT_ORDER": 1}, "review": {"WORKLOAD": 1}}
    assert found["stages"]["execution"]["asked"]["count"] == 2
    assert found["emergency"]["total"]["asked"]["count"] == 1
    urgent = [each for each in found["evidence"] if each["emergency"]]
    assert [(each["category"], each["fulfilled"]) for each in urgent] == [("traffic", 1)]
    assert found["quality"]["received"]["refused"] == 1
