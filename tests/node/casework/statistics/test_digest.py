"""An entry by which nobody finds the case again."""

from counts import row

from rogatory_node.casework.statistics.digest import entry


def test_it_tells_instruments_and_whole_days_and_nobody() -> None:
    found = entry([row(), row(type="data.preserve", crimes="terrorism", grounds="FORM", questions=1)])
    assert found["quarter"] == "2030-Q1"
    assert (found["instruments"], found["crimes"]) == (["BC", "UNTOC"], ["cybercrime", "terrorism"])
    first = found["measures"][0]
    assert first["days"] == {
        "preparation": 1, "delivery": 0, "acknowledgement": 0, "decision": 2, "execution": 6, "total": 9,
    }  # fmt: skip
    assert (first["ended"], first["urgency"]) == ("granted", "PRIORITY")
    assert "bb" * 32 not in str(found)
