"""The ports of a node: links, the desk, a registry's log. Each is closed by the stack that it is put on.

* A port that cannot be had is named; with port 0 the system chooses, and what it chose is noted.
* A node that has no address of its own listens for no links: it only dials.
"""

import json
import os
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from aiohttp import web
from sqlalchemy import text

from rogatory_node.app.store import Store
from rogatory_node.home import FILE_MODE, Home
from rogatory_node.registry.running import Registries
from rogatory_node.services import peering
from rogatory_node.services.halting import Brake
from rogatory_node.transport import tls
from rogatory_node.transport.admission import KNOWN_SECONDS, Admission
from rogatory_node.transport.door import Files, listen
from rogatory_node.transport.link import Identity, Link
from rogatory_node.transport.ports import port_of, wanted
from rogatory_node.transport.tls import CertificateError, pin_of
from rogatory_node.web import health, status
from rogatory_node.web.status import Seen

PORTS_FILE: Final = "ports.json"
LOOPBACK: Final = "127.0.0.1"

Ports = dict[str, int]


async def open_links(
    stack: AsyncExitStack,
    store: Store,
    identity: Identity,
    accept: Callable[[Link], Awaitable[None]],
    files: Files,
    ports: Ports,
) -> tuple[str, ...]:
    """Listen for links, and show the logs that we follow; return the addresses for our card.

    Raises:
        CertificateError: Certificate or key cannot be used.
        PortError: The port cannot be had.
    """
    setting = store.config.link
    if not setting.urls and setting.port:
        return ()
    context = _certificate(store.home)
    with wanted("link", setting.host, setting.port):
        admission = await _admission(store)
        listener = await listen(setting.host, setting.port, identity, accept, context, admission, files)
    stack.callback(listener.close, close_connections=False)
    ports["link"] = port_of(list(listener.sockets))
    # Without an address of its own it is a trial on this machine.
    return setting.urls or (f"wss://{LOOPBACK}:{ports['link']}",)


async def open_desk(
    stack: AsyncExitStack,
    store: Store,
    name_of: Callable[[bytes], str],
    brake: Brake,
    ports: Ports,
    interface: Callable[[web.Application], None],
) -> None:
    """Listen on the desk port: health, the status page if it is wanted, pages and the interface for programs.

    *name_of* gives the name of an authority for that page; *interface* adds what people and programs ask.

    Raises:
        PortError: The port cannot be had.
    """
    setting = store.config.desk
    app = web.Application()
    checks = {"database": partial(_reads, store), "writer": partial(_writes, store), "signing": partial(_signs, brake)}
    health.add(app, checks)
    if setting.status_page:
        config = store.config
        seen = Seen(title=config.name, language=config.language, readers=store.readers, name_of=name_of)
        status.add(app, seen)
    interface(app)  # last: it answers every address that nothing else has
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    with wanted("desk", setting.host, setting.port):
        await web.TCPSite(runner, setting.host, setting.port).start()
    ports["desk"] = runner.addresses[0][1]


async def _signs(brake: Brake) -> bool:
    return brake.reason is None


async def open_registry(stack: AsyncExitStack, store: Store, registries: Registries, ports: Ports) -> None:
    """Show our log to anybody, if we are a registry.

    Raises:
        CertificateError: Certificate or key cannot be used.
        PortError: The port cannot be had.
    """
    if registries.admitting is None:
        return
    setting = store.config.registry
    context = _certificate(store.home)
    with wanted("registry", setting.host, setting.port):
        listening = registries.listening(setting.host, setting.port, context)
        ports["registry"] = await stack.enter_async_context(listening)


def pins(home: Home) -> tuple[bytes, ...]:
    """Return the pins of our certificate for our card.

    Raises:
        CertificateError: The certificate cannot be read.
    """
    path = home.keys / "tls.pem"
    try:
        first = path.read_text(encoding="ascii").partition(ssl.PEM_FOOTER)
        return (pin_of(ssl.PEM_cert_to_DER_cert(first[0] + first[1])),)
    except (OSError, ValueError):
        raise CertificateError(path) from None


@asynccontextmanager
async def told(home: Home, ports: Mapping[str, int]) -> AsyncIterator[None]:
    """Write down the ports that the listeners really have, as long as they listen."""
    path = home.run / PORTS_FILE
    _write(path, json.dumps({"pid": os.getpid(), **ports}))
    try:
        yield
    finally:
        _remove(path)


async def _admission(store: Store) -> Admission:
    """Let in before strangers those who were here in the last 30 days, also after a restart."""
    since = int(time.time() - KNOWN_SECONDS)
    async with store.readers.connect() as connection:
        return Admission({**await connection.run_sync(peering.networks, since)})


def _certificate(home: Home) -> ssl.SSLContext:
    try:
        return tls.listening(home.keys / "tls.pem", home.keys / "tls.key")
    except OSError:
        raise CertificateError(home.keys / "tls.pem") from None


async def _reads(store: Store) -> bool:
    async with store.readers.connect() as connection:
        return (await connection.execute(text("SELECT 1"))).scalar() == 1


async def _writes(store: Store) -> bool:
    return store.writer.failure is None


def _write(path: Path, content: str) -> None:
    fresh = path.with_suffix(".part")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE), "w") as file:
        file.write(content)
    fresh.rename(path)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
