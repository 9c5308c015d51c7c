"""The authority whose node this is: its keys in use, its statement, and which run of which database this process is.

* Everything here is read once, at start; a new statement or key is taken by a restart.
* Secrets are reachable through signers and the sealer only, and no ``repr`` shows them.
* A key that the statement does not name is refused: halves mixed up by a restore stop the start.
* A clock that is far behind what was already written here stops the start: it would date evidence before its cause.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

from sqlalchemy import Connection, func, select

from rogatory_keys.custody import signer
from rogatory_keys.errors import KeyFileError, KeyFileFault
from rogatory_keys.keyfile import KeyRecord, KeyType, open_with_home_key
from rogatory_node.home import Home
from rogatory_node.services.trust_store import get_meta
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import audit, boots, statements
from rogatory_node.storage.writer import Writer
from rogatory_protocol.checkpoint import LogKeys
from rogatory_protocol.ids import Aid, Id16
from rogatory_protocol.limits import SKEW_REFUSE_SECONDS
from rogatory_protocol.statement import Statement, periods, remembered
from rogatory_protocol.statement_fields import Use
from rogatory_protocol.suite import Signer

AID: Final = "aid"
INCARNATION: Final = "inc"


class OwnError(Exception):
    """The node cannot say who it is."""

    code: ClassVar[str] = "own"


class NoAuthorityError(OwnError):
    """The database holds no authority: the home was never founded here, or this is another database."""

    code: ClassVar[str] = "own.none"


class OwnKeyError(OwnError):
    """A key file cannot be used.

    Attributes:
        path: The file.
        fault: What is wrong with it, or None when it is not there.
    """

    code: ClassVar[str] = "own.key"

    def __init__(self, path: Path, fault: KeyFileFault | None) -> None:
        """Note the file and the fault; never what it holds."""
        super().__init__(f"{path}: {fault.value if fault else 'missing'}")
        self.path, self.fault = path, fault


class ClockError(OwnError):
    """This machine's clock is behind what was already written.

    Attributes:
        seconds: How far behind.
    """

    code: ClassVar[str] = "own.clock"

    def __init__(self, seconds: int) -> None:
        """Note how far."""
        super().__init__(f"{seconds} s behind")
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What a running node is.

    Attributes:
        aid: The authority.
        statement: Its newest statement that this node holds.
        seal: Signs letters, evidence, cards and one-time keys.
        node: Proves on links who we are.
        sealer: Seals rows at rest.
        log: Signs checkpoints; a registry's only.
        boot: Of this process (B.12.4).
        inc: Incarnation of the database (B.12.4).
        started: When this process began, in seconds since 1970.
    """

    aid: Aid
    statement: Statement
    seal: Signer = field(repr=False)
    node: Signer = field(repr=False)
    sealer: RowSealer = field(repr=False)
    log: LogKeys | None = field(default=None, repr=False)
    boot: Id16
    inc: Id16
    started: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start of a process."""

    boot: Id16
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the database says of its authority."""

    aid: Aid
    inc: Id16
    statement: Statement
    newest: int


def key_path(home: Home, name: str) -> Path:
    """Return the place of a key file."""
    return home.keys / f"{name}.key"


def load(
    home: Home,
    home_key: bytes,
    writer: Writer,
    *,
    wall: Callable[[], float] = time.time,
    random: Callable[[int], bytes] = os.urandom,
) -> Own:
    """Load the authority of a home and note this start in its database.

    Raises:
        NoAuthorityError: The database holds none.
        OwnKeyError: A key file is missing, damaged, of another home key, or not named by the statement.
        ClockError: The clock is more than 10 minutes behind the last audit leaf.
        StorageError: The database failed.
    """
    now = int(wall())
    found = writer.submit(_find, None).result()
    if found.newest - now > SKEW_REFUSE_SECONDS:
        raise ClockError(found.newest - now)
    keys = open_keys(home, home_key, found.statement)
    boot = Id16(random(16))
    writer.submit(_note_start, Start(boot=boot, at=now)).result()
    return Own(
        aid=found.aid,
        statement=found.statement,
        seal=keys.seal,
        node=keys.node,
        sealer=keys.sealer,
        log=keys.log,
        boot=boot,
        inc=found.inc,
        started=now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The opened keys of a home."""

    seal: Signer = field(repr=False)
    node: Signer = field(repr=False)
    sealer: RowSealer = field(repr=False)
    log: LogKeys | None = field(repr=False)


def open_keys(home: Home, home_key: bytes, statement: Statement) -> Keys:
    """Open the key files of a home.

    Raises:
        OwnKeyError: One is missing, damaged, of another home key, or not named by the statement.
    """
    return Keys(
        seal=_named(home, home_key, statement, KeyType.SEAL, Use.SEAL),
        node=_named(home, home_key, statement, KeyType.NODE, Use.NODE),
        sealer=RowSealer(_open(home, home_key, KeyType.STORE).seed),
        log=_log(home, home_key, statement),
    )


def find(connection: Connection) -> Found:
    """Read what the database says of its authority.

    Raises:
        NoAuthorityError: It holds none.
    """
    aid, inc = get_meta(connection, AID), get_meta(connection, INCARNATION)
    newest = select(statements.c.raw).where(statements.c.aid == aid).order_by(statements.c.ver.desc()).limit(1)
    raw = None if aid is None else connection.execute(newest).scalar_one_or_none()
    if aid is None or inc is None or raw is None:
        raise NoAuthorityError("no authority")
    last = connection.execute(select(func.max(audit.c.ts))).scalar_one_or_none()
    return Found(aid=Aid(aid), inc=Id16(inc), statement=remembered(raw, Aid(aid)), newest=last or 0)


def _find(connection: Connection, commands: Sequence[None]) -> list[Found]:
    """Read through the writer, because only it is open this early."""
    found = find(connection)
    return [found for _ in commands]


def _note_start(connection: Connection, commands: Sequence[Start]) -> list[None]:
    connection.execute(boots.insert(), [{"boot": each.boot, "started_at": each.at} for each in commands])
    return [None for _ in commands]


def _open(home: Home, home_key: bytes, typ: KeyType) -> KeyRecord:
    path = key_path(home, typ.value)
    try:
        return open_with_home_key(path.read_bytes(), home_key, typ)
    except FileNotFoundError:
        raise OwnKeyError(path, None) from None
    except KeyFileError as error:
        raise OwnKeyError(path, error.fault) from None


def _named(home: Home, home_key: bytes, statement: Statement, typ: KeyType, use: Use) -> Signer:
    record = _open(home, home_key, typ)
    try:
        key = signer(record)
    except KeyFileError as error:
        raise OwnKeyError(key_path(home, typ.value), error.fault) from None
    if key.public not in {period.pub for period in periods(statement.content, use)}:
        raise OwnKeyError(key_path(home, typ.value), KeyFileFault.MISMATCH)
    return key


def _log(home: Home, home_key: bytes, statement: Statement) -> LogKeys | None:
    stated = statement.content.log
    if stated is None:
        return None
    keys = LogKeys(stated.public.origin, _open(home, home_key, KeyType.LOG).seed)
    if keys.public != stated.public:
        raise OwnKeyError(key_path(home, KeyType.LOG.value), KeyFileFault.MISMATCH)
    return keys
