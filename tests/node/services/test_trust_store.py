"""What the directory keeps in the database."""

from collections.abc import Iterator

import pytest
from offices import NOW, Authority, Registry, follow
from sqlalchemy import Connection, delete, select

from rogatory_node.services.trust_store import (
    StaleError,
    Stored,
    Taken,
    get_meta,
    leaves_of,
    put_meta,
    read,
    restore,
    write,
)
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.errors import DamagedError
from rogatory_node.storage.tables import checkpoints, log_leaves
from rogatory_protocol.checkpoint import Checkpoint


@pytest.fixture
def connection(database: str) -> Iterator[WritingConnection]:
    opened = open_writing(database)
    yield opened
    opened.close()


def taken(registry: Registry, first: int = 0, at: int = NOW) -> Taken:
    head = Checkpoint.open(registry.head(at=at), registry.log_keys.public)
    return Taken(registry=registry.aid, head=head, first=first, leaves=registry.leaves[first:], now=NOW)


def test_leaves_and_checkpoints_come_back_in_groups(connection: WritingConnection) -> None:
    registry = Registry()

    def work(conn: Connection) -> Stored:
        with conn.begin():
            audit_log.found(conn, now=NOW, random=bytes)
            write(conn, [taken(registry)])
            registry.admit(Authority("A"))
            write(conn, [taken(registry, 1), taken(registry, 3, NOW + 5)])
            found = read(conn, follow(registry))
            assert leaves_of(conn, registry.aid, 1, 3) == registry.leaves[1:3]
            (row, _) = conn.execute(select(checkpoints).order_by(checkpoints.c.size.desc())).all()
            assert (row.text.encode(), row.newest.encode()) == (registry.head(at=NOW), registry.head(at=NOW + 5))
            return found

    stored = connection.run(work)
    assert [len(step.leaves) for step in stored.steps] == [1, 2, 0]
    assert stored.tail == 3
    log = restore(stored).state.logs[registry.aid]
    assert (log.frontier.size, log.time) == (3, NOW + 5)


def test_leaves_that_do_not_continue_the_stored_log_are_refused(connection: WritingConnection) -> None:
    registry = Registry()

    def work(conn: Connection) -> None:
        with conn.begin():
            audit_log.found(conn, now=NOW, random=bytes)
            write(conn, [taken(registry)])
            for first in (0, 2):
                change = taken(registry)
                with pytest.raises(StaleError):
                    write(conn, [Taken(registry=registry.aid, first=first, leaves=change.leaves, now=NOW)])

    connection.run(work)


def test_DIR_21_a_store_whose_leaves_were_lost_is_not_used(connection: WritingConnection) -> None:
    registry = Registry()
    registry.admit(Authority("A"))

    def work(conn: Connection) -> Stored:
        with conn.begin():
            audit_log.found(conn, now=NOW, random=bytes)
            write(conn, [taken(registry)])
            conn.execute(delete(log_leaves).where(log_leaves.c.n == 1))
            return read(conn, follow(registry))

    with pytest.raises(DamagedError):
        restore(connection.run(work))


def test_a_value_of_which_there_is_one_is_replaced(connection: WritingConnection) -> None:
    def work(conn: Connection) -> bytes | None:
        with conn.begin():
            assert get_meta(conn, "a") is None
            put_meta(conn, "a", b"1")
            put_meta(conn, "a", b"2")
            return get_meta(conn, "a")

    assert connection.run(work) == b"2"
