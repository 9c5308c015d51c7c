"""The benchmark of replaying: a real log, every leaf of it valid."""

from rogatory_node.bench.replay import CHAIN, run


def test_every_leaf_of_the_log_is_valid_and_the_state_comes_back() -> None:
    seen: list[tuple[int, int]] = []
    result = run(CHAIN + 20, lambda done, of: seen.append((done, of)))
    assert result["leaves"] == CHAIN + 20
    assert result["alarms"] == 0
    assert result["leaves_per_second"] > 0
    assert seen[-1] == (2, 2)
