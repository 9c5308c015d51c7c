"""Two ends of a real socket under TLS find each other and carry frames; strangers and faults get nothing."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from rogatory_node.transport import link as module
from rogatory_node.transport.fetch import Fetcher, FetchError
from rogatory_node.transport.link import (
    HEADROOM_BYTES,
    LEAST_FRAGMENT_BYTES,
    Identity,
    Link,
    LinkError,
    RefusingError,
    SystemClock,
    dial,
    listen,
)
from rogatory_node.transport.tls import dialling, listening, pin_of, self_signed
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Kid
from rogatory_protocol.link.frames import Chunk, Frame, Type
from rogatory_protocol.suite import SigningKey

AIDS = {name: Aid(hashlib.sha256(name.encode()).digest()) for name in ("XA", "XB", "XC")}
KEYS = {name: SigningKey(hashlib.sha512(name.encode()).digest()) for name in AIDS}
GOOD = {(AIDS[name], KEYS[name].kid): KEYS[name].public for name in AIDS}


def node_key(aid: Aid, kid: Kid) -> bytes:
    try:
        return GOOD[aid, kid]
    except KeyError:
        raise RefusedError(Code.NOT_GOOD, "no such node key") from None


def identity(name: str, clock: SystemClock | None = None) -> Identity:
    return Identity(aid=AIDS[name], signer=KEYS[name], node_key=node_key, clock=clock or SystemClock())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, bytes]:
    folder: Path = tmp_path_factory.mktemp("tls")
    key, pem = self_signed("localhost", datetime.now(UTC))
    (folder / "key.pem").write_bytes(key)
    (folder / "cert.pem").write_bytes(pem)
    return listening(folder / "cert.pem", folder / "key.pem"), pin_of(ssl.PEM_cert_to_DER_cert(pem.decode()))


@asynccontextmanager
async def listening_node(
    certificate: tuple[ssl.SSLContext, bytes], on_link: Callable[[Link], Awaitable[None]], name: str = "XB"
) -> AsyncIterator[str]:
    server = await listen("127.0.0.1", 0, identity(name), on_link, certificate[0])
    try:
        yield f"wss://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


async def echo(link: Link) -> None:
    try:
        while True:
            await link.send(await link.receive())
    except LinkError:
        return


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


async def test_LNK_14_the_ninth_stranger_of_an_address_is_dropped_and_a_place_comes_free(
    certificate: tuple[ssl.SSLContext, bytes],
) -> None:
    async with listening_node(certificate, echo) as url:
        port = int(url.rpartition(":")[2])
        context = dialling([certificate[1]])
        strangers = [await asyncio.open_connection("127.0.0.1", port, ssl=context) for _ in range(8)]
        with pytest.raises(LinkError):
            await dial(url, AIDS["XB"], identity("XA"), pins=[certificate[1]])
        strangers[0][1].transport.abort()
        async with asyncio.timeout(5):
            while True:
                try:
                    link = await dial(url, AIDS["XB"], identity("XA"), pins=[certificate[1]])
                    break
                except LinkError:
                    continue
        link.abort()
        for _, writer in strangers:
            writer.transport.abort()


async def test_LNK_14_a_stranger_who_drips_meets_the_end_of_the_handshake_and_a_link_goes_on(
    certificate: tuple[ssl.SSLContext, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HANDSHAKE_SECONDS", 0.3)
    async with listening_node(certificate, echo) as url:
        link = await dial(url, AIDS["XB"], identity("XA"), pins=[certificate[1]])
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        hello = client_hello()
        ended = asyncio.ensure_future(reader.read())
        sent = 0
        async with asyncio.timeout(4):
            while not ended.done():
                writer.write(hello[sent : sent + 1])
                sent += 1
                await link.send(Frame(type=Type.CHUNK, req=1, body=Chunk(index=0, offset=0, piece=bytes(9))))
                await link.receive()
                await asyncio.wait([ended], timeout=0.02)
        assert 0 < sent < len(hello)
        with suppress(ConnectionError):
            assert ended.result() == b""
        writer.close()
        await link.close()


def client_hello() -> bytes:
    """The first flight of a TLS client."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tunnel = dialling([bytes(32)]).wrap_bio(incoming, outgoing, server_hostname="localhost")
    with suppress(ssl.SSLWantReadError):
        tunnel.do_handshake()
    return outgoing.read()


async def test_files_are_read_at_the_port_of_links(certificate: tuple[ssl.SSLContext, bytes]) -> None:
    async def files(path: str) -> bytes | None:
        return b"leaf" * 100_000 if path == "/log/x" else None

    server = await listen("127.0.0.1", 0, identity("XB"), echo, certificate[0], files=files)
    port = server.sockets[0].getsockname()[1]
    async with Fetcher() as fetch:
        found = await fetch.get(f"https://127.0.0.1:{port}/log/x", most=1_000_000, seconds=4)
        assert found.body == b"leaf" * 100_000
        for _ in range(module.MAX_READERS + 1):  # each reader makes room when it is gone
            with pytest.raises(FetchError) as refused:
                await fetch.get(f"https://127.0.0.1:{port}/log/y", most=1_000, seconds=4)
            assert refused.value.status == 404
    server.close()
    await server.wait_closed()


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


async def test_LNK_25_old_versions_of_tls_are_refused(certificate: tuple[ssl.SSLContext, bytes]) -> None:
    async with listening_node(certificate, echo) as url:
        old = dialling([certificate[1]])
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2
        with pytest.raises(OSError):  # noqa: PT011 - an alert or a reset, as the other side's timing has it
            await connect(f"{url}/rgt/{AIDS['XB'].hex()}", ssl=old, proxy=None)
        async with connect(
            f"{url}/rgt/{AIDS['XB'].hex()}",
            ssl=dialling([certificate[1]]),
            proxy=None,
            subprotocols=[Subprotocol("rgt.1")],
        ):
            pass


async def test_LNK_20_other_paths_and_compression_are_declined(certificate: tuple[ssl.SSLContext, bytes]) -> None:
    async with listening_node(certificate, echo) as url:
        context = dialling([certificate[1]])
        with pytest.raises(InvalidStatus):
            await connect(f"{url}/rgt/{AIDS['XC'].hex()}", ssl=context, proxy=None)
        path = f"{url}/rgt/{AIDS['XB'].hex()}"
        async with connect(path, ssl=context, proxy=None, subprotocols=[Subprotocol("rgt.1")]) as socket:
            assert socket.response is not None
            assert "Sec-WebSocket-Extensions" not in socket.response.headers


async def test_LNK_14_a_stranger_sends_at_most_sixteen_kib(certificate: tuple[ssl.SSLContext, bytes]) -> None:
    async with listening_node(certificate, echo) as url:
        path, context = f"{url}/rgt/{AIDS['XB'].hex()}", dialling([certificate[1]])
        for size, code in ((16_385, 1009), (16_384, 1008)):
            async with connect(path, ssl=context, proxy=None, subprotocols=[Subprotocol("rgt.1")]) as socket:
                await socket.send(bytes(size))
                with pytest.raises(ConnectionClosed) as caught:
                    await socket.recv()
                assert caught.value.rcvd is not None
                assert caught.value.rcvd.code == code
                assert caught.value.rcvd.reason == "" or code == 1009


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
