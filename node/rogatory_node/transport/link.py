"""One link: a WebSocket under TLS, the handshake inside it, then sealed frames (B.11).

* Until the peer has proved itself, a message is at most 16 KiB and one waits: strangers eat no memory (B.11.1).
* Whatever fails closes the socket with 1008 and says no more.
* Before each send the clocks are compared: a machine that was frozen or cloned closes without sending (B.12.4).
* A dialler never follows a redirect: it would lead where no signed card points.
* The caller owes the READY exchange, liveness and everything that frames mean.
"""

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Final, Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from rogatory_node.transport.tls import PinError, check_pin, dialling
from rogatory_protocol.errors import Code, ProtocolError, RefusedError
from rogatory_protocol.ids import Aid
from rogatory_protocol.limits import HANDSHAKE_SECONDS, MAX_HANDSHAKE_BYTES, MAX_MESSAGE_BYTES
from rogatory_protocol.link import frames
from rogatory_protocol.link.channel import Channel, jumped
from rogatory_protocol.link.handshake import Initiator, LinkKeys, NodeKey
from rogatory_protocol.suite import Signer

SUBPROTOCOL: Final = Subprotocol("rgt.1")
POLICY: Final = 1008
WRITE_BYTES: Final = 4 * 1024 * 1024  # two chunks and the small frames between them
_AWAY: Final = frozenset({502, 503, 504})  # a listener that closes, or a proxy before a node that is down
LEAST_FRAGMENT_BYTES: Final = 64 * 1024  # shorter messages leave whole
# Longer ones are copied below us into memory that is new each time, and the system fills its pages with zeros first.
MOST_FRAGMENT_BYTES: Final = 256 * 1024
HEADROOM_BYTES: Final = 1_024  # of a frame around a piece: it is not cut for that
QUEUE: Final = 16  # messages that wait once the peer is known


class LinkError(Exception):
    """The link could not be made, or has ended. What went wrong stays in our own log."""


class RefusingError(LinkError):
    """Somebody answered and would not have us, or is not whom we dialled."""


class Clock(Protocol):
    """The two clocks of a machine, in seconds."""

    def wall(self) -> float:
        """Seconds since 1970."""

    def monotonic(self) -> float:
        """Seconds that never go back."""


class SystemClock:
    """The clocks of this machine."""

    wall = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we are on links: our authority, its node key, and how we look up the node keys of others."""

    aid: Aid
    signer: Signer = field(repr=False)
    node_key: NodeKey
    clock: Clock = field(default_factory=SystemClock)


class Link:
    """An authenticated link. It is *not* endorsed: give nothing before the peer's READY is verified (B.11.3)."""

    __slots__ = ("_channel", "_clock", "_fragment_bytes", "_last_monotonic", "_last_wall", "_socket", "keys", "network")

    def __init__(self, stream: Connection, keys: LinkKeys, clock: Clock) -> None:
        """Take over a socket whose handshake is done."""
        self._socket, self._clock, self.keys = stream, clock, keys
        self._last_wall, self._last_monotonic = clock.wall(), clock.monotonic()
        self._channel = Channel(keys, now=self._last_monotonic)
        # Of a link that the peer dialled: what its address is counted by.
        self.network: str | None = None
        self._fragment_bytes = LEAST_FRAGMENT_BYTES

    @property
    def peer(self) -> Aid:
        """The authority at the other end."""
        return self.keys.peer

    @property
    def clock(self) -> Clock:
        """The clocks of the link."""
        return self._clock

    async def send(self, frame: frames.Frame, *, waited: bool = False) -> None:
        """Seal and send one frame; it waits while the peer reads slowly.

        Args:
            frame: What to send.
            waited: The pause since the last send was scheduled, so that only the clocks are compared.

        Raises:
            LinkError: The link has ended.
            LocalProtocolError: The frame cannot be written; the link goes on.
        """
        wall, monotonic = self._clock.wall(), self._clock.monotonic()
        if jumped(
            last_wall=self._last_wall,
            last_monotonic=self._last_monotonic,
            wall=wall,
            monotonic=monotonic,
            waiting=waited,
        ):
            # Without another frame, not even a WebSocket close: its key and counter may live twice (B.12.4).
            self.abort()
            raise LinkError("this machine was suspended or copied")
        plain = frames.chunk_parts(frame) if frame.type is frames.Type.CHUNK else frames.write(frame)
        if self._channel.must_end(monotonic):
            raise LinkError("the link has ended")
        self._last_wall, self._last_monotonic = wall, monotonic
        try:
            await self._socket.send(self._fragments(self._seal(plain, monotonic)))
        except ConnectionClosed:
            self._channel.close()
            raise LinkError("the line is gone") from None

    def pace(self, fragment_bytes: int) -> None:
        """Say what the line takes in a quarter of a second: larger messages leave in such fragments.

        The buffer below us holds no more than that while more is given, so that what is urgent need not wait long.
        """
        held = max(fragment_bytes, LEAST_FRAGMENT_BYTES)
        self._fragment_bytes = min(held, MOST_FRAGMENT_BYTES)
        self._socket.transport.set_write_buffer_limits(high=held)

    async def ping(self) -> None:
        """Send a heartbeat and wait for the answer.

        Raises:
            LinkError: The link has ended.
        """
        try:
            await (await self._socket.ping())
        except ConnectionClosed:
            self._channel.close()
            raise LinkError("the line is gone") from None

    async def receive(self, *, heard: Callable[[], None] | None = None) -> frames.Frame:
        """Return the next frame. An unknown type is answered here with ERROR 20, and the link stays.

        Args:
            heard: Called for each part of a message that comes: on a slow line a message takes minutes, and the peer
                lives.

        Raises:
            LinkError: The link has ended, by either side or by a fault of the line.
        """
        while True:
            plain = await self._next(heard)
            try:
                return frames.read(plain)
            except RefusedError as refusal:
                if refusal.code is not Code.UNKNOWN_TYPE:
                    await self.close(POLICY)
                    raise LinkError("malformed frame") from None
                body = {"code": int(refusal.code), "retry": 0, "note": "", "ld": None}
                await self.send(frames.Frame(type=frames.Type.ERROR, req=frames.number(plain), body=body), waited=True)

    async def close(self, code: int = 1000) -> None:
        """End the link and wait until the socket is closed. It may be called twice."""
        self._channel.close()
        await self._socket.close(code)

    def abort(self) -> None:
        """Drop the line at once, sending nothing."""
        self._channel.close()
        self._socket.transport.abort()

    def _seal(self, plain: bytes | tuple[bytes, bytes | memoryview], now: float) -> bytes | memoryview:
        if isinstance(plain, bytes):
            return self._channel.seal(plain, now=now)
        # It is copied into WebSocket frames before `send` returns, and one task sends chunks.
        return self._channel.seal_piece(*plain, now=now)

    def _fragments(self, sealed: bytes | memoryview) -> bytes | memoryview | list[memoryview]:
        """Cut a long message, so that heartbeats pass between its parts."""
        size = self._fragment_bytes
        if len(sealed) <= size + HEADROOM_BYTES:
            return sealed
        view = memoryview(sealed)
        return [view[at : at + size] for at in range(0, len(view), size)]

    async def _next(self, heard: Callable[[], None] | None) -> bytes:
        try:
            parts = []
            async for part in self._socket.recv_streaming(decode=False):
                parts.append(part)
                if heard is not None:
                    heard()
            message = parts[0] if len(parts) == 1 else b"".join(parts)
            return self._channel.open(message, now=self._clock.monotonic())
        except ConnectionClosed:
            self._channel.close()
            raise LinkError("the line is gone") from None
        except ProtocolError:
            await self._socket.close(POLICY)
            raise LinkError("a fault of the line") from None


