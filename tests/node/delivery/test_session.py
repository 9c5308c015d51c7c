"""Two nodes on a real socket: a letter leaves, is stored, and its evidence comes back, once."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from rogatory_node import migrations
from rogatory_node.delivery.session import Office, Session
from rogatory_node.services.receiving import Receiving
from rogatory_node.services.sending import Draft, Sending
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import open_reading, open_writing
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import evidence, letters, outbox
from rogatory_node.storage.writer import Writer
from rogatory_node.transport.link import Identity, Link, LinkError, dial, listen
from rogatory_node.transport.tls import listening, pin_of, self_signed
from rogatory_protocol import letter, parts
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid, Id16, Kid
from rogatory_protocol.suite import SigningKey

NAMES = ("XA", "XB")
AIDS = {name: Aid(hashlib.sha256(name.encode()).digest()) for name in NAMES}
SEALS = {name: SigningKey(hashlib.sha512(b"seal" + name.encode()).digest()) for name in NAMES}
NODES = {name: SigningKey(hashlib.sha512(b"node" + name.encode()).digest()) for name in NAMES}


def key_of(keys: dict[str, SigningKey]) -> Callable[..., bytes]:
    known = {(AIDS[name], keys[name].kid): keys[name].public for name in NAMES}

    def find(aid: Aid, kid: Kid, _ts: int = 0) -> bytes:
        if (aid, kid) not in known:
            raise RefusedError(Code.NOT_GOOD, "key")
        return known[aid, kid]

    return find


@dataclass
class Node:
    office: Office
    identity: Identity

    async def count(self, table: Any, *where: Any) -> int:
        async with self.office.readers.connect() as connection:
            query = select(func.count()).select_from(table).where(*where)
            found: int = (await connection.execute(query)).scalar_one()
            return found


@asynccontextmanager
async def node(name: str, folder: Path) -> AsyncIterator[Node]:
    url = f"sqlite:///{folder}/{name}.db"
    opened = open_writing(url)
    opened.run(migrations.upgrade)
    opened.close()
    writer = Writer(partial(open_writing, url))
    writer.start()

    def found(conn: Any, commands: list[None]) -> list[Any]:
        return [audit_log.found(conn, now=1, random=lambda n: bytes(n)) for _ in commands]

    await writer.execute(found, None)
    me, seal, sealer = AIDS[name], SEALS[name], RowSealer(hashlib.sha256(name.encode()).digest())
    office = Office(
        me=me,
        seal=seal,
        seal_key=key_of(SEALS),
        admitted=lambda _: True,
        sending=Sending(me=me, signer=seal, sealer=sealer),
        receiving=Receiving(me=me, signer=seal, sealer=sealer),
        writer=writer,
        readers=open_reading(url),
        inc=Id16(bytes(16)),
        boot=Id16(bytes(16)),
    )
    try:
        yield Node(office, Identity(aid=me, signer=NODES[name], node_key=key_of(NODES)))
    finally:
        await office.readers.dispose()
        writer.close()


def draft(n: int) -> Draft:
    pair = (bytes((n,)) * 32, parts.form_bytes(parts.Form(mt="application/json", data=b"{}")))
    body = letter.Body(
        id=Id16(bytes((n,)) * 16),
        sender=AIDS["XA"],
        to=(AIDS["XB"],),
        conv=Id16(b"\xc0" * 16),
        urg=3 if n == 0 else 1,
        kind="request",
        lang="en",
        form=parts.commit(*pair),
    )
    return Draft(body=body, parts=parts.parts_bytes(pair, ()), life_seconds=86_400)


async def served(session: Session) -> None:
    with suppress(ExceptionGroup, LinkError):
        await session.run()


@asynccontextmanager
async def joined(a: Node, b: Node, folder: Path) -> AsyncIterator[Session]:
    key, pem = self_signed("localhost", datetime.now(UTC))
    (folder / "key.pem").write_bytes(key)
    (folder / "cert.pem").write_bytes(pem)
    pin = pin_of(ssl.PEM_cert_to_DER_cert(pem.decode()))

    async def on_link(link: Link) -> None:
        await served(Session(link, b.office))

    context = listening(folder / "cert.pem", folder / "key.pem")
    server = await listen("127.0.0.1", 0, b.identity, on_link, context)
    port = server.sockets[0].getsockname()[1]
    link = await dial(f"wss://127.0.0.1:{port}", AIDS["XB"], a.identity, pins=[pin])
    session = Session(link, a.office)
    task = asyncio.create_task(served(session))
    try:
        yield session
    finally:
        link.abort()
        await task
        server.close()
        await server.wait_closed()


async def until(reached: Callable[[], Any], what: int) -> None:
    async with asyncio.timeout(20):
        while await reached() != what:
            pass


@pytest.mark.parametrize("count", [1, 40])
async def test_letters_cross_and_their_evidence_comes_back(tmp_path: Path, count: int) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        for n in range(count):
            await a.office.writer.execute(a.office.sending.queue, draft(n))
        async with joined(a, b, tmp_path):
            await until(lambda: a.count(outbox, outbox.c.state == "complete"), count)
            await until(lambda: b.count(evidence, evidence.c.ackd), count)
        assert await b.count(letters) == count
        assert await a.count(evidence) == await b.count(evidence) == count


async def test_DLV_17_a_letter_queued_on_a_live_link_leaves_at_once(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as session:
        await a.office.writer.execute(a.office.sending.queue, draft(1))
        session.wake()
        await until(lambda: a.count(outbox, outbox.c.state == "complete"), 1)


async def test_what_was_delivered_is_not_sent_again_on_the_next_link(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b:
        await a.office.writer.execute(a.office.sending.queue, draft(1))
        for n in (1, 2):
            async with joined(a, b, tmp_path) as session:
                await until(lambda: a.count(outbox, outbox.c.state == "complete"), n)
                if n == 1:
                    await a.office.writer.execute(a.office.sending.queue, draft(2))
                    session.wake()
                    await until(lambda: a.count(outbox, outbox.c.state == "complete"), 2)
        assert await b.count(letters) == 2
