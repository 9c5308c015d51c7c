"""How a handler reads a request and says no."""

import asyncio
import io
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from rogatory_node.api import context
from rogatory_node.api.context import Problem, acting, read_blocks, read_json, say


async def client_of(handler: object) -> TestClient[web.Request, web.Application]:
    app = web.Application(client_max_size=0)
    app.router.add_post("/", handler)  # type: ignore[arg-type]
    client = TestClient(TestServer(app))
    await client.start_server()
    return client


async def answered(request: web.Request) -> web.Response:
    try:
        return say(await read_json(request))
    except Problem as problem:
        return say({"code": problem.code, "values": problem.values}, problem.status)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'"x"', b"[" * 100_000])
async def test_only_an_object_is_read(body: bytes) -> None:
    client = await client_of(answered)
    reply = await client.post("/", data=body)
    assert (reply.status, (await reply.json())["code"]) == (400, "not-json")
    await client.close()


async def test_an_object_is_read_whatever_its_script() -> None:
    client = await client_of(answered)
    value = {"name": "سلطة", "n": [1, None, True]}
    reply = await client.post("/", data=json.dumps(value))
    assert await reply.json() == value
    await client.close()


async def test_a_large_request_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "MAX_JSON_BYTES", 64)
    client = await client_of(answered)
    reply = await client.post("/", data=json.dumps({"x": "y" * 64}))
    assert (reply.status, await reply.json()) == (413, {"code": "too-large", "values": {"most": 64}})
    await client.close()


async def test_a_silent_sender_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "READ_SECONDS", 0.01)
    client = await client_of(answered)
    never = asyncio.Event()

    async def nothing() -> object:
        yield b"{"
        await never.wait()

    reply = await client.post("/", data=nothing())
    assert (reply.status, (await reply.json())["code"]) == (408, "too-slow")
    never.set()
    await client.close()


async def test_blocks_come_in_order_and_whole() -> None:
    async def count(request: web.Request) -> web.Response:
        return say({"size": sum([len(block) async for block in read_blocks(request)])})

    client = await client_of(count)
    reply = await client.post("/", data=io.BytesIO(b"z" * 5_000_000))
    assert await reply.json() == {"size": 5_000_000}
    await client.close()


async def test_the_role_of_a_person_is_plain_text() -> None:
    async def role(request: web.Request) -> web.Response:
        try:
            return say({"role": acting(request)})
        except Problem as problem:
            return say({"code": problem.code}, problem.status)

    client = await client_of(role)
    assert await (await client.post("/")).json() == {"role": "operator"}
    assert await (await client.post("/", headers={"Rogatory-As": "duty officer"})).json() == {"role": "duty officer"}
    assert (await client.post("/", headers={"Rogatory-As": "x" * 65})).status == 400
    await client.close()
