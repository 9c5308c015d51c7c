"""A node that listens for links on a real socket under TLS, and who dials it."""

import hashlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rogatory_node.transport.door import listen
from rogatory_node.transport.link import (
    Identity,
    Link,
    LinkError,
    SystemClock,
)
from rogatory_node.transport.tls import listening, pin_of, self_signed
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Kid
from rogatory_protocol.suite import SigningKey

AIDS = {name: Aid(hashlib.sha256(name.encode()).digest()) for name in ("XA", "XB", "XC")}
KEYS = {name: SigningKey(hashlib.sha512(name.encode()).digest()) for name in AIDS}
GOOD = {(AIDS[name], KEYS[name].kid): KEYS[name].public for name in AIDS}


def node_key(aid: Aid, kid: Kid) -> bytes:
    try:
        return GOOD[aid, kid]
    except KeyError:
        raise RefusedError(Code.NOT_GOOD, "no such node key") from None


def identity(name: str, clock: SystemClock | None = None) -> Identity:
    return Identity(aid=AIDS[name], signer=KEYS[name], node_key=node_key, clock=clock or SystemClock())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, bytes]:
    folder: Path = tmp_path_factory.mktemp("tls")
    key, pem = self_signed("localhost", datetime.now(UTC))
    (folder / "key.pem").write_bytes(key)
    (folder / "cert.pem").write_bytes(pem)
    return listening(folder / "cert.pem", folder / "key.pem"), pin_of(ssl.PEM_cert_to_DER_cert(pem.decode()))


@asynccontextmanager
async def listening_node(
    certificate: tuple[ssl.SSLContext, bytes], on_link: Callable[[Link], Awaitable[None]], name: str = "XB"
) -> AsyncIterator[str]:
    server = await listen("127.0.0.1", 0, identity(name), on_link, certificate[0])
    try:
        yield f"wss://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


async def echo(link: Link) -> None:
    try:
        while True:
            await link.send(await link.receive())
    except LinkError:
        return
