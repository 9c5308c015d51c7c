"""A letter that comes twice, ten times, in one group or in many has one effect and one evidence."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy import Connection, func, select

from rogatory_node.services.receiving import Answer, Judged, Receiving, judge
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit, blobs, evidence, letters, seen
from rogatory_protocol import envelope, letter, parts
from rogatory_protocol.audit import Head
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.evidence import Level, parse
from rogatory_protocol.evidence import accept as accept_evidence
from rogatory_protocol.ids import Aid, Id16, Kid
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.suite import EncryptionKey, SigningKey

R = TypeVar("R")

NOW = 1_800_000_000
DAY = 86_400
XA, XB = (Aid(hashlib.sha256(name).digest()) for name in (b"XA", b"XB"))
SENDER, RECIPIENT = (SigningKey(hashlib.sha512(name).digest()) for name in (b"XA", b"XB"))
BOX = EncryptionKey(hashlib.sha256(b"one-time").digest())


def transact(opened: WritingConnection, work: Callable[[Connection], R]) -> R:
    """Run as the writer does: one transaction, kept or not at all."""

    def whole(conn: Connection) -> R:
        with conn.begin():
            return work(conn)

    return opened.run(whole)


def stream(seed: str) -> Iterator[bytes]:
    n = 0
    while True:
        yield hashlib.shake_256(f"{seed} {n}".encode()).digest(64)
        n += 1


@pytest.fixture
def connection(database: str) -> Iterator[WritingConnection]:
    opened = open_writing(database)
    source = stream("salt")
    transact(opened, partial(audit_log.found, now=NOW, random=lambda n: next(source)[:n]))
    yield opened
    opened.close()


@pytest.fixture
def receiving() -> Receiving:
    source = stream("leaves")
    return Receiving(
        me=XB, signer=RECIPIENT, sealer=RowSealer(bytes(32)), wall=lambda: NOW, random=lambda n: next(source)[:n]
    )


def key(aid: Aid, kid: Kid, ts: int) -> bytes:
    known = {(XA, SENDER.kid): SENDER.public, (XB, RECIPIENT.kid): RECIPIENT.public}
    if (aid, kid) not in known:
        raise RefusedError(Code.NOT_GOOD, "key")
    return known[aid, kid]


def written(n: int = 0, *, id_: int | None = None, to: Aid = XB, signer: SigningKey = SENDER) -> tuple[bytes, bytes]:
    """A letter and its parts."""
    pair = (bytes((n,)) * 32, parts.form_bytes(parts.Form(mt="application/json", data=b'{"what":"records"}')))
    body = letter.Body(
        id=Id16(bytes((n if id_ is None else id_,)) * 16),
        sender=XA,
        to=(to,),
        conv=Id16(b"\xc0" * 16),
        urg=1,
        kind="request",
        lang="en",
        form=parts.commit(*pair),
    )
    core = letter.Core(seq=n + 1, prev=None, ts=NOW, exp=NOW + DAY, head=Head(epoch=0, size=1, root=bytes(32)))
    payload = letter.payload(letter.core_bytes(core), letter.body_bytes(body))
    return sign(signer, Context.LETTER, payload), parts.parts_bytes(pair, ())


def offered(*items: tuple[bytes, bytes]) -> bytes:
    """An envelope with these letters."""
    known = [(letter.parse(raw), raw, parts_raw) for raw, parts_raw in items]
    outgoing = [
        envelope.Outgoing(letter=raw, parts=parts_raw, digest=each.digest, exp=each.core.exp, urg=1)
        for each, raw, parts_raw in known
    ]
    return envelope.seal(outgoing, sender=XA, to=XB, public=BOX.public)


def judged(raw: bytes, *, admitted: bool = True, now: int = NOW) -> list[Judged]:
    return judge(raw, BOX, me=XB, peer=XA, suites=(1,), now=now, keys=key, admitted=lambda _: admitted)


def counts(connection: WritingConnection) -> dict[str, int]:
    tables = {"letters": letters, "seen": seen, "evidence": evidence, "blobs": blobs, "audit": audit}

    def count(conn: Connection) -> dict[str, int]:
        return {name: conn.execute(select(func.count()).select_from(t)).scalar_one() for name, t in tables.items()}

    return transact(connection, count)


def commit(connection: WritingConnection, receiving: Receiving, group: list[Judged]) -> list[Answer]:
    return transact(connection, lambda conn: receiving.commit(conn, group))


def test_a_letter_is_stored_with_evidence_that_its_sender_verifies(
    connection: WritingConnection, receiving: Receiving
) -> None:
    (answer,) = commit(connection, receiving, judged(offered(written())))
    (raw,) = answer.evidence
    proof = accept_evidence(raw, me=XA, peer=XB, now=NOW, keys=key)
    assert (proof.content.lvl, proof.content.letter) == (Level.COMPLETE, answer.digest)
    assert counts(connection) == {"letters": 1, "seen": 1, "evidence": 1, "blobs": 0, "audit": 3}


def test_evidence_quotes_the_head_that_was_durable_before_it(
    connection: WritingConnection, receiving: Receiving
) -> None:
    before = transact(connection, audit_log.head)
    (answer,) = commit(connection, receiving, judged(offered(written())))
    assert parse(answer.evidence[0]).content.head == before
    assert transact(connection, audit_log.head).size == before.size + 2


def test_DLV_03_a_repeat_gets_the_same_bytes_and_has_no_second_effect(
    connection: WritingConnection, receiving: Receiving
) -> None:
    item = written()
    (first,) = commit(connection, receiving, judged(offered(item)))
    after = counts(connection)
    for _ in range(3):
        (again,) = commit(connection, receiving, judged(offered(item)))
        assert again.evidence == first.evidence
    assert counts(connection) == after


def test_DLV_09_the_same_letter_twice_in_one_group_has_one_effect(
    connection: WritingConnection, receiving: Receiving
) -> None:
    group = judged(offered(written())) + judged(offered(written()))
    one, two = commit(connection, receiving, group)
    assert one.evidence == two.evidence
    assert len(one.evidence) == 1
    assert counts(connection)["letters"] == 1


def test_a_group_shares_one_signature_and_each_proof_stands_alone(
    connection: WritingConnection, receiving: Receiving
) -> None:
    answers = commit(connection, receiving, judged(offered(*(written(n) for n in range(5)))))
    proofs = [accept_evidence(answer.evidence[0], me=XA, peer=XB, now=NOW, keys=key) for answer in answers]
    assert len({proof.content.letter for proof in proofs}) == 5
    assert len({parse(answer.evidence[0]).object.signatures[0].sig for answer in answers}) == 1


@pytest.mark.parametrize("together", [True, False])
def test_LET_15_a_reused_letter_id_is_refused_with_evidence(
    connection: WritingConnection, receiving: Receiving, together: bool
) -> None:
    first, second = judged(offered(written(1))), judged(offered(written(2, id_=1)))
    if together:
        _, answer = commit(connection, receiving, first + second)
    else:
        commit(connection, receiving, first)
        (answer,) = commit(connection, receiving, second)
    content = parse(answer.evidence[0]).content
    assert (content.lvl, content.code) == (Level.REFUSED, Code.ID_REUSED)
    assert answer.alarm
    assert counts(connection)["letters"] == 1


def test_a_refusal_is_repeated_with_the_same_bytes(connection: WritingConnection, receiving: Receiving) -> None:
    commit(connection, receiving, judged(offered(written(1))))
    (first,) = commit(connection, receiving, judged(offered(written(2, id_=1))))
    (again,) = commit(connection, receiving, judged(offered(written(2, id_=1))))
    assert first.evidence == again.evidence


def test_one_bad_letter_in_an_envelope_harms_no_other(connection: WritingConnection, receiving: Receiving) -> None:
    stranger = SigningKey(hashlib.sha512(b"XC").digest())
    answers = commit(connection, receiving, judged(offered(written(1), written(2, signer=stranger), written(3))))
    assert [len(answer.evidence) for answer in answers] == [1, 0, 1]
    assert answers[1].code is Code.NOT_GOOD
    assert counts(connection)["letters"] == 2


def test_DIR_18_a_removed_authority_gets_signed_refusals(connection: WritingConnection, receiving: Receiving) -> None:
    stranger = SigningKey(hashlib.sha512(b"XC").digest())
    (answer,) = commit(connection, receiving, judged(offered(written(1, signer=stranger)), admitted=False))
    content = parse(answer.evidence[0]).content
    assert (content.lvl, content.code) == (Level.REFUSED, Code.NOT_GOOD)


def test_an_expired_letter_is_an_error_that_the_sender_may_try_again(
    connection: WritingConnection, receiving: Receiving
) -> None:
    (answer,) = commit(connection, receiving, judged(offered(written()), now=NOW + DAY + 1))
    assert (answer.evidence, answer.code) == ((), Code.EXPIRED)
    assert counts(connection) == {"letters": 0, "seen": 0, "evidence": 0, "blobs": 0, "audit": 1}


def test_LET_06_an_envelope_of_another_sender_is_refused_whole() -> None:
    with pytest.raises(RefusedError) as caught:
        judge(offered(written()), BOX, me=XB, peer=XB, suites=(1,), now=NOW, keys=key, admitted=lambda _: True)
    assert caught.value.code is Code.DISAGREE


def test_LET_05_a_header_that_says_other_than_its_letter_is_refused(
    connection: WritingConnection, receiving: Receiving
) -> None:
    raw, parts_raw = written()
    known = letter.parse(raw)
    lying = envelope.Outgoing(letter=raw, parts=parts_raw, digest=known.digest, exp=known.core.exp, urg=2)
    (answer,) = commit(connection, receiving, judged(envelope.seal([lying], sender=XA, to=XB, public=BOX.public)))
    content = parse(answer.evidence[0]).content
    assert (content.lvl, content.code) == (Level.REFUSED, Code.DISAGREE)
    assert answer.alarm
    assert counts(connection)["letters"] == 0


def test_STO_14_what_is_stored_opens_only_in_its_own_row(connection: WritingConnection, receiving: Receiving) -> None:
    (answer,) = commit(connection, receiving, judged(offered(written())))
    (row,) = transact(connection, lambda conn: conn.execute(select(letters)).all())
    assert b"records" not in row.parts_sealed
    opened = receiving.sealer.open("letters", "raw_sealed", answer.digest, row.raw_sealed)
    assert letter.parse(opened).digest == answer.digest


def test_DLV_25_nothing_is_kept_when_the_transaction_fails(connection: WritingConnection, receiving: Receiving) -> None:
    before = counts(connection)

    def broken(conn: Connection) -> None:
        receiving.commit(conn, judged(offered(written())))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        transact(connection, broken)
    assert counts(connection) == before
    (answer,) = commit(connection, replace(receiving), judged(offered(written())))
    assert answer.evidence


def test_OVL_only_what_is_new_costs_a_peer_its_quota(connection: WritingConnection, receiving: Receiving) -> None:
    used_up = replace(receiving, admits=lambda _peer, _kind: False)
    stranger = SigningKey(hashlib.sha512(b"XC").digest())
    (first,) = commit(connection, receiving, judged(offered(written(1))))
    (again,) = commit(connection, used_up, judged(offered(written(1))))
    (fresh,) = commit(connection, used_up, judged(offered(written(3))))
    (refused,) = commit(connection, used_up, judged(offered(written(2, id_=1))))
    (unsigned,) = commit(connection, used_up, judged(offered(written(4, signer=stranger))))
    assert (again.evidence, again.code) == (first.evidence, None)
    assert (fresh.code, fresh.ends) == (Code.QUOTA, False)
    assert (refused.code, refused.ends) == (Code.QUOTA, True)
    assert unsigned.code is Code.NOT_GOOD
    assert counts(connection)["letters"] == 1
