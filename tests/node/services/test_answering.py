"""Taken, accepted and declined are signed once, in the order of B.13, and never twice."""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy import Connection, select

from rogatory_node.services.answering import AnswerError, Answering, Issue, Issued
from rogatory_node.services.receiving import Judged, Receiving
from rogatory_node.services.sending import Draft, Sending
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit, evidence
from rogatory_protocol import letter, parts
from rogatory_protocol.attachment import Entry, chunk_count, entry_bytes
from rogatory_protocol.audit import Head
from rogatory_protocol.errors import Code
from rogatory_protocol.evidence import Evidence, Level, accept
from rogatory_protocol.ids import Aid, Digest, Id16, Kid
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.suite import SigningKey

R = TypeVar("R")
NOW = 1_800_000_000
XA, XB = (Aid(hashlib.sha256(name).digest()) for name in (b"XA", b"XB"))
SENDER, RECIPIENT = (SigningKey(hashlib.sha512(name).digest()) for name in (b"XA", b"XB"))
SEALER = RowSealer(bytes(32))
ANSWERING = Answering(me=XB, signer=RECIPIENT, sealer=SEALER, wall=lambda: float(NOW))


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


def key(aid: Aid, kid: Kid, _ts: int) -> bytes:
    return {(XA, SENDER.kid): SENDER.public, (XB, RECIPIENT.kid): RECIPIENT.public}[aid, kid]


def written(n: int = 1, *, attached: bool = False) -> tuple[bytes, bytes]:
    """A letter of XA to XB, and its parts."""
    form = (bytes((n,)) * 32, parts.form_bytes(parts.Form(mt="application/json", data=b"{}")))
    entry = Entry(id=Id16(bytes(16)), n=chunk_count(5), sz=5, h=bytes(32), k=bytes(32), name="a.pdf", mt="a/b")
    pairs = [(bytes(32), entry_bytes(entry))] if attached else []
    body = letter.Body(
        id=Id16(bytes((n,)) * 16),
        sender=XA,
        to=(XB,),
        conv=Id16(b"\xc0" * 16),
        urg=1,
        kind="request",
        lang="en",
        form=parts.commit(*form),
        att=tuple(parts.commit(*pair) for pair in pairs),
    )
    core = letter.Core(seq=n, prev=None, ts=NOW, exp=NOW + 9, head=Head(epoch=0, size=1, root=bytes(32)))
    payload = letter.payload(letter.core_bytes(core), letter.body_bytes(body))
    return sign(SENDER, Context.LETTER, payload), parts.parts_bytes(form, pairs)


def receive(connection: WritingConnection, *items: tuple[bytes, bytes], failure: Code | None = None) -> list[Digest]:
    receiving = Receiving(me=XB, signer=RECIPIENT, sealer=SEALER, wall=lambda: float(NOW))
    known = [letter.accept(raw, p, me=XB, suites=(1,), now=NOW, keys=key) for raw, p in items]
    judged = [
        Judged(peer=XA, digest=each.digest, letter=None if failure else each, failure=failure, removed=True)
        for each in known
    ]
    transact(connection, lambda conn: receiving.commit(conn, judged))
    return [each.digest for each in known]


def issue(connection: WritingConnection, *issues: Issue) -> list[Issued]:
    return transact(connection, lambda conn: ANSWERING.issue(conn, issues))


def proofs(connection: WritingConnection) -> dict[Digest, Evidence]:
    rows = transact(connection, lambda conn: conn.execute(select(evidence)).all())
    raws = [SEALER.open("evidence", "raw_sealed", row.digest, row.raw_sealed) for row in rows]
    return {Digest(each.digest): each for each in (accept(r, me=XA, peer=XB, now=NOW, keys=key) for r in raws)}


def leaves(connection: WritingConnection) -> list[str]:
    query = select(audit.c.ev).order_by(audit.c.n)
    return list(transact(connection, lambda conn: conn.execute(query).scalars().all()))


def taken(digest: Digest, role: str | None = "duty officer") -> Issue:
    return Issue(letter=digest, level=Level.TAKEN, role=role)


