"""Rows are written as their names say on either engine, and pairs are found exactly and through the index."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from rogatory_node import migrations
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.rows import add, add_new, among, halves, insert, put
from rogatory_node.storage.tables import meta, sequences

CONV, TO = [bytes([n]) * 16 for n in (1, 2)], [bytes([n]) * 32 for n in (1, 2)]
OLD, NEW = [{"key": "k", "value": b"old"}], [{"key": "k", "value": b"new"}, {"key": "l", "value": b"l"}]


@pytest.fixture
def connection(database: str) -> Iterator[WritingConnection]:
    opened = open_writing(database)
    yield opened
    opened.close()


def held(conn: Connection) -> dict[str, bytes]:
    return {row.key: row.value for row in conn.execute(select(meta))}


def test_a_row_that_is_there_is_refused_kept_or_replaced(connection: WritingConnection) -> None:
    def write(conn: Connection) -> None:
        add(conn, meta, OLD)
        add_new(conn, meta, NEW)
        assert held(conn) == {"k": b"old", "l": b"l"}
        put(conn, meta, NEW)
        assert held(conn) == {"k": b"new", "l": b"l"}
        with pytest.raises(IntegrityError):
            add(conn, meta, OLD)
        conn.rollback()

    connection.run(write)


def test_a_list_without_rows_writes_nothing(connection: WritingConnection) -> None:
    def write(conn: Connection) -> None:
        for writing in (add, add_new, put):
            writing(conn, meta, [])
        assert held(conn) == {}
        conn.rollback()

    connection.run(write)


def test_only_the_columns_that_are_no_key_are_replaced(connection: WritingConnection) -> None:
    def write(conn: Connection) -> None:
        rows = [{"conv": CONV[0], "to_hash": to, "seq": 1, "digest": bytes(32)} for to in TO]
        add(conn, sequences, rows)
        put(conn, sequences, [{**rows[0], "seq": 2}])
        assert {(row.to_hash, row.seq) for row in conn.execute(select(sequences))} == {(TO[0], 2), (TO[1], 1)}
        conn.rollback()

    connection.run(write)


@pytest.mark.parametrize("wanted", [[], [(CONV[0], TO[0])], [(CONV[0], TO[0]), (CONV[1], TO[1])]])
def test_pairs_are_found_exactly(connection: WritingConnection, wanted: list[tuple[bytes, bytes]]) -> None:
    place = (sequences.c.conv, sequences.c.to_hash)

    def look(conn: Connection) -> None:
        add(conn, sequences, [{"conv": conv, "to_hash": to, "seq": 1, "digest": b""} for conv in CONV for to in TO])
        found = conn.execute(select(*place).where(among(*place)), halves(wanted))
        assert {tuple(row) for row in found} == set(wanted)
        conn.rollback()

    connection.run(look)


def test_pairs_are_found_through_the_index(sqlite_url: str) -> None:
    opened = open_writing(sqlite_url)
    opened.run(migrations.upgrade)
    place = (sequences.c.conv, sequences.c.to_hash)
    query = select(*place).where(among(*place)).params(halves([*zip(CONV, TO, strict=True)]))

    def look(conn: Connection) -> None:
        sql = str(query.compile(conn, compile_kwargs={"literal_binds": True}))
        plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
        assert not any("SCAN sequences" in step for step in plan)
        conn.rollback()

    opened.run(look)
    opened.close()


def test_insert_has_both_conflict_clauses_on_either_engine(database: str) -> None:
    connection = open_writing(database)

    def twice(core: Connection) -> list[bytes]:
        with core.begin():
            rows = [{"key": "k", "value": b"1"}]
            core.execute(insert(core, meta).on_conflict_do_nothing(), rows)
            core.execute(insert(core, meta).on_conflict_do_nothing(), [{"key": "k", "value": b"2"}])
            first = core.execute(select(meta.c.value)).scalar_one()
            statement = insert(core, meta)
            core.execute(
                statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value}),
                [{"key": "k", "value": b"3"}],
            )
            return [first, core.execute(select(meta.c.value)).scalar_one()]

    assert connection.run(twice) == [b"1", b"3"]
    connection.close()
