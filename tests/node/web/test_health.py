"""Whether the node lives and can work."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from rogatory_node.web import health


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


async def broken() -> bool:
    raise OSError("/srv/secret/path")


async def never() -> bool:
    await asyncio.Event().wait()
    return True


@pytest.mark.parametrize(("check", "status"), [(yes, 200), (no, 503), (broken, 503), (never, 503)])
async def test_a_part_that_cannot_work_is_named(
    check: health.Check, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.05)
    app = web.Application()
    health.add(app, {"database": check, "writer": yes})
    async with TestClient(TestServer(app)) as client:
        reply = await client.get("/readyz")
        assert reply.status == status
        told = await reply.json()
        assert told == {"ready": status == 200, "parts": {"database": status == 200, "writer": True}}
        assert (await client.get("/livez")).status == 200