@pytest.mark.parametrize("attached", [False, True])
def test_a_letter_is_taken_also_while_its_attachments_arrive(connection: WritingConnection, attached: bool) -> None:
    (digest,) = receive(connection, written(attached=attached))
    (issued,) = issue(connection, taken(digest))
    content = proofs(connection)[issued.evidence].content
    assert (content.lvl, content.letter, content.role) == (Level.TAKEN, digest, "duty officer")
    assert (issued.peer, issued.level, issued.repeated) == (XA, Level.TAKEN, False)
    assert leaves(connection)[-2:] == ["letter.taken", "evidence.issued"]


def test_a_repeat_is_the_stored_evidence_whatever_it_says_now(connection: WritingConnection) -> None:
    (digest,) = receive(connection, written())
    (first,) = issue(connection, taken(digest))
    before = leaves(connection)
    again, twice = issue(connection, taken(digest, "someone else"), taken(digest))
    assert first.evidence == again.evidence == twice.evidence
    assert again.repeated
    assert leaves(connection) == before


def test_a_group_is_judged_like_one_answer_after_another(connection: WritingConnection) -> None:
    one, two = receive(connection, written(1), written(2))
    decline = Issue(letter=two, level=Level.DECLINED, ground="not-dual", role="head", note="a letter follows")
    found = issue(connection, taken(one), Issue(letter=one, level=Level.ACCEPTED), decline, taken(one))
    assert [each.repeated for each in found] == [False, False, False, True]
    assert found[3].evidence == found[0].evidence
    held = proofs(connection)
    assert [held[each.evidence].content.code for each in found[:3]] == [None, None, "not-dual"]
    assert held[found[2].evidence].content.note == "a letter follows"


@pytest.mark.parametrize(
    ("earlier", "then"),
    [
        ([Level.ACCEPTED], Level.DECLINED),
        ([Level.DECLINED], Level.ACCEPTED),
        ([Level.ACCEPTED], Level.TAKEN),
        ([Level.DECLINED], Level.TAKEN),
    ],
)
def test_DLV_06_what_was_decided_stays_decided(
    connection: WritingConnection, earlier: list[Level], then: Level
) -> None:
    (digest,) = receive(connection, written())
    issue(connection, *(said(digest, level) for level in earlier))
    with pytest.raises(AnswerError) as caught:
        issue(connection, said(digest, then))
    assert caught.value.code == "answer.order"
    assert len(proofs(connection)) == 2


def said(digest: Digest, level: Level) -> Issue:
    return Issue(letter=digest, level=level, role="head", ground="x" if level is Level.DECLINED else None)


def test_only_letters_that_came_are_answered(connection: WritingConnection) -> None:
    own = Sending(me=XB, signer=RECIPIENT, sealer=SEALER, wall=lambda: float(NOW))
    pair = (bytes(32), parts.form_bytes(parts.Form(mt="application/json", data=b"{}")))
    body = letter.Body(
        id=Id16(bytes(16)),
        sender=XB,
        to=(XA,),
        conv=Id16(bytes(16)),
        urg=1,
        kind="request",
        lang="en",
        form=parts.commit(*pair),
    )
    draft = Draft(body=body, parts=parts.parts_bytes(pair, ()), life_seconds=9)
    (mine,) = transact(connection, lambda conn: own.queue(conn, [draft]))
    (refused,) = receive(connection, written(5), failure=Code.NOT_GOOD)
    good, other = receive(connection, written(6), written(7))
    wrong = {
        "answer.own": taken(mine),
        "answer.unknown": taken(refused),
        "answer.malformed": taken(other, role=None),
    }
    for code, each in wrong.items():
        with pytest.raises(AnswerError) as caught:
            issue(connection, taken(good), each)
        assert caught.value.code == code
    for level in (Level.STORED, Level.REFUSED):
        with pytest.raises(AnswerError, match="malformed"):
            issue(connection, Issue(letter=good, level=level))
    assert leaves(connection)[-1] == "evidence.issued"
    assert "letter.taken" not in leaves(connection)
