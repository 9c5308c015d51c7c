"""The port at which other authorities' nodes knock: who is let in, and what else is there for plain reading (B.11.1).

* Who may begin a handshake is `admission`'s to say; a connection that it refuses is dropped without a word.
* A connection counts from its first byte until its peer has proved itself or it is gone.
* Files are read by few at a time: an answer of megabytes waits for a reader who is slow.
"""

import asyncio
import os
import ssl
from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from rogatory_node.transport.admission import Admission, Ticket
from rogatory_node.transport.link import SUBPROTOCOL, WRITE_BYTES, Clock, Identity, Link, LinkError, guarded, trust
from rogatory_protocol.limits import HANDSHAKE_SECONDS, MAX_HANDSHAKE_BYTES
from rogatory_protocol.link.handshake import Responder

MAX_READERS: Final = 4  # of files, at once

Files = Callable[[str], Awaitable[bytes | None]]
"""What is at a path of the port, for plain reading."""


async def listen(
    host: str,
    port: int,
    identity: Identity,
    on_link: Callable[[Link], Awaitable[None]],
    context: ssl.SSLContext,
    admission: Admission | None = None,
    files: Files | None = None,
) -> Server:
    """Listen for links; *on_link* owns each until it returns. Close the returned server to stop.

    Args:
        host: The address to listen at.
        port: The port; 0 lets the system choose.
        identity: Who we are.
        on_link: Takes over each link.
        context: The TLS context of the listener.
        admission: Who may begin a handshake; by default nobody is known yet.
        files: What else is at this port for plain reading; None of a path if there is nothing.

    Raises:
        OSError: The address or port is not ours to take.
    """
    path = f"/rgt/{identity.aid.hex()}"
    door = _door(admission or Admission(), identity.clock)
    shelf = _Shelf(files)

    async def check(connection: ServerConnection, request: Request) -> Response | None:
        if request.path == path:
            return None
        assert isinstance(connection, door)
        return await shelf.answer(connection, request.path)

    async def accept(stream: ServerConnection) -> None:
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                link = await guarded(stream, lambda: _respond(stream, identity))
        except (LinkError, TimeoutError):
            return
        assert isinstance(stream, door)
        link.network = stream.prove()
        await on_link(link)

    return await serve(
        accept,
        host,
        port,
        ssl=context,
        subprotocols=[SUBPROTOCOL],
        process_request=check,
        compression=None,
        max_size=MAX_HANDSHAKE_BYTES,
        max_queue=1,
        write_limit=WRITE_BYTES,
        ping_interval=None,
        open_timeout=HANDSHAKE_SECONDS,
        server_header=None,
        create_connection=door,
    )


class _Door(ServerConnection):
    """A connection that is counted from its first byte until its peer has proved itself or it is gone."""

    admission: ClassVar[Admission]
    clock: ClassVar[Clock]
    ticket: Ticket | None = None
    shelf: "_Shelf | None" = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        place = transport.get_extra_info("peername")
        super().connection_made(transport)
        self.ticket = self.admission.enter(place[0], self.clock.wall()) if place else None
        if self.ticket is None:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.ticket is not None:
            self.admission.leave(self.ticket)
        if self.shelf is not None:
            self.shelf.reading -= 1
            self.shelf = None
        super().connection_lost(exc)

    def prove(self) -> str:
        assert self.ticket is not None  # who is not let in sends nothing
        self.admission.prove(self.ticket, self.clock.wall())
        return self.ticket.network


class _Shelf:
    """What is at the port for plain reading. Few at a time: an answer of megabytes waits for a reader who is slow."""

    def __init__(self, files: Files | None) -> None:
        self._files, self.reading = files, 0

    async def answer(self, door: _Door, path: str) -> Response:
        if self._files is None:
            return door.respond(404, "")
        if self.reading >= MAX_READERS:
            return door.respond(503, "")
        self.reading += 1
        door.shelf = self
        body = await self._files(path)
        if body is None:
            return door.respond(404, "")
        headers = Headers({
            "Connection": "close", "Content-Length": str(len(body)), "Content-Type": "application/octet-stream",
            "X-Content-Type-Options": "nosniff",
        })  # fmt: skip
        return Response(200, "OK", headers, body)


def _door(admission: Admission, clock: Clock) -> type[_Door]:
    return type("Door", (_Door,), {"admission": admission, "clock": clock})


async def _respond(stream: ServerConnection, me: Identity) -> Link:
    side = Responder(me=me.aid, signer=me.signer, node_key=me.node_key, random=os.urandom)
    await stream.send(side.answer(await stream.recv(decode=False)))
    keys = side.finish(await stream.recv(decode=False))
    trust(stream)
    return Link(stream, keys, me.clock)
