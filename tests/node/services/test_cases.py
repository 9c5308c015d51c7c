"""Cases are found by what people call them, listed by what they need, and named once."""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy import Connection, select

from rogatory_node.services.cases import (
    CaseAmbiguousError,
    Cases,
    CaseUnknownError,
    Naming,
    ReferenceTakenError,
    ReferenceUnfitError,
    Waiting,
    find,
)
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import WritingConnection, open_writing
from rogatory_node.storage.tables import audit, blobs, cases, evidence, letters, parties
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Aid, Id16

NOW = 1_800_000_000
XA, XB, XC = (Aid(hashlib.sha256(name).digest()) for name in (b"XA", b"XB", b"XC"))
R = TypeVar("R")


def transact(opened: WritingConnection, work: Callable[[Connection], R]) -> R:
    """Run as the writer does: one transaction, kept or not at all."""

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


@pytest.fixture
def mine() -> Cases:
    return Cases(me=XA, wall=lambda: float(NOW), random=bytes)


def opened(connection: WritingConnection, digits: str, *, conv: str | None = None, flagged: bool = False) -> Id16:
    """Open a case by rows, as filing does."""
    case, of = bytes.fromhex(digits.ljust(32, "0")), bytes.fromhex((conv or digits).ljust(32, "0"))
    row = {"id": case, "conv": of, "own_ref": None, "opened_at": NOW, "flagged": flagged}
    who = [{"case": case, "aid": aid} for aid in (XA, XB)]
    transact(connection, lambda conn: (conn.execute(cases.insert(), [row]), conn.execute(parties.insert(), who)))
    return Id16(case)


def stored(
    connection: WritingConnection, case: Id16, n: int, *, came: bool = True, urg: int = 0, at: int = NOW, exp: int = NOW
) -> bytes:
    """Store a letter by a row; what is in it does not matter here."""
    digest = hashlib.sha256(case + bytes((n,))).digest()
    row = {
        "digest": digest,
        "direction": "in" if came else "out",
        "from_aid": XB if came else XA,
        "letter_id": digest[:16],
        "conv": case,
        "case": case,
        "seq": n,
        "prev": None,
        "urg": urg,
        "ts": at,
        "exp": exp,
        "raw_sealed": b"",
        "parts_sealed": b"",
        "stored_at": at,
    }
    transact(connection, lambda conn: conn.execute(letters.insert(), [row]))
    return digest


def answered(connection: WritingConnection, digest: bytes, *levels: Level) -> None:
    rows = [
        {
            "digest": hashlib.sha256(digest + bytes((level,))).digest(),
            "direction": "out",
            "letter": digest,
            "lvl": int(level),
            "from_aid": XA,
            "to_aid": XB,
            "ts": NOW,
            "code": None,
            "raw_sealed": b"",
            "ackd": False,
            "stored_at": NOW,
        }
        for level in levels
    ]
    transact(connection, lambda conn: conn.execute(evidence.insert(), rows))


def inbox(connection: WritingConnection, mine: Cases) -> tuple[Waiting, ...]:
    return transact(connection, mine.inbox).cases


# --- Finding --------------------------------------------------------------------------------------------------------


def test_a_case_is_found_by_digits_prefix_and_reference(connection: WritingConnection, mine: Cases) -> None:
    case = opened(connection, "abcdef1200")
    opened(connection, "abcdef1300")
    transact(connection, lambda conn: mine.name(conn, [Naming(case=case, reference="XA-2026/7", role="desk")]))
    for word in (case.hex(), case.hex().upper(), "abcdef12", "XA-2026/7"):
        assert transact(connection, lambda conn, word=word: find(conn, word)) == case  # type: ignore[misc]


@pytest.mark.parametrize("word", ["", "abcde", "fedcba", "xa-2026/7", "no hex at all", "a" * 33, "%", "abcdef%"])
def test_what_no_case_is_called_is_not_found(connection: WritingConnection, word: str) -> None:
    opened(connection, "abcdef12")
    with pytest.raises(CaseUnknownError):
        transact(connection, lambda conn: find(conn, word))


