"""Own evidence is signed over the durable head, once a peer, and a declaration is never to be sent."""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy import Connection, select

from rogatory_node.services.issuing import Fact, Issuing
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import evidence
from rogatory_protocol.errors import LocalProtocolError
from rogatory_protocol.evidence import Level, UnverifiedEvidence, parse
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.suite import SigningKey

R = TypeVar("R")
NOW = 1_800_000_000
XA, XB, XC = (Aid(hashlib.sha256(name).digest()) for name in (b"XA", b"XB", b"XC"))
SEALER = RowSealer(bytes(32))
ISSUING = Issuing(me=XA, signer=SigningKey(hashlib.sha512(b"XA").digest()), sealer=SEALER)


@pytest.fixture
def connection(database: str) -> Iterator[WritingConnection]:
    opened = open_writing(database)
    transact(opened, partial(audit_log.found, now=NOW, random=bytes))
    yield opened
    opened.close()


def transact(opened: WritingConnection, work: Callable[[Connection], R]) -> R:
    def whole(conn: Connection) -> R:
        with conn.begin():
            return work(conn)

    return opened.run(whole)


def fact(n: int, *, peer: Aid = XB, level: Level = Level.COMPLETE, code: int | None = None) -> Fact:
    return Fact(letter=Digest(hashlib.sha256(bytes((n,))).digest()), peer=peer, level=level, code=code)


def issued(opened: WritingConnection, *facts: Fact) -> dict[Digest, tuple[UnverifiedEvidence, bool]]:
    def work(conn: Connection) -> dict[Digest, tuple[UnverifiedEvidence, bool]]:
        head = audit_log.head(conn)
        ISSUING.sign(conn, [ISSUING.prepare(each, head, NOW) for each in facts], NOW)
        return {
            Digest(row.letter): (parse(SEALER.open("evidence", "raw_sealed", row.digest, row.raw_sealed)), row.ackd)
            for row in conn.execute(select(evidence))
        }

    return transact(opened, work)


def test_one_signature_serves_one_peer_and_no_second_one(connection: WritingConnection) -> None:
    found = issued(connection, *(fact(n) for n in range(250)), fact(250, peer=XC))
    signatures = {each.content.to: each.object.signatures[0] for each, _ in found.values()}
    assert [signatures[peer].size for peer in (XB, XC)] == [250, 1]


def test_more_than_a_batch_takes_a_second_signature(connection: WritingConnection) -> None:
    facts = [Fact(letter=Digest(n.to_bytes(32, "big")), peer=XB, level=Level.COMPLETE) for n in range(257)]
    found = issued(connection, *facts)
    assert sorted({each.object.signatures[0].size for each, _ in found.values()}) == [1, 256]


def test_what_is_issued_waits_for_the_peer_but_a_declaration_does_not(connection: WritingConnection) -> None:
    one, two = fact(1), fact(2, level=Level.MISSED, code=17)
    found = issued(connection, one, two)
    assert {digest: ackd for digest, (_, ackd) in found.items()} == {one.letter: False, two.letter: True}
    assert found[two.letter][0].content.code == 17


def test_a_fact_that_breaks_the_rule_of_its_level_is_not_prepared(connection: WritingConnection) -> None:
    head = transact(connection, audit_log.head)
    for wrong in (fact(1, level=Level.TAKEN), fact(1, code=3), fact(1, level=Level.REFUSED)):
        with pytest.raises(LocalProtocolError):
            ISSUING.prepare(wrong, head, NOW)
