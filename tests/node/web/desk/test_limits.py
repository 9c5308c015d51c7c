"""How often somebody may fail."""

from rogatory_node.web.desk.limits import FREE, FREE_OF_ADDRESS, MOST_KEYS, MOST_SECONDS, Attempts


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_WEB_23_waits_double_and_end() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    waits = []
    for _ in range(FREE + 14):
        waits.append(attempts.wait(b"ana", "192.0.2.1"))
        clock.now += waits[-1]
        attempts.failed(b"ana", "192.0.2.1")
    assert waits == [0] * FREE + [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, *[MOST_SECONDS] * 4]
    assert attempts.wait(b"bo", "192.0.2.1") == 0
    attempts.passed(b"ana")
    assert attempts.wait(b"ana", "192.0.2.1") == 0


def test_WEB_23_one_address_does_not_try_all_names() -> None:
    attempts = Attempts(Clock())
    for n in range(FREE_OF_ADDRESS):
        assert attempts.wait(b"%d" % n, "192.0.2.1") == 0
        attempts.failed(b"%d" % n, "192.0.2.1")
    assert attempts.wait(b"another", "192.0.2.1") == 1
    assert attempts.wait(b"another", "192.0.2.2") == 0
    assert attempts.wait(b"another", "") == 0


def test_failures_are_forgotten_in_time_and_by_number() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    for _ in range(FREE + 1):
        attempts.failed(b"ana", "192.0.2.1")
    clock.now += 3_600
    assert attempts.wait(b"ana", "192.0.2.1") == 0
    for n in range(MOST_KEYS + 10):
        attempts.failed(b"%d" % n, "192.0.2.1")
    assert len(attempts._counts) == MOST_KEYS
