"""``rogatory doctor``: what of a node is as it should be, and what to do about the rest.

* One line a check, ``ok``, ``warn`` or ``fail``; a check that cannot be made is a failure of its own.
* It changes nothing and works whether the node runs or not; exit 1 when anything fails.
"""

import asyncio
import os
import shutil
import socket
import sqlite3
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rogatory_node import migrations
from rogatory_node.app.listeners import pins
from rogatory_node.casebook import authorities, publications
from rogatory_node.casework.authorities import directory
from rogatory_node.cli.client import Client
from rogatory_node.cli.output import Failure
from rogatory_node.cli.trouble import told
from rogatory_node.config import Config, Role, blobs_folder, database_url, load
from rogatory_node.home import Home
from rogatory_node.i18n import _
from rogatory_node.services import home_key
from rogatory_node.services.own import ClockError, Found, find, open_keys
from rogatory_node.storage.engine import open_reading, wal_reset_affected
from rogatory_node.storage.tables import checkpoints
from rogatory_node.transport.tls import listening
from rogatory_protocol.limits import DAY_SECONDS, MIB, SKEW_REFUSE_SECONDS, SKEW_WARN_SECONDS

LITTLE_BYTES: Final = 1_024 * MIB
NOTHING_BYTES: Final = 64 * MIB
RENEW_DAYS: Final = 60  # a yearly ceremony has to be called together
CERTIFICATE_DAYS: Final = 30

T = TypeVar("T")

