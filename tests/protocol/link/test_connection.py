"""Two ends of a link agree on what may be said when, and a peer that breaks a rule is refused."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Digest
from rogatory_protocol.limits import MAX_ENVELOPE_BYTES, MAX_OFFERED_BYTES
from rogatory_protocol.link.connection import (
    GETKEYS_PER_SECOND,
    MAX_REQUEST,
    MAX_UNREAD,
    RETIRE_SECONDS,
    Connection,
    Declined,
    Received,
    Stage,
)
from rogatory_protocol.link.frames import MAX_PIECE_BYTES, Chunk, Frame, Pull, Type, read, write
from rogatory_protocol.link.liveness import Due
from rogatory_protocol.rcbor import encode


def letter(n: int) -> Digest:
    return Digest(hashlib.sha256(n.to_bytes(4, "big")).digest())


def envelope_of(*letters: Digest, urg: int = 0, size: int = 50) -> bytes:
    """An envelope whose header can be read; nothing here opens one."""
    header = encode(
        {
            "v": 1,
            "suite": 1,
            "from": b"\1" * 32,
            "to": b"\2" * 32,
            "kid": bytes(16),
            "ld": list(letters),
            "exp": 1_800_000_000,
            "urg": urg,
            "blobs": [[] for _ in letters],
        }
    )
    return b"RGT1" + len(header).to_bytes(4, "big") + size.to_bytes(4, "big") + header + bytes(size)


def ready(**other: Any) -> dict[str, Any]:
    return {
        "v": 1,
        "now": 0,
        "inc": bytes(16),
        "max_env": MAX_ENVELOPE_BYTES,
        "max_offers": 128,
        "ot": [b"object", bytes(1_216)],
        "audit": None,
        "you": [],
        "card": None,
        "heads": [],
        "x": {},
    } | other


def carry(source: Connection, sink: Connection, *, now: float = 0, chunks: int = 2) -> list[Any]:
    """Take everything that *source* has to send through its bytes into *sink*."""
    frames = [read(write(frame)) for frame in source.frames_to_send(now=now, chunks=chunks)]
    return [event for frame in frames for event in sink.receive_frame(frame, now=now)]


def link(**other: Any) -> tuple[Connection, Connection]:
    """A dialler and a listener, both endorsed; *other* goes into the listener's READY."""
    a, b = Connection(dialler=True, now=0), Connection(dialler=False, now=0)
    b.notify(Type.READY, ready(**other))
    carry(b, a)
    a.endorse()
    a.notify(Type.READY, ready())
    carry(a, b)
    b.endorse()
    return a, b


def refused(connection: Connection, frame: Frame) -> Code:
    with pytest.raises(RefusedError) as caught:
        connection.receive_frame(frame, now=0)
    assert connection.stage is Stage.CLOSED
    assert connection.frames_to_send(now=0) == []
    return caught.value.code


def sent(connection: Connection, *, chunks: int = 2) -> list[tuple[Type, int]]:
    return [(frame.type, frame.req) for frame in connection.frames_to_send(now=0, chunks=chunks)]


PULL = Pull(letter=bytes(32), blob=bytes(16), first=0, count=2)


# Opening


def test_the_dialler_says_nothing_before_the_listeners_ready() -> None:
    a = Connection(dialler=True, now=0)
    with pytest.raises(LocalProtocolError):
        a.notify(Type.READY, ready())
    with pytest.raises(LocalProtocolError):
        a.ask(Type.FETCH, bytes(32))
    assert a.frames_to_send(now=0) == []


def test_nothing_is_given_or_answered_before_the_link_is_endorsed() -> None:
    a, b = Connection(dialler=True, now=0), Connection(dialler=False, now=0)
    b.notify(Type.READY, ready())
    carry(b, a)
    a.notify(Type.READY, ready())
    carry(a, b)
    for side in (a, b):
        assert side.stage is Stage.UNENDORSED
        assert side.free_offers(3) == 0
        with pytest.raises(LocalProtocolError):
            side.ask(Type.GETKEYS, 64)
        with pytest.raises(LocalProtocolError):
            side.notify(Type.HEAD, b"note")
        with pytest.raises(LocalProtocolError):
            side.receive_frame(Frame(type=Type.FETCH, req=2, body=bytes(32)), now=0)
        assert (side.next_timeout().at, side.next_timeout().due) == (60, Due.UNENDORSED)
    a.endorse()
    assert a.ask(Type.GETKEYS, 64) == 1


