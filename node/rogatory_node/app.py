"""The composition root: every object of a running node is made here and given to those who need it.

* One lock on the home, one writer, one task group; whatever of them ends badly ends the process.
* The order of the start is the order of trust: settings, home key, database, own keys, directory, then listeners.
* A stop says BYE on every link, finishes the commits that wait and only then lets go of the home.
* No core dumps: memory holds keys and opened letters.
"""

import asyncio
import json
import logging
import os
import resource
import signal
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from aiohttp import web
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node import migrations
from rogatory_node.api import server
from rogatory_node.api.context import Node
from rogatory_node.config import Config, Role, blobs_folder, database_url, load
from rogatory_node.delivery.office import Office
from rogatory_node.delivery.peers import Peers
from rogatory_node.home import FILE_MODE, Home
from rogatory_node.services import home_key, own, uploads
from rogatory_node.services.answering import Answering
from rogatory_node.services.cards import Cards, contacts_of
from rogatory_node.services.completing import Completing
from rogatory_node.services.expiring import Expiring
from rogatory_node.services.own import ClockError, Own
from rogatory_node.services.receiving import Receiving
from rogatory_node.services.sending import Sending
from rogatory_node.services.trust import Trust, local_of
from rogatory_node.services.uploads import Uploads
from rogatory_node.storage.blobs import SEALED_CHUNK_BYTES, BlobFolder
from rogatory_node.storage.engine import WritingConnection, open_reading, open_writing
from rogatory_node.storage.tables import blobs as blob_rows
from rogatory_node.storage.writer import Writer
from rogatory_node.transport.admission import Admission
from rogatory_node.transport.link import Identity, listen
from rogatory_node.transport.ports import port_of, wanted
from rogatory_node.transport.tls import CertificateError, listening, pin_of
from rogatory_node.web import health
from rogatory_protocol.limits import DAY_SECONDS, SKEW_REFUSE_SECONDS

_log: Final = logging.getLogger(__name__)

PORTS_FILE: Final = "ports.json"
LOOPBACK: Final = "127.0.0.1"

