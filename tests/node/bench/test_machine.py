"""What a figure was measured on."""

from rogatory_node.bench.machine import machine, rss_mib, versions


def test_machine_and_versions_are_named() -> None:
    found = machine()
    assert found["cores"]
    assert found["memory_mib"]
    assert versions()["cryptography"]


def test_memory_is_that_of_the_process_and_its_peak_is_not_below() -> None:
    ballast = bytes(8 * 2**20)
    assert 1 < rss_mib() <= rss_mib(peak=True) + 1
    assert ballast
    assert rss_mib(2**22) == 0
