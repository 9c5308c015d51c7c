"""Founding an authority: its keys, its first statement and an empty node (B.5, B.16).

* Everything is made in a folder beside the home and renamed at the end: a home is whole, or there is none.
* A founding that was killed leaves a folder that the next one removes; one that still runs is left alone.
* Root keys are sealed with their custodians' passphrases, all others with the home key.
"""

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from sqlalchemy import Connection

from rogatory_keys.custody import make, signer
from rogatory_keys.keyfile import (
    MIN_MEM_BYTES,
    MIN_OPS,
    SEED_BYTES,
    KeyRecord,
    KeyType,
    seal_with_home_key,
    seal_with_passphrase,
)
from rogatory_node import migrations
from rogatory_node.home import Home, HomeError, HomeExistsError, HomeLockedError, sync_folder, write_private
from rogatory_node.services.own import AID, INCARNATION, key_path
from rogatory_node.services.trust_store import get_meta, put_meta
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import open_writing
from rogatory_node.storage.tables import statements
from rogatory_node.transport.tls import self_signed
from rogatory_protocol.checkpoint import LogKeys
from rogatory_protocol.ids import Kid
from rogatory_protocol.limits import MAX_STATEMENT_LIFE_SECONDS, SKEW_REFUSE_SECONDS
from rogatory_protocol.signed import Context, sign_many
from rogatory_protocol.statement import Statement, accept
from rogatory_protocol.statement_fields import ANYWHERE, Content, Log, Period, Root, build
from rogatory_protocol.suite import SigningKey

_NO_KID: Final = Kid(bytes(16))


class FoundedError(Exception):
    """The database already belongs to an authority: nothing was changed."""

    code: ClassVar[str] = "founding.taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What is to be founded.

    Attributes:
        names: Official names by language.
        cc: Country.
        roles: Of the statement; with ``registry`` among them the authority gets a log.
        threshold: How many root keys must sign together.
        passphrases: Of the root keys, one each.
        origin: The name of the log; a registry's only.
        host: In the certificate of the link port.
        settings: The text of ``node.toml``.
        database: Its URL when it is not the file in the home.
        ops: Cost of a root key's file.
        mem_bytes: Likewise.
    """

    names: Mapping[str, str]
    cc: str
    roles: tuple[str, ...]
    threshold: int = 1
    passphrases: tuple[str, ...] = field(repr=False)
    origin: str | None = None
    host: str
    settings: str
    database: str | None = None
    ops: int = MIN_OPS
    mem_bytes: int = MIN_MEM_BYTES


def found(home: Home, founding: Founding, home_key: bytes, *, now: int | None = None) -> Statement:
    """Found an authority and its node; return the first statement, durable when this returns.

    Raises:
        HomeExistsError: The folder holds something already.
        FoundedError: The database belongs to an authority.
        RefusedError: No node would accept such a statement.
        StorageError: The database cannot be made.
        OSError: A file cannot be written.
    """
    _check_free(home)
    _sweep(home)
    now = int(time.time()) if now is None else now
    built = Home(root=Path(tempfile.mkdtemp(prefix=_prefix(home), dir=home.root.parent)))
    try:
        with built.lock():
            statement = _fill(built, founding, home_key, now)
            _check_free(home)
            built.root.rename(home.root)
            sync_folder(home.root.parent)
    except BaseException:
        shutil.rmtree(built.root, ignore_errors=True)
        raise
    return statement


def _check_free(home: Home) -> None:
    if home.root.exists() and any(home.root.iterdir()):
        raise HomeExistsError(home.root, "is not empty")


def _prefix(home: Home) -> str:
    return f".{home.root.name}.new-"


def _sweep(home: Home) -> None:
    """Remove what killed foundings left: it holds keys that nobody will ever use."""
    for left in home.root.parent.glob(_prefix(home) + "*"):
        with suppress(HomeLockedError, HomeError), Home(root=left).lock():
            shutil.rmtree(left, ignore_errors=True)


def _fill(home: Home, founding: Founding, home_key: bytes, now: int) -> Statement:
    home.create()
    records = [make(KeyType.ROOT, ts=now) for _ in founding.passphrases]
    kept = {typ: make(typ, ts=now) for typ in (KeyType.SEAL, KeyType.NODE)}
    kept[KeyType.STORE] = _seed(KeyType.STORE, now)
    log = None
    if founding.origin is not None:
        kept[KeyType.LOG] = _seed(KeyType.LOG, now)
        log = LogKeys(founding.origin, kept[KeyType.LOG].seed)
    statement = _statement(founding, records, kept, log, now)
    _write_database(home, founding, statement, now)
    for typ, record in kept.items():
        write_private(key_path(home, typ.value), seal_with_home_key(record, home_key))
    for number, (record, passphrase) in enumerate(zip(records, founding.passphrases, strict=True), start=1):
        carried = seal_with_passphrase(record, passphrase, ops=founding.ops, mem_bytes=founding.mem_bytes)
        write_private(key_path(home, f"root-{number}"), carried)
    private, certificate = self_signed(founding.host, datetime.fromtimestamp(now, UTC))
    write_private(home.keys / "tls.key", private)
    write_private(home.keys / "tls.pem", certificate)
    write_private(home.config, founding.settings.encode())
    return statement


def _seed(typ: KeyType, now: int) -> KeyRecord:
    return KeyRecord(typ=typ, seed=secrets.token_bytes(SEED_BYTES[typ]), kid=_NO_KID, ts=now)


def _statement(
    founding: Founding,
    roots: Sequence[KeyRecord],
    kept: Mapping[KeyType, KeyRecord],
    log: LogKeys | None,
    now: int,
) -> Statement:
    signers = [signer(record) for record in roots]
    # A peer whose clock is behind ours must not refuse the keys on their first day.
    since = now - SKEW_REFUSE_SECONDS
    content = Content(
        ver=1,
        prev=None,
        ts=now,
        exp=now + MAX_STATEMENT_LIFE_SECONDS,
        name=dict(founding.names),
        cc=founding.cc,
        roles=founding.roles,
        root=Root(k=founding.threshold, keys=tuple(each.public for each in signers)),
        seal=(_period(kept[KeyType.SEAL], since),),
        node=(_period(kept[KeyType.NODE], since),),
        log=None if log is None else Log(public=log.public, quorum=0, witnesses=(), scope=(ANYWHERE,), peers=()),
    )
    # Checked as every other node will check it.
    return accept(sign_many(signers, Context.AUTHORITY, build(content)), None, latest=now)


def _period(record: KeyRecord, since: int) -> Period:
    return Period(pub=SigningKey(record.seed).public, nb=since, na=since + MAX_STATEMENT_LIFE_SECONDS)


def _write_database(home: Home, founding: Founding, statement: Statement, now: int) -> None:
    connection = open_writing(founding.database or f"sqlite:///{home.database.absolute()}")
    try:
        connection.run(migrations.upgrade)
        connection.run(partial(_write, statement, now))
    finally:
        connection.close()
    if founding.database is None:
        for path in home.root.glob("node.db*"):
            os.chmod(path, 0o600)
            _sync(path)
        sync_folder(home.root)


def _write(statement: Statement, now: int, connection: Connection) -> None:
    with connection.begin():
        if get_meta(connection, AID) is not None:
            raise FoundedError("taken")
        put_meta(connection, AID, statement.aid)
        put_meta(connection, INCARNATION, os.urandom(16))
        row = {"aid": statement.aid, "ver": 1, "digest": statement.digest, "raw": statement.raw}
        connection.execute(statements.insert(), [row])
        audit_log.found(connection, now=now, random=os.urandom)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