def test_our_own_ready_comes_before_any_question() -> None:
    a, b = Connection(dialler=True, now=0), Connection(dialler=False, now=0)
    b.notify(Type.READY, ready())
    carry(b, a)
    a.endorse()
    with pytest.raises(LocalProtocolError):
        a.ask(Type.GETKEYS, 64)


def test_a_link_that_is_never_endorsed_is_due_after_60_seconds() -> None:
    a = Connection(dialler=True, now=100)
    assert (a.next_timeout().at, a.next_timeout().due) == (160, Due.UNENDORSED)


@pytest.mark.parametrize("kind", sorted(set(Type) - {Type.READY, Type.BYE}))
def test_a_frame_before_ready_ends_the_link(kind: Type) -> None:
    assert refused(Connection(dialler=True, now=0), Frame(type=kind, req=2, body=None)) is Code.MALFORMED


def test_a_second_ready_ends_the_link() -> None:
    a, b = link()
    with pytest.raises(LocalProtocolError):
        b.notify(Type.READY, ready())
    assert refused(a, Frame(type=Type.READY, req=0, body=ready())) is Code.MALFORMED


def test_endorsing_needs_a_ready() -> None:
    a, _ = link()
    for side in (a, Connection(dialler=False, now=0)):
        with pytest.raises(LocalProtocolError):
            side.endorse()


# Questions and answers


def test_numbers_are_odd_from_the_dialler_and_even_from_the_listener() -> None:
    a, b = link()
    assert [a.ask(Type.FETCH, bytes(32)) for _ in range(3)] == [1, 3, 5]
    assert [b.ask(Type.FETCH, bytes(32)) for _ in range(3)] == [2, 4, 6]


def test_a_question_is_answered_once() -> None:
    a, b = link()
    req = a.ask(Type.GETKEYS, 1)
    carry(a, b)
    b.answer(req, Type.KEYS, (b"object", bytes(1_216)))
    (event,) = carry(b, a)
    assert (event.answers, event.done) == (Type.GETKEYS, True)
    with pytest.raises(LocalProtocolError):
        b.answer(req, Type.KEYS, (b"object", bytes(1_216)))


@pytest.mark.parametrize("req", [1, 2, 3, 4, 0, MAX_REQUEST])
@pytest.mark.parametrize("kind", [Type.KEYS, Type.ACKD, Type.CHUNK, Type.COPY, Type.LIST])
def test_LNK_11_answers_to_nothing_end_the_link_and_change_nothing(kind: Type, req: int) -> None:
    a, _ = link()
    offered = a.ask(Type.OFFER, envelope_of(letter(1)))
    assert offered == 1
    a.frames_to_send(now=0)
    body = Chunk(index=0, offset=0, piece=b"x") if kind is Type.CHUNK else b"x"
    assert refused(a, Frame(type=kind, req=req, body=body)) is Code.MALFORMED
    assert a.ours.letters == {letter(1)}


def test_LNK_11_a_question_with_our_parity_or_a_taken_number_ends_the_link() -> None:
    for reqs in ([1], [2, 2], [0]):
        a, _ = link()
        *first, last = (Frame(type=Type.FETCH, req=req, body=bytes(32)) for req in reqs)
        for frame in first:
            a.receive_frame(frame, now=0)
        assert refused(a, last) is Code.MALFORMED


def test_LNK_03_our_own_frames_sent_back_end_the_link() -> None:
    a, _ = link()
    a.ask(Type.FETCH, bytes(32))
    (frame,) = a.frames_to_send(now=0)
    assert refused(a, frame) is Code.MALFORMED


def test_a_card_is_a_question_unasked_and_an_answer_when_asked_for() -> None:
    a, b = link()
    asked, told = a.ask(Type.GETCARD, bytes(32)), b.ask(Type.CARD, b"card")
    carry(a, b)
    b.answer(asked, Type.CARD, b"card")
    answered, unasked = sorted(carry(b, a), key=lambda event: event.frame.req)
    assert (answered.answers, unasked.answers) == (Type.GETCARD, None)
    a.answer(told, Type.ACKD, (bytes(32),))
    assert carry(a, b)[0].answers is Type.CARD


