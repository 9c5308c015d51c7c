"""The named measures are those that the manual names."""

from rogatory_node.bench.scenes import SCENES
from rogatory_node.cli.bench import NAMES


def test_every_named_measure_has_a_scene_that_says_what_it_is() -> None:
    assert tuple(SCENES) == NAMES
    assert all(scene.__doc__ for scene in SCENES.values())
