"""A group of evidence is judged like one after another, and what changes nothing writes nothing."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import pytest
from pairs import AIDS, SEALS, draft, key_of
from sqlalchemy import Connection, func, select

from rogatory_node.services.sending import Sending
from rogatory_node.services.settling import Settled
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit, evidence, outbox
from rogatory_protocol.audit import Head
from rogatory_protocol.delivery import Action, State
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.evidence import Content, Evidence, Level, accept, payload
from rogatory_protocol.ids import Digest
from rogatory_protocol.signed import Context, sign

R = TypeVar("R")
NOW = 1_800_000_000
SENDING = Sending(me=AIDS["XA"], signer=SEALS["XA"], sealer=RowSealer(bytes(32)), wall=lambda: float(NOW))


def transact(opened: WritingConnection, work: Callable[[Connection], R]) -> R:
    def whole(conn: Connection) -> R:
        with conn.begin():
            return work(conn)

    return opened.run(whole)


@pytest.fixture
def connection(database: str) -> Iterator[WritingConnection]:
    opened = open_writing(database)
    transact(opened, partial(audit_log.found, now=NOW, random=bytes))
    yield opened
    opened.close()


def proof(about: Digest, level: Level, *, ts: int = NOW, code: int | str | None = None) -> Evidence:
    role = "head" if level in {Level.TAKEN, Level.ACCEPTED, Level.DECLINED} else None
    head = Head(epoch=0, size=1, root=bytes(32))
    content = Content(lvl=level, letter=about, issuer=AIDS["XB"], to=AIDS["XA"], ts=ts, code=code, role=role, head=head)
    raw = sign(SEALS["XB"], Context.EVIDENCE, payload(content))
    return accept(raw, me=AIDS["XA"], peer=AIDS["XB"], now=NOW, keys=key_of(SEALS))


def settle(connection: WritingConnection, *each: Evidence) -> list[Settled]:
    return transact(connection, lambda conn: SENDING.settle(conn, each))


def count(connection: WritingConnection) -> tuple[int, int]:
    def work(conn: Connection) -> tuple[int, int]:
        tables = (evidence, audit)
        return tuple(conn.execute(select(func.count()).select_from(each)).scalar_one() for each in tables)  # type: ignore[return-value]

    return transact(connection, work)


def states(connection: WritingConnection) -> list[str]:
    query = select(outbox.c.state).order_by(outbox.c.letter)
    return list(transact(connection, lambda conn: conn.execute(query).scalars().all()))


def test_a_group_is_judged_in_order_and_repeats_in_it_count_once(connection: WritingConnection) -> None:
    one, two = transact(connection, lambda conn: SENDING.queue(conn, [draft(1), draft(2)]))
    stored = proof(one, Level.STORED)
    found = settle(
        connection,
        stored,
        proof(two, Level.COMPLETE),
        stored,
        proof(one, Level.COMPLETE),
        proof(two, Level.DECLINED, code="not-dual"),
        proof(two, Level.ACCEPTED),
    )
    expected = [State.STORED, State.COMPLETE, State.STORED, State.COMPLETE, State.COMPLETE, State.COMPLETE]
    assert [each.state for each in found] == expected
    assert [Action.RECORD in each.actions for each in found] == [True, True, False, True, True, True]
    assert Action.ALARM in found[-1].actions
    assert states(connection) == ["complete", "complete"]
    assert count(connection) == (5, 1 + 2 + 5)


def test_a_group_of_repeats_writes_nothing(connection: WritingConnection) -> None:
    (digest,) = transact(connection, lambda conn: SENDING.queue(conn, [draft(1)]))
    each = proof(digest, Level.COMPLETE)
    settle(connection, each)
    before = count(connection)
    assert [again.evidence for again in settle(connection, each, each)] == [each.digest] * 2
    assert count(connection) == before


def test_one_bad_evidence_refuses_its_group_whole(connection: WritingConnection) -> None:
    (digest,) = transact(connection, lambda conn: SENDING.queue(conn, [draft(1)]))
    before = count(connection)
    with pytest.raises(RefusedError):
        settle(connection, proof(digest, Level.COMPLETE), proof(Digest(bytes(32)), Level.COMPLETE))
    assert count(connection) == before
    assert states(connection) == ["queued"]
