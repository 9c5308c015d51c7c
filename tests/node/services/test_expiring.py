"""Silence past the deadline becomes a signed declaration, once, and evidence dated in time takes it back."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import pytest
from pairs import AIDS, SEALS, draft, key_of
from sqlalchemy import Connection, select, update

from rogatory_node.services.expiring import Expired, Expiring
from rogatory_node.services.sending import Sending
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit, evidence, outbox
from rogatory_protocol.audit import Head
from rogatory_protocol.delivery import State
from rogatory_protocol.evidence import Content, Level, accept, parse, payload
from rogatory_protocol.ids import Digest
from rogatory_protocol.signed import Context, sign

R = TypeVar("R")
NOW = 1_800_000_000
SEALER = RowSealer(bytes(32))
HEAD = Head(epoch=0, size=1, root=bytes(32))


def made(kind: type[R], now: int) -> R:
    common: dict[str, Any] = {"me": AIDS["XA"], "signer": SEALS["XA"], "sealer": SEALER, "wall": lambda: float(now)}
    return kind(**common)


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


def queue(connection: WritingConnection, *lives: int) -> list[Digest]:
    drafts = [draft(n, life=life) for n, life in enumerate(lives, 1)]
    return transact(connection, lambda conn: made(Sending, NOW).queue(conn, drafts))


def expire(connection: WritingConnection, now: int, *most: int) -> list[list[Expired]]:
    return transact(connection, lambda conn: made(Expiring, now).expire(conn, most or (9,)))


def test_DLV_20_a_letter_without_evidence_is_declared_missed_one_second_after_its_deadline(
    connection: WritingConnection,
) -> None:
    first, _ = queue(connection, 10, 20)
    assert transact(connection, lambda conn: made(Expiring, NOW).next_deadline(conn)) == NOW + 10
    assert expire(connection, NOW + 10) == [[]]
    ((each,),) = expire(connection, NOW + 11)
    assert (each.letter, each.peer, each.state) == (first, AIDS["XB"], State.EXPIRED)
    assert expire(connection, NOW + 11) == [[]]
    assert transact(connection, lambda conn: made(Expiring, NOW).next_deadline(conn)) == NOW + 20
    row = transact(connection, lambda conn: conn.execute(select(evidence)).one())
    content = parse(SEALER.open("evidence", "raw_sealed", row.digest, row.raw_sealed)).content
    assert (content.lvl, content.letter, content.to, content.code) == (Level.MISSED, first, AIDS["XB"], 0)
    assert (row.digest, row.ackd) == (each.declaration, True)


def test_the_declaration_names_the_last_error(connection: WritingConnection) -> None:
    queue(connection, 10)
    transact(connection, lambda conn: conn.execute(update(outbox).values(last_code=17)))
    expire(connection, NOW + 11)
    assert transact(connection, lambda conn: conn.execute(select(evidence.c.code)).scalar_one()) == "17"


def test_a_stored_letter_becomes_incomplete_without_a_declaration(connection: WritingConnection) -> None:
    queue(connection, 10)
    transact(connection, lambda conn: conn.execute(update(outbox).values(state="stored")))
    ((each,),) = expire(connection, NOW + 11)
    assert (each.state, each.declaration) == (State.INCOMPLETE, None)
    assert transact(connection, lambda conn: conn.execute(select(evidence)).all()) == []
    names = transact(connection, lambda conn: conn.execute(select(audit.c.ev)).scalars().all())
    assert "letter.incomplete" in names


def test_no_transaction_takes_more_than_it_was_told(connection: WritingConnection) -> None:
    queue(connection, *range(10, 15))
    sizes = [len(each) for each in expire(connection, NOW + 99, 2, 2, 2)]
    assert sizes == [2, 2, 1]


@pytest.mark.parametrize(("ts", "state"), [(NOW + 10, "complete"), (NOW + 11, "expired")])
def test_DLV_18_evidence_of_the_same_letter_wins_if_it_is_dated_in_time(
    connection: WritingConnection, ts: int, state: str
) -> None:
    (digest,) = queue(connection, 10)
    expire(connection, NOW + 11)
    sending = made(Sending, NOW + 12)
    assert [each.digest for each in transact(connection, lambda conn: sending.due(conn, AIDS["XB"]))] == [digest]
    content = Content(lvl=Level.COMPLETE, letter=digest, issuer=AIDS["XB"], to=AIDS["XA"], ts=ts, head=HEAD)
    raw = sign(SEALS["XB"], Context.EVIDENCE, payload(content))
    proof = accept(raw, me=AIDS["XA"], peer=AIDS["XB"], now=NOW + 12, keys=key_of(SEALS))
    transact(connection, lambda conn: sending.settle(conn, [proof]))
    assert transact(connection, lambda conn: conn.execute(select(outbox.c.state)).scalar_one()) == state
