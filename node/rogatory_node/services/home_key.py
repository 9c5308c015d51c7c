"""The home key: 32 bytes that open a node's key files, kept outside its home (B.16).

* It is a file that only its owner can read, or a systemd credential; never an argument, never in the configuration.
* A copy of the home alone opens nothing: that is what the file's own place is for.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final

from rogatory_keys.keyfile import HOME_KEY_BYTES
from rogatory_node.config import Config, home_key_path
from rogatory_node.home import Home, refuse_open, sync_folder

HOME_KEY_MODE: Final = 0o400
SUFFIX: Final = ".home-key"


class HomeKeyError(Exception):
    """The home key cannot be had.

    Attributes:
        path: Where it should be, or None when no place is known.
    """

    code: ClassVar[str] = "home-key"

    def __init__(self, path: Path | None, why: str) -> None:
        """Note the place and say why."""
        super().__init__(f"{path}: {why}")
        self.path = path


class HomeKeyMissingError(HomeKeyError):
    """There is no such file, or none is configured."""

    code: ClassVar[str] = "home-key.missing"


class HomeKeyShapeError(HomeKeyError):
    """The file does not hold 32 bytes."""

    code: ClassVar[str] = "home-key.shape"


class HomeKeyInsideError(HomeKeyError):
    """The file lies in the home: whoever copies the home has it."""

    code: ClassVar[str] = "home-key.inside"


def beside(home: Home) -> Path:
    """Return where the home key of a new home is kept unless told otherwise."""
    return home.root.with_name(home.root.name + SUFFIX)


def read(config: Config, home: Home, environ: Mapping[str, str]) -> bytes:
    """Read the home key of a node.

    Raises:
        HomeKeyMissingError: There is none.
        HomeKeyShapeError: It does not have 32 bytes.
        HomeKeyInsideError: It lies in the home.
        HomeOpenError: Others can read it.
        OSError: It cannot be read.
    """
    path = home_key_path(config, home, environ)
    if path is None:
        raise HomeKeyMissingError(None, "no file is configured and there is no credential")
    _check_outside(path, home)
    if config.keys.home_key_file is not None:
        # A credential's modes are the system's: it may carry an access list that looks like a group's.
        refuse_open(path)
    return _read(path)


def take_or_make(path: Path, home: Home) -> tuple[bytes, bool]:
    """Read the home key for a new home, or make it, durable when this returns.

    Returns:
        The key, and whether it was made.

    Raises:
        HomeKeyShapeError: There is a file, and it does not have 32 bytes.
        HomeKeyInsideError: It would lie in the home.
        HomeOpenError: Others can read it.
        OSError: It cannot be written.
    """
    _check_outside(path, home)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, HOME_KEY_MODE)
    except FileExistsError:
        refuse_open(path)
        return _read(path), False
    key = secrets.token_bytes(HOME_KEY_BYTES)
    with os.fdopen(handle, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(handle)
    sync_folder(path.absolute().parent)
    return key, True


def _check_outside(path: Path, home: Home) -> None:
    if path.resolve().is_relative_to(home.root.resolve()):
        raise HomeKeyInsideError(path, "lies in the home")


def _read(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        raise HomeKeyMissingError(path, "is not there") from None
    if len(key) != HOME_KEY_BYTES:
        raise HomeKeyShapeError(path, f"has not {HOME_KEY_BYTES} bytes")
    return key
