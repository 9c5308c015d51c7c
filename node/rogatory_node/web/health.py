"""Whether the node lives and whether it can work: for supervisors and load balancers, on the desk port.

* ``/livez``: the process answers. ``/readyz``: each part can do its work; 503 names those that cannot.
  A node that was halted because it has a live copy signs nothing: ``signing`` is false until it is started anew.
* Names of parts and nothing else: who may reach the desk port need not be an operator.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

CHECK_SECONDS: Final = 5.0

Check = Callable[[], Awaitable[bool]]


def add(app: web.Application, checks: Mapping[str, Check]) -> None:
    """Add both addresses to the application of the desk port."""

    async def live(request: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(request: web.Request) -> web.Response:
        parts = {name: await _passes(check) for name, check in checks.items()}
        good = all(parts.values())
        return web.json_response({"ready": good, "parts": parts}, status=200 if good else 503)

    app.router.add_get("/livez", live)
    app.router.add_get("/readyz", ready)


async def _passes(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except Exception:  # noqa: BLE001 - whatever it was, the part cannot work; its own log says why
        return False
