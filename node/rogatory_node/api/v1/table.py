"""All endpoints, in the order in which they are described; the description itself is one of them."""

from functools import cache
from typing import Any, Final

from aiohttp import web

from rogatory_node.api.context import Node
from rogatory_node.api.v1 import (
    answering,
    approvals,
    assignments,
    authorities,
    cases,
    checks,
    custody,
    drafts,
    events,
    knowledge,
    law,
    mandates,
    moves,
    openapi,
    people,
    places,
    recorded,
    serving,
    statistics,
    uploads,
    whoami,
)
from rogatory_node.api.v1.endpoint import Endpoint

TABLE: Final[tuple[Endpoint, ...]] = (
    *whoami.ENDPOINTS,
    *knowledge.ENDPOINTS,
    *law.ENDPOINTS,
    *authorities.ENDPOINTS,
    *cases.ENDPOINTS,
    *moves.ENDPOINTS,
    *answering.ENDPOINTS,
    *custody.ENDPOINTS,
    *recorded.ENDPOINTS,
    *people.ENDPOINTS,
    *places.ENDPOINTS,
    *mandates.ENDPOINTS,
    *assignments.ENDPOINTS,
    *checks.ENDPOINTS,
    *uploads.ENDPOINTS,
    *drafts.ENDPOINTS,
    *approvals.ENDPOINTS,
    *events.ENDPOINTS,
    *statistics.ENDPOINTS,
)


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI description."""
    return openapi.describe(TABLE, serving.PREFIX)


def add(app: web.Application, node: Node, *, operated: bool = False) -> None:
    """Add the interface to the application of the desk port, or, *operated*, to that of the node's own socket."""

    async def described(request: web.Request) -> web.Response:
        return web.json_response(description())

    app.router.add_get(f"{serving.PREFIX}/openapi.json", described)
    serving.add(app, node, TABLE, operated=operated)
