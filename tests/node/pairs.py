"""Two authorities with a node each, joined by links over real sockets."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from rogatory_node import migrations
from rogatory_node.delivery.office import Office
from rogatory_node.delivery.quotas import Quotas
from rogatory_node.delivery.session import Session
from rogatory_node.services.answering import Answering
from rogatory_node.services.completing import Completing
from rogatory_node.services.expiring import Expiring
from rogatory_node.services.intake import Intake, Taken
from rogatory_node.services.receiving import Receiving
from rogatory_node.services.sending import Draft, Sending
from rogatory_node.storage import audit_log
from rogatory_node.storage.blobs import BlobFolder
from rogatory_node.storage.engine import open_reading, open_writing
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.writer import Writer
from rogatory_node.transport.door import listen
from rogatory_node.transport.link import Clock, Identity, Link, LinkError, SystemClock, dial
from rogatory_node.transport.tls import listening, pin_of, self_signed
from rogatory_protocol import letter, parts
from rogatory_protocol.attachment import entry_bytes
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Digest, Id16, Kid
from rogatory_protocol.suite import SigningKey

NAMES = ("XA", "XB", "XC")
AIDS = {name: Aid(hashlib.sha256(name.encode()).digest()) for name in NAMES}
SEALS = {name: SigningKey(hashlib.sha512(b"seal" + name.encode()).digest()) for name in NAMES}
NODES = {name: SigningKey(hashlib.sha512(b"node" + name.encode()).digest()) for name in NAMES}
BOOT = Id16(bytes(16))


def key_of(keys: dict[str, SigningKey]) -> Callable[..., bytes]:
    known = {(AIDS[name], keys[name].kid): keys[name].public for name in NAMES}

    def find(aid: Aid, kid: Kid, _ts: int = 0) -> bytes:
        if (aid, kid) not in known:
            raise RefusedError(Code.NOT_GOOD, "key")
        return known[aid, kid]

    return find


class ShiftedClock(SystemClock):
    """The clocks of this machine, and some seconds more."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def wall(self) -> float:  # type: ignore[override]
        return SystemClock.wall() + self.seconds

    def monotonic(self) -> float:  # type: ignore[override]
        return SystemClock.monotonic() + self.seconds


@dataclass
class Node:
    office: Office
    identity: Identity
    answering: Answering
    alarms: list[str] = field(default_factory=list)

    async def count(self, table: Any, *where: Any) -> int:
        query = select(func.count()).select_from(table).where(*where)
        found: int = (await self.rows(query))[0][0]
        return found

    async def rows(self, query: Any) -> Sequence[Any]:
        async with self.office.readers.connect() as connection:
            return (await connection.execute(query)).all()

    async def queue(self, *drafts: Draft) -> list[Digest]:
        execute = self.office.writer.execute
        return list(await asyncio.gather(*(execute(self.office.sending.queue, each) for each in drafts)))


@asynccontextmanager
async def node(name: str, root: Path, *, clock: Clock | None = None, url: str | None = None) -> AsyncIterator[Node]:
    """A node with its database and folder; the same again when they are there already."""
    where = url or f"sqlite:///{root}/{name}.db"
    await asyncio.to_thread(_migrated, where)
    writer = Writer(partial(open_writing, where))
    writer.start()

    def found(conn: Any, commands: list[None]) -> list[Any]:
        return [audit_log.found(conn, now=1, random=lambda n: bytes(n)) for _ in commands]

    await writer.execute(found, None)
    folder = BlobFolder(root / f"{name}-blobs")
    if not folder.root.exists():
        folder.prepare()
    me, ticking = AIDS[name], clock or SystemClock()
    common: dict[str, Any] = {
        "me": me,
        "signer": SEALS[name],
        "sealer": RowSealer(hashlib.sha256(name.encode()).digest()),
        "wall": ticking.wall,
    }
    alarms: list[str] = []
    quotas = Quotas()
    office = Office(
        me=me,
        seal=SEALS[name],
        seal_key=key_of(SEALS),
        sealing_key=key_of(SEALS),
        admitted=lambda _: True,
        sending=Sending(**common),
        receiving=Receiving(**common, admits=quotas.admits),
        completing=Completing(**common),
        expiring=Expiring(**common),
        blobs=folder,
        quotas=quotas,
        writer=writer,
        readers=open_reading(where),
        inc=Id16(bytes(16)),
        boot=BOOT,
        wall=ticking.wall,
        alarm=lambda event, _peer, _letter: alarms.append(event),
    )
    identity = Identity(aid=me, signer=NODES[name], node_key=key_of(NODES), clock=ticking)
    try:
        yield Node(office, identity, Answering(**common), alarms)
    finally:
        await office.readers.dispose()
        writer.close()