OK: Final = "ok"
WARN: Final = "warn"
FAIL: Final = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One check.

    Attributes:
        check: Its name, for programs.
        state: ``ok``, ``warn`` or ``fail``.
        what: What was found.
        next: What to do about it; empty when all is well.
    """

    check: str
    state: str
    what: str
    next: str = ""


def examine(home: Home) -> Iterator[Line]:
    """Make every check that can be made, in order."""
    yield from _checked(home, "home", lambda: _good(home.check, _("The home is closed to others.")))
    config = _tried(home, lambda: load(home))
    yield from _checked(home, "config", lambda: _good(lambda: load(home), _("The configuration can be used.")))
    if config is None:
        return
    yield from _checked(home, "database", lambda: _database(home, config))
    found = _tried(home, lambda: _found(home, config)[0])
    if found is not None:
        yield from _checked(home, "keys", lambda: _keys(home, config, found))
        yield from _checked(home, "statement", lambda: _statement(found))
        yield from _checked(home, "entries", lambda: _entries(home, config, found))
    yield from _checked(home, "root-keys", lambda: _roots(home))
    yield from _checked(home, "clock", lambda: _clock(home, config))
    yield from _checked(home, "disk", partial(_space, home.root))
    yield from _checked(home, "disk-attachments", partial(_space, blobs_folder(config, home)))
    yield from _checked(home, "certificate", lambda: _certificate(home))
    yield from _checked(home, "follow", lambda: _follow(config))
    yield from _running(home, config)


def as_values(lines: list[Line]) -> list[dict[str, str]]:
    """Return the lines as JSON has them."""
    return [asdict(line) for line in lines]


Said = tuple[str, str, str]
"""State, what, and what to do next."""


def _checked(home: Home, name: str, check: Callable[[], Said]) -> Iterator[Line]:
    try:
        with told(home):
            state, what, following = check()
    except Failure as failure:
        state, what, following = FAIL, failure.what, failure.next or ""
    yield Line(check=name, state=state, what=what, next=following)


def _tried(home: Home, work: Callable[[], T]) -> T | None:
    try:
        with told(home):
            return work()
    except Failure:
        return None


def _good(work: Callable[[], object], what: str) -> Said:
    work()
    return OK, what, ""


def _database(home: Home, config: Config) -> Said:
    async def current(connection: AsyncConnection) -> None:
        await connection.run_sync(migrations.require_current)

    _reading(home, config, current)
    if database_url(config, home).startswith("postgresql"):
        return OK, _("The database answers and is current."), ""
    version = sqlite3.sqlite_version
    what = _("The database can be read and is current (SQLite {version}).").format(version=version)
    if wal_reset_affected(sqlite3.sqlite_version_info[:3]):
        what += " " + _("This SQLite may corrupt its log when two programs write: let no other tool write to it.")
    return OK, what, ""


def _found(home: Home, config: Config) -> tuple[Found, int]:
    """Return what the database says of its authority, and when the newest checkpoint was seen."""

    async def read(connection: AsyncConnection) -> tuple[Found, int]:
        found = await connection.run_sync(find)
        seen = (await connection.execute(select(func.max(checkpoints.c.seen_at)))).scalar()
        return found, seen or 0

    return _reading(home, config, read)


def _reading(home: Home, config: Config, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    async def run() -> T:
        readers = open_reading(database_url(config, home))
        try:
            async with readers.connect() as connection:
                return await work(connection)
        finally:
            await readers.dispose()

    return asyncio.run(run())


def _keys(home: Home, config: Config, found: Found) -> Said:
    open_keys(home, home_key.read(config, home, os.environ), found.statement)
    return OK, _("The key files open and are those of the statement."), ""


def _statement(found: Found) -> Said:
    content = found.statement.content
    last = min([content.exp, *(period.na for period in (*content.seal, *content.node))])
    days = (last - int(time.time())) // DAY_SECONDS
    following = _("Call the custodians of the root keys together and renew the statement.")
    if days < 0:
        return FAIL, _("The statement or a key of it has expired."), following
    what = _("The statement and its keys are good for {days} more days.").format(days=days)
    return (WARN, what, following) if days < RENEW_DAYS else (OK, what, "")


def _entries(home: Home, config: Config, found: Found) -> Said:
    async def read(connection: AsyncConnection) -> list[bytes]:
        return await connection.run_sync(publications.listed, publications.ENTRY)

    own = found.aid.hex()
    ours = [each for each in authorities.listed(_reading(home, config, read)) if each.issuer == own]
    late = [each.entry.id for each in ours if directory.due(each, datetime.now(UTC).date()) is not directory.Due.FRESH]
    if late:
        what = _("Entries of the directory are to be verified: {entries}.").format(entries=", ".join(late))
        return WARN, what, _("Make sure that they are right and sign them: rogatory authorities edit")
    return OK, _("{count} own entries stand in the directory; none is to be verified.").format(count=len(ours)), ""


def _roots(home: Home) -> Said:
    left = sorted(path.name for path in home.keys.glob("root-*.key"))
    if not left:
        return OK, _("No root key is kept in the home."), ""
    what = _("Root keys are kept in the home: {files}.").format(files=", ".join(left))
    return WARN, what, _("Move them to a medium in a safe.")


def _clock(home: Home, config: Config) -> Said:
    found, seen = _found(home, config)
    behind = max(found.newest, seen) - int(time.time())
    if behind > SKEW_REFUSE_SECONDS:
        raise ClockError(behind)
    if behind > SKEW_WARN_SECONDS:
        what = _("The clock is {seconds} seconds behind what was already written.").format(seconds=behind)
        return WARN, what, _("Set the clock.")
    return OK, _("The clock is not behind what was already written."), ""


def _space(folder: Path) -> Said:
    free = shutil.disk_usage(folder).free
    what = _("{size} MiB are free at {folder}.").format(size=free // MIB, folder=folder)
    if free < NOTHING_BYTES:
        return FAIL, what, _("Free some space now: letters are refused.")
    return (WARN, what, _("Free some space.")) if free < LITTLE_BYTES else (OK, what, "")


def _certificate(home: Home) -> Said:
    from cryptography import x509

    pins(home)
    path = home.keys / "tls.pem"
    try:
        listening(path, home.keys / "tls.key")
        until = x509.load_pem_x509_certificates(path.read_bytes())[0].not_valid_after_utc
    except (ssl.SSLError, ValueError):
        return FAIL, _("Certificate and key do not belong together: {path}").format(path=path), _("Restore both.")
    days = (until - datetime.now(UTC)).days
    what = _("The certificate of the link port is good for {days} more days.").format(days=days)
    return (WARN, what, _("Renew it.")) if days < CERTIFICATE_DAYS else (OK, what, "")


def _follow(config: Config) -> Said:
    if config.follow or Role.REGISTRY in config.roles:
        return OK, _("{count} registries are followed.").format(count=len(config.follow)), ""
    return WARN, _("No registry is followed: there is nobody to write to."), _("Join one: rogatory join")


def _running(home: Home, config: Config) -> Iterator[Line]:
    """Ask the running node; if none runs, look whether its ports are free."""
    try:
        said = Client(home).get("/status", seconds=10.0)
    except Failure as failure:
        state = WARN if failure.slug == "not-running" else FAIL
        yield Line(check="node", state=state, what=failure.what, next=failure.next or "")
        yield from _ports(config)
        return
    if said["failure"]:
        what = _("The running node cannot write any more ({code}).").format(code=said["failure"])
        yield Line(check="node", state=FAIL, what=what, next=_("Read its log, repair the disk and start it again."))
    else:
        what = _("The node runs as process {pid}, version {version}.").format(pid=said["pid"], version=said["version"])
        yield Line(check="node", state=OK, what=what)


def _ports(config: Config) -> Iterator[Line]:
    listeners = [("link", config.link.host, config.link.port), ("desk", config.desk.host, config.desk.port)]
    if Role.REGISTRY in config.roles:
        listeners.append(("registry", config.registry.host, config.registry.port))
    for name, host, port in listeners:
        values = {"port": port, "host": host, "listener": name}
        try:
            socket.create_server((host, port)).close()
            yield Line(check=f"port-{name}", state=OK, what=_("Port {port} is free ({listener}).").format(**values))
        except OSError:
            what = _("Port {port} of {host} cannot be had ({listener}).").format(**values)
            following = _("Choose another one in the configuration.")
            yield Line(check=f"port-{name}", state=FAIL, what=what, next=following)
