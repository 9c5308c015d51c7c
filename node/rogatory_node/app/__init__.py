"""The composition root: every object of a running node is made here and given to those who need it.

* One lock on the home, one writer, one task group; whatever of them ends badly ends the process.
* The order of the start is the order of trust: settings, home key, database, own keys, directory, then listeners.
* A stop says BYE on every link, finishes the commits that wait and only then lets go of the home.
* A registry follows its own log first of all; a node that follows nobody runs as well.
* No core dumps: memory holds keys and opened letters.
"""

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from rogatory_node.api import server
from rogatory_node.api.context import Node
from rogatory_node.app import deadlines, following, hooks, links, listeners, ways
from rogatory_node.app.links import Halt, Links
from rogatory_node.app.store import Store, opened
from rogatory_node.casebook.following import Following
from rogatory_node.config import Role, load
from rogatory_node.home import Home
from rogatory_node.registry.mirrors import Mirrors
from rogatory_node.registry.running import Registries, begin
from rogatory_node.registry.tiles import Tiles
from rogatory_node.services.answering import Answering
from rogatory_node.services.cards import Cards, contacts_of
from rogatory_node.services.own import ClockError
from rogatory_node.services.trust import Trust, local_of
from rogatory_node.services.uploads import Uploads
from rogatory_node.storage.writer import Writer
from rogatory_protocol.ids import Aid
from rogatory_protocol.limits import DAY_SECONDS, SKEW_REFUSE_SECONDS

Ready = Callable[[Mapping[str, object]], None]
Loop = Callable[[], Awaitable[object]]

RENEW_SECONDS: Final = float(DAY_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What works together in a running node."""

    trust: Trust
    cards: Cards
    links: Links
    registries: Registries


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
        ready({"aid": node.own.aid.hex(), "pid": os.getpid(), "ports": dict(node.ports)})
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
        async with opened(home, config, environ, writing) as store, _run(store) as node:
            yield node


@asynccontextmanager
async def _run(store: Store) -> AsyncIterator[Node]:
    halt = Halt()
    store = halt.guarded(store)
    told = [hooks.hook_of(each, store.home) for each in store.config.webhook]
    parts = await _parts(store, halt)
    peers = parts.links.peers
    ports: dict[str, int] = {}
    async with AsyncExitStack() as stack:
        copies = Mirrors(parts.trust, partial(Tiles, store.readers))
        urls = await listeners.open_links(stack, store, parts.links.identity, peers.accept, copies.get, ports)
        await listeners.open_registry(stack, store, parts.registries, ports)
        named = partial(_name_of, parts.trust, store.config.language)
        node = _node(store, parts, ports)
        await listeners.open_desk(stack, store, named, halt.brake, ports, partial(ways.add, node=node))
        await stack.enter_async_context(server.serving(ways.of_operator(node), store.home.socket))
        await stack.enter_async_context(listeners.told(store.home, ports))
        renew = partial(
            parts.cards.renew,
            urls=urls,
            pins=listeners.pins(store.home),
            contacts=contacts_of(store.config),
            ver=store.own.statement.content.ver,
        )
        await renew()
        async with asyncio.TaskGroup() as tasks:
            loops: list[Loop] = [
                partial(_watch, store.writer),
                partial(_daily, partial(parts.links.renew, renew)),
                partial(deadlines.keep, parts.links.office.expiring, store.writer, store.readers, peers.wake),
                _book(store),
                parts.links.end_when_halted,
                *parts.registries.loops(),
                *(partial(hooks.keep, node, hook) for hook in told),
            ]
            beside = [tasks.create_task(_run_loop(loop)) for loop in loops]
            tasks.create_task(peers.run())
            try:
                yield node
            finally:
                await peers.stop()
                for task in beside:
                    task.cancel()


async def _run_loop(loop: Loop) -> None:
    await loop()


async def _parts(store: Store, halt: Halt) -> Parts:
    me, config = store.own, store.config
    local = local_of(config, me.statement, registry=Role.REGISTRY in config.roles)
    trust = await Trust.open(store.writer, store.readers, local)
    _check_clock(trust)
    cards = await Cards.open(trust, me=me.aid, seal=me.seal, writer=store.writer, readers=store.readers)
    registries = await begin(config, me, trust, cards, writer=store.writer, readers=store.readers)
    joined = await links.make(store, trust, cards, registries, halt)
    return Parts(trust=trust, cards=cards, links=joined, registries=registries)


def _book(store: Store) -> Loop:
    me, pace = store.own, following.Pace()
    book = Following(me=me.aid, sealer=me.sealer, writer=store.writer, readers=store.readers, pause=pace.rest)
    return partial(following.keep, book, pace)


def _node(store: Store, parts: Parts, ports: Mapping[str, int]) -> Node:
    me = store.own
    return Node(
        home=store.home,
        config=store.config,
        own=me,
        writer=store.writer,
        readers=store.readers,
        blobs=store.blobs,
        uploads=Uploads(store.blobs, boot=me.boot),
        trust=parts.trust,
        cards=parts.cards,
        registries=parts.registries,
        links=parts.links.peers.status,
        sending=parts.links.office.sending,
        receiving=parts.links.office.receiving,
        answering=Answering(me=me.aid, signer=me.seal, sealer=me.sealer),
        wake=parts.links.peers.wake,
        ports=ports,
    )


def _name_of(trust: Trust, language: str, aid: bytes) -> str:
    """Return the name of an authority, in a language if it has one; its digits if the directory does not know it."""
    entry = trust.entry(Aid(aid))
    names = {} if entry is None else dict(entry.listing.name)
    return names.get(language) or next(iter(names.values()), aid.hex()[:16])


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


async def _daily(work: Loop) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        await work()


def _stop_on_signals() -> asyncio.Event:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