def test_an_error_about_the_link_answers_nothing() -> None:
    a, _ = link()
    frame = Frame(type=Type.ERROR, req=0, body={"code": 16, "retry": 60, "note": "", "ld": None})
    assert a.receive_frame(frame, now=0) == [Received(frame=frame)]


def test_misuse_changes_nothing() -> None:
    a, b = link()
    wrong: list[Callable[[], object]] = [
        lambda: a.ask(Type.KEYS, (b"", b"")),
        lambda: a.notify(Type.FETCH, bytes(32)),
        lambda: a.answer(2, Type.KEYS, (b"", b"")),
        lambda: a.ask(Type.OFFER, b"no envelope"),
        lambda: a.ask(Type.COPY, bytes(3_000_000)),
        lambda: a.ask(Type.CARD, bytes(3_000_000)),
        lambda: a.ask(Type.PULL, PULL, expect_bytes=MAX_PIECE_BYTES),
        lambda: a.ask(Type.PULL, PULL, expect_bytes=2 * MAX_PIECE_BYTES + 1),
        lambda: a.ask(Type.FETCH, bytes(32), expect_bytes=1),
    ]
    for act in wrong:
        with pytest.raises(LocalProtocolError):
            act()
    assert (len(a.ours), a.frames_to_send(now=0), b.stage) == (0, [], Stage.OPEN)
    assert a.ask(Type.FETCH, bytes(32)) == 1


def test_LNK_09_numbers_and_age_retire_a_link_before_they_run_out() -> None:
    a, _ = link()
    assert not a.retiring(now=RETIRE_SECONDS - 1)
    assert a.retiring(now=RETIRE_SECONDS)
    a._next_req = MAX_REQUEST
    assert a.retiring(now=0)
    assert a.ask(Type.FETCH, bytes(32)) == MAX_REQUEST
    with pytest.raises(LocalProtocolError):
        a.ask(Type.FETCH, bytes(32))


# Offers


def test_evidence_settles_offers_on_both_sides() -> None:
    a, b = link()
    a.ask(Type.OFFER, envelope_of(letter(1), letter(2)))
    a.ask(Type.OFFER, envelope_of(letter(3)))
    first, _ = carry(a, b)
    assert first.sealed.header.ld == (letter(1), letter(2))
    b.ask(Type.EVID, (b"evidence",), settles=[letter(1), letter(3)])
    (event,) = carry(b, a)
    assert (event.frame.req, event.answers) == (2, None)
    assert b.theirs.letters == {letter(2)}
    assert a.ours.letters == {letter(1), letter(2), letter(3)}
    a.settle([letter(1), letter(3)])
    assert a.ours.letters == {letter(2)}
    b.answer(1, Type.ERROR, {"code": 17, "retry": 5, "note": "", "ld": [letter(2)]})
    (event,) = carry(b, a)
    assert (event.answers, event.done, a.ours.letters) == (Type.OFFER, True, frozenset())


def test_one_place_is_kept_for_urgency_3() -> None:
    a, _ = link(max_offers=2)
    assert (a.free_offers(0), a.free_offers(2), a.free_offers(3)) == (1, 1, 2)
    a.ask(Type.OFFER, envelope_of(letter(1)))
    with pytest.raises(LocalProtocolError):
        a.ask(Type.OFFER, envelope_of(letter(2), urg=2))
    a.ask(Type.OFFER, envelope_of(letter(2), urg=3))
    with pytest.raises(LocalProtocolError):
        a.ask(Type.OFFER, envelope_of(letter(3), urg=3))


def test_a_letter_is_offered_once_at_a_time_and_in_no_larger_envelope_than_the_peer_takes() -> None:
    a, _ = link(max_env=1_000)
    a.ask(Type.OFFER, envelope_of(letter(1)))
    for raw in (envelope_of(letter(1)), envelope_of(letter(2), size=1_000)):
        with pytest.raises(LocalProtocolError):
            a.ask(Type.OFFER, raw)