async def dial(
    url: str,
    peer: Aid,
    identity: Identity,
    *,
    pins: Collection[bytes] = (),
    line: socket.socket | None = None,
    proxy: str | None = None,
) -> Link:
    """Dial an authority at one of its card's addresses.

    Args:
        url: The address.
        peer: The authority.
        identity: Who we are.
        pins: Hashes of the public keys that its certificate may have; none means public trust.
        line: A connected socket to that address, if there is one already; it is used up.
        proxy: The HTTP proxy that connects to it instead (B.11.1).

    Raises:
        RefusingError: The certificate is not good, another authority answers, or the peer does not want us.
        LinkError: Nobody answers within 10 s.
    """
    context: ssl.SSLContext | None = dialling(pins) if url.startswith("wss:") else None
    try:
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            stream = await _Connecting(
                f"{url.rstrip('/')}/rgt/{peer.hex()}",
                sock=line,
                ssl=context,
                subprotocols=[SUBPROTOCOL],
                compression=None,
                max_size=MAX_HANDSHAKE_BYTES,
                max_queue=1,
                write_limit=WRITE_BYTES,
                ping_interval=None,
                proxy=proxy,
            )
            return await guarded(stream, lambda: _initiate(stream, peer, identity, pins))
    except ssl.SSLCertVerificationError:
        raise RefusingError("the certificate is not good") from None
    except InvalidStatus as answer:
        if answer.response.status_code in _AWAY:
            raise LinkError("the node is not there yet") from None
        raise RefusingError("the address answers, but not with a link") from None
    except (OSError, TimeoutError, InvalidHandshake):
        raise LinkError("nobody answers at that address") from None


class _Connecting(connect):
    """A connection attempt that ends where it was sent."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def _initiate(stream: ClientConnection, peer: Aid, me: Identity, pins: Collection[bytes]) -> Link:
    tunnel = stream.transport.get_extra_info("ssl_object")
    check_pin(tunnel.getpeercert(binary_form=True) if tunnel else None, pins)
    side = Initiator(me=me.aid, signer=me.signer, peer=peer, node_key=me.node_key, random=os.urandom)
    await stream.send(side.hello)
    last, keys = side.finish(await stream.recv(decode=False))
    trust(stream)
    await stream.send(last)
    return Link(stream, keys, me.clock)


async def guarded(stream: Connection, shake: Callable[[], Awaitable[Link]]) -> Link:
    """Run one side of the handshake; on any failure close without detail.

    Raises:
        RefusingError: The other side does not want us, or did not prove who it is.
        LinkError: The line is gone.
    """
    try:
        return await shake()
    except ConnectionClosed as closed:
        if closed.rcvd is not None and closed.rcvd.code == POLICY:
            raise RefusingError("the other side does not want us") from None
        raise LinkError("the line is gone") from None
    except (ProtocolError, PinError):
        await stream.close(POLICY)
        raise RefusingError("the other side did not prove who it is") from None
    except BaseException:
        stream.transport.abort()
        raise


def trust(stream: Connection) -> None:
    """Lift the limits that hold for strangers, now that the peer has proved itself."""
    stream.protocol.max_message_size = MAX_MESSAGE_BYTES
    stream.recv_messages.high, stream.recv_messages.low = QUEUE, QUEUE // 4