def test_an_ambiguous_prefix_names_the_candidates(connection: WritingConnection) -> None:
    first, second = opened(connection, "abcdef1200"), opened(connection, "abcdef1300")
    with pytest.raises(CaseAmbiguousError) as caught:
        transact(connection, lambda conn: find(conn, "abcdef1"))
    assert caught.value.candidates == (first, second)


def test_a_strangers_case_does_not_hide_the_one_that_was_there(connection: WritingConnection) -> None:
    first = opened(connection, "abcdef12")
    flagged = opened(connection, "123456", conv="abcdef12", flagged=True)
    for word, case in (("abcdef", first), (first.hex(), first), ("123456", flagged)):
        assert transact(connection, lambda conn, word=word: find(conn, word)) == case  # type: ignore[misc]


def test_an_own_reference_goes_before_digits(connection: WritingConnection, mine: Cases) -> None:
    opened(connection, "20260117")
    named = opened(connection, "abcdef12")
    transact(connection, lambda conn: mine.name(conn, [Naming(case=named, reference="20260117", role="desk")]))
    assert transact(connection, lambda conn: find(conn, "20260117")) == named


# --- Naming ---------------------------------------------------------------------------------------------------------


def test_naming_a_case_leaves_an_audit_leaf(connection: WritingConnection, mine: Cases) -> None:
    case = opened(connection, "abcdef12")
    letter = stored(connection, case, 1)
    transact(connection, lambda conn: mine.name(conn, [Naming(case=case, reference="A", role="desk")]))
    rows = transact(connection, lambda conn: conn.execute(select(audit).where(audit.c.ev == "case.named")).all())
    assert [row.obj for row in rows] == [letter]


def test_a_reference_belongs_to_one_case_until_it_is_taken_away(connection: WritingConnection, mine: Cases) -> None:
    first, second = opened(connection, "abcdef12"), opened(connection, "123456")
    transact(connection, lambda conn: mine.name(conn, [Naming(case=first, reference="A", role="desk")]))
    again = Naming(case=second, reference="A", role="desk")
    with pytest.raises(ReferenceTakenError):
        transact(connection, lambda conn: mine.name(conn, [again]))
    transact(connection, lambda conn: mine.name(conn, [Naming(case=first, reference="A", role="desk")]))
    transact(connection, lambda conn: mine.name(conn, [Naming(case=first, reference=None, role="desk")]))
    transact(connection, lambda conn: mine.name(conn, [again]))
    assert transact(connection, lambda conn: find(conn, "A")) == second


@pytest.mark.parametrize("reference", ["", " A", "A\n", "a\x00b", "x" * 129, "\u202e"])
def test_a_reference_is_one_line(connection: WritingConnection, mine: Cases, reference: str) -> None:
    case = opened(connection, "abcdef12")
    with pytest.raises(ReferenceUnfitError):
        transact(connection, lambda conn: mine.name(conn, [Naming(case=case, reference=reference, role="desk")]))


def test_an_unknown_case_is_not_named(connection: WritingConnection, mine: Cases) -> None:
    with pytest.raises(CaseUnknownError):
        transact(connection, lambda conn: mine.name(conn, [Naming(case=Id16(bytes(16)), reference="A", role="desk")]))


# --- The inbox ------------------------------------------------------------------------------------------------------


def test_a_letter_that_nobody_took_and_nobody_decided_waits(connection: WritingConnection, mine: Cases) -> None:
    case = opened(connection, "abcdef12")
    letter = stored(connection, case, 1, urg=2)
    answered(connection, letter, Level.STORED, Level.COMPLETE)
    (found,) = inbox(connection, mine)
    assert (found.id, found.untaken, found.undecided, found.urg, found.since) == (case, 1, True, 2, NOW)
    assert found.parties == tuple(sorted((XA, XB)))
    answered(connection, letter, Level.TAKEN)
    (found,) = inbox(connection, mine)
    assert (found.untaken, found.undecided) == (0, True)
    answered(connection, letter, Level.DECLINED)
    assert inbox(connection, mine) == ()


