"""Errors of keys and trust; each has a stable ``code``.

* KeysError
    * KeyFileError    a key file cannot be opened, or not for this
    * SnapshotError   a stored directory state is not one of ours
    * BundleError     the container of an evidence bundle is not in order
    * UncheckableError  neither good nor bad: it rests on what this program does not know
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


class BundleFault(StrEnum):
    """What is wrong with the container of an evidence bundle."""

    NOT_A_BUNDLE = "not_a_bundle"
    CUT = "cut"
    TOO_LARGE = "too_large"
    FORM = "form"
    ORDER = "order"
    NAME = "name"
    MISSING = "missing"
    CHANGED = "changed"


class BundleError(KeysError):
    """The container of an evidence bundle, or one of its files, is not in order.

    Attributes:
        fault: What is wrong.
        file: The file of the bundle that shows it; empty when it is the container itself.
    """

    code = "keys.bundle"

    def __init__(self, fault: BundleFault, file: str) -> None:
        """Name the fault and the file."""
        super().__init__(f"bundle: {fault.value}: {file}")
        self.fault = fault
        self.file = file


class UncheckableError(KeysError):
    """Neither good nor bad: it rests on an algorithm or a form that this program does not know.

    Attributes:
        why: What is not known; it holds no content.
    """

    code = "keys.uncheckable"

    def __init__(self, why: str) -> None:
        """Say what is not known."""
        super().__init__(why)
        self.why = why
