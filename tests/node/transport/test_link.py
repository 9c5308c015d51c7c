"""Two ends of a real socket under TLS find each other and carry frames; strangers and faults get nothing."""

import asyncio
import ssl

import pytest
from linked import AIDS, certificate, echo, identity, listening_node

from rogatory_node.transport.link import (
    HEADROOM_BYTES,
    LEAST_FRAGMENT_BYTES,
    Link,
    LinkError,
    RefusingError,
    SystemClock,
    dial,
)
from rogatory_protocol.link.frames import Chunk, Frame, Type

__all__ = ["certificate"]


async def test_frames_of_every_size_cross_a_real_socket(certificate: tuple[ssl.SSLContext, bytes]) -> None:
    async with listening_node(certificate, echo) as url:
        link = await dial(url, AIDS["XB"], identity("XA"), pins=[certificate[1]])
        assert link.peer == AIDS["XB"]
        for size in (1, 65_535, 1_048_592):
            await link.send(Frame(type=Type.CHUNK, req=1, body=Chunk(index=0, offset=0, piece=bytes(size))))
            assert len((await link.receive()).body.piece) == size
        await link.close()


async def test_a_long_message_comes_in_parts_each_of_which_proves_life(
    certificate: tuple[ssl.SSLContext, bytes],
) -> None:
    async with listening_node(certificate, echo) as url:
        link = await dial(url, AIDS["XB"], identity("XA"), pins=[certificate[1]])
        counts = []
        for size in (1, 65_536, 65_537 + HEADROOM_BYTES, 1_048_592):
            heard: list[None] = []
            await link.send(Frame(type=Type.CHUNK, req=1, body=Chunk(index=0, offset=0, piece=bytes(size))))
            await link.receive(heard=lambda heard=heard: heard.append(None))  # type: ignore[misc]
            counts.append(len(heard))
        assert counts == [1, 1, 2 + 1, 17 + 1]  # an empty part ends a message that was cut
        await link.close()


async def test_the_buffer_below_holds_what_the_line_takes_in_a_moment(
    certificate: tuple[ssl.SSLContext, bytes],
) -> None:
    async with listening_node(certificate, echo) as url:
        link = await dial(url, AIDS["XB"], identity("XA"), pins=[certificate[1]])
        highs = []
        for size in (16_384, 65_536, 1_048_592):
            link.pace(size)
            highs.append(link._socket.transport.get_write_buffer_limits()[1])  # type: ignore[attr-defined]
        assert highs == [LEAST_FRAGMENT_BYTES, 65_536, 1_048_592]
        await link.close()


async def test_a_heartbeat_is_answered_while_the_line_lives(certificate: tuple[ssl.SSLContext, bytes]) -> None:
    async with listening_node(certificate, echo) as url:
        link = await dial(url, AIDS["XB"], identity("XA"), pins=[certificate[1]])
        async with asyncio.timeout(5):
            await link.ping()
            link.abort()
            with pytest.raises(LinkError):
                await link.ping()


async def test_LNK_25_a_redirect_is_never_followed(certificate: tuple[ssl.SSLContext, bytes]) -> None:
    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {good}/rgt/{AIDS['XB'].hex()}\r\n\r\n".encode())
        writer.close()

    async with listening_node(certificate, echo) as good:
        server = await asyncio.start_server(elsewhere, "127.0.0.1", 0, ssl=certificate[0])
        url = f"wss://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(RefusingError):
            await dial(url, AIDS["XB"], identity("XA"), pins=[certificate[1]])
        server.close()
        await server.wait_closed()


async def test_LNK_02_another_authority_at_the_address_is_not_linked(
    certificate: tuple[ssl.SSLContext, bytes],
) -> None:
    async with listening_node(certificate, echo, "XC") as url:
        with pytest.raises(LinkError):
            await dial(url, AIDS["XB"], identity("XA"), pins=[certificate[1]])


async def test_LNK_25_a_certificate_outside_the_pins_is_refused(certificate: tuple[ssl.SSLContext, bytes]) -> None:
    async with listening_node(certificate, echo) as url:
        with pytest.raises(LinkError):
            await dial(url, AIDS["XB"], identity("XA"), pins=[bytes(32)])
        with pytest.raises(LinkError):
            await dial(url, AIDS["XB"], identity("XA"))


async def test_LNK_12_an_unknown_type_is_answered_and_the_link_stays(
    certificate: tuple[ssl.SSLContext, bytes],
) -> None:
    async with listening_node(certificate, echo) as url:
        link = await dial(url, AIDS["XB"], identity("XA"), pins=[certificate[1]])
        unknown = link._channel.seal(bytes((0x7F, 0, 0, 0, 9)), now=link._clock.monotonic())
        await link._socket.send(unknown)
        answer = await link.receive()
        assert (answer.type, answer.req, answer.body["code"]) == (Type.ERROR, 9, 20)
        await link.send(Frame(type=Type.GETKEYS, req=1, body=8))
        assert (await link.receive()).body == 8
        await link.close()


async def test_LNK_08_a_fault_of_the_line_ends_the_link(certificate: tuple[ssl.SSLContext, bytes]) -> None:
    ended = asyncio.Event()

    async def wait(link: Link) -> None:
        with pytest.raises(LinkError):
            await link.receive()
        ended.set()

    async with listening_node(certificate, wait) as url:
        link = await dial(url, AIDS["XB"], identity("XA"), pins=[certificate[1]])
        await link._socket.send(bytes(40))
        await ended.wait()
        with pytest.raises(LinkError):
            await link.receive()
        with pytest.raises(LinkError):
            await link.send(Frame(type=Type.GETKEYS, req=1, body=8))


class JumpingClock(SystemClock):
    """A clock whose wall side can be moved."""

    offset = 0.0

    def wall(self) -> float:  # type: ignore[override]
        return SystemClock.wall() + self.offset


async def test_LNK_29_after_a_clock_jump_no_frame_leaves(certificate: tuple[ssl.SSLContext, bytes]) -> None:
    seen: list[Frame] = []
    ended = asyncio.Event()

    async def collect(link: Link) -> None:
        try:
            while True:
                seen.append(await link.receive())
        except LinkError:
            ended.set()

    clock = JumpingClock()
    async with listening_node(certificate, collect) as url:
        link = await dial(url, AIDS["XB"], identity("XA", clock), pins=[certificate[1]])
        await link.send(Frame(type=Type.GETKEYS, req=1, body=1))
        clock.offset = 3_600.0
        with pytest.raises(LinkError):
            await link.send(Frame(type=Type.GETKEYS, req=3, body=2))
        await ended.wait()
        assert [frame.body for frame in seen] == [1]


async def test_nobody_at_the_address_is_said_so() -> None:
    with pytest.raises(LinkError):
        await dial("wss://127.0.0.1:1", AIDS["XB"], identity("XA"), pins=[bytes(32)])
