"""Questions are counted in and out exactly, and only a fitting answer closes one."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Digest
from rogatory_protocol.limits import MAX_OFFERED_BYTES
from rogatory_protocol.link.asks import ANSWERS, MAX_OPEN_ASKS, NOTICES, Asks
from rogatory_protocol.link.frames import MAX_PIECE_BYTES, Chunk, Frame, Pull, Type


def letter(n: int) -> Digest:
    return Digest(hashlib.sha256(bytes([n])).digest())


def offer(req: int, size: int = 100) -> Frame:
    return Frame(type=Type.OFFER, req=req, body=bytes(size))


def pull(req: int, count: int = 8, first: int = 0) -> Frame:
    return Frame(type=Type.PULL, req=req, body=Pull(letter=bytes(32), blob=bytes(16), first=first, count=count))


def chunk(req: int, index: int, offset: int, size: int) -> Frame:
    return Frame(type=Type.CHUNK, req=req, body=Chunk(index=index, offset=offset, piece=bytes(size)))


def error(req: int, ld: tuple[bytes, ...] | None = None) -> Frame:
    return Frame(type=Type.ERROR, req=req, body={"code": 22, "retry": 0, "note": "", "ld": ld})


def refused(asks: Asks, frame: Frame) -> None:
    with pytest.raises(RefusedError) as caught:
        asks.take(frame)
    assert caught.value.code is Code.MALFORMED


def test_every_type_asks_answers_or_tells() -> None:
    answers = {kind for kinds in ANSWERS.values() for kind in kinds}
    assert set(ANSWERS) | answers | NOTICES == set(Type)


def test_an_offer_is_open_until_its_last_letter_is_settled() -> None:
    asks = Asks(max_letters=4)
    asks.open(offer(1, 500), [letter(1), letter(2), letter(3)])
    assert (asks.free_letters, asks.free_offered_bytes) == (1, MAX_OFFERED_BYTES - 500)
    asks.settle([letter(1), letter(9)])
    assert asks.take(error(1, (letter(2),))) == (Type.OFFER, False)
    assert asks.letters == {letter(3)}
    asks.settle([letter(3)])
    assert (len(asks), asks.free_letters, asks.free_offered_bytes) == (0, 4, MAX_OFFERED_BYTES)


def test_an_error_without_letters_answers_the_whole_offer() -> None:
    asks = Asks()
    asks.open(offer(1), [letter(1), letter(2)])
    assert asks.take(error(1)) == (Type.OFFER, True)
    assert asks.letters == frozenset()


def test_a_letter_in_two_offers_is_settled_in_both_by_evidence_and_in_one_by_an_error() -> None:
    asks = Asks()
    asks.open(offer(1), [letter(1)])
    asks.open(offer(3), [letter(1)])
    asks.open(offer(5), [letter(1)])
    asks.take(error(3, (letter(1),)))
    assert 1 in asks
    assert 3 not in asks
    asks.settle([letter(1)])
    assert len(asks) == 0


def test_LNK_11_an_error_that_names_a_strange_letter_is_refused() -> None:
    asks = Asks()
    asks.open(offer(1), [letter(1)])
    refused(asks, error(1, (letter(1), letter(2))))
    assert asks.letters == {letter(1)}


def test_windows_are_full_at_their_limits() -> None:
    asks = Asks(max_letters=2)
    assert asks.fits(offer(1, MAX_OFFERED_BYTES), [letter(1), letter(2)])
    assert not asks.fits(offer(1, MAX_OFFERED_BYTES + 1), [letter(1)])
    assert not asks.fits(offer(1), [letter(1), letter(2), letter(3)])
    asks.open(pull(3, 7))
    assert asks.fits(pull(5, 1))
    assert not asks.fits(pull(5, 2))
    for req in range(5, 5 + MAX_OPEN_ASKS - 1):
        asks.open(Frame(type=Type.FETCH, req=req, body=bytes(32)))
    assert not asks.fits(Frame(type=Type.FETCH, req=4, body=bytes(32)))


@pytest.mark.parametrize(
    ("kind", "body"), [(Type.EVID, (b"evidence",)), (Type.CARD, b"card"), (Type.OFFER, b"envelope")]
)
def test_large_bodies_are_not_kept(kind: Type, body: Any) -> None:
    """Evidence of 2 MiB in each of 1,024 questions would be 2 GiB."""
    asks = Asks()
    asks.open(Frame(type=kind, req=1, body=body), [letter(1)] if kind is Type.OFFER else ())
    assert asks.expecting(error(1)).frame.body is None


def test_a_pull_is_closed_by_its_last_byte() -> None:
    asks = Asks()
    asks.open(pull(1, 2, first=7), expect_bytes=MAX_PIECE_BYTES + 10)
    half = MAX_PIECE_BYTES // 2
    assert asks.take(chunk(1, 7, 0, half)) == (Type.PULL, False)
    assert asks.take(chunk(1, 7, half, MAX_PIECE_BYTES - half)) == (Type.PULL, False)
    assert asks.take(chunk(1, 8, 0, 10)) == (Type.PULL, True)
    assert asks.free_chunks == 8
    refused(asks, chunk(1, 8, 10, 1))


@pytest.mark.parametrize(
    ("index", "offset", "size"),
    [(6, 0, 1), (8, 0, 1), (7, 1, 1), (7, 0, 21), (8, 20, 1)],
)
def test_DLV_21_a_piece_out_of_order_or_too_long_is_refused(index: int, offset: int, size: int) -> None:
    asks = Asks()
    asks.open(pull(1, 1, first=7), expect_bytes=20)
    refused(asks, chunk(1, index, offset, size))


@pytest.mark.parametrize(
    ("asked", "body", "kind", "answer"),
    [
        (Type.SYNC, {"as": "sender", "since": 0, "cursor": 5, "max": 1}, Type.LIST, {"rows": (), "next": 5}),
        (Type.SYNC, {"as": "sender", "since": 0, "cursor": 5, "max": 1}, Type.LIST, {"rows": (1, 2), "next": None}),
        (Type.GETKEYS, 2, Type.KEYS, (b"object", bytes(3 * 1_216))),
        (Type.GETKEYS, 2, Type.KEYS, (b"object", bytes(1_217))),
        (Type.GETKEYS, 2, Type.KEYS, (b"object", b"")),
        (Type.GETKEYS, 2, Type.ACKD, (bytes(32),)),
        (Type.EVID, (b"evidence",), Type.KEYS, (b"object", bytes(1_216))),
    ],
)
def test_LNK_11_an_answer_that_does_not_fit_its_question_is_refused(
    asked: Type, body: Any, kind: Type, answer: Any
) -> None:
    asks = Asks()
    asks.open(Frame(type=asked, req=1, body=body))
    refused(asks, Frame(type=kind, req=1, body=answer))
    assert 1 in asks


@pytest.mark.parametrize(
    ("asked", "body", "kind", "answer"),
    [
        (Type.SYNC, {"as": "sender", "since": 0, "cursor": 5, "max": 1}, Type.LIST, {"rows": (1,), "next": 6}),
        (Type.GETKEYS, 2, Type.KEYS, (b"object", bytes(2 * 1_216))),
        (Type.EVID, (b"evidence",), Type.ACKD, (bytes(32),)),
        (Type.CARD, b"card", Type.ACKD, (bytes(32),)),
        (Type.GETCARD, bytes(32), Type.CARD, b"card"),
        (Type.FETCH, bytes(32), Type.COPY, b"copy"),
    ],
)
def test_a_fitting_answer_closes_its_question_once(asked: Type, body: Any, kind: Type, answer: Any) -> None:
    asks = Asks()
    asks.open(Frame(type=asked, req=1, body=body))
    reply = Frame(type=kind, req=1, body=answer)
    assert asks.take(reply) == (asked, True)
    refused(asks, reply)


@given(st.lists(st.tuples(st.sampled_from("osec"), st.integers(1, 6), st.sets(st.integers(0, 5), min_size=1))))
def test_the_counts_are_those_of_what_is_open(steps: list[tuple[str, int, set[int]]]) -> None:
    """Whatever comes in which order, nothing leaks from a window."""
    asks = Asks()
    model: dict[int, set[Digest]] = {}
    for step, req, numbers in steps:
        named = {letter(n) for n in numbers}
        if step == "o" and req not in model:
            asks.open(offer(req, 10), named)
            model[req] = named
        elif step == "s":
            asks.settle(named)
            model = {number: left - named for number, left in model.items() if left - named}
        elif step == "e" and req in model and named <= model[req]:
            asks.take(error(req, tuple(named)))
            model = {n: left for n, o in model.items() if (left := o - named if n == req else o)}
        elif step == "c":
            asks.close(req)
            model.pop(req, None)
        assert len(asks) == len(model)
        assert asks.free_letters == 128 - sum(map(len, model.values()))
        assert asks.free_offered_bytes == MAX_OFFERED_BYTES - 10 * len(model)
        assert asks.letters == frozenset().union(*model.values())
