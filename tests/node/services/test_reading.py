"""Officers see letters in order with their gaps, evidence in its own words, attachments only once they are whole."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, select, update

from rogatory_node.services.composing import Order, compose
from rogatory_node.services.intake import Intake, Taken
from rogatory_node.services.reading import (
    AttachmentUnknownError,
    LetterUnknownError,
    NotVerifiedError,
    Opening,
    Page,
    Reading,
    letter_of,
    plain,
)
from rogatory_node.services.receiving import Judged, Receiving
from rogatory_node.services.sending import Draft, Sending
from rogatory_node.storage import audit_log
from rogatory_node.storage.blobs import BlobFolder
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.errors import DamagedError
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit, blobs, letters
from rogatory_protocol import envelope, letter, parts
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.evidence import Level, accept
from rogatory_protocol.ids import Aid, Digest, Id16, Kid
from rogatory_protocol.limits import MIB
from rogatory_protocol.suite import SigningKey

NOW = 1_800_000_000
XA, XB, XC = (Aid(hashlib.sha256(name).digest()) for name in (b"XA", b"XB", b"XC"))
SENDER, RECIPIENT = (SigningKey(hashlib.sha512(name).digest()) for name in (b"XA", b"XB"))
SEALER = RowSealer(bytes(32))
CONV = Id16(b"\xc0" * 16)
FORM = b'{"kind":"request", "urgency":{"grade":"PRIORITY"}}'
R = TypeVar("R")


def entropy(seed: str) -> Callable[[int], bytes]:
    count = iter(range(100_000))
    return lambda n: hashlib.shake_256(f"{seed} {next(count)}".encode()).digest(n)


def transact(opened: WritingConnection, work: Callable[[Connection], R]) -> R:
    """Run as the writer does: one transaction, kept or not at all."""

    def whole(conn: Connection) -> R:
        with conn.begin():
            return work(conn)

    return opened.run(whole)


def key(aid: Aid, kid: Kid, ts: int) -> bytes:
    return {(XA, SENDER.kid): SENDER.public, (XB, RECIPIENT.kid): RECIPIENT.public}[aid, kid]


@pytest.fixture
def connection(database: str) -> Iterator[WritingConnection]:
    opened = open_writing(database)
    transact(opened, partial(audit_log.found, now=NOW, random=entropy("found")))
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> BlobFolder:
    made = BlobFolder(tmp_path / "blobs")
    made.prepare()
    return made


READING = Reading(sealer=SEALER, wall=lambda: float(NOW), random=bytes)
SENDING = Sending(me=XA, signer=SENDER, sealer=SEALER, wall=lambda: float(NOW), random=bytes)
RECEIVING = Receiving(me=XB, signer=RECIPIENT, sealer=SEALER, wall=lambda: float(NOW), random=bytes)


def draft(n: int, *, to: tuple[Aid, ...] = (XB,), taken: tuple[Taken, ...] = ()) -> Draft:
    order = Order(
        id=Id16(bytes((n,)) * 16),
        to=to,
        form=FORM,
        conv=CONV,
        lang="en",
        entries=tuple(each.entry for each in taken),
        blobs=tuple(each.blob for each in taken),
    )
    return compose(order, me=XA, random=entropy(f"draft {n}"))


def taken_in(folder: BlobFolder, content: bytes, name: str = "list.bin") -> Taken:
    intake = Intake(folder, boot=Id16(bytes(16)), name=name, mt="text/plain", size=len(content))
    intake.feed(content)
    return intake.finish()


def written(connection: WritingConnection, *drafts: Draft) -> list[envelope.Outgoing]:
    """Queue letters of ours and return them as a link would take them, in order."""
    digests = transact(connection, lambda conn: SENDING.queue(conn, drafts))
    found = {each.digest: each for each in transact(connection, lambda conn: SENDING.waiting(conn, XB))}
    return [found[digest] for digest in digests]


def received(connection: WritingConnection, *items: envelope.Outgoing) -> None:
    """Take letters in, as the recipient that they name."""
    for item in items:
        known = letter.accept(item.letter, item.parts, me=XB, suites=(1,), now=NOW, keys=key)
        judged = [Judged(peer=XA, digest=known.digest, letter=known)]
        transact(connection, lambda conn, judged=judged: RECEIVING.commit(conn, judged))  # type: ignore[misc]


def erased(connection: WritingConnection) -> None:
    """Empty the store of the sender, so that the same database may be the recipient's."""
    from rogatory_node.storage.tables import cases, outbox, parties, sequences

    tables = (blobs, outbox, sequences, letters, parties, cases)
    transact(connection, lambda conn: [conn.execute(table.delete()) for table in tables])