def test_offers_beyond_the_window_are_declined_and_the_link_stays() -> None:
    b = Connection(dialler=False, now=0, max_offers=2)
    b.notify(Type.READY, ready(max_offers=2))
    b.receive_frame(read(write(Frame(type=Type.READY, req=0, body=ready()))), now=0)
    b.endorse()
    b.frames_to_send(now=0)
    fine = Frame(type=Type.OFFER, req=1, body=envelope_of(letter(1), letter(2)))
    more = Frame(type=Type.OFFER, req=3, body=envelope_of(letter(3)))
    assert isinstance(b.receive_frame(fine, now=0)[0], Received)
    assert b.receive_frame(more, now=0) == [Declined(req=3, code=Code.LINK_LIMIT)]
    (error,) = b.frames_to_send(now=0)
    assert (error.type, error.req, error.body["code"], error.body["ld"]) == (Type.ERROR, 3, 22, None)
    assert read(write(error)) == error
    assert b.theirs.letters == {letter(1), letter(2)}


def test_offered_bytes_are_bounded() -> None:
    _, b = link()
    size = MAX_OFFERED_BYTES // 4
    frames = [
        Frame(type=Type.OFFER, req=2 * n + 1, body=envelope_of(letter(n), size=size - 300 if n < 4 else 3_000))
        for n in range(5)
    ]
    events = [b.receive_frame(frame, now=0)[0] for frame in frames]
    assert [type(event) for event in events] == [Received] * 4 + [Declined]


def test_an_offer_that_is_no_envelope_is_declined_with_its_code() -> None:
    _, b = link()
    assert b.receive_frame(Frame(type=Type.OFFER, req=1, body=b"junk"), now=0) == [Declined(req=1, code=Code.MALFORMED)]
    assert b.stage is Stage.OPEN


def test_what_is_unanswered_when_a_link_ends_can_be_offered_elsewhere() -> None:
    a, _ = link()
    a.ask(Type.OFFER, envelope_of(letter(1)))
    a.close()
    assert (a.ours.letters, a.frames_to_send(now=0)) == ({letter(1)}, [])
    for act in (lambda: a.ask(Type.FETCH, bytes(32)), lambda: a.notify(Type.BYE, {"code": 0})):
        with pytest.raises(LocalProtocolError):
            act()


# Pulls, keys and the send order


def test_the_send_order() -> None:
    a, b = link()
    b.ask(Type.PULL, PULL)
    b.ask(Type.EVID, (b"theirs",))
    b.ask(Type.FETCH, bytes(32))
    carry(b, a)
    a.answer(2, Type.CHUNK, Chunk(index=0, offset=0, piece=b"x"), last=False)
    a.notify(Type.HEAD, b"note")
    for urg in (0, 3, 1, 2):
        a.ask(Type.OFFER, envelope_of(letter(urg), urg=urg))
    a.ask(Type.GETKEYS, 1)
    a.answer(4, Type.ACKD, (bytes(32),))
    a.answer(6, Type.ERROR, {"code": 21, "retry": 0, "note": "", "ld": None})
    a.ask(Type.EVID, (b"ours",))
    kinds = [kind for kind, _ in sent(a)]
    first, offers, rest, last = kinds[:3], kinds[3:7], kinds[7:9], kinds[9:]
    assert first == [Type.ACKD, Type.ERROR, Type.EVID]
    assert offers == [Type.OFFER] * 4
    assert (rest, last) == ([Type.HEAD, Type.GETKEYS], [Type.CHUNK])


def test_offers_leave_by_urgency() -> None:
    a, _ = link()
    reqs = {urg: a.ask(Type.OFFER, envelope_of(letter(urg), urg=urg)) for urg in (0, 3, 1, 2)}
    assert [req for _, req in sent(a)] == [reqs[3], reqs[2], reqs[1], reqs[0]]


def test_an_emergency_passes_between_two_pieces() -> None:
    a, b = link()
    b.ask(Type.PULL, PULL)
    carry(b, a)
    for n in range(10):
        a.answer(2, Type.CHUNK, Chunk(index=0, offset=n, piece=b"x"), last=False)
    assert [kind for kind, _ in sent(a)] == [Type.CHUNK] * 2
    a.ask(Type.OFFER, envelope_of(letter(1), urg=3))
    assert [kind for kind, _ in sent(a, chunks=1)] == [Type.OFFER, Type.CHUNK]
    assert a.queued_chunks == 7
    assert sent(a, chunks=0) == []


def test_a_pull_is_answered_piece_by_piece() -> None:
    a, b = link()
    req = a.ask(Type.PULL, PULL, expect_bytes=MAX_PIECE_BYTES + 5)
    carry(a, b)
    b.answer(req, Type.CHUNK, Chunk(index=0, offset=0, piece=bytes(MAX_PIECE_BYTES)), last=False)
    b.answer(req, Type.CHUNK, Chunk(index=1, offset=0, piece=memoryview(b"12345")))
    assert [event.done for event in carry(b, a)] == [False, True]
    assert (a.ours.free_chunks, b.theirs.free_chunks) == (8, 8)


