"""The cast: invented States, one registry, an Arabic and a Spanish authority, settings that a node accepts."""

import pytest

from rogatory_node.config import parse
from rogatory_node.demo.cast import CAST
from rogatory_node.stage import Part


def test_there_is_one_registry_and_the_states_do_not_exist() -> None:
    assert sum(part.registry for part in CAST) == 1
    # XA to XZ are user-assigned: no State will ever have one.
    assert all(part.code.startswith("X") for part in CAST)
    assert {"ar", "es"} <= {part.language for part in CAST}


@pytest.mark.parametrize("part", CAST, ids=lambda part: part.code)
def test_a_node_accepts_the_settings(part: Part) -> None:
    contacts = parse(f'name = "x"\n{part.settings}').contact
    assert bool(contacts) is not part.registry