def page(connection: WritingConnection, case: Id16 = CONV, **options: object) -> Page:
    return transact(connection, lambda conn: READING.page(conn, case, **options))  # type: ignore[arg-type]


# --- Letters --------------------------------------------------------------------------------------------------------


def test_an_own_letter_shows_its_form_and_where_it_stands(connection: WritingConnection) -> None:
    (item,) = written(connection, draft(1, to=tuple(sorted((XB, XC)))))
    (shown,) = page(connection).letters
    assert (shown.digest, shown.outgoing, shown.sender, shown.to) == (item.digest, True, XA, tuple(sorted((XB, XC))))
    assert shown.form == parts.Form(mt="application/json", data=FORM)
    assert (shown.kind, shown.lang, shown.urg, shown.seq) == ("request", "en", 1, 1)
    assert dict(shown.states) == {XB: "queued", XC: "queued"}
    assert "kind" not in repr(shown.form)


def test_a_letter_that_came_shows_the_evidence_in_its_own_words(connection: WritingConnection) -> None:
    items = written(connection, draft(1))
    erased(connection)
    received(connection, *items)
    (shown,) = page(connection).letters
    (fact,) = shown.facts
    assert (shown.outgoing, shown.states) == (False, ())
    assert (fact.lvl, fact.issuer, fact.to, fact.at, fact.role) == (Level.COMPLETE, XB, XA, NOW, None)
    answers = transact(
        connection, lambda conn: RECEIVING.commit(conn, [Judged(peer=XA, digest=shown.digest, letter=None)])
    )
    assert accept(answers[0].evidence[0], me=XA, peer=XB, now=NOW, keys=key).digest == fact.digest


def test_LET_17_a_letter_whose_predecessor_is_not_here_says_so(connection: WritingConnection) -> None:
    first, second, third = written(connection, draft(1), draft(2), draft(3))
    erased(connection)
    received(connection, first, third)
    assert [(each.seq, each.missing, each.disagrees) for each in page(connection).letters] == [
        (1, False, False),
        (3, True, False),
    ]
    received(connection, second)
    assert [(each.seq, each.missing) for each in page(connection).letters] == [(1, False), (2, False), (3, False)]


def test_letters_to_other_recipients_have_numbers_of_their_own(connection: WritingConnection) -> None:
    both = tuple(sorted((XB, XC)))
    items = written(connection, draft(1), draft(2, to=both), draft(3), draft(4, to=both))
    erased(connection)
    received(connection, *items)
    found = page(connection).letters
    assert sorted(each.seq for each in found) == [1, 1, 2, 2]
    assert not any(each.missing or each.disagrees for each in found)


@pytest.mark.parametrize(
    ("change", "missing", "disagrees"),
    [
        ({"prev": None}, False, True),
        ({"prev": bytes(32)}, True, True),
        ({"seq": 3}, False, True),
        ({"seq": 1}, False, True),
    ],
    ids=["none", "another", "jump", "back"],
)
def test_LET_18_a_letter_that_contradicts_its_predecessor_is_flagged(
    connection: WritingConnection, change: dict[str, object], missing: bool, disagrees: bool
) -> None:
    _, second = written(connection, draft(1), draft(2))
    transact(connection, lambda conn: conn.execute(update(letters).where(letters.c.seq == 2).values(**change)))
    shown = transact(connection, lambda conn: READING.one(conn, CONV, second.digest))
    assert (shown.missing, shown.disagrees) == (missing, disagrees)


def test_pages_of_letters_are_bounded_and_join_without_gap(connection: WritingConnection) -> None:
    items = written(connection, *(draft(n) for n in range(1, 6)))
    first = page(connection, most=2)
    second = page(connection, most=2, after=first.next)
    third = page(connection, most=2, after=second.next)
    found = [each.digest for part in (first, second, third) for each in part.letters]
    assert found == [item.digest for item in items]
    assert third.next is None
    with pytest.raises(LetterUnknownError):
        page(connection, after=Digest(bytes(32)))


