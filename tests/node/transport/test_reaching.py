"""Which addresses of a card are dialled, and how soon the good one among dead ones is found."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rogatory_node.transport.door import listen
from rogatory_node.transport.link import Identity, Link, LinkError, RefusingError
from rogatory_node.transport.reaching import ForbiddenAddressError, Outward, is_public, reach, resolve
from rogatory_node.transport.tls import listening, pin_of, self_signed
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Kid
from rogatory_protocol.suite import SigningKey

AIDS = {name: Aid(hashlib.sha256(name.encode()).digest()) for name in ("XA", "XB")}
KEYS = {name: SigningKey(hashlib.sha512(name.encode()).digest()) for name in AIDS}

PRIVATE = Outward(allow_private=True)


def node_key(aid: Aid, kid: Kid) -> bytes:
    for name, key in KEYS.items():
        if (AIDS[name], key.kid) == (aid, kid):
            return key.public
    raise RefusedError(Code.NOT_GOOD, "no such node key")


def identity(name: str) -> Identity:
    return Identity(aid=AIDS[name], signer=KEYS[name], node_key=node_key)


@pytest.fixture
async def listener(tmp_path: Path) -> AsyncIterator[tuple[str, bytes]]:
    key, pem = self_signed("localhost", datetime.now(UTC))
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "cert.pem").write_bytes(pem)

    async def hold(link: Link) -> None:
        with pytest.raises(LinkError):
            await link.receive()

    server = await listen("127.0.0.1", 0, identity("XB"), hold, listening(tmp_path / "cert.pem", tmp_path / "key.pem"))
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"wss://127.0.0.1:{port}", pin_of(ssl.PEM_cert_to_DER_cert(pem.decode()))
    finally:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_LNK_27_no_card_leads_into_a_private_network(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9", "64:ff9b::909:909", "2002:909:909::"])
def test_an_address_on_the_internet_may_be_dialled(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "wss://127.0.0.1:8443",
        "wss://2130706433:8443",
        "wss://0x7f000001",
        "wss://127.1",
        "wss://[::ffff:127.0.0.1]:8443",
        "wss://localhost",
        "ws://9.9.9.9",
    ],
)
async def test_LNK_27_what_a_name_resolves_to_is_judged_before_it_is_connected(url: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        await resolve(url)


@pytest.mark.parametrize("url", ["https://9.9.9.9", "wss://", "wss://9.9.9.9:99999", "wss://no.such.name.invalid"])
async def test_what_is_no_address_is_not_dialled(url: str) -> None:
    with pytest.raises(LinkError):
        await resolve(url)


async def test_LNK_27_a_private_address_is_dialled_only_when_the_operator_allows_it(
    listener: tuple[str, bytes],
) -> None:
    url, pin = listener
    with pytest.raises(ForbiddenAddressError):
        await reach([url], AIDS["XB"], identity("XA"), pins=[pin])
    link = await reach([url], AIDS["XB"], identity("XA"), pins=[pin], outward=PRIVATE)
    link.abort()


async def test_LNK_28_one_good_address_among_dead_ones_is_found_in_time(listener: tuple[str, bytes]) -> None:
    url, pin = listener
    async with asyncio.timeout(5), silent_listener() as silent:
        dead = ["wss://127.0.0.1:1"] * 4 + [silent] * 3
        link = await reach([*dead, url], AIDS["XB"], identity("XA"), pins=[pin], outward=PRIVATE)
    assert link.peer == AIDS["XB"]
    link.abort()


@asynccontextmanager
async def silent_listener() -> AsyncIterator[str]:
    """Take connections and never say a word."""

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4_096):
            pass
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    try:
        yield f"wss://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


async def test_a_peer_that_refuses_is_told_from_one_that_is_away(listener: tuple[str, bytes]) -> None:
    url, pin = listener
    with pytest.raises(RefusingError):
        await reach(["wss://127.0.0.1:1", url], AIDS["XA"], identity("XB"), pins=[pin], outward=PRIVATE)
    with pytest.raises(RefusingError):
        await reach([url], AIDS["XB"], identity("XA"), pins=[bytes(32)], outward=PRIVATE)
    with pytest.raises(RefusingError):
        await reach([url], AIDS["XB"], identity("XA"), outward=PRIVATE)
    with pytest.raises(LinkError) as away:
        await reach(["wss://127.0.0.1:1"], AIDS["XB"], identity("XA"), pins=[pin], outward=PRIVATE)
    assert not isinstance(away.value, RefusingError)
    with pytest.raises(LinkError, match="no address"):
        await reach([], AIDS["XB"], identity("XA"))


@asynccontextmanager
async def proxy(asked: list[str], *, allows: bool = True) -> AsyncIterator[str]:
    """Connect others, as the proxy of a ministry does."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked.append(head.partition(" HTTP")[0])
        if not allows:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        host, _, port = asked[-1].removeprefix("CONNECT ").rpartition(":")
        there, back = await asyncio.open_connection("127.0.0.1" if host == "node.example" else host, int(port))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(pump(reader, back), pump(there, writer), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


async def test_a_link_goes_through_the_proxy_that_is_configured(listener: tuple[str, bytes]) -> None:
    url, pin = listener
    named, asked = url.replace("127.0.0.1", "node.example"), list[str]()
    async with proxy(asked) as way:
        # The name is for the proxy to resolve; addresses in digits are judged here.
        with pytest.raises(ForbiddenAddressError):
            await reach([url], AIDS["XB"], identity("XA"), pins=[pin], outward=Outward(proxy=way))
        link = await reach([named], AIDS["XB"], identity("XA"), pins=[pin], outward=Outward(proxy=way))
        assert link.peer == AIDS["XB"]
        await link.close()
    assert asked == [f"CONNECT {named.removeprefix('wss://')}"]


async def test_a_proxy_that_forbids_is_nobody_who_answers(listener: tuple[str, bytes]) -> None:
    url, pin = listener
    async with proxy([], allows=False) as way:
        outward = Outward(allow_private=True, proxy=way)
        with pytest.raises(LinkError) as away:
            await reach([url], AIDS["XB"], identity("XA"), pins=[pin], outward=outward)
    assert not isinstance(away.value, RefusingError)
