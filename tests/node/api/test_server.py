"""The socket in the home."""

import logging
import stat
from pathlib import Path

import pytest
from aiohttp import ClientSession, UnixConnector, web

from rogatory_node.api.context import Node, Problem, Route, say
from rogatory_node.api.server import application, serving
from rogatory_node.storage.errors import StorageFailedError, StorageFullError
from rogatory_node.storage.writer import WriterBusyError


async def ask(path: Path, node: Node, *routes: Route) -> tuple[int, dict[str, object]]:
    async with (
        serving(application(node, (routes,)), path),
        ClientSession(connector=UnixConnector(str(path))) as session,
        session.get("http://node/x") as reply,
    ):
        return reply.status, await reply.json()


def failing(error: Exception) -> Route:
    async def handler(node: Node, request: web.Request) -> web.Response:
        raise error

    return Route("GET", "/x", handler)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "node.sock"


async def test_only_the_owner_can_open_the_socket(node: Node, path: Path) -> None:
    path.write_bytes(b"left over by a killed process")
    async with serving(application(node), path):
        assert stat.S_ISSOCK(path.stat().st_mode)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


async def test_a_handler_gets_the_node_and_answers(node: Node, path: Path) -> None:
    async def handler(given: Node, request: web.Request) -> web.Response:
        return say({"aid": given.own.aid.hex()})

    assert await ask(path, node, Route("GET", "/x", handler)) == (200, {"aid": node.own.aid.hex()})


async def test_a_refusal_is_told_with_its_values_beside_it(node: Node, path: Path) -> None:
    refusal = Problem(409, "taken", "It is taken by {who}.", "Ask {who}.", who="XB")
    assert await ask(path, node, failing(refusal)) == (
        409,
        {"code": "taken", "what": "It is taken by {who}.", "next": "Ask {who}.", "args": {"who": "XB"}},
    )


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StorageFullError("x"), 507, "disk-full"),
        (WriterBusyError("x"), 503, "busy"),
        (StorageFailedError("x"), 503, "storage-failed"),
    ],
)
async def test_what_the_disk_says_is_told(node: Node, path: Path, error: Exception, status: int, code: str) -> None:
    seen, body = await ask(path, node, failing(error))
    assert (seen, body["code"]) == (status, code)


async def test_an_unknown_command_says_that_versions_differ(node: Node, path: Path) -> None:
    status, body = await ask(path, node)
    assert (status, body["code"]) == (404, "unknown-command")


async def test_what_goes_wrong_inside_is_not_shown(node: Node, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        status, body = await ask(path, node, failing(ValueError("the suspect's name")))
    assert (status, body["code"]) == (500, "internal")
    assert "suspect" not in str(body)
    (record,) = [each for each in caplog.records if each.message == "api.internal"]
    assert body["args"] == {"id": record.id}  # type: ignore[attr-defined]
    assert "ValueError" in caplog.text
    assert "suspect" not in caplog.text
