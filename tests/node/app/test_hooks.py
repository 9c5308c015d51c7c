"""Webhooks: signed, complete, in order, and never a word of a case."""

import asyncio
import hmac
import os
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import pytest
from aiohttp import ClientSession, web
from desk import came, node, own, url, world

from rogatory_node.api.context import Node
from rogatory_node.app.hooks import Hook, RefusedError, hook_of, keep, signature, step
from rogatory_node.config import ConfigError, Webhook, parse
from rogatory_protocol.ids import Id16

__all__ = ["came", "node", "own", "url", "world"]
SECRET = b"s" * 32


class Receiver:
    """A program that is told; it answers as a test says."""

    def __init__(self) -> None:
        """Begin friendly."""
        self.status, self.got = 204, list[tuple[dict[str, str], bytes]]()
        self.told = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        """Note what came."""
        self.got.append((dict(request.headers), await request.read()))
        self.told.set()
        return web.Response(status=self.status, headers={"Location": "/elsewhere"})


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def hook(receiver: Receiver) -> AsyncIterator[Hook]:
    app = web.Application()
    app.router.add_post("/{any:.*}", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield Hook(url=f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret=SECRET)
    await runner.cleanup()


async def test_what_happens_is_told_once_signed_and_without_words(
    node: Node, hook: Hook, receiver: Receiver, came: Any
) -> None:
    await came(conv=Id16(os.urandom(16)))
    async with ClientSession() as session:
        assert not await step(node, hook, session)  # what was before is not told
        letter = await came(b'{"kind":"request","facts":"Prova"}', conv=Id16(os.urandom(16)))
        assert await step(node, hook, session, wall=lambda: 5.0)
        assert not await step(node, hook, session)
    ((headers, body),) = receiver.got
    made = hmac.new(SECRET, b"5." + body, sha256).hexdigest()
    assert headers["Rogatory-Signature"] == f"t=5,v1={made}" == signature(SECRET, 5, body)
    assert letter.hex().encode() in body
    assert b"Prova" not in body
    assert headers["Rogatory-Delivery"].encode() in body


@pytest.mark.parametrize("status", [500, 410, 307])
async def test_what_was_not_taken_comes_again_under_the_same_name(
    node: Node, hook: Hook, receiver: Receiver, came: Any, status: int
) -> None:
    async with ClientSession() as session:
        await step(node, hook, session)
        await came(conv=Id16(os.urandom(16)))
        receiver.status = status
        for _ in range(2):
            with pytest.raises(RefusedError):
                await step(node, hook, session)
        receiver.status = 200
        assert await step(node, hook, session)
    names = [headers["Rogatory-Delivery"] for headers, _ in receiver.got]
    assert (len(names), len(set(names)), len({body for _, body in receiver.got})) == (3, 1, 1)


async def test_it_goes_on_by_itself_after_a_refusal(node: Node, hook: Hook, receiver: Receiver, came: Any) -> None:
    async with ClientSession() as session:
        await step(node, hook, session)
    await came(conv=Id16(os.urandom(16)))
    receiver.status = 503
    task = asyncio.create_task(keep(node, hook, look=0.01, first=0.01))
    async with asyncio.timeout(4):
        await receiver.told.wait()
        receiver.status = 200
        receiver.told.clear()
        await receiver.told.wait()
    task.cancel()
    assert receiver.got[0][1] == receiver.got[-1][1]


def test_settings_name_receivers_and_their_secret(node: Node) -> None:
    (setting,) = parse('name = "XA"\n[[webhook]]\nurl = "https://cases.example/hook"\nsecret_file = "hook"\n').webhook
    file = node.home.root / "hook"
    with pytest.raises(ConfigError):
        hook_of(setting, node.home)
    file.write_bytes(b"short")
    with pytest.raises(ConfigError):
        hook_of(setting, node.home)
    file.write_bytes(SECRET + b"\n")
    made = hook_of(setting, node.home)
    assert (made.secret, made.url) == (SECRET, "https://cases.example/hook")
    assert "sss" not in repr(made)
    assert isinstance(setting, Webhook)
