"""Finding the way to a peer among the addresses of its card (B.11.1, B.18).

* The addresses that a name resolves to are judged, and one of just these is connected: a name cannot point elsewhere in
  between. Private ones are refused unless the operator allows them: a card is no map of the ministry's own network.
* Addresses are tried side by side, each a moment after the one before; the first that proves itself is the link.
* An outbound proxy resolves names and connects; addresses in digits are judged here all the same.
* An address that answers nothing costs three seconds, so that the next attempt finds a peer that has just come back.
"""

import asyncio
import ipaddress
import socket
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from rogatory_node.config import Config
from rogatory_node.transport.link import Identity, Link, LinkError, RefusingError, dial
from rogatory_protocol.ids import Aid

STAGGER_SECONDS: Final = 0.25
CONNECT_SECONDS: Final = 3.0
MAX_PLACES: Final = 4  # of one name, that are tried
_PORTS: Final = {"wss": 443, "ws": 80}
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_LAST_FOUR: Final = 0xFFFFFFFF

Place = tuple[str, int]
"""An address in digits, and a port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outward:
    """What local configuration says of the way out.

    Attributes:
        allow_private: Whether addresses inside private networks may be dialled.
        proxy: The HTTP proxy through which everything is dialled, or None.
    """

    allow_private: bool = False
    proxy: str | None = None


STRAIGHT: Final = Outward()


def outward_of(config: Config) -> Outward:
    """Return what a configuration says of the way out."""
    return Outward(allow_private=config.allow_private_addresses, proxy=config.proxy)


class ForbiddenAddressError(LinkError):
    """The address leads into a network that no card may point into."""


async def reach(
    urls: Sequence[str],
    peer: Aid,
    identity: Identity,
    *,
    pins: Collection[bytes] = (),
    outward: Outward = STRAIGHT,
) -> Link:
    """Dial an authority at all its addresses and return the first link.

    Raises:
        RefusingError: Somebody answered, and it is not a peer that wants us.
        LinkError: Nobody answers, or no address may be dialled.
    """
    waiting = deque(urls)
    running: set[asyncio.Task[Link]] = set()
    failures: list[LinkError] = []
    links: list[Link] = []
    try:
        while not links and (waiting or running):
            if waiting:
                running.add(asyncio.create_task(_try(waiting.popleft(), peer, identity, pins, outward)))
            pause = STAGGER_SECONDS if waiting else None
            done, running = await asyncio.wait(running, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            _sort(done, links, failures)
        return _first(links, failures)
    finally:
        await _give_up(running)
        for spare in links[1:]:
            spare.abort()


async def resolve(url: str, outward: Outward = STRAIGHT) -> list[Place]:
    """Return the places that an address leads to and that may be dialled; of a proxy, the name as it is.

    Raises:
        ForbiddenAddressError: It leads only where no card may point, or is not under TLS.
        LinkError: The name is not known, or the address is not one.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise LinkError("not an address") from None
    if parts.scheme != "wss" and not outward.allow_private:
        raise ForbiddenAddressError("not under TLS")
    if outward.proxy is not None:
        return _unresolved(host, port, outward)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        raise LinkError("the name is not known") from None
    places = list(dict.fromkeys((str(entry[4][0]), port) for entry in found))
    allowed = [place for place in places if outward.allow_private or is_public(place[0])]
    if not allowed:
        raise ForbiddenAddressError("the address is private")
    return allowed[:MAX_PLACES]


def is_public(address: str) -> bool:
    """Tell whether an address in digits is on the Internet, also when it wraps another one."""
    place = ipaddress.ip_address(address)
    if isinstance(place, ipaddress.IPv6Address):
        inner = place.ipv4_mapped or place.sixtofour or _behind_nat64(place)
        if inner is not None:
            return is_public(str(inner))
        if place.teredo is not None:
            return False
    return place.is_global and not place.is_multicast


def _behind_nat64(place: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(place) & _LAST_FOUR) if place in _NAT64 else None


def _unresolved(host: str, port: int, outward: Outward) -> list[Place]:
    try:
        public = is_public(host)
    except ValueError:
        public = True  # a name, which the proxy judges
    if not (public or outward.allow_private):
        raise ForbiddenAddressError("the address is private")
    return [(host, port)]


async def _try(url: str, peer: Aid, identity: Identity, pins: Collection[bytes], outward: Outward) -> Link:
    places = await resolve(url, outward)
    if outward.proxy is not None:
        return await dial(url, peer, identity, pins=pins, proxy=outward.proxy)
    line = await _connect(places)
    return await dial(url, peer, identity, pins=pins, line=line)


async def _connect(places: Sequence[Place]) -> socket.socket:
    for host, port in places:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        line = socket.socket(family, socket.SOCK_STREAM)
        line.setblocking(False)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await asyncio.get_running_loop().sock_connect(line, (host, port))
        except (OSError, TimeoutError):
            line.close()
        except BaseException:
            line.close()
            raise
        else:
            return line
    raise LinkError("nobody answers at that address")


def _sort(done: set[asyncio.Task[Link]], links: list[Link], failures: list[LinkError]) -> None:
    for task in done:
        error = task.exception()
        if error is None:
            links.append(task.result())
        elif isinstance(error, LinkError):
            failures.append(error)
        else:
            raise error


def _first(links: Sequence[Link], failures: Sequence[LinkError]) -> Link:
    if links:
        return links[0]
    refusing = [error for error in failures if isinstance(error, RefusingError)]
    raise (refusing or failures or [LinkError("the peer has no address")])[0]


async def _give_up(running: set[asyncio.Task[Link]]) -> None:
    for task in running:
        task.cancel()
    for ended in await asyncio.gather(*running, return_exceptions=True):
        if isinstance(ended, Link):
            ended.abort()
