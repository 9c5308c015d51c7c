"""A head is ours if our log once had it, however much it grew since."""

from pathlib import Path

import pytest
from pairs import node
from sqlalchemy import Connection

from rogatory_node.delivery import ours
from rogatory_node.delivery.ours import Ours
from rogatory_node.storage import audit_log
from rogatory_protocol.audit import Head


def grown(connection: Connection, commands: list[int]) -> list[list[Head]]:
    heads = []
    for _ in range(commands[0]):
        event = audit_log.Event(ev="grown", obj=None, who="node")
        audit_log.append(connection, [event], now=2, random=lambda n: bytes(n))
        heads.append(audit_log.head(connection))
    return [heads]


def renewed(connection: Connection, commands: list[int]) -> list[None]:
    event = audit_log.Event(ev="restore", obj=None, who="node")
    audit_log.begin_epoch(connection, commands[0], [event], now=2, random=lambda n: bytes(n))
    return [None]


async def test_DLV_07_every_head_that_there_was_is_ours_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours, "STEP", 4)
    async with node("XA", tmp_path) as a:
        heads = await a.office.writer.execute(grown, 11)
        mine = Ours(a.office.readers)
        for _ in range(2):  # counted, and from what was kept
            for each in [heads[-1], *heads]:
                assert await mine.holds(each)
                assert not await mine.holds(Head(epoch=0, size=each.size, root=bytes(32)))
        assert not await mine.holds(Head(epoch=0, size=13, root=heads[-1].root))
        assert not await mine.holds(Head(epoch=2**64 - 1, size=2**64 - 1, root=bytes(32)))
        await a.office.writer.execute(renewed, 2)
        assert await mine.holds(heads[3])
        assert not await mine.holds(Head(epoch=0, size=13, root=bytes(32)))
        assert not await mine.holds(Head(epoch=1, size=1, root=bytes(32)))
