"""The benchmark of a first synchronisation, over a short log."""

from rogatory_node.bench.syncing import run


def test_a_short_log_is_followed_from_files() -> None:
    result = run(300, None, lambda _done, _of: None)
    assert result["leaves"] == 300
    assert result["seconds"] > 0
