"""Errors of storage.

* StorageError
    * UnsafeDatabaseError    the database is set so that it may lose what it acknowledged; the node does not start
    * SchemaError            the schema is not the one this program was written for
    * WriterTakenError       another connection already writes to this file
    * StorageFullError       no space: these commands left nothing behind, later ones may succeed
    * StorageFailedError     the disk or the connection failed under us: nothing is written any more until a restart
    * DamagedError           stored bytes are not those that were written
    * MissingBlobError       an attachment's file is not there
"""

from typing import ClassVar


class StorageError(Exception):
    """Base of every error of storage; the code is stable, the text is for our own log."""

    code: ClassVar[str] = "storage"


class UnsafeDatabaseError(StorageError):
    """A setting of the database would let it lose what it acknowledged.

    Attributes:
        setting: The name of the setting.
        seen: What the database says it is.
        wanted: The values that are allowed.
    """

    code: ClassVar[str] = "storage.unsafe"

    def __init__(self, setting: str, *, seen: object, wanted: tuple[object, ...]) -> None:
        """Note what the database says."""
        super().__init__(f"{setting} is {seen!r}, allowed is {wanted!r}")
        self.setting = setting
        self.seen = seen
        self.wanted = wanted


class SchemaError(StorageError):
    """The schema is not the one this program was written for.

    Attributes:
        seen: The revision of the database, or None for an empty one.
        wanted: The revision of this program.
        newer: Whether a later program wrote the database.
    """

    code: ClassVar[str] = "storage.schema"

    def __init__(self, *, seen: str | None, wanted: str, newer: bool) -> None:
        """Note both revisions."""
        super().__init__(f"database revision {seen!r}, program revision {wanted!r}")
        self.seen = seen
        self.wanted = wanted
        self.newer = newer


class WriterTakenError(StorageError):
    """Another connection already writes to this database file."""

    code: ClassVar[str] = "storage.taken"


class StorageFullError(StorageError):
    """There is no space: the command left nothing behind, and a later one may succeed."""

    code: ClassVar[str] = "storage.full"


class StorageFailedError(StorageError):
    """The disk or the database failed: whether the last commit is durable is unknown, so nothing more is written."""

    code: ClassVar[str] = "storage.failed"


class DamagedError(StorageError):
    """Stored bytes are not those that were written, or stand in another row than they were written for.

    Attributes:
        where: Table and column, or the name of the file.
        identifier: The content identifier of the row, or the index of the chunk.
    """

    code: ClassVar[str] = "storage.damaged"

    def __init__(self, where: str, identifier: bytes | int) -> None:
        """Note the place."""
        shown = identifier.hex() if isinstance(identifier, bytes) else identifier
        super().__init__(f"{where} {shown} is damaged")
        self.where = where
        self.identifier = identifier


class MissingBlobError(StorageError):
    """An attachment's file is not there."""

    code: ClassVar[str] = "storage.missing"
