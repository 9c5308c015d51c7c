"""Strangers at the port of links: how many, how long, how much, and what they may read."""

import asyncio
import ssl
from contextlib import suppress

import pytest
from linked import AIDS, certificate, echo, identity, listening_node
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from rogatory_node.transport import door as module
from rogatory_node.transport.door import listen
from rogatory_node.transport.fetch import Fetcher, FetchError
from rogatory_node.transport.link import (
    LinkError,
    dial,
)
from rogatory_node.transport.tls import dialling
from rogatory_protocol.link.frames import Chunk, Frame, Type

__all__ = ["certificate"]


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