def _migrated(url: str) -> None:
    opened = open_writing(url)
    opened.run(migrations.upgrade)
    opened.close()


def taken_in(folder: BlobFolder, content: bytes, name: str = "exhibit.bin") -> Taken:
    each = Intake(folder, boot=BOOT, name=name, mt="application/octet-stream", size=len(content))
    each.feed(content)
    return each.finish()


def draft(
    n: int, *, urg: int | None = None, files: Sequence[Taken] = (), life: int = 86_400, text: bytes = b"{}"
) -> Draft:
    """A letter of XA to XB."""
    form = (bytes((n,)) * 32, parts.form_bytes(parts.Form(mt="application/json", data=text)))
    pairs = [(hashlib.sha256(bytes((n, i))).digest(), entry_bytes(each.entry)) for i, each in enumerate(files)]
    body = letter.Body(
        id=Id16(bytes((n,)) * 16),
        sender=AIDS["XA"],
        to=(AIDS["XB"],),
        conv=Id16(b"\xc0" * 16),
        urg=(3 if n == 0 else 1) if urg is None else urg,
        kind="request",
        lang="en",
        form=parts.commit(*form),
        att=tuple(parts.commit(*pair) for pair in pairs),
    )
    blobs = tuple(each.blob for each in files)
    return Draft(body=body, parts=parts.parts_bytes(form, pairs), life_seconds=life, blobs=blobs)


async def served(session: Session) -> None:
    with suppress(ExceptionGroup, LinkError):
        await session.run()


@dataclass
class Joined:
    """Both ends of a link; how the run of each ended is in ``ends``."""

    a: Session
    b: Session
    ends: dict[str, BaseException | None]
    over: asyncio.Event

    def wake(self) -> None:
        self.a.wake()
        self.b.wake()


@asynccontextmanager
async def joined(
    a: Node, b: Node, root: Path, *, prepare: Callable[[Session], None] = lambda _: None
) -> AsyncIterator[Joined]:
    """Let *a* dial *b*, serve both ends, and cut the line at the end."""
    async with listener(b, root) as (address, accepted):
        link = await dial(address[0], AIDS["XB"], a.identity, pins=[address[1]])
        ours, theirs = Session(link, a.office), Session(await accepted.get(), b.office)
        both = Joined(ours, theirs, {}, asyncio.Event())
        prepare(ours)
        prepare(theirs)

        async def serve(name: str, session: Session) -> None:
            try:
                await session.run()
            except (ExceptionGroup, LinkError) as error:
                both.ends[name] = error
            both.over.set()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(serve("a", ours))
            tasks.create_task(serve("b", theirs))
            try:
                yield both
            finally:
                link.abort()


@asynccontextmanager
async def listener(b: Node, root: Path) -> AsyncIterator[tuple[tuple[str, bytes], asyncio.Queue[Link]]]:
    """Listen for links to *b*; yields address and pin, and the links that come."""
    if not (root / "cert.pem").exists():
        key, pem = self_signed("localhost", datetime.now(UTC))
        (root / "key.pem").write_bytes(key)
        (root / "cert.pem").write_bytes(pem)
    pin = pin_of(ssl.PEM_cert_to_DER_cert((root / "cert.pem").read_text()))
    accepted: asyncio.Queue[Link] = asyncio.Queue()
    closing = asyncio.Event()

    async def on_link(link: Link) -> None:
        accepted.put_nowait(link)
        await closing.wait()

    server = await listen("127.0.0.1", 0, b.identity, on_link, listening(root / "cert.pem", root / "key.pem"))
    port = server.sockets[0].getsockname()[1]
    try:
        yield (f"wss://127.0.0.1:{port}", pin), accepted
    finally:
        closing.set()
        server.close()
        await server.wait_closed()


async def until(reached: Callable[[], Awaitable[Any]], what: Any) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(20):
        while await reached() != what:
            pass
