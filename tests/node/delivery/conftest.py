"""Whole nodes for tests of links: a database each, real sockets between them, no directory but a table of keys."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from websockets.asyncio.server import Server

from rogatory_node import migrations
from rogatory_node.delivery.office import Office
from rogatory_node.services.completing import Completing
from rogatory_node.services.expiring import Expiring
from rogatory_node.services.receiving import Receiving
from rogatory_node.services.sending import Draft, Sending
from rogatory_node.storage import audit_log
from rogatory_node.storage.blobs import BlobFolder
from rogatory_node.storage.engine import open_reading, open_writing
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.writer import Writer
from rogatory_node.transport.door import listen
from rogatory_node.transport.link import Identity, Link
from rogatory_node.transport.tls import listening, pin_of, self_signed
from rogatory_protocol import letter, parts
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest, Id16, Kid
from rogatory_protocol.suite import SigningKey

NAMES = ("XA", "XB", "XC")


def _key(kind: str, name: str) -> SigningKey:
    return SigningKey(hashlib.sha512(kind.encode() + name.encode()).digest())


@dataclass
class World:
    """Who is known to whom: the directory of these tests. Names taken out of `good` are no longer admitted."""

    aids: dict[str, Aid] = field(default_factory=lambda: {n: Aid(hashlib.sha256(n.encode()).digest()) for n in NAMES})
    seals: dict[str, SigningKey] = field(default_factory=lambda: {n: _key("seal", n) for n in NAMES})
    nodes: dict[str, SigningKey] = field(default_factory=lambda: {n: _key("node", n) for n in NAMES})
    good: set[str] = field(default_factory=lambda: set(NAMES))

    def admitted(self, aid: Aid) -> bool:
        return any(self.aids[name] == aid for name in self.good)

    def find(self, keys: dict[str, SigningKey], aid: Aid, kid: Kid, _ts: int = 0) -> bytes:
        for name in self.good:
            if (self.aids[name], keys[name].kid) == (aid, kid):
                return keys[name].public
        raise RefusedError(Code.NOT_GOOD, "key")


@dataclass
class Node:
    """One authority's node, as far as links need it."""

    name: str
    world: World
    office: Office
    identity: Identity

    @property
    def aid(self) -> Aid:
        return self.office.me

    async def count(self, table: Any, *where: Any) -> int:
        async with self.office.readers.connect() as connection:
            found: int = (await connection.execute(select(func.count()).select_from(table).where(*where))).scalar_one()
            return found

    async def queue(self, to: Aid, n: int, *, urg: int = 1) -> Digest:
        pair = (bytes((n,)) * 32, parts.form_bytes(parts.Form(mt="application/json", data=b"{}")))
        body = letter.Body(
            id=Id16(bytes((n,)) * 16),
            sender=self.aid,
            to=(to,),
            conv=Id16(bytes((n,)) * 16),
            urg=urg,
            kind="request",
            lang="en",
            form=parts.commit(*pair),
        )
        draft = Draft(body=body, parts=parts.parts_bytes(pair, ()), life_seconds=86_400)
        return await self.office.writer.execute(self.office.sending.queue, draft)


class Gate:
    """A listener of one node that can be taken away and set up again at the same port."""

    def __init__(self, context: ssl.SSLContext, pin: bytes) -> None:
        self._context, self.pin = context, pin
        self.port = 0
        self._server: Server | None = None

    @property
    def url(self) -> str:
        return f"wss://127.0.0.1:{self.port}"

    async def open(self, node: Node, on_link: Callable[[Link], Awaitable[None]]) -> None:
        self._server = await listen("127.0.0.1", self.port, node.identity, on_link, self._context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop as a killed process does: no connection is closed in good manner."""
        if self._server is not None:
            for connection in list(self._server.connections):
                connection.transport.abort()
            self._server.close()
            await self._server.wait_closed()
            self._server = None


@asynccontextmanager
async def _node(name: str, world: World, folder: Path) -> AsyncIterator[Node]:
    url = f"sqlite:///{folder}/{name}.db"
    opened = open_writing(url)
    opened.run(migrations.upgrade)
    opened.close()
    writer = Writer(partial(open_writing, url))
    writer.start()

    def found(conn: Any, commands: list[None]) -> list[Any]:
        return [audit_log.found(conn, now=1, random=lambda n: bytes(n)) for _ in commands]

    await writer.execute(found, None)
    me, seal, sealer = world.aids[name], world.seals[name], RowSealer(hashlib.sha256(name.encode()).digest())
    blobs = BlobFolder(folder / f"{name}-blobs")
    blobs.prepare()
    office = Office(
        me=me,
        seal=seal,
        seal_key=partial(world.find, world.seals),
        sealing_key=partial(world.find, world.seals),
        admitted=world.admitted,
        sending=Sending(me=me, signer=seal, sealer=sealer),
        receiving=Receiving(me=me, signer=seal, sealer=sealer),
        completing=Completing(me=me, signer=seal, sealer=sealer),
        expiring=Expiring(me=me, signer=seal, sealer=sealer),
        blobs=blobs,
        writer=writer,
        readers=open_reading(url),
        inc=Id16(bytes(16)),
        boot=Id16(bytes(16)),
    )
    identity = Identity(aid=me, signer=world.nodes[name], node_key=partial(world.find, world.nodes))
    try:
        yield Node(name, world, office, identity)
    finally:
        await office.readers.dispose()
        writer.close()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def nodes(world: World, tmp_path: Path) -> AsyncIterator[Callable[[str], Awaitable[Node]]]:
    """Make nodes by name; all are taken down at the end."""
    async with AsyncExitStack() as stack:

        async def make(name: str) -> Node:
            return await stack.enter_async_context(_node(name, world, tmp_path))

        yield make


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, bytes]:
    folder = tmp_path_factory.mktemp("tls")
    key, pem = self_signed("localhost", datetime.now(UTC))
    (folder / "key.pem").write_bytes(key)
    (folder / "cert.pem").write_bytes(pem)
    return listening(folder / "cert.pem", folder / "key.pem"), pin_of(ssl.PEM_cert_to_DER_cert(pem.decode()))


@pytest.fixture
async def gates(certificate: tuple[ssl.SSLContext, bytes]) -> AsyncIterator[Callable[[], Gate]]:
    """Make listeners; all are taken down at the end."""
    made: list[Gate] = []

    def make() -> Gate:
        made.append(Gate(*certificate))
        return made[-1]

    yield make
    for gate in made:
        await gate.close()


@pytest.fixture
def until() -> Callable[[Callable[[], Any], Any], Awaitable[None]]:
    """Wait until something has the value that is awaited."""

    async def wait(reached: Callable[[], Any], what: Any = True) -> None:
        async with asyncio.timeout(20):
            while True:
                value = reached()
                if (await value if asyncio.iscoroutine(value) else value) == what:
                    return
                # Between two looks the loop belongs to the nodes.
                await asyncio.sleep(0.002)

    return wait
