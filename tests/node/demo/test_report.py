"""The report's times."""

from rogatory_node.demo.report import timeline


def test_times_count_from_the_sending_in_milliseconds() -> None:
    assert timeline({"sent": 2.0, "complete": 2.25, "taken": 4.0}) == {"sent_to_complete": 250, "sent_to_taken": 2_000}
