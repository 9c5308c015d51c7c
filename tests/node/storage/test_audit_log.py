"""The audit log in the database is the tree over its rows, and grows with the transaction that it tells of."""

import hashlib
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from sqlalchemy import Connection, select

from rogatory_node.storage import audit_log
from rogatory_node.storage.audit_log import Event
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.tables import audit
from rogatory_protocol.audit import parse_leaf
from rogatory_protocol.ids import Digest
from rogatory_protocol.merkle import leaf_hash, root

NOW = 1_800_000_000
R = TypeVar("R")


def salt(n: int) -> bytes:
    return bytes(n)


def transact(opened: WritingConnection, work: Callable[[Connection], R]) -> R:
    def whole(conn: Connection) -> R:
        with conn.begin():
            return work(conn)

    return opened.run(whole)


@pytest.fixture
def connection(database: str) -> Iterator[WritingConnection]:
    opened = open_writing(database)
    yield opened
    opened.close()


def found(connection: WritingConnection) -> object:
    return transact(connection, lambda conn: audit_log.found(conn, now=NOW, random=salt))


def add(connection: WritingConnection, count: int) -> None:
    events = [
        Event(ev="letter.stored", obj=Digest(hashlib.sha256(bytes((n,))).digest()), who="node") for n in range(count)
    ]
    transact(connection, lambda conn: audit_log.append(conn, events, now=NOW, random=salt))


def test_a_new_log_has_its_leaf_zero_once(connection: WritingConnection) -> None:
    assert found(connection) == found(connection)
    head = transact(connection, audit_log.head)
    assert (head.epoch, head.size) == (0, 1)


def test_P30_the_head_is_the_root_over_the_rows(connection: WritingConnection) -> None:
    found(connection)
    for count in (1, 3, 0, 16):
        add(connection, count)
    rows = transact(connection, lambda conn: conn.execute(select(audit).order_by(audit.c.n)).all())
    head = transact(connection, audit_log.head)
    assert head.size == len(rows) == 21
    assert head.root == root([leaf_hash(row.leaf) for row in rows])
    assert [parse_leaf(row.leaf).n for row in rows] == list(range(21))


def test_DLV_26_a_transaction_that_fails_leaves_no_leaf(connection: WritingConnection) -> None:
    found(connection)
    before = transact(connection, audit_log.head)

    def broken(conn: Connection) -> None:
        audit_log.append(conn, [Event(ev="letter.stored", obj=None, who="node")], now=NOW, random=salt)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        transact(connection, broken)
    assert transact(connection, audit_log.head) == before


def test_a_log_that_was_never_founded_says_so(connection: WritingConnection) -> None:
    with pytest.raises(LookupError):
        transact(connection, audit_log.head)