def test_an_error_drops_the_pieces_that_it_overtakes() -> None:
    a, b = link()
    a.ask(Type.PULL, PULL)
    other = a.ask(Type.PULL, PULL)
    carry(a, b)
    for req in (1, other, 1):
        b.answer(req, Type.CHUNK, Chunk(index=0, offset=0, piece=b"x"), last=False)
    b.answer(1, Type.ERROR, {"code": 21, "retry": 0, "note": "", "ld": None})
    assert [event.frame.req for event in carry(b, a)] == [1, other]
    assert a.stage is Stage.OPEN


def test_DLV_21_pulls_beyond_8_chunks_are_declined() -> None:
    a, b = link()
    for _ in range(4):
        a.ask(Type.PULL, PULL)
    with pytest.raises(LocalProtocolError):
        a.ask(Type.PULL, PULL)
    carry(a, b)
    extra = Frame(type=Type.PULL, req=99, body=PULL)
    assert b.receive_frame(extra, now=0) == [Declined(req=99, code=Code.LINK_LIMIT)]


def test_getkeys_has_a_rate() -> None:
    _, b = link()

    def asking(req: int, now: float) -> object:
        (event,) = b.receive_frame(Frame(type=Type.GETKEYS, req=req, body=64), now=now)
        return type(event)

    reqs = iter(range(1, 1_001, 2))
    assert [asking(next(reqs), 0.5) for _ in range(GETKEYS_PER_SECOND)] == [Received] * GETKEYS_PER_SECOND
    assert asking(next(reqs), 1.4) is Declined
    assert asking(next(reqs), 1.5) is Received


def test_a_peer_that_asks_and_never_reads_is_dropped() -> None:
    _, b = link()
    *most, last = (Frame(type=Type.OFFER, req=2 * n + 1, body=b"junk") for n in range(MAX_UNREAD + 1))
    for frame in most:
        b.receive_frame(frame, now=0)
    assert refused(b, last) is Code.LINK_LIMIT


# The end


def test_bye_is_the_last_frame() -> None:
    a, b = link()
    b.ask(Type.PULL, PULL)
    carry(b, a)
    a.answer(2, Type.CHUNK, Chunk(index=0, offset=0, piece=b"x"), last=False)
    a.notify(Type.BYE, {"code": 0})
    with pytest.raises(LocalProtocolError):
        a.ask(Type.FETCH, bytes(32))
    assert [event.frame.type for event in carry(a, b)] == [Type.BYE]
    assert (a.stage, b.stage) == (Stage.CLOSED, Stage.CLOSED)
    with pytest.raises(LocalProtocolError):
        b.receive_frame(Frame(type=Type.HEAD, req=0, body=b"note"), now=0)


def test_a_busy_link_is_given_up_after_40_seconds_and_an_idle_one_after_330() -> None:
    a, b = link()
    a.beaten(now=290)
    assert (a.next_timeout().at, a.next_timeout().due) == (330, Due.SILENT)
    a.ask(Type.FETCH, bytes(32))
    carry(a, b, now=300)
    assert (a.next_timeout().at, a.next_timeout().due) == (320, Due.HEARTBEAT)
    a.beaten(now=320)
    assert (a.next_timeout().at, a.next_timeout().due) == (340, Due.SILENT)
    a.heard(now=330)
    assert a.next_timeout().at == 340
    assert a.next_timeout().due is Due.HEARTBEAT
    b.answer(1, Type.COPY, b"copy")
    carry(b, a, now=350)
    assert (a.next_timeout().at, a.next_timeout().due) == (620, Due.HEARTBEAT)
    assert (b.next_timeout().at, b.next_timeout().due) == (300, Due.HEARTBEAT)


def test_work_that_goes_on_does_not_put_off_the_end_of_silence() -> None:
    a, b = link()
    a.ask(Type.FETCH, bytes(32))
    carry(a, b, now=100)
    a.beaten(now=130)
    a.ask(Type.FETCH, bytes(32))
    carry(a, b, now=135)
    assert (a.next_timeout().at, a.next_timeout().due) == (140, Due.SILENT)