Ready = Callable[[Mapping[str, object]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What a node keeps, opened."""

    home: Home
    config: Config
    own: Own
    writer: Writer
    readers: AsyncEngine
    blobs: BlobFolder


async def serve(home: Home, ready: Ready, *, environ: Mapping[str, str] = os.environ) -> None:
    """Run the node of a home until a signal says stop.

    Args:
        home: The home.
        ready: Called once all listeners listen, with ``aid``, ``pid`` and ``ports``.
        environ: Where a credential's folder is named.

    Raises:
        HomeError: The home is missing, open to others or locked by another process.
        ConfigError: The configuration is wrong.
        HomeKeyError: There is no home key.
        OwnError: The authority's keys do not open, or the clock is far behind.
        StorageError: The database is unsafe, of another revision, or failed.
        CertificateError: The files of the link port cannot be used.
        PortError: A port cannot be had.
        ExceptionGroup: A part of the running node failed.
    """
    async with running(home, environ=environ) as node:
        stop = _stop_on_signals()
        ready({"aid": node.own.aid.hex(), "pid": os.getpid(), "ports": node.ports})
        await stop.wait()


@asynccontextmanager
async def running(
    home: Home, *, environ: Mapping[str, str] = os.environ, writing: type[Writer] = Writer
) -> AsyncIterator[Node]:
    """Run the node of a home as long as the block runs; it stops gracefully.

    Args:
        home: The home.
        environ: Where a credential's folder is named.
        writing: The class of the writer; a benchmark listens to it.

    Raises:
        Exception: As ``serve``.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    home.check()
    config = load(home)
    with home.lock():
        async with _store(home, config, environ, writing) as store, _run(store) as node:
            yield node


# --- What is kept ---------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _store(home: Home, config: Config, environ: Mapping[str, str], writing: type[Writer]) -> AsyncIterator[Store]:
    key = home_key.read(config, home, environ)
    url = database_url(config, home)
    writer = writing(partial(_open_current, url))
    await asyncio.to_thread(writer.start)
    try:
        me = await asyncio.to_thread(own.load, home, key, writer)
        readers = open_reading(url)
        try:
            blobs = BlobFolder(blobs_folder(config, home))
            await _sweep(readers, blobs)
            yield Store(home=home, config=config, own=me, writer=writer, readers=readers, blobs=blobs)
        finally:
            await readers.dispose()
    finally:
        # It finishes the commits that wait.
        await asyncio.to_thread(writer.close)


def _open_current(url: str) -> WritingConnection:
    connection = open_writing(url)
    try:
        connection.run(migrations.require_current)
    except BaseException:
        connection.close()
        raise
    return connection


async def _sweep(readers: AsyncEngine, blobs: BlobFolder) -> None:
    """Remove what no letter asks for: part files of dead transfers and uploads that were never sent."""
    coming = (blob_rows.c.direction == "in", blob_rows.c.verified.is_(False))
    async with readers.connect() as connection:
        rows = (await connection.execute(select(blob_rows).where(*coming))).all()
        durable = {row.path: min(row.stored_bytes, row.next_index * SEALED_CHUNK_BYTES) for row in rows}
        await asyncio.to_thread(blobs.prepare, durable)
        for name in await connection.run_sync(uploads.sweep, blobs):
            blobs.erase(name)


# --- What runs ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _run(store: Store) -> AsyncIterator[Node]:
    me, config = store.own, store.config
    trust = await Trust.open(
        store.writer, store.readers, local_of(config, me.statement, registry=Role.REGISTRY in config.roles)
    )
    _check_clock(trust)
    cards = await Cards.open(trust, me=me.aid, seal=me.seal, writer=store.writer, readers=store.readers)
    office, peers = _links(store, trust, cards)
    trust.watch(lambda alarms: peers.recheck())
    ports: dict[str, int] = {}
    async with AsyncExitStack() as stack:
        urls = await _listen_for_links(stack, store, trust, peers, ports)
        await _open_desk(stack, store, ports)
        node = Node(
            home=store.home,
            config=config,
            own=me,
            writer=store.writer,
            readers=store.readers,
            blobs=store.blobs,
            uploads=Uploads(store.blobs, boot=me.boot),
            trust=trust,
            sending=office.sending,
            receiving=office.receiving,
            answering=Answering(me=me.aid, signer=me.seal, sealer=me.sealer),
            wake=peers.wake,
            ports=ports,
        )
        await stack.enter_async_context(server.serving(server.application(node), store.home.socket))
        await stack.enter_async_context(_told(store.home, ports))
        renew = partial(
            cards.renew, urls=urls, pins=_pins(store.home), contacts=contacts_of(config), ver=me.statement.content.ver
        )
        await renew()
        async with asyncio.TaskGroup() as tasks:
            beside = [tasks.create_task(_watch(store.writer)), tasks.create_task(_renew_daily(renew))]
            tasks.create_task(peers.run())
            try:
                yield node
            finally:
                await peers.stop()
                for task in beside:
                    task.cancel()


def _links(store: Store, trust: Trust, cards: Cards) -> tuple[Office, Peers]:
    me = store.own
    office = Office(
        me=me.aid,
        seal=me.seal,
        seal_key=trust.seal_key,
        admitted=trust.admitted,
        sending=Sending(me=me.aid, signer=me.seal, sealer=me.sealer),
        receiving=Receiving(me=me.aid, signer=me.seal, sealer=me.sealer),
        completing=Completing(me=me.aid, signer=me.seal, sealer=me.sealer),
        expiring=Expiring(me=me.aid, signer=me.seal, sealer=me.sealer),
        blobs=store.blobs,
        writer=store.writer,
        readers=store.readers,
        inc=me.inc,
        boot=me.boot,
    )
    peers = Peers(
        office,
        _identity(store, trust),
        cards.address_of,
        followed=lambda: [each.aid for each in trust.directory.state.local.followed if each.aid != me.aid],
        allow_private=store.config.allow_private_addresses,
    )
    return office, peers


def _identity(store: Store, trust: Trust) -> Identity:
    return Identity(aid=store.own.aid, signer=store.own.node, node_key=trust.node_key)


def _check_clock(trust: Trust) -> None:
    """Refuse a clock that is far behind a checkpoint that this node has seen.

    Raises:
        ClockError: It is.
    """
    heads = [trust.head(each.aid) for each in trust.directory.state.local.followed]
    newest = max((head.time for head in heads if head is not None), default=0)
    if newest - trust.now() > SKEW_REFUSE_SECONDS:
        raise ClockError(newest - trust.now())


async def _watch(writer: Writer) -> None:
    """Return or raise when the writer ends: a node that cannot write must not stay up and look well."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: object) -> None:
        with suppress(RuntimeError):  # the loop is closed, so nobody waits
            loop.call_soon_threadsafe(ended.set)

    writer.stopped.add_done_callback(tell)
    await ended.wait()
    writer.stopped.result()


async def _renew_daily(renew: Callable[[], object]) -> None:
    while True:
        await asyncio.sleep(DAY_SECONDS)
        made = renew()
        assert asyncio.iscoroutine(made)
        await made


# --- Listeners ------------------------------------------------------------------------------------------------------


async def _listen_for_links(
    stack: AsyncExitStack, store: Store, trust: Trust, peers: Peers, ports: dict[str, int]
) -> tuple[str, ...]:
    """Listen on the link port; return the addresses for our card."""
    setting = store.config.link
    if not setting.urls and setting.port:
        return ()  # it only dials out, so nothing needs to reach it
    context = _certificate(store.home)
    with wanted("link", setting.host, setting.port):
        listener = await listen(setting.host, setting.port, _identity(store, trust), peers.accept, context, Admission())
    stack.callback(listener.close, close_connections=False)
    ports["link"] = port_of(list(listener.sockets))
    # Without an address of its own it is a trial on this machine.
    return setting.urls or (f"wss://{LOOPBACK}:{ports['link']}",)


def _certificate(home: Home) -> ssl.SSLContext:
    try:
        return listening(home.keys / "tls.pem", home.keys / "tls.key")
    except OSError:
        raise CertificateError(home.keys / "tls.pem") from None


def _pins(home: Home) -> tuple[bytes, ...]:
    try:
        first = (home.keys / "tls.pem").read_text(encoding="ascii").partition(ssl.PEM_FOOTER)
        return (pin_of(ssl.PEM_cert_to_DER_cert(first[0] + first[1])),)
    except (OSError, ValueError):
        raise CertificateError(home.keys / "tls.pem") from None


async def _open_desk(stack: AsyncExitStack, store: Store, ports: dict[str, int]) -> None:
    setting = store.config.desk
    app = web.Application()
    health.add(app, {"database": partial(_reads, store.readers), "writer": partial(_writes, store.writer)})
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    with wanted("desk", setting.host, setting.port):
        await web.TCPSite(runner, setting.host, setting.port).start()
    ports["desk"] = runner.addresses[0][1]


async def _reads(readers: AsyncEngine) -> bool:
    async with readers.connect() as connection:
        return (await connection.execute(text("SELECT 1"))).scalar() == 1


async def _writes(writer: Writer) -> bool:
    return writer.failure is None


@asynccontextmanager
async def _told(home: Home, ports: Mapping[str, int]) -> AsyncIterator[None]:
    """Write down the ports that the listeners really have, as long as they listen."""
    path = home.run / PORTS_FILE
    _write(path, json.dumps({"pid": os.getpid(), **ports}))
    try:
        yield
    finally:
        _remove(path)


def _write(path: Path, content: str) -> None:
    fresh = path.with_suffix(".part")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE), "w") as file:
        file.write(content)
    fresh.rename(path)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _stop_on_signals() -> asyncio.Event:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
