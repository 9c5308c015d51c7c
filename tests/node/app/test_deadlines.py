"""Silence becomes a signed fact while the node runs."""

import asyncio
import os
from typing import Any

import pytest
from pairs import AIDS, SEALS, draft
from sqlalchemy import select

from rogatory_node.app.deadlines import expire_due, keep
from rogatory_node.services.expiring import Expiring
from rogatory_node.services.sending import Sending
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import open_reading
from rogatory_node.storage.errors import StorageFullError
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import outbox
from rogatory_node.storage.writer import Writer
from rogatory_protocol.ids import Aid

NOW = 1_800_000_000
SEALER = RowSealer(bytes(32))


def made(kind: type[Any], now: int) -> Any:
    return kind(me=AIDS["XA"], signer=SEALS["XA"], sealer=SEALER, wall=lambda: float(now))


async def queued(writer: Writer, *lives: int) -> None:
    await writer.execute(lambda conn, _: [audit_log.found(conn, now=NOW, random=os.urandom)], None)
    sending = made(Sending, NOW)
    for n, life in enumerate(lives, 1):
        await writer.execute(sending.queue, draft(n, life=life))


async def test_only_what_is_due_expires_and_its_recipient_is_woken(writer: Writer, database: str) -> None:
    readers = open_reading(database)
    await queued(writer, 60, 3_600)
    woken: list[Aid] = []
    for at, due in ((NOW + 60, 0), (NOW + 61, 1), (NOW + 62, 0)):
        assert await expire_due(made(Expiring, at), writer, readers, woken.append) == due
    assert woken == [AIDS["XB"]]
    async with readers.connect() as connection:
        states = sorted((await connection.execute(select(outbox.c.state))).scalars())
    assert states == ["expired", "queued"]
    await readers.dispose()


async def test_a_full_disk_only_delays(writer: Writer, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    readers = open_reading(database)
    await queued(writer, 60)
    woken = asyncio.Event()
    execute, calls = writer.execute, 0

    async def full_once(kind: Any, command: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise StorageFullError("x")
        return await execute(kind, command)

    monkeypatch.setattr(writer, "execute", full_once)
    running = asyncio.create_task(
        keep(made(Expiring, NOW + 61), writer, readers, lambda aid: woken.set(), seconds=0.01)
    )
    async with asyncio.timeout(4):
        await woken.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert calls == 2
    await readers.dispose()
