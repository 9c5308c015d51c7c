"""The socket of a registry: what a stranger may take of it before he has said anything (B.6.5).

* 256 connections in all, 16 from one address (IPv6: from one /64); more are dropped without a word.
* The first request must begin within 10 s, and no connection lives longer than five minutes, whatever it does.
"""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import web

from rogatory_node.transport.admission import network_of

MAX_CONNECTIONS: Final = 256
MAX_CONNECTIONS_PER_NETWORK: Final = 16
HEADER_SECONDS: Final = 10.0
LIFE_SECONDS: Final = 300.0
IDLE_SECONDS: Final = 30.0  # a follower asks every ten
HANDSHAKE_SECONDS: Final = 10.0
STOP_SECONDS: Final = 5.0
BACKLOG: Final = 128


class Doors:
    """Counts connections and ends those that last too long."""

    def __init__(self, *, header_seconds: float = HEADER_SECONDS, life_seconds: float = LIFE_SECONDS) -> None:
        """Take the patience that there is."""
        self.header_seconds, self.life_seconds = header_seconds, life_seconds
        self.networks: Counter[str] = Counter()
        self.begun: set[int] = set()

    def enter(self, network: str) -> bool:
        """Count a connection in, or refuse it."""
        if self.networks.total() >= MAX_CONNECTIONS or self.networks[network] >= MAX_CONNECTIONS_PER_NETWORK:
            return False
        self.networks[network] += 1
        return True

    def leave(self, network: str) -> None:
        """Count a connection out."""
        self.networks[network] -= 1
        if self.networks[network] <= 0:
            del self.networks[network]


@asynccontextmanager
async def serving(
    app: web.Application, host: str, port: int, context: ssl.SSLContext | None, doors: Doors | None = None
) -> AsyncIterator[int]:
    """Serve an application as long as the block runs; yields the port that it really has.

    Raises:
        OSError: The address or port is not ours to take.
    """
    doors = doors or Doors()
    app.middlewares.append(_begin(doors))
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=IDLE_SECONDS, shutdown_timeout=STOP_SECONDS)
    await runner.setup()
    try:
        server = await asyncio.get_running_loop().create_server(
            lambda: _Guarded(runner.server, doors), host, port, ssl=context, backlog=BACKLOG,
            ssl_handshake_timeout=HANDSHAKE_SECONDS if context else None,
        )  # fmt: skip
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        await runner.cleanup()


def _begin(doors: Doors) -> Any:
    @web.middleware
    async def begin(request: web.Request, handler: Any) -> web.StreamResponse:
        doors.begun.add(id(request.transport))
        answer: web.StreamResponse = await handler(request)
        return answer

    return begin


class _Guarded(asyncio.Protocol):
    """Stands between the socket and the server of the web framework, which knows none of these limits."""

    def __init__(self, server: Any, doors: Doors) -> None:
        self._inner: asyncio.Protocol = server()
        self._doors = doors
        self._network: str | None = None
        self._transport: Any = None
        self._timers: list[asyncio.TimerHandle] = []

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        place = transport.get_extra_info("peername")
        network = network_of(place[0]) if place else ""
        if not self._doors.enter(network):
            transport.abort()
            return
        self._network = network
        loop = asyncio.get_running_loop()
        self._timers = [
            loop.call_later(self._doors.header_seconds, self._check),
            loop.call_later(self._doors.life_seconds, transport.abort),
        ]
        self._inner.connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        for timer in self._timers:
            timer.cancel()
        self._doors.begun.discard(id(self._transport))
        if self._network is not None:
            self._doors.leave(self._network)
            self._inner.connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._network is not None:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._network is not None else None

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def _check(self) -> None:
        if id(self._transport) not in self._doors.begun:
            self._transport.abort()
