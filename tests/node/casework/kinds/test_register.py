from rogatory_node.casework.kinds.register import CODES, KINDS


def test_forty_four_kinds_have_labels_and_sides() -> None:
    assert len(KINDS) == len(CODES) == 44
    assert {kind.by for kind in KINDS.values()} == {"R", "Q", "RQ"}
    assert all(kind.label and kind.version >= 1 and code == kind.code for code, kind in KINDS.items())
    assert len({kind.label for kind in KINDS.values()}) == 44
