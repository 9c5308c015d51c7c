"""A link is pinged and given up at the instants of the specification."""

import pytest

from rogatory_protocol.link.liveness import Deadline, Due, Life, next_deadline


@pytest.mark.parametrize(
    ("heard", "beat", "busy_since", "endorsed", "expected"),
    [
        (0, 0, None, True, Deadline(at=300, due=Due.HEARTBEAT)),
        (0, 290, None, True, Deadline(at=330, due=Due.SILENT)),
        (500, 290, None, True, Deadline(at=590, due=Due.HEARTBEAT)),
        (0, 0, 0, True, Deadline(at=20, due=Due.HEARTBEAT)),
        (0, 20, 0, True, Deadline(at=40, due=Due.SILENT)),
        (0, 30, 0, True, Deadline(at=40, due=Due.SILENT)),
        (35, 30, 0, True, Deadline(at=50, due=Due.HEARTBEAT)),
        # Busy after a rest of 200 s: both clocks run from that moment.
        (0, 0, 200, True, Deadline(at=220, due=Due.HEARTBEAT)),
        (0, 225, 200, True, Deadline(at=240, due=Due.SILENT)),
        (0, 0, None, False, Deadline(at=60, due=Due.UNENDORSED)),
        (59, 59, 0, False, Deadline(at=60, due=Due.UNENDORSED)),
    ],
)
def test_deadlines(heard: float, beat: float, busy_since: float | None, endorsed: bool, expected: Deadline) -> None:
    life = Life(started=0, heard=heard, beat=beat, busy_since=busy_since, endorsed=endorsed)
    assert next_deadline(life) == expected
