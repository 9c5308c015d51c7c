"""Both ways in on the desk port of a running node."""

from contextlib import AsyncExitStack

import aiohttp

from rogatory_node.app import running
from rogatory_node.home import Home


async def test_pages_programs_and_health_share_the_port(home: Home) -> None:
    async with AsyncExitStack() as stack:
        node = await stack.enter_async_context(running(home))
        client = await stack.enter_async_context(aiohttp.ClientSession())
        address = f"http://localhost:{node.ports['desk']}"
        for path, status, kind in (
            ("/livez", 200, "application/json"),
            ("/api/v1/me", 401, "application/problem+json"),
            ("/sign-in", 200, "text/html"),
            ("/nothing", 404, "text/html"),
        ):
            async with client.get(address + path) as reply:
                assert (reply.status, reply.content_type) == (status, kind), path
        async with client.get(address, allow_redirects=False) as reply:
            assert reply.headers["Location"].startswith("/sign-in")
