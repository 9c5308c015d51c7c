"""What a registry shows to anybody over HTTP, and the one thing it takes (B.6.5).

* ``GET /checkpoint``, ``/tile/…``, ``/card``; ``POST /statement``, ``POST /checkpoint``. Nothing else, and no page.
* A tile's path always has the same bytes and may be kept for ever; the checkpoint is asked for anew each time. A folder
  of files under the same names is as good a registry to read from.
* A statement: at most 65,535 bytes, one a minute from an address, and one a minute of an authority that was good.
* A checkpoint of ours that is larger than the one shown here: a follower brings it to a registry that was restored, so
  that it signs no second root for one size. One a minute from an address.
* Refusals carry a number of B.17 and no word of ours.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address
from typing import Final

from aiohttp import web

from rogatory_node.registry.admitting import Admitting, Taken
from rogatory_node.registry.tiles import Tiles
from rogatory_node.services.cards import Cards
from rogatory_node.storage.errors import StorageError
from rogatory_node.transport.admission import network_of
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.limits import MAX_LEAF_BYTES
from rogatory_protocol.note import MAX_NOTE_BYTES
from rogatory_protocol.tiles import parse_path

FOR_EVER: Final = "public, max-age=31536000, immutable"
ANEW: Final = "no-cache"
BRIEFLY: Final = "public, max-age=60"
READ_SECONDS: Final = 30.0
PACE_SECONDS: Final = 60.0
MAX_PACED: Final = 16_384
BINARY: Final = "application/octet-stream"

_STATUS: Final[Mapping[Taken, int]] = {Taken.KNOWN: 200, Taken.APPENDED: 201, Taken.WAITS: 202}
_REFUSAL: Final[Mapping[Code, int]] = {
    Code.TOO_LARGE: 413,
    Code.SIGNATURE: 403,
    Code.NOT_FOUND: 404,
    Code.DISAGREE: 409,
    Code.QUOTA: 429,
    Code.BUSY: 503,
}


class Pace:
    """Lets each name pass once a minute; the oldest are forgotten when there are too many."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Take a clock that never goes back."""
        self._clock = clock
        self._last: OrderedDict[str, float] = OrderedDict()

    def may(self, name: str) -> bool:
        """Tell whether a name may pass now."""
        last = self._last.get(name)
        return last is None or self._clock() - last >= PACE_SECONDS

    def note(self, name: str) -> None:
        """Note that a name passed."""
        self._last[name] = self._clock()
        self._last.move_to_end(name)
        while len(self._last) > MAX_PACED or self._clock() - next(iter(self._last.values())) >= PACE_SECONDS:
            self._last.popitem(last=False)


class Pages:
    """The handlers of the listener."""

    def __init__(
        self,
        admitting: Admitting,
        tiles: Tiles,
        cards: Cards,
        *,
        trial: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what is shown; in a trial several authorities apply from this very machine, one after the other."""
        self._admitting, self._tiles, self._cards = admitting, tiles, cards
        self._trial, self._addresses, self._authorities = trial, Pace(clock), Pace(clock)
        self._heads = Pace(clock)

    def application(self) -> web.Application:
        """Build the application."""
        app = web.Application(middlewares=[_tell], client_max_size=MAX_LEAF_BYTES)
        app.router.add_get("/checkpoint", self.checkpoint)
        app.router.add_get("/tile/{path:.+}", self.tile)
        app.router.add_get("/card", self.card)
        app.router.add_post("/statement", self.statement)
        app.router.add_post("/checkpoint", self.shown)
        app.on_response_prepare.append(_plain)
        return app

    async def checkpoint(self, request: web.Request) -> web.StreamResponse:
        """Show the newest checkpoint."""
        head = self._admitting.log.head
        if head is None:
            raise RefusedError(Code.NOT_FOUND, "log not founded")
        tag = f'"{hashlib.sha256(head.raw).hexdigest()[:32]}"'
        headers = {"Cache-Control": ANEW, "ETag": tag}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=head.raw, content_type="text/plain", charset="utf-8", headers=headers)

    async def tile(self, request: web.Request) -> web.StreamResponse:
        """Show a tile of hashes or a bundle of entries."""
        tile, head = parse_path(f"tile/{request.match_info['path']}"), self._admitting.log.head
        body = await self._tiles.get(tile, 0 if head is None else head.size)
        return web.Response(body=body, content_type=BINARY, headers={"Cache-Control": FOR_EVER})

    async def card(self, request: web.Request) -> web.StreamResponse:
        """Show the registry's own card, so that the first link can be dialled."""
        own = self._cards.own
        if own is None:
            raise RefusedError(Code.NOT_FOUND, "no card yet")
        return web.Response(body=own, content_type=BINARY, headers={"Cache-Control": BRIEFLY})

    async def statement(self, request: web.Request) -> web.StreamResponse:
        """Take a statement: a first one waits for a person, a valid successor is appended at once."""
        self._pass(self._addresses, request)
        raw = await _body(request, MAX_LEAF_BYTES)
        aid = self._admitting.aid_of(raw)
        if not self._authorities.may(aid.hex()):
            raise RefusedError(Code.QUOTA, "one statement a minute of an authority")
        taken = await self._admitting.submit(raw)
        # Only what was good counts: nobody else can use up an authority's minute.
        self._authorities.note(aid.hex())
        return web.json_response({"taken": taken.value}, status=_STATUS[taken])

    async def shown(self, request: web.Request) -> web.StreamResponse:
        """Take note of a checkpoint of our log that somebody holds."""
        self._pass(self._heads, request)
        await self._admitting.log.hear(await _body(request, MAX_NOTE_BYTES))
        return web.json_response({}, status=202)

    def _pass(self, pace: Pace, request: web.Request) -> None:
        """Count a request from an address.

        Raises:
            RefusedError: QUOTA: one was there a moment ago.
        """
        network = network_of(request.remote or "::")
        if self._trial and ip_address(network.partition("/")[0]).is_loopback:
            return
        if not pace.may(network):
            raise RefusedError(Code.QUOTA, "one a minute from an address")
        pace.note(network)


async def _body(request: web.Request, most: int) -> bytes:
    gathered = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for block in request.content.iter_any():
                gathered += block
                if len(gathered) > most:
                    raise RefusedError(Code.TOO_LARGE, "body")
    except TimeoutError:
        raise RefusedError(Code.MALFORMED, "body came too slowly") from None
    return bytes(gathered)


@web.middleware
async def _tell(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusedError as refusal:
        return web.json_response({"code": int(refusal.code)}, status=_REFUSAL.get(refusal.code, 400))
    except StorageError:
        return web.json_response({"code": int(Code.INTERNAL)}, status=503)


async def _plain(request: web.Request, response: web.StreamResponse) -> None:
    """Say nothing of what runs here, and keep browsers from guessing."""
    response.headers["Server"] = "rogatory"
    response.headers["X-Content-Type-Options"] = "nosniff"
