"""A node's home folder: where things are, who may read them, and the lock that keeps the node alone.

* The folder and all in it belong to the node's account alone (0700, 0600); a home that others can read is refused.
* Whatever writes to the home holds ``lock``: a running node, or one of the commands that need it to stand still.
* The home key is not in the home: it is a systemd credential or a file elsewhere (B.16).
"""

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
SOCKET_PATH_BYTES: Final = 107  # sun_path of Linux less its zero byte


class HomeError(Exception):
    """The home cannot be used.

    Attributes:
        path: The path that is wrong.
    """

    code: ClassVar[str] = "home"

    def __init__(self, path: Path, why: str) -> None:
        """Note the path and say why."""
        super().__init__(f"{path}: {why}")
        self.path = path


class HomeMissingError(HomeError):
    """There is no node in this folder."""

    code: ClassVar[str] = "home.missing"


class HomeExistsError(HomeError):
    """There already is a node in this folder."""

    code: ClassVar[str] = "home.exists"


class HomeOpenError(HomeError):
    """Others than the owner can reach something in the home."""

    code: ClassVar[str] = "home.open"


class HomeLockedError(HomeError):
    """Another process holds the home.

    Attributes:
        pid: The process that holds it, or None when it has not said so yet.
    """

    code: ClassVar[str] = "home.locked"

    def __init__(self, path: Path, pid: int | None) -> None:
        """Note who holds it."""
        super().__init__(path, f"held by process {pid}")
        self.pid = pid


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The places of one node. Nothing is touched until a method is called."""

    root: Path

    @property
    def config(self) -> Path:
        """The one configuration file."""
        return self.root / "node.toml"

    @property
    def database(self) -> Path:
        """The database, unless the configuration names another one."""
        return self.root / "node.db"

    @property
    def blobs(self) -> Path:
        """The folder of attachments, unless the configuration names another one."""
        return self.root / "blobs"

    @property
    def keys(self) -> Path:
        """The folder of key files."""
        return self.root / "keys"

    @property
    def run(self) -> Path:
        """The folder of what lives as long as the process."""
        return self.root / "run"

    @property
    def socket(self) -> Path:
        """The socket on which a running node answers commands.

        Raises:
            HomeError: The path is longer than a socket's may be.
        """
        path = self.run / "node.sock"
        if len(os.fsencode(path)) > SOCKET_PATH_BYTES:
            raise HomeError(path, f"longer than {SOCKET_PATH_BYTES} bytes")
        return path

    @property
    def lock_file(self) -> Path:
        """The file whose lock says that the home is in use."""
        return self.root / "lock"

    def create(self) -> None:
        """Make the folders of a new home, durable when this returns.

        Raises:
            HomeExistsError: There already is a node.
            HomeOpenError: The folder is there and others can reach it.
        """
        if self.config.exists() or self.database.exists():
            raise HomeExistsError(self.root, "holds a node")
        for folder in (self.root, self.blobs, self.keys, self.run):
            folder.mkdir(mode=FOLDER_MODE, parents=folder == self.root, exist_ok=True)
        self.check()
        for folder in (self.root, self.root.absolute().parent):
            sync_folder(folder)

    def check(self) -> None:
        """Check that the home is there and closed to others.

        Raises:
            HomeMissingError: It is not there.
            HomeOpenError: Others can reach it or one of its parts.
        """
        if not self.root.is_dir():
            raise HomeMissingError(self.root, "is not a folder")
        for path in (self.root, self.config, self.database, self.blobs, self.keys, self.run, self.lock_file):
            refuse_open(path)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the home, alone, as long as the block runs. The system lets go when the process dies, however it dies.

        Raises:
            HomeMissingError: There is no such folder.
            HomeLockedError: Another process holds it.
        """
        handle = self._open_lock()
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HomeLockedError(self.lock_file, _pid_in(handle)) from None
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
            yield
        finally:
            # The file stays: who removed it would let two processes lock two files of one name.
            os.close(handle)

    def _open_lock(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            return os.open(self.lock_file, flags, FILE_MODE)
        except FileNotFoundError:
            raise HomeMissingError(self.root, "is not a folder") from None


def refuse_open(path: Path) -> None:
    """Check that nobody but its owner can reach *path*, if it is there.

    Raises:
        HomeOpenError: Others can.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if stat.S_IMODE(mode) & 0o077:
        raise HomeOpenError(path, f"mode {stat.S_IMODE(mode):04o} lets others in")


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read, durable when this returns.

    Raises:
        HomeExistsError: It is there already; nothing was changed.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    except FileExistsError:
        raise HomeExistsError(path, "is there already") from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: without this a power cut may forget that a file was created or renamed."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems have no such call; they make names durable by themselves.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)


def _pid_in(handle: int) -> int | None:
    written = os.pread(handle, 20, 0)
    return int(written) if written.isdigit() else None