def test_a_letter_is_named_by_its_first_digits_within_its_case(connection: WritingConnection) -> None:
    (item,) = written(connection, draft(1))
    named = partial(letter_of, case=CONV)
    for word in (item.digest.hex(), item.digest.hex()[:6].upper()):
        assert transact(connection, lambda conn, word=word: named(conn, word=word)) == item.digest  # type: ignore[misc]
    for case, word in ((CONV, "00" * 32), (CONV, item.digest.hex()[:5]), (Id16(bytes(16)), item.digest.hex())):
        with pytest.raises(LetterUnknownError):
            transact(connection, lambda conn, case=case, word=word: letter_of(conn, case, word))  # type: ignore[misc]
    with pytest.raises(LetterUnknownError):
        transact(connection, lambda conn: READING.one(conn, Id16(bytes(16)), item.digest))


def test_opening_letters_leaves_a_leaf_with_the_role(connection: WritingConnection) -> None:
    (item,) = written(connection, draft(1))
    transact(connection, lambda conn: READING.opened(conn, [Opening(letters=(item.digest,), role="duty")]))
    (row,) = transact(connection, lambda conn: conn.execute(select(audit).where(audit.c.ev == "letter.opened")).all())
    assert row.obj == item.digest
    assert b"duty" in row.leaf


# --- Attachments ----------------------------------------------------------------------------------------------------


def test_an_attachment_is_listed_and_comes_out_as_it_went_in(connection: WritingConnection, folder: BlobFolder) -> None:
    contents = [b"", b"abc", bytes(range(256)) * 4096 + b"tail"]
    taken = tuple(taken_in(folder, content, f"{n}.bin") for n, content in enumerate(contents))
    (item,) = written(connection, draft(1, taken=taken))
    (shown,) = page(connection).letters
    assert [(each.name, each.size, each.verified) for each in shown.files] == [
        (f"{n}.bin", len(content), True) for n, content in enumerate(contents)
    ]
    for n, content in enumerate(contents):
        found = transact(connection, lambda conn, n=n: READING.attachment(conn, item.digest, n))  # type: ignore[misc]
        assert b"".join(plain(folder, found)) == content
        assert shown.files[n].sha256 == hashlib.sha256(content).digest()


def test_LET_26_nothing_of_an_attachment_is_shown_before_it_is_whole(
    connection: WritingConnection, folder: BlobFolder
) -> None:
    items = written(connection, draft(1, taken=(taken_in(folder, b"x" * 3 * MIB),)))
    erased(connection)
    received(connection, *items)
    transact(connection, lambda conn: conn.execute(update(blobs).values(next_index=1)))
    (shown,) = page(connection).letters
    (file,) = shown.files
    assert (file.verified, file.arrived_bytes) == (False, file.stored_bytes // 3)
    with pytest.raises(NotVerifiedError):
        transact(connection, lambda conn: READING.attachment(conn, shown.digest, 0))


def test_an_attachment_that_is_not_there_is_not_found(connection: WritingConnection, folder: BlobFolder) -> None:
    (item,) = written(connection, draft(1, taken=(taken_in(folder, b"abc"),)))
    with pytest.raises(AttachmentUnknownError):
        transact(connection, lambda conn: READING.attachment(conn, item.digest, 1))
    with pytest.raises(LetterUnknownError):
        transact(connection, lambda conn: READING.attachment(conn, Digest(bytes(32)), 0))


def test_a_file_that_was_changed_on_disk_is_not_read(connection: WritingConnection, folder: BlobFolder) -> None:
    taken = taken_in(folder, b"abc")
    (item,) = written(connection, draft(1, taken=(taken,)))
    found = transact(connection, lambda conn: READING.attachment(conn, item.digest, 0))
    path = folder.root / taken.blob
    path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(RefusedError):
        list(plain(folder, found))
    with pytest.raises(DamagedError):
        list(plain(folder, replace(found, stored_bytes=found.stored_bytes + 1)))
