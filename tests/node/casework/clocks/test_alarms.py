from dataclasses import replace

from rogatory_node.casework.clocks.alarms import alarms, next_alarm
from rogatory_node.casework.clocks.running import MET, PAUSED, Clock

DAY = 86_400
CLOCK = Clock(
    rule="preservation.end",
    letter="a",
    recipient="b",
    measure="1",
    side="R",
    start=0,
    due=90 * DAY,
    state="RUNNING",
)


def test_a_preservation_calls_five_times() -> None:
    assert [(each.name, each.at) for each in alarms(CLOCK)] == [
        ("50%", 45 * DAY),
        ("80%", 72 * DAY),
        ("7d", 83 * DAY),
        ("3d", 87 * DAY),
        ("24h", 89 * DAY),
    ]


def test_alarms_before_the_start_do_not_exist() -> None:
    assert [each.name for each in alarms(replace(CLOCK, due=2 * DAY))] == ["50%", "24h", "80%"]


def test_what_is_due_with_a_date_calls_too() -> None:
    assert [each.name for each in alarms(replace(CLOCK, rule="answer_info"))] == ["80%", "24h"]


def test_only_what_runs_calls() -> None:
    for other in (replace(CLOCK, state=MET), replace(CLOCK, state=PAUSED, due=None)):
        assert alarms(other) == ()


def test_the_next_alarm() -> None:
    found = next_alarm(CLOCK, 72 * DAY)
    assert found is not None
    assert found.name == "7d"
    assert next_alarm(CLOCK, 89 * DAY) is None
