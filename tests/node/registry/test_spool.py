"""Leaves that wait on disk."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from rogatory_node.registry.spool import Spool


def test_leaves_come_back_as_they_were_added_to_all_who_read() -> None:
    leaves = [b"", b"one", bytes(70_000), b"four"]
    spool = Spool()
    for leaf in leaves:
        spool.add(leaf)
    spool.whole()
    assert (len(spool), spool.size) == (4, 70_007)
    with ThreadPoolExecutor(4) as threads:
        assert all(found == leaves for found in threads.map(lambda _: list(spool), range(16)))
    assert spool[1:3] == leaves[1:3]
    assert spool[-1] == b"four"
    with pytest.raises(IndexError):
        spool[4]
