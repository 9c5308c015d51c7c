"""A node whose interface for programs is asked as programs ask it: over TCP, by a token."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, web
from desk import came, node, own, url, world

from rogatory_node.api.context import Node
from rogatory_node.api.v1 import table
from rogatory_node.casebook.actors import Acting
from rogatory_node.casebook.people import Adding, People
from rogatory_node.casebook.tokens import Making, Tokens
from rogatory_node.casework.roles import Role

__all__ = ["came", "node", "own", "url", "world"]

Call = Callable[..., Awaitable[tuple[int, Any]]]
Hire = Callable[..., Awaitable[tuple[Acting, str]]]


@pytest.fixture
def hire(node: Node) -> Hire:
    """Add a person and make a token: ``await hire(Role.HANDLER)`` gives how he acts and the words of the token."""

    async def hired(*roles: Role, **more: Any) -> tuple[Acting, str]:
        people, tokens = People(sealer=node.own.sealer), Tokens(sealer=node.own.sealer)
        person = (await node.writer.execute(people.add, Adding(name="Ana Prova", roles=frozenset(roles)))).id
        acting = Acting(person=person)
        made = await node.writer.execute(tokens.make, Making(person=person, label="script", by=acting, **more))
        return Acting(person=person, token=made.token.id), made.words

    return hired


@pytest.fixture
async def base(node: Node) -> AsyncIterator[str]:
    """The address of the interface."""
    app = web.Application()
    table.add(app, node)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/v1"
    await runner.cleanup()


@pytest.fixture
async def call(base: str, hire: Hire) -> AsyncIterator[Call]:
    """Call as a registrar: ``await call("GET", "/me")`` gives status and answer."""
    _, words = await hire(Role.REGISTRAR)
    async with ClientSession() as session:

        async def called(method: str, path: str, *, token: str | None = words, **options: Any) -> tuple[int, Any]:
            headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **options.pop("headers", {})}
            async with session.request(method, base + path, headers=headers, **options) as reply:
                return reply.status, await reply.json(content_type=None) if reply.status != 304 else None

        yield called
