"""Reads that end, whatever the other side does."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rogatory_node.transport.fetch import Fault, Fetcher, FetchError
from rogatory_node.transport.tls import listening, self_signed

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(serve: Serve, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    listener = await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=context)
    async with listener:
        yield f"{'https' if context else 'http'}://127.0.0.1:{listener.sockets[0].getsockname()[1]}"


def saying(*parts: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
        await reader.read()

    return serve


async def fault(url: str, *, most: int = 100, seconds: float = 5) -> FetchError:
    async with Fetcher() as fetch:
        with pytest.raises(FetchError) as caught:
            await fetch.get(url, most=most, seconds=seconds)
    return caught.value


async def test_a_body_is_read_whole_and_as_it_is() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"
    async with server(saying(answer)) as url, Fetcher() as fetch:
        found = await fetch.get(url, most=5, seconds=5)
    assert (found.status, found.body) == (200, b"hello")


async def test_a_certificate_that_nobody_vouches_for_is_enough(tmp_path: Path) -> None:
    key, pem = self_signed("localhost", datetime.now(UTC))
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "cert.pem").write_bytes(pem)
    context = listening(tmp_path / "cert.pem", tmp_path / "key.pem")
    async with server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"), context) as url, Fetcher() as fetch:
        found = await fetch.get(url, most=5, seconds=5)
    assert found.body == b"x"


async def test_DIR_07_a_body_that_never_ends_is_cut_off() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"400\r\n" + bytes(1_024) + b"\r\n")
            await writer.drain()

    async with server(endless) as url:
        assert (await fault(url, most=100_000)).fault is Fault.TOO_LARGE


async def test_DIR_07_a_body_that_drips_is_cut_off() -> None:
    async with server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"x")) as url:
        assert (await fault(url, seconds=0.2)).fault is Fault.SLOW


async def test_DIR_07_a_longer_body_than_asked_for_is_refused() -> None:
    async with server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n123456")) as url:
        assert (await fault(url, most=5)).fault is Fault.TOO_LARGE


async def test_a_redirect_is_not_followed() -> None:
    async with server(saying(b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n")) as url:
        error = await fault(url)
    assert (error.fault, error.status) == (Fault.REFUSED, 302)


async def test_a_refusal_shows_a_part_of_what_was_said() -> None:
    body = b"y" * 5_000
    async with server(saying(b"HTTP/1.1 409 Conflict\r\nContent-Length: 5000\r\n\r\n" + body)) as url:
        error = await fault(url)
    assert (error.status, error.body) == (409, body[:1_024])


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", b"\xff\xff\xff\r\n\r\n"])
async def test_nonsense_and_broken_lines_are_no_answer(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with server(serve) as url:
        assert (await fault(url)).fault is Fault.UNREACHABLE


async def test_nobody_there_is_unreachable() -> None:
    assert (await fault("http://127.0.0.1:1/")).fault is Fault.UNREACHABLE
    assert (await fault("http://")).fault is Fault.UNREACHABLE


async def test_something_is_sent_and_answered() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = await reader.readexactly(4)
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 4\r\n\r\n" + body)
        await writer.drain()
        await reader.read()

    async with server(echo) as url, Fetcher() as fetch:
        found = await fetch.post(url, b"data", most=10, seconds=5)
    assert (found.status, found.body) == (202, b"data")
