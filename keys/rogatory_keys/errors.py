"""Errors of keys and trust; each has a stable ``code``.

* KeysError
    * KeyFileError    a key file cannot be opened, or not for this
    * SnapshotError   a stored directory state is not one of ours
* RefusedError of the protocol: what came from outside is refused, with its code of B.17
"""

from enum import StrEnum
from typing import ClassVar


class KeysError(Exception):
    """Base of every error of this package."""

    code: ClassVar[str] = "keys"


class KeyFileFault(StrEnum):
    """What is wrong with a key file."""

    FORMAT = "format"
    COST_TOO_LOW = "cost_too_low"
    COST_TOO_HIGH = "cost_too_high"
    WRONG_SECRET = "wrong_secret"  # noqa: S105 - the name of a fault
    WRONG_TYPE = "wrong_type"
    MISMATCH = "mismatch"


class KeyFileError(KeysError):
    """A key file cannot be opened, or holds another kind of key than asked for.

    Attributes:
        fault: What is wrong; a wrong passphrase and a damaged file cannot be told apart.
    """

    code = "keys.file"

    def __init__(self, fault: KeyFileFault) -> None:
        """Keep the fault; never the secret or the content."""
        super().__init__(f"key file: {fault.value}")
        self.fault = fault


class SnapshotError(KeysError):
    """A stored directory state is damaged or of another version; replay the log instead."""

    code = "keys.snapshot"
