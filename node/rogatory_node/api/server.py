"""The socket in the home on which a running node answers commands.

* Who may open the socket (mode 0600 in a folder of mode 0700) is the operator; nobody else reaches it.
* The tables of ``api/*.py`` are joined here; a command that is in none gets 404, as JSON like every refusal.
* What goes wrong inside is logged under an id; the answer shows that id and nothing else.
"""

import errno
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Final

from aiohttp import web

from rogatory_node.api import (
    authorities,
    book,
    cases,
    custody,
    directory,
    held,
    law,
    letters,
    offnetwork,
    proof,
    registry,
    sign_in,
    statistics,
    status,
    translations,
)
from rogatory_node.api.context import Handler, Node, Problem, Route, say
from rogatory_node.home import FILE_MODE
from rogatory_node.i18n import later
from rogatory_node.storage.errors import StorageError, StorageFailedError, StorageFullError
from rogatory_node.storage.writer import WriterBusyError
from rogatory_protocol.limits import MIB

log = logging.getLogger(__name__)

TABLES: Final[tuple[tuple[Route, ...], ...]] = (
    status.ROUTES, letters.ROUTES, cases.ROUTES, directory.ROUTES, registry.ROUTES, proof.ROUTES,
    held.ROUTES, custody.ROUTES, translations.ROUTES, offnetwork.ROUTES, sign_in.ROUTES, law.ROUTES,
    authorities.ROUTES, book.ROUTES, statistics.ROUTES,
)  # fmt: skip
BUFFER_BYTES: Final = MIB  # of an upload that waits for the disk
IDLE_SECONDS: Final = 75.0
STOP_SECONDS: Final = 5.0  # what a command that runs at the end still gets
BACKLOG: Final = 128

# Kind of failure -> how it is told. The first that fits counts.
_STORAGE: Final[Mapping[type[StorageError], tuple[int, str, str, str]]] = {
    StorageFullError: (
        507, "disk-full", later("There is no space left on the disk; nothing was changed."),
        later("Free some space and try again."),
    ),
    WriterBusyError: (503, "busy", later("The node is too busy to take this now."), later("Try again in a minute.")),
    StorageFailedError: (
        503, "storage-failed", later("The database failed; the node stops."),
        later("Read its log, repair the disk and start it again."),
    ),
}  # fmt: skip


def application(node: Node, tables: tuple[tuple[Route, ...], ...] = TABLES) -> web.Application:
    """Build the application from the tables."""
    # Bodies are read by context.read_json and read_blocks, which have limits of their own; 0 is "no limit" here.
    app = web.Application(middlewares=[_tell], client_max_size=0)
    for route in (route for table in tables for route in table):
        app.router.add_route(route.method, route.path, _bound(route.handler, node))
    return app


def _bound(handler: Handler, node: Node) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await handler(node, request)

    return handle


@asynccontextmanager
async def serving(app: web.Application, path: Path) -> AsyncIterator[None]:
    """Answer on a socket as long as the block runs; the caller holds the home's lock, so an old socket is a dead one.

    Raises:
        OSError: The socket cannot be made.
    """
    runner = web.AppRunner(
        app, access_log=None, keepalive_timeout=IDLE_SECONDS, shutdown_timeout=STOP_SECONDS, read_bufsize=BUFFER_BYTES
    )
    await runner.setup()
    try:
        listener = _listener(path)
        try:
            await web.SockSite(runner, listener).start()
        except BaseException:
            listener.close()
            raise
        yield
    finally:
        await runner.cleanup()
        _forget(path)


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)


def _listener(path: Path) -> socket.socket:
    _forget(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # Before listen nobody can connect, so the mode is right before anybody could.
        listener.bind(str(path))
        os.chmod(path, FILE_MODE)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise OSError(errno.EADDRINUSE, f"{path} is taken") from None
        raise
    return listener


@web.middleware
async def _tell(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except Problem as problem:
        return _problem(problem)
    except web.HTTPException as refusal:
        return _problem(_by_status(refusal.status))
    except StorageError as error:
        return _problem(problem_of_storage(error))
    except Exception as error:  # noqa: BLE001 - a command must get an answer, and the log the reason
        return _problem(_internal(error))


def _problem(problem: Problem) -> web.Response:
    values = {name: plain(value) for name, value in problem.values.items()}
    body = {"code": problem.code, "what": problem.what, "next": problem.next, "args": values}
    return say(body, problem.status)


def plain(value: object) -> object:
    """Return a value of a refusal as JSON can say it."""
    return value if isinstance(value, int | float | str | list | None) else str(value)


def _by_status(status: int) -> Problem:
    if status == 404:
        return Problem(404, "unknown-command", later("The running node does not know this command."), _RESTART)
    return Problem(status, f"http-{status}", later("The running node refused the request ({status})."), status=status)


_RESTART: Final = later("Restart it with the version of this command: rogatory serve")


def problem_of_storage(error: StorageError) -> Problem:
    """Return how a failure of the storage is told."""
    found = next((told for kind, told in _STORAGE.items() if isinstance(error, kind)), None)
    return Problem(*found) if found else _internal(error)


def _internal(error: BaseException) -> Problem:
    name = secrets.token_hex(4)
    # Where it happened, never what was in hand: the text of an exception may hold a case's words.
    log.error("api.internal", extra={"id": name, "kind": type(error).__name__}, exc_info=withheld(error))
    return Problem(
        500, "internal", later("Internal error {id}."), later("Look for this id in the node's log."), id=name
    )


class WithheldError(Exception):
    """Stands in the log for an exception whose text may hold what no log may."""


def withheld(error: BaseException) -> tuple[type[BaseException], BaseException, TracebackType | None]:
    """Return an exception for the log: where it happened, never what was in hand."""
    return WithheldError, WithheldError(type(error).__name__), error.__traceback__
