"""What the machine allows for attachments."""

from pathlib import Path

from rogatory_node.bench.moving import limit


def test_the_limit_is_a_rate_and_leaves_nothing_behind(tmp_path: Path) -> None:
    assert limit(tmp_path) > 0
    assert not list(tmp_path.iterdir())
