"""What is known of peers in the database, on both engines."""

from typing import Any

from sqlalchemy import Connection, func, select

from rogatory_node.services.peering import (
    Met,
    Queue,
    Quoted,
    Seen,
    authenticated,
    awaited,
    met,
    networks,
    queue_of,
    quoted,
    quoted_heads,
    recent,
)
from rogatory_node.services.restoring import Ended, ended
from rogatory_node.storage import audit_log
from rogatory_node.storage.tables import audit, cases, letters, outbox
from rogatory_node.storage.writer import Writer
from rogatory_protocol.audit import Head
from rogatory_protocol.ids import Aid, Id16

XA, XB, XC = (Aid(bytes((n,)) * 32) for n in (1, 2, 3))


async def test_the_last_time_of_each_peer_is_kept(writer: Writer) -> None:
    def read(connection: Connection, commands: list[int]) -> list[Any]:
        return [recent(connection, since) for since in commands]

    for at in (100, 300):
        await writer.execute(authenticated, Seen(aid=XA, at=at))
    await writer.execute(authenticated, Seen(aid=XB, at=200))
    assert await writer.execute(read, 200) == {XA: 300, XB: 200}
    assert await writer.execute(read, 201) == {XA: 300}


async def test_LNK_14_where_a_peer_dialled_from_is_kept_when_we_dial_it(writer: Writer) -> None:
    def read(connection: Connection, commands: list[int]) -> list[Any]:
        return [networks(connection, since) for since in commands]

    await writer.execute(authenticated, Seen(aid=XA, at=100, network="198.51.100.1"))
    await writer.execute(authenticated, Seen(aid=XA, at=300))
    await writer.execute(authenticated, Seen(aid=XB, at=200, network="2001:db8::/64"))
    await writer.execute(authenticated, Seen(aid=XC, at=400))
    assert await writer.execute(read, 200) == {"198.51.100.1": 300, "2001:db8::/64": 200}
    assert await writer.execute(read, 201) == {"198.51.100.1": 300}
    await writer.execute(authenticated, Seen(aid=XA, at=500, network="198.51.100.2"))
    assert await writer.execute(read, 201) == {"198.51.100.2": 500}


async def test_one_peer_twice_in_a_group_has_its_later_time(writer: Writer) -> None:
    def both(connection: Connection, commands: list[None]) -> list[Any]:
        authenticated(connection, [Seen(aid=XA, at=1), Seen(aid=XA, at=2)])
        return [recent(connection, 0) for _ in commands]

    assert await writer.execute(both, None) == {XA: 2}


def put(connection: Connection, rows: list[tuple[Aid, str, int, int]]) -> None:
    """Put letters into outboxes: to whom, in which state, how urgent, and when they may be offered."""
    connection.execute(cases.insert(), {"id": bytes(16), "conv": bytes(16), "own_ref": None, "opened_at": 0})
    for n, (aid, state, urg, at) in enumerate(rows):
        digest = bytes((n,)) * 32
        connection.execute(
            letters.insert(),
            {
                "digest": digest,
                "direction": "out",
                "from_aid": XC,
                "letter_id": bytes((n,)) * 16,
                "conv": bytes(16),
                "case": bytes(16),
                "seq": n + 1,
                "prev": None,
                "urg": urg,
                "ts": 0,
                "exp": 1_000,
                "raw_sealed": b"",
                "parts_sealed": b"",
                "stored_at": 0,
            },
        )
        row = {"letter": digest, "aid": aid, "state": state, "next_attempt": at, "urg": urg, "exp": 1_000}
        connection.execute(outbox.insert(), row)


async def test_a_queue_counts_what_may_be_offered_now_and_says_when_the_rest_may(writer: Writer) -> None:
    rows = [
        (XA, "queued", 1, 10),
        (XA, "queued", 2, 10),
        (XA, "queued", 3, 50),
        (XA, "queued", 0, 70),
        (XA, "stored", 3, 10),
        (XB, "expired", 3, 10),
    ]

    def read(connection: Connection, commands: list[None]) -> list[Any]:
        put(connection, rows)
        found = [queue_of(connection, aid, 20) for aid in (XA, XB)]
        return [(*found, queue_of(connection, XA, 50), awaited(connection)) for _ in commands]

    now, expired, later, whom = await writer.execute(read, None)
    assert now == Queue(letters=2, urgency=2, later=50)
    assert expired == Queue()
    assert later == Queue(letters=3, urgency=3, later=70)
    assert whom == {XA}


INC = {n: Id16(bytes((n,)) * 16) for n in (1, 2)}


def head(epoch: int, size: int) -> Head:
    return Head(epoch=epoch, size=size, root=bytes((size,)) * 32)


async def founded(writer: Writer) -> None:
    def found(connection: Connection, commands: list[None]) -> list[Any]:
        return [audit_log.found(connection, now=1, random=lambda n: bytes(n)) for _ in commands]

    await writer.execute(found, None)


async def events(writer: Writer, name: str) -> int:
    def count(connection: Connection, commands: list[str]) -> list[int]:
        return [
            connection.execute(select(func.count()).select_from(audit).where(audit.c.ev == each)).scalar_one()
            for each in commands
        ]

    return await writer.execute(count, name)


async def test_a_peer_of_another_incarnation_was_restored_and_that_is_audited(writer: Writer) -> None:
    await founded(writer)
    shown = [
        (await writer.execute(met, Met(aid=XA, inc=inc, claim=None, now=5))).restored
        for inc in (INC[1], INC[1], INC[2], INC[2], INC[1])
    ]
    assert shown == [False, False, True, False, True]
    assert await events(writer, "peer.restored") == 2
    await writer.execute(authenticated, Seen(aid=XA, at=9))
    assert not (await writer.execute(met, Met(aid=XA, inc=INC[1], claim=None, now=5))).restored


async def test_DLV_07_a_history_abroad_is_noticed_once_and_asked_for_until_it_is_back(writer: Writer) -> None:
    await founded(writer)
    claims = (None, head(0, 5), head(0, 5), head(0, 4), head(0, 6), head(1, 1), head(0, 9))
    shown = [await writer.execute(met, Met(aid=XA, inc=INC[1], claim=claim, now=5)) for claim in claims]
    assert [each.longer for each in shown] == [False, True, False, False, True, True, False]
    assert [each.unsynced for each in shown] == [False, True, True, True, True, True, True]

    def back(connection: Connection, commands: list[None]) -> list[None]:
        return ended(connection, [Ended(peer=XA, complete=True, now=6)], random=lambda n: bytes(n))

    await writer.execute(back, None)
    again = await writer.execute(met, Met(aid=XA, inc=INC[1], claim=head(1, 1), now=7))
    assert (again.longer, again.unsynced) == (False, False)


async def test_the_longest_head_of_a_peer_is_kept(writer: Writer) -> None:
    def read(connection: Connection, commands: list[None]) -> list[Any]:
        return [quoted_heads(connection) for _ in commands]

    for each in (head(0, 5), head(0, 4), head(1, 2), head(0, 9)):
        await writer.execute(quoted, Quoted(aid=XA, head=each))
    await writer.execute(authenticated, Seen(aid=XB, at=9))
    assert await writer.execute(read, None) == {XA: head(1, 2)}
