"""Webhooks: programs of the ministry are told that something happened, instead of asking for events.

* What is sent is a page of the event feed: names, times and digits, never words of a case.
* Addresses stand in the settings alone, redirections are not followed, and answers are not read.
* It is signed: ``Rogatory-Signature: t=<seconds>,v1=<hexadecimal HMAC-SHA-256 over "<seconds>.<body>">``.
* The mark moves when the receiver answered 2xx, so nothing is left out; after a broken answer a page comes again, under
  the same ``Rogatory-Delivery``. Between tries the pause doubles up to five minutes.
* A new webhook begins at the end of the log, not at its beginning.
* Whatever fails here stops no letter; a failed database ends the node.
"""

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar
from sqlalchemy import Connection, select

from rogatory_node.api.asking import read
from rogatory_node.api.context import Node
from rogatory_node.api.v1.events import Events, page
from rogatory_node.config import Webhook, webhook_secret
from rogatory_node.home import Home
from rogatory_node.storage.errors import StorageFailedError
from rogatory_node.storage.rows import put
from rogatory_node.storage.tables import audit, meta
from rogatory_protocol.rcbor import decode, encode

LOOK_SECONDS: Final = 1.0
FIRST_SECONDS: Final = 1.0
LAST_SECONDS: Final = 300.0
MOST: Final = 200  # entries of the log at once: some tens of kilobytes
_TIMEOUT: Final = ClientTimeout(total=20.0, connect=10.0)

Mark = tuple[int, int]
_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Who is told, and what signs it."""

    url: str
    secret: bytes = field(repr=False)

    @property
    def key(self) -> str:
        """Under which name its mark stands in the table of what there is one of."""
        return f"hook {hashlib.sha256(self.url.encode()).hexdigest()[:32]}"


def hook_of(webhook: Webhook, home: Home) -> Hook:
    """Return a webhook of the settings with its secret.

    Raises:
        ConfigError: The secret cannot be read, or is too short.
    """
    return Hook(url=webhook.url, secret=webhook_secret(webhook, home))


async def keep(
    node: Node,
    hook: Hook,
    *,
    look: float = LOOK_SECONDS,
    first: float = FIRST_SECONDS,
    wall: Callable[[], float] = time.time,
) -> None:
    """Tell a receiver what happens, until cancelled.

    Raises:
        StorageFailedError: The database failed.
    """
    pause = first
    async with ClientSession(cookie_jar=DummyCookieJar(), trust_env=False, timeout=_TIMEOUT) as session:
        while True:
            try:
                sent = await step(node, hook, session, wall)
            except StorageFailedError:
                raise
            except Exception as error:  # noqa: BLE001 - a receiver is told later: letters go on without it
                _log.warning("hook.delayed", extra={"hook": hook.key, "why": type(error).__name__})
                await asyncio.sleep(pause)
                pause = min(2 * pause, LAST_SECONDS)
                continue
            pause = first
            if not sent:
                await asyncio.sleep(look)


class RefusedError(Exception):
    """The receiver did not answer 2xx."""


async def step(node: Node, hook: Hook, session: ClientSession, wall: Callable[[], float] = time.time) -> bool:
    """Tell what happened behind the mark, and move it; tell whether the log went on.

    Raises:
        RefusedError: The receiver did not answer 2xx.
        ClientError: It was not reached.
        TimeoutError: It took too long.
        StorageError: The mark cannot be written.
    """
    mark = await read(node, _mark, hook.key)
    if mark is None:
        await node.writer.execute(_keep_marks, (hook.key, await read(node, _end)))
        return False
    found, end = await read(node, page, mark, MOST)
    if end == mark:
        return False
    if found:
        await _post(hook, session, msgspec.json.encode(Events(events=found, next=_spelled(end))), end, wall)
    await node.writer.execute(_keep_marks, (hook.key, end))
    return True


async def _post(hook: Hook, session: ClientSession, body: bytes, end: Mark, wall: Callable[[], float]) -> None:
    headers = {
        "Content-Type": "application/json",
        "Rogatory-Delivery": _spelled(end),
        "Rogatory-Signature": signature(hook.secret, int(wall()), body),
    }
    async with session.post(hook.url, data=body, headers=headers, allow_redirects=False) as reply:
        if not 200 <= reply.status < 300:
            raise RefusedError(reply.status)


def signature(secret: bytes, at: int, body: bytes) -> str:
    """Return the header that says when a body was signed, and by whom."""
    made = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={made.hexdigest()}"


def _mark(connection: Connection, key: str) -> Mark | None:
    value = connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()
    if value is None:
        return None
    stored = decode(value)
    assert isinstance(stored, list)  # our own bytes
    epoch, n = stored
    assert isinstance(epoch, int)
    assert isinstance(n, int)
    return epoch, n


def _end(connection: Connection) -> Mark:
    query = select(audit.c.epoch, audit.c.n).order_by(audit.c.epoch.desc(), audit.c.n.desc()).limit(1)
    epoch, n = connection.execute(query).one()
    return epoch, n


def _keep_marks(connection: Connection, marks: Sequence[tuple[str, Mark]]) -> list[None]:
    put(connection, meta, [{"key": key, "value": encode([*mark])} for key, mark in dict(marks).items()])
    return [None for _ in marks]


def _spelled(mark: Mark) -> str:
    return f"{mark[0]}.{mark[1]}"
