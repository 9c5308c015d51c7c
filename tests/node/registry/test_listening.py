"""What a stranger may take of the listener."""

import asyncio
from contextlib import suppress

import pytest
from aiohttp import web

from rogatory_node.registry import listening
from rogatory_node.registry.listening import Doors, serving


class Watched(Doors):
    """Says when the number of connections changes."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = asyncio.Event()

    def enter(self, network: str) -> bool:
        self.changed.set()
        return super().enter(network)

    def leave(self, network: str) -> None:
        self.changed.set()
        super().leave(network)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(4):
            while self.networks.total() != count:
                self.changed.clear()
                await self.changed.wait()


def application() -> web.Application:
    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/", hello)
    return app


async def ended(reader: asyncio.StreamReader) -> bytes:
    """Read until the other side is gone, and return what it said."""
    gathered = b""
    async with asyncio.timeout(4):
        with suppress(ConnectionError):
            while block := await reader.read(1_000):
                gathered += block
    return gathered


async def test_a_request_is_answered_and_counted_out_afterwards() -> None:
    doors = Watched()
    async with serving(application(), "127.0.0.1", 0, None, doors) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"hello" in await ended(reader)
        writer.close()
        await doors.until(0)
    assert not doors.begun


@pytest.mark.parametrize("start", [b"", b"GET / HTTP/1.1\r\nX-Slow: "])
async def test_OVL_a_header_that_does_not_come_ends_the_connection(start: bytes) -> None:
    async with serving(application(), "127.0.0.1", 0, None, Doors(header_seconds=0.1)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(start)
        assert await ended(reader) == b""
        writer.close()


async def test_OVL_no_connection_lives_for_ever() -> None:
    async with serving(application(), "127.0.0.1", 0, None, Doors(life_seconds=0.2)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"hello" in await ended(reader)
        writer.close()


async def test_OVL_one_address_takes_only_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "MAX_CONNECTIONS_PER_NETWORK", 2)
    doors = Watched()
    async with serving(application(), "127.0.0.1", 0, None, doors) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        await doors.until(2)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await ended(reader) == b""
        for _, each in (*held, (reader, writer)):
            each.close()


def test_all_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "MAX_CONNECTIONS", 2)
    doors = Doors()
    assert doors.enter("a")
    assert doors.enter("b")
    assert not doors.enter("c")
    doors.leave("a")
    assert doors.enter("c")
