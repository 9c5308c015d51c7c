"""A link carries frames in order and once, and ends at its limits."""

import pytest

from rogatory_protocol.errors import Code, LocalProtocolError, RefusedError
from rogatory_protocol.ids import Aid, Kid
from rogatory_protocol.limits import MAX_LINK_BYTES, MAX_LINK_FRAMES, MAX_LINK_SECONDS, MAX_MESSAGE_BYTES
from rogatory_protocol.link.channel import Channel, jumped
from rogatory_protocol.link.handshake import LinkKeys

ONE, TWO = bytes(32), b"\1" * 32


def channels() -> tuple[Channel, Channel]:
    def keys(send: bytes, receive: bytes, *, dialler: bool) -> LinkKeys:
        return LinkKeys(
            send=send, receive=receive, th3=bytes(32), peer=Aid(bytes(32)), peer_kid=Kid(bytes(16)), dialler=dialler
        )

    return Channel(keys(ONE, TWO, dialler=True), now=0), Channel(keys(TWO, ONE, dialler=False), now=0)


def refused(channel: Channel, message: bytes) -> Code:
    with pytest.raises(RefusedError) as caught:
        channel.open(message, now=1)
    assert channel.closed
    with pytest.raises(LocalProtocolError):
        channel.open(message, now=1)
    return caught.value.code


def test_frames_arrive_both_ways() -> None:
    a, b = channels()
    for n in range(20):
        frame = bytes((n,)) * 10
        assert b.open(a.seal(frame, now=0), now=0) == frame
        assert a.open(b.seal(frame, now=0), now=0) == frame


def test_pieces_sealed_in_memory_that_is_used_again_arrive_in_turn_with_other_frames() -> None:
    a, b = channels()
    for size in (1, 70_000, 5, 70_001):
        piece = memoryview(bytes((size % 251,)) * size)
        assert b.open(bytes(a.seal_piece(b"head", piece, now=0)), now=0) == b"head" + piece
        assert b.open(a.seal(b"small", now=0), now=0) == b"small"


def test_a_piece_larger_than_a_message_is_not_sealed_and_costs_no_number() -> None:
    a, b = channels()
    with pytest.raises(LocalProtocolError):
        a.seal_piece(b"head", bytes(MAX_MESSAGE_BYTES), now=0)
    assert b.open(a.seal(b"next", now=0), now=0) == b"next"


@pytest.mark.parametrize("fault", ["replay", "drop", "reorder", "truncate", "flip", "insert", "reflect", "empty"])
def test_LNK_08_every_fault_of_the_line_ends_the_link(fault: str) -> None:
    a, b = channels()
    first, second, third = (a.seal(bytes((n,)), now=0) for n in range(3))
    assert b.open(first, now=0) == b"\0"
    message = {
        "replay": first,
        "drop": third,
        "reorder": third,
        "truncate": second[:-1],
        "flip": bytes((second[0] ^ 1,)) + second[1:],
        "insert": bytes(40),
        "reflect": b.seal(b"\1", now=0),
        "empty": b"",
    }[fault]
    assert refused(b, message) is Code.DECRYPTION


def test_LNK_09_a_link_ends_before_its_limits() -> None:
    for spend in ("frames", "bytes", "age"):
        a, b = channels()
        message = a.seal(b"x", now=0)
        if spend == "frames":
            a._out.count = b._in.count = MAX_LINK_FRAMES
        elif spend == "bytes":
            a._out.total = b._in.total = MAX_LINK_BYTES
        now = MAX_LINK_SECONDS if spend == "age" else 1
        assert a.must_end(now)
        with pytest.raises(LocalProtocolError):
            a.seal(b"x", now=now)
        with pytest.raises(RefusedError) as caught:
            b.open(message, now=now)
        assert caught.value.code is Code.LINK_LIMIT


def test_LNK_13_oversize_messages_end_the_link() -> None:
    a, b = channels()
    assert refused(b, bytes(MAX_MESSAGE_BYTES + 1)) is Code.TOO_LARGE
    with pytest.raises(LocalProtocolError):
        a.seal(bytes(MAX_MESSAGE_BYTES), now=0)


def test_a_closed_link_seals_nothing() -> None:
    a, _ = channels()
    a.close()
    with pytest.raises(LocalProtocolError):
        a.seal(b"x", now=0)


@pytest.mark.parametrize(
    ("wall", "monotonic", "waiting", "expected"),
    [
        (1, 1, False, False),
        (6, 1, False, False),
        (6.1, 1, False, True),
        (-4.1, 1, False, True),
        (30, 30, False, False),
        (30.5, 30.5, False, True),
        (300, 300, True, False),
        (300, 294, True, True),
    ],
)
def test_LNK_29_a_frozen_or_cloned_process_is_noticed(
    wall: float, monotonic: float, waiting: bool, expected: bool
) -> None:
    said = jumped(last_wall=100, last_monotonic=50, wall=100 + wall, monotonic=50 + monotonic, waiting=waiting)
    assert said is expected
