"""The ways in to the running node: pages for people and the interface for programs on the desk port; commands of the
operator, and again the interface, on the node's own socket.
"""

import time

from aiohttp import web

from rogatory_node.api import server
from rogatory_node.api.context import Node
from rogatory_node.api.v1 import table
from rogatory_node.casebook.book import book
from rogatory_node.web.desk import serving
from rogatory_node.web.desk.challenges import Challenges
from rogatory_node.web.desk.context import Desk
from rogatory_node.web.desk.limits import Attempts
from rogatory_node.web.desk.pages import TABLE
from rogatory_node.web.desk.passwords import Passwords


def add(app: web.Application, node: Node) -> None:
    """Add both; the pages last, because they answer every address that is left."""
    table.add(app, node)
    serving.add(app, desk_of(node), TABLE)


def of_operator(node: Node) -> web.Application:
    """Return the application of the node's own socket."""
    app = server.application(node)
    table.add(app, node, operated=True)
    return app


def desk_of(node: Node) -> Desk:
    """Return the node as pages see it."""
    return Desk(
        config=node.config,
        own=node.own,
        writer=node.writer,
        readers=node.readers,
        blobs=node.blobs,
        scratch=node.home.root,
        trust=node.trust,
        approvals=book(node.own.sealer, node.sending, node.config).approvals,
        answering=node.answering,
        wake=node.wake,
        links=node.links,
        passwords=Passwords(),
        attempts=Attempts(time.time),
        challenges=Challenges(time.time),
    )
