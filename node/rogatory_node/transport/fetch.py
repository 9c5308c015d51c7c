"""Bounded reads over HTTP: of a registry's log, its card and whatever else is public (B.6.5).

* Every read has a largest size and a latest moment; a body that drips or never ends is cut off there.
* No redirects, no cookies, no proxies but the one that is configured, no decompression: what was asked for, or nothing.
* Certificates are not judged: what is read proves itself (a log by the registry's id, a card by its seal), and a
  registry must be readable before anything of it is known.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Final, Self

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

CONNECT_SECONDS: Final = 10.0
SILENT_SECONDS: Final = 20.0  # between two pieces of an answer
BLOCK_BYTES: Final = 65_536
MAX_REFUSAL_BYTES: Final = 1_024
_HEADERS: Final[Mapping[str, str]] = {"Accept-Encoding": "identity", "User-Agent": "rogatory"}


class Fault(StrEnum):
    """What went wrong."""

    UNREACHABLE = "unreachable"
    SLOW = "slow"
    TOO_LARGE = "too_large"
    REFUSED = "refused"


class FetchError(Exception):
    """There is no answer that can be used.

    Attributes:
        fault: Why.
        status: Of HTTP, when the other side refused.
        body: What it said then, at most 1 KiB. It is a stranger's: show none of it unread.
    """

    code = "fetch"

    def __init__(self, fault: Fault, status: int = 0, body: bytes = b"") -> None:
        """Note what went wrong."""
        super().__init__(f"{fault.value} {status or ''}".rstrip())
        self.fault, self.status, self.body = fault, status, body


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer."""

    status: int
    body: bytes = field(repr=False)


class Fetcher:
    """Reads; use it as an asynchronous context, which keeps connections for the next read."""

    def __init__(self, proxy: str | None = None) -> None:
        """Prepare; nothing is connected yet. *proxy* is the HTTP proxy of the configuration."""
        self._proxy = proxy
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        self._session = ClientSession(
            connector=TCPConnector(ssl=_any_certificate(), limit=8),
            headers=_HEADERS,
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            proxy=self._proxy,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def get(self, url: str, *, most: int, seconds: float) -> Answer:
        """Read a resource of at most *most* bytes within *seconds*.

        Raises:
            FetchError: There is no answer, a late one, a longer one, or not the resource.
        """
        return await self._ask("GET", url, None, most, seconds)

    async def post(self, url: str, body: bytes, *, most: int, seconds: float) -> Answer:
        """Send something and read the answer.

        Raises:
            FetchError: As ``get``.
        """
        return await self._ask("POST", url, body, most, seconds)

    async def _ask(self, method: str, url: str, body: bytes | None, most: int, seconds: float) -> Answer:
        assert self._session is not None, "use it as a context"
        timeout = ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS)
        try:
            async with self._session.request(
                method, url, data=body, timeout=timeout, allow_redirects=False
            ) as response:
                if not 200 <= response.status < 300:
                    raise FetchError(Fault.REFUSED, response.status, await _head(response))
                return Answer(status=response.status, body=await _whole(response, most))
        except TimeoutError:
            raise FetchError(Fault.SLOW) from None
        except (ClientError, OSError, ValueError):
            raise FetchError(Fault.UNREACHABLE) from None


def _any_certificate() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _whole(response: ClientResponse, most: int) -> bytes:
    gathered = bytearray()
    async for block in response.content.iter_chunked(BLOCK_BYTES):
        gathered += block
        if len(gathered) > most:
            raise FetchError(Fault.TOO_LARGE)
    return bytes(gathered)


async def _head(response: ClientResponse) -> bytes:
    gathered = bytearray()
    async for block in response.content.iter_chunked(MAX_REFUSAL_BYTES):
        gathered += block
        if len(gathered) >= MAX_REFUSAL_BYTES:
            break
    return bytes(gathered[:MAX_REFUSAL_BYTES])