def test_what_this_authority_asked_is_not_its_own_to_decide(connection: WritingConnection, mine: Cases) -> None:
    case = opened(connection, "abcdef12")
    stored(connection, case, 1, came=False, at=NOW - 5)
    assert inbox(connection, mine) == ()
    reply = stored(connection, case, 2, at=NOW - 5)
    (found,) = inbox(connection, mine)
    assert (found.untaken, found.undecided, found.letters) == (1, False, 2)
    answered(connection, reply, Level.TAKEN)
    assert inbox(connection, mine) == ()


def test_attachments_that_still_arrive_keep_a_case_in_the_inbox(connection: WritingConnection, mine: Cases) -> None:
    case = opened(connection, "abcdef12")
    arriving, late = stored(connection, case, 1, exp=NOW), stored(connection, case, 2, exp=NOW - 1)
    for digest in (arriving, late):
        answered(connection, digest, Level.TAKEN, Level.ACCEPTED)
    row = {"blob_id": bytes(16), "direction": "in", "n": 1, "stored_bytes": 4112, "next_index": 0, "path": ""}
    rows = [{"letter": digest, "idx": n, "verified": n == 0, **row} for digest in (arriving, late) for n in range(2)]
    transact(connection, lambda conn: conn.execute(blobs.insert(), rows))
    (found,) = inbox(connection, mine)
    assert (found.arriving, found.untaken, found.undecided) == (1, 0, False)


def test_the_most_urgent_comes_first_then_the_one_that_waits_longest(
    connection: WritingConnection, mine: Cases
) -> None:
    for n, (urg, at) in enumerate([(0, 5), (3, 9), (0, 1), (3, 7)]):
        stored(connection, opened(connection, f"{n:08x}"), 1, urg=urg, at=NOW + at)
    assert [(case.urg, case.since - NOW) for case in inbox(connection, mine)] == [(3, 7), (3, 9), (0, 1), (0, 5)]


def test_an_urgent_letter_that_was_dealt_with_does_not_lift_its_case(
    connection: WritingConnection, mine: Cases
) -> None:
    case = opened(connection, "abcdef12")
    answered(connection, stored(connection, case, 1, urg=3, at=NOW - 9), Level.TAKEN)
    stored(connection, case, 2, urg=1)
    (found,) = inbox(connection, mine)
    assert (found.urg, found.since) == (1, NOW)


def test_pages_are_bounded_and_join_without_gap(connection: WritingConnection, mine: Cases) -> None:
    expected = set()
    for n in range(7):
        case = opened(connection, f"{n:08x}")
        stored(connection, case, 1, urg=n % 2, at=NOW + n // 3)
        expected.add(case)
    seen: list[Id16] = []
    after = None
    for _ in range(3):
        page = transact(connection, lambda conn, after=after: mine.inbox(conn, after=after, most=3))  # type: ignore[misc]
        assert len(page.cases) <= 3
        seen += [case.id for case in page.cases]
        after = page.next
    assert after is None
    assert len(seen) == len(set(seen)) == 7
    assert set(seen) == expected


def test_letters_to_answer_come_in_order(connection: WritingConnection, mine: Cases) -> None:
    case = opened(connection, "abcdef12")
    first, second = stored(connection, case, 1, at=NOW), stored(connection, case, 2, at=NOW + 1)
    stored(connection, case, 3, came=False)
    answered(connection, first, Level.TAKEN)
    assert transact(connection, lambda conn: mine.untaken(conn, case)) == [second]
    assert transact(connection, lambda conn: mine.undecided(conn, case)) == [first, second]
    assert transact(connection, lambda conn: mine.others(conn, case)) == (XB,)
