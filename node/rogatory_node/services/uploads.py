"""Uploads: attachments that lie sealed on the disk and that no letter carries yet (B.9).

* An upload has the identifier that its sender chose, so that asking for the same one twice is one upload.
* A blob's key seals one plaintext for one letter: ``take`` hands an upload out once, and ``restore`` gives it back when
  the letter was not queued.
* Nothing of an upload is in the database. One that was never used is swept at the next start: a file that no letter
  carries, no draft holds and no letter entered by hand shows.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from sqlalchemy import Connection, select

from rogatory_node.services.intake import Intake, Taken
from rogatory_node.storage.blobs import BlobFolder
from rogatory_node.storage.book_tables import draft_files, recorded_letters
from rogatory_node.storage.rows import among, halves
from rogatory_node.storage.tables import blobs
from rogatory_protocol.ids import Id16
from rogatory_protocol.limits import MAX_ATTACHMENTS

MOST: Final = 4 * MAX_ATTACHMENTS  # some letters being written at the same time
_BLOCK: Final = 500  # names asked for in one query


class UploadError(Exception):
    """An upload cannot be begun or used."""

    code: ClassVar[str] = "upload"


class UploadUnknownError(UploadError):
    """There is no such upload: it was never made, was used, or belonged to the node's last run."""

    code: ClassVar[str] = "upload.unknown"


class UploadTakenError(UploadError):
    """The identifier belongs to an upload that is on its way, or to another file."""

    code: ClassVar[str] = "upload.taken"


class UploadsFullError(UploadError):
    """Too many uploads wait for their letter."""

    code: ClassVar[str] = "upload.full"


class Uploads:
    """The uploads of this run. All methods are called on the event loop; what ``begin`` returns works in threads."""

    def __init__(self, folder: BlobFolder, *, boot: Id16) -> None:
        """Take the folder and the identifier of this run."""
        self._folder, self._boot = folder, boot
        self._held: dict[Id16, Taken | None] = {}

    def known(self, upload: Id16, *, name: str, mt: str, size: int) -> Taken | None:
        """Return an upload that is complete.

        Raises:
            UploadTakenError: It is on its way, or is another file.
        """
        if upload not in self._held:
            return None
        found = self._held[upload]
        if found is None or (found.entry.name, found.entry.mt, found.entry.sz) != (name, mt, size):
            raise UploadTakenError(upload.hex())
        return found

    def begin(self, upload: Id16, *, name: str, mt: str, size: int) -> Callable[[], Intake]:
        """Reserve the identifier; return what opens the file, to be called in a thread.

        Raises:
            UploadTakenError: The identifier is in use.
            UploadsFullError: Too many wait.
        """
        if upload in self._held:
            raise UploadTakenError(upload.hex())
        if len(self._held) >= MOST:
            raise UploadsFullError(f"{MOST} uploads wait")
        self._held[upload] = None
        return lambda: Intake(self._folder, boot=self._boot, name=name, mt=mt, size=size)

    def complete(self, upload: Id16, taken: Taken) -> None:
        """Note that an upload is whole and durable."""
        self._held[upload] = taken

    def drop(self, upload: Id16) -> Taken | None:
        """Forget an upload; return what is to be erased, if it was complete."""
        return self._held.pop(upload, None)

    def take(self, wanted: Sequence[Id16]) -> list[Taken]:
        """Hand out uploads for one letter.

        Raises:
            UploadUnknownError: One of them is not there, is not whole, or is asked for twice; none was handed out.
        """
        found = [self._held.get(upload) for upload in wanted]
        whole = [taken for taken in found if taken is not None]
        if len(whole) != len(found) or len(set(wanted)) != len(wanted):
            raise UploadUnknownError("upload")
        for upload in wanted:
            del self._held[upload]
        return whole

    def restore(self, wanted: Sequence[Id16], taken: Sequence[Taken]) -> None:
        """Take uploads back: their letter was not queued."""
        self._held.update(zip(wanted, taken, strict=True))


def sweep(connection: Connection, folder: BlobFolder) -> list[str]:
    """Return the names of complete files that neither letter nor draft has, to be erased. Call it at start."""
    names = sorted(path.name for path in folder.root.iterdir() if "." not in path.name)
    unused: list[str] = []
    for start in range(0, len(names), _BLOCK):
        block = names[start : start + _BLOCK]
        carried = _carried(connection, block)
        unused += [name for name in block if name not in carried]
    return unused


def _carried(connection: Connection, names: Sequence[str]) -> set[str]:
    by_path = set(connection.execute(select(blobs.c.path).where(blobs.c.path.in_(names))).scalars())
    by_path |= set(connection.execute(select(draft_files.c.path).where(draft_files.c.path.in_(names))).scalars())
    scanned = select(recorded_letters.c.scan_path).where(recorded_letters.c.scan_path.in_(names))
    by_path |= set(connection.execute(scanned).scalars())
    places = {name: _place(name) for name in names if name not in by_path}
    wanted = [place for place in places.values() if place is not None]
    query = select(blobs.c.letter, blobs.c.idx).where(among(blobs.c.letter, blobs.c.idx))
    found = {(row.letter, row.idx) for row in connection.execute(query, halves(wanted))} if wanted else set()
    return by_path | {name for name, place in places.items() if place is None or place in found}


def _place(name: str) -> tuple[bytes, int] | None:
    """Return letter and index of a name that was made from them; None for a file that is not ours to remove."""
    digest, _, index = name.partition("-")
    try:
        return bytes.fromhex(digest), int(index)
    except ValueError:
        return None
