"""How a command talks to the running node."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from rogatory_node.api.context import Problem, acting, read_blocks, read_json, say
from rogatory_node.api.server import application, serving
from rogatory_node.cli.client import Client
from rogatory_node.cli.output import Failure
from rogatory_node.home import Home

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(home: Home, method: str, path: str, handler: Handler) -> AsyncIterator[Client]:
    home.run.mkdir(exist_ok=True)
    app = application(None, ())  # type: ignore[arg-type]  # no table, so no handler that would look at it
    app.router.add_route(method, path, handler)
    async with serving(app, home.socket):
        yield Client(home, role="duty officer")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path)


async def test_get_carries_a_query(home: Home) -> None:
    async def handler(request: web.Request) -> web.Response:
        return say(dict(request.query) | {"role": acting(request)})

    async with answering(home, "GET", "/a b", handler) as client:
        seen = await asyncio.to_thread(client.get, "/a b", wait="40", none=None)
    assert seen == {"wait": "40", "role": "duty officer"}


async def test_post_carries_json(home: Home) -> None:
    async def handler(request: web.Request) -> web.Response:
        return say(await read_json(request))

    async with answering(home, "POST", "/x", handler) as client:
        assert await asyncio.to_thread(client.post, "/x", json={"n": "é"}) == {"n": "é"}
        assert await asyncio.to_thread(client.post, "/x") == {}


async def test_a_file_streams_up_and_an_answer_down(home: Home, tmp_path: Path) -> None:
    content = bytes(range(256)) * 20_000
    file = tmp_path / "evidence"
    file.write_bytes(content)
    gathered = bytearray()
    seen: list[int] = []

    async def up(request: web.Request) -> web.Response:
        async for block in read_blocks(request):
            gathered.extend(block)
        return say({"name": request.query["name"], "size": len(gathered)})

    async def down(request: web.Request) -> web.Response:
        return web.Response(body=bytes(gathered))

    async with answering(home, "POST", "/up", up) as client:
        reply = await asyncio.to_thread(client.upload, "/up", file, seen.append, name="phone & log.bin")
    async with answering(home, "GET", "/down", down) as client:
        to = io.BytesIO()
        assert await asyncio.to_thread(client.download, "/down", to) == len(content)
    assert reply == {"name": "phone & log.bin", "size": len(content)}
    assert bytes(gathered) == to.getvalue() == content
    assert seen[-1] == len(content)
    assert seen == sorted(seen)


async def test_a_refusal_comes_before_the_end_of_an_upload(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "evidence"
    file.write_bytes(bytes(30_000_000))

    async def refuse(request: web.Request) -> web.Response:
        raise Problem(409, "quota", "No more than {most} today.", "Wait until {when}.", most=3, when="tomorrow")

    async with answering(home, "POST", "/up", refuse) as client:
        with pytest.raises(Failure) as refused:
            await asyncio.to_thread(client.upload, "/up", file)
    failure = refused.value
    assert (failure.what, failure.next) == ("No more than 3 today.", "Wait until tomorrow.")
    assert (failure.slug, failure.code) == ("quota", 1)


@pytest.mark.parametrize("left", [False, True])
def test_a_node_that_does_not_run_is_named_with_serve(home: Home, left: bool) -> None:
    home.run.mkdir()
    home.config.touch()
    if left:
        import socket

        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(home.socket))
    with pytest.raises(Failure) as refused:
        Client(home).get("/status")
    assert refused.value.slug == "not-running"
    assert "rogatory serve" in (refused.value.next or "")


def test_a_folder_without_a_node_is_told_apart(home: Home) -> None:
    with pytest.raises(Failure) as refused:
        Client(home).get("/status")
    assert refused.value.slug == "home.missing"
    assert "rogatory init" in (refused.value.next or "")


async def test_a_node_that_is_silent_or_breaks_off_is_told_apart(home: Home) -> None:
    never = asyncio.Event()

    async def silent(request: web.Request) -> web.Response:
        await never.wait()
        return say({})

    async def broken(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return say({})

    async with answering(home, "GET", "/x", silent) as client:
        with pytest.raises(Failure, match="not-running") as refused:
            await asyncio.to_thread(client.get, "/x", seconds=0.05)
        never.set()
    assert "too long" in refused.value.what
    async with answering(home, "GET", "/x", broken) as client:
        with pytest.raises(Failure) as refused:
            await asyncio.to_thread(client.get, "/x")
    assert "broke off" in refused.value.what


async def test_an_answer_of_another_version_is_refused(home: Home) -> None:
    async def other(request: web.Request) -> web.Response:
        return say({"detail": "no"}, 400)

    async with answering(home, "GET", "/x", other) as client:
        with pytest.raises(Failure) as refused:
            await asyncio.to_thread(client.get, "/x")
    assert refused.value.slug == "unreadable-answer"


def test_a_file_that_is_not_there_is_wrong_usage(home: Home, tmp_path: Path) -> None:
    with pytest.raises(Failure) as refused:
        Client(home).upload("/up", tmp_path / "nothing")
    assert refused.value.code == 2


def test_a_home_too_deep_for_a_socket_is_told(tmp_path: Path) -> None:
    with pytest.raises(Failure) as refused:
        Client(Home(root=tmp_path / ("x" * 120))).get("/status")
    assert refused.value.slug == "home"
