"""Own heads and leaves of a bundle."""

import hashlib
import itertools
from typing import Any

from sqlalchemy import Connection, insert

from rogatory_keys.bundle_layout import Part, name_of
from rogatory_node.services.proving_audit import Leaves, prove, read
from rogatory_node.storage.engine import open_writing
from rogatory_node.storage.tables import audit
from rogatory_protocol.audit import Head, Leaf, leaf_bytes
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.merkle import check_consistency, leaf_hash, root, root_from_path
from rogatory_protocol.rcbor import decode

ME = Aid(b"\xaa" * 32)
LETTER, OTHER = Digest(b"\x01" * 32), Digest(b"\x02" * 32)
EVENTS = (
    ("log.founded", None), ("letter.sealed", LETTER), ("letter.opened", LETTER), ("letter.sealed", OTHER),
    ("evidence.received", LETTER), ("letter.exported", LETTER),
)  # fmt: skip
STORED = [
    leaf_bytes(Leaf(n=n, ts=n, ev=ev, obj=obj, who="node", salt=hashlib.sha256(bytes([n])).digest()[:16]))
    for n, (ev, obj) in enumerate(EVENTS)
]
HASHES = [leaf_hash(leaf) for leaf in STORED]
LOG = Leaves(epochs={0: HASHES}, shown={0: [(n, STORED[n]) for n in (1, 4)]})


def head(size: int, epoch: int = 0) -> Head:
    return Head(epoch=epoch, size=size, root=root(HASHES[:size]))


def test_quoted_heads_grow_out_of_each_other_up_to_the_newest() -> None:
    files = prove(LOG, ME, [head(3), head(1), head(3)])
    rows: Any = decode(files[name_of(Part.HEADS, ME.hex())])
    assert [row[1] for row in rows] == [1, 3, 6]
    for before, after in itertools.pairwise(rows):
        check_consistency(before[1], before[2], after[1], after[2], after[3])


def test_only_leaves_about_sealing_storing_and_evidence_of_these_letters_are_shown(database: str) -> None:
    opened = open_writing(database)

    def fill(conn: Connection) -> Leaves:
        rows = [
            {"epoch": 0, "n": n, "leaf": STORED[n], "obj": obj, "ev": ev, "ts": n} for n, (ev, obj) in enumerate(EVENTS)
        ]
        conn.execute(insert(audit), rows)
        return read(conn, [LETTER])

    try:
        leaves = opened.run(fill)
    finally:
        opened.close()
    assert leaves == LOG
    files = prove(leaves, ME, [head(1)])
    shown: list[Any] = [decode(raw) for name, raw in files.items() if "leaf-" in name]
    assert [value[0] for value in shown] == [STORED[1], STORED[4]]
    for n, value in zip((1, 4), shown, strict=True):
        assert root_from_path(n, 6, HASHES[n], value[2]) == root(HASHES)


def test_a_log_that_is_not_the_quoted_one_is_not_shown() -> None:
    forged = Head(epoch=0, size=3, root=bytes(32))
    longer = Head(epoch=0, size=9, root=bytes(32))
    for quoted in ([], [forged], [head(1), forged], [longer], [head(1, epoch=1)]):
        assert prove(LOG, ME, quoted) == {}
