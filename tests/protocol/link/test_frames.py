"""Frames come back as they went; unknown types are told from malformed bodies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rogatory_protocol.audit import Head
from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.limits import MAX_ENVELOPE_BYTES
from rogatory_protocol.link.frames import MAX_PIECE_BYTES, Chunk, Frame, Pull, Type, chunk_parts, number, read, write
from rogatory_protocol.rcbor import encode

READY = {
    "v": 1,
    "now": 1_800_000_000,
    "inc": bytes(16),
    "max_env": MAX_ENVELOPE_BYTES,
    "max_offers": 128,
    "ot": [b"object", b"keys"],
    "audit": [0, 7, bytes(32)],
    "you": [b"other boot"],
    "card": None,
    "heads": [["registry.example/log", 9, bytes(32)]],
    "x": {},
}
BODIES = {
    Type.READY: READY,
    Type.BYE: {"code": 0},
    Type.ERROR: {"code": 16, "retry": 60, "note": "", "ld": [bytes(32)]},
    Type.OFFER: b"RGT1 and the rest",
    Type.PULL: Pull(letter=bytes(32), blob=bytes(16), first=2**40, count=8),
    Type.CHUNK: Chunk(index=5, offset=0, piece=b"sealed"),
    Type.EVID: (b"one", b"two"),
    Type.ACKD: (bytes(32),),
    Type.GETKEYS: 64,
    Type.KEYS: (b"object", b"keys"),
    Type.GETCARD: bytes(32),
    Type.CARD: b"card",
    Type.HEAD: b"note",
    Type.SYNC: {"as": "sender", "since": 0, "cursor": 0, "max": 512},
    Type.LIST: {"rows": [[bytes(32), [30, 35]]], "next": None},
    Type.FETCH: bytes(32),
    Type.COPY: b"sealed copy",
}


def test_every_type_has_an_example() -> None:
    assert set(BODIES) == set(Type)


@pytest.mark.parametrize("kind", Type)
def test_frames_come_back(kind: Type) -> None:
    raw = write(Frame(type=kind, req=7, body=BODIES[kind]))
    frame = read(raw)
    assert (frame.type, frame.req, number(raw)) == (kind, 7, 7)
    if not isinstance(BODIES[kind], dict):
        assert frame.body == BODIES[kind]


def test_ready_is_read_into_values() -> None:
    body = read(write(Frame(type=Type.READY, req=0, body=READY))).body
    assert isinstance(body["audit"], Head)
    assert body["heads"] == (("registry.example/log", 9, bytes(32)),)


@given(st.binary(max_size=200))
def test_LNK_12_any_bytes_are_read_or_refused(raw: bytes) -> None:
    refusal: Code | None = None
    try:
        read(raw)
    except RefusedError as error:
        refusal = error.code
    assert refusal in {None, Code.MALFORMED, Code.UNKNOWN_TYPE}


@pytest.mark.parametrize("kind", sorted(set(range(256)) - set(Type)))
def test_LNK_12_unknown_types_leave_the_link(kind: int) -> None:
    with pytest.raises(RefusedError) as caught:
        read(bytes((kind, 0, 0, 0, 9)) + b"anything")
    assert caught.value.code is Code.UNKNOWN_TYPE


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Type.READY, encode({**READY, "v": 2})),
        (Type.READY, encode({name: value for name, value in READY.items() if name != "x"})),
        (Type.READY, encode({**READY, "max_offers": 129})),
        (Type.READY, encode({**READY, "you": [b"", b"", b""]})),
        (Type.ERROR, encode({"code": True, "retry": 0, "note": "", "ld": None})),
        (Type.ERROR, encode({"code": 1, "retry": 0, "note": "a" * 201, "ld": None})),
        (Type.PULL, bytes(60)),
        (Type.PULL, bytes(59) + b"\x09"),
        (Type.PULL, bytes(59)),
        (Type.CHUNK, bytes(12)),
        (Type.CHUNK, bytes(8) + MAX_PIECE_BYTES.to_bytes(4, "big") + b"x"),
        (Type.GETKEYS, b"\x41"),
        (Type.GETKEYS, b"\x00"),
        (Type.EVID, encode([])),
        (Type.ACKD, encode([bytes(31)])),
        (Type.SYNC, encode({"as": "other", "since": 0, "cursor": 0, "max": 1})),
        (Type.SYNC, encode({"as": "sender", "since": 0, "cursor": 0, "max": 513})),
        (Type.FETCH, bytes(33)),
        (Type.OFFER, b""),
    ],
)
def test_ENC_10_wrong_bodies_are_malformed(kind: Type, body: bytes) -> None:
    with pytest.raises(RefusedError) as caught:
        read(bytes((kind, 0, 0, 0, 1)) + body)
    assert caught.value.code is Code.MALFORMED


def test_LNK_13_a_frame_larger_than_a_message_is_our_own_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        write(Frame(type=Type.COPY, req=1, body=bytes(2_200_000)))
    with pytest.raises(LocalProtocolError):
        write(Frame(type=Type.COPY, req=1 << 32, body=b"x"))


def test_a_chunk_in_two_parts_is_the_chunk_as_it_is_written() -> None:
    frame = Frame(type=Type.CHUNK, req=7, body=Chunk(index=5, offset=9, piece=memoryview(b"sealed")))
    head, piece = chunk_parts(frame)
    assert piece is frame.body.piece
    assert head + bytes(piece) == write(frame)


@pytest.mark.parametrize(("req", "size"), [(1 << 32, 1), (1, MAX_PIECE_BYTES + 1)])
def test_a_chunk_that_does_not_fit_is_not_taken_apart(req: int, size: int) -> None:
    with pytest.raises(LocalProtocolError):
        chunk_parts(Frame(type=Type.CHUNK, req=req, body=Chunk(index=0, offset=0, piece=bytes(size))))
