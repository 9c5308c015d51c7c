"""What every handler of the API is given, and how it says no.

* A handler is ``async def handler(node: Node, request: web.Request) -> web.StreamResponse`` and stands in its module's
  ``ROUTES``; ``api.server`` joins the tables.
* JSON in, JSON out. A refusal is a ``Problem``; whatever else is raised is ours and never shown.
* Messages are English texts of the catalogue with their values beside them: who shows them translates them.
* ``read_json`` and ``read_blocks`` are the only ways to read a request: both have limits of size and of patience.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from aiohttp import ClientPayloadError, web
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.config import Config
from rogatory_node.delivery.peers import Row
from rogatory_node.home import Home
from rogatory_node.i18n import later
from rogatory_node.registry.running import Registries
from rogatory_node.services.answering import Answering
from rogatory_node.services.cards import Cards
from rogatory_node.services.own import Own
from rogatory_node.services.receiving import Receiving
from rogatory_node.services.sending import Sending
from rogatory_node.services.trust import Trust
from rogatory_node.services.uploads import Uploads
from rogatory_node.storage.blobs import BlobFolder
from rogatory_node.storage.writer import Writer
from rogatory_protocol.ids import Aid, Digest
from rogatory_protocol.limits import MIB

MAX_JSON_BYTES: Final = 4 * MIB  # a form of 1 MiB, escaped, and what stands around it
READ_SECONDS: Final = 60.0  # between two blocks; who is silent longer is gone
AS_HEADER: Final = "Rogatory-As"


class Wake(Protocol):
    """Says that something waits for an authority."""

    def __call__(self, aid: Aid, queued: Sequence[Digest] = (), /) -> None:
        """Say so; *queued* names the letters when nothing but these is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """The running node, as handlers see it.

    Attributes:
        home: Its folder.
        config: Its settings.
        own: Who it is.
        writer: The one writer.
        readers: The engine of the readers.
        blobs: The folder of attachments.
        uploads: Attachments that no letter carries yet.
        trust: The directory.
        cards: The addresses of authorities.
        registries: Those that are followed, and our own if we are one.
        links: Says how every peer stands.
        sending: The transactions of sending.
        receiving: The transactions of receiving.
        answering: The transactions of answering.
        wake: Says that something waits for an authority, and which letters when it is these alone.
        ports: The listeners by name and the ports that they really have.
    """

    home: Home
    config: Config
    own: Own
    writer: Writer
    readers: AsyncEngine
    blobs: BlobFolder
    uploads: Uploads
    trust: Trust
    cards: Cards
    registries: Registries
    links: Callable[[], list[Row]]
    sending: Sending
    receiving: Receiving
    answering: Answering
    wake: Wake
    ports: Mapping[str, int]


Handler = Callable[[Node, web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One line of a module's table."""

    method: str
    path: str
    handler: Handler


class Problem(Exception):
    """A refusal that the person at the command reads.

    Attributes:
        status: Of HTTP.
        code: Stable, for programs.
        what: What is wrong: an English text of the catalogue.
        next: What to do about it, likewise; empty when nothing can be done.
        values: The values in both texts.
    """

    def __init__(self, status: int, code: str, what: str, next: str = "", /, **values: object) -> None:
        """Note the refusal; values go into both texts by name."""
        super().__init__(code)
        self.status, self.code, self.what, self.next, self.values = status, code, what, next, values


def say(value: Mapping[str, Any], status: int = 200) -> web.Response:
    """Answer with JSON."""
    return web.json_response(value, status=status, dumps=_dumps)


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def acting(request: web.Request) -> str:
    """Return the role in which a person acts, for the audit log; ``operator`` when none was named.

    Raises:
        Problem: The name cannot stand there.
    """
    role = request.headers.get(AS_HEADER, "operator")
    if not (1 <= len(role) <= 64 and role.isascii() and role.isprintable()):
        raise Problem(400, "role", later("The role must have 1 to 64 plain characters."))
    return role


async def read_json(request: web.Request) -> dict[str, Any]:
    """Read the JSON object that a request carries.

    Raises:
        Problem: It is too large, came too slowly, or is not a JSON object.
    """
    gathered = bytearray()
    async for block in read_blocks(request):
        gathered += block
        if len(gathered) > MAX_JSON_BYTES:
            raise Problem(413, "too-large", later("The request is larger than {most} bytes."), most=MAX_JSON_BYTES)
    try:
        value = json.loads(gathered)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Problem(400, "not-json", later("The request is not a JSON object."))
    return value


async def read_blocks(request: web.Request) -> AsyncIterator[bytes]:
    """Yield what a request carries, as it comes. The sender is held up while the caller works on a block.

    Raises:
        Problem: It came too slowly, or broke off.
    """
    while True:
        try:
            async with asyncio.timeout(READ_SECONDS):
                block = await request.content.readany()
        except TimeoutError:
            raise Problem(408, "too-slow", later("Nothing came for {seconds} seconds."), seconds=READ_SECONDS) from None
        except (ClientPayloadError, ConnectionError):
            raise Problem(400, "broken-off", later("The upload broke off.")) from None
        if not block:
            return
        yield block
