"""Files of a letter, for commands: its form, and its attachments as they were when they were chosen.

* An attachment that changes until it is sent is refused.
* Names of uploads are chosen here, so that the same file again is the same upload.
"""

import mimetypes
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rogatory_node.cli.client import Client, Progress
from rogatory_node.cli.output import USAGE, Failure
from rogatory_node.cli.system import why
from rogatory_node.i18n import _

MAX_FILE_BYTES: Final = 1024 * 1024
_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attachment as it was when it was chosen."""

    path: Path
    size: int
    changed_ns: int
    upload: str = field(default_factory=lambda: os.urandom(_ID_BYTES).hex())


def read_form(file: Path) -> bytes:
    """Read the file of a letter's form.

    Raises:
        Failure: It cannot be read.
    """
    try:
        with file.open("rb") as opened:
            # One byte more than fits, so that the check can say that it is too large.
            return opened.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise _unreadable(file, error) from None


def files_of(attach: Sequence[Path]) -> list[File]:
    """Return attachments as they are now.

    Raises:
        Failure: One cannot be read.
    """
    found = []
    for path in attach:
        try:
            status = path.stat()
        except OSError as error:
            raise _unreadable(path, error) from None
        if not path.is_file():
            raise Failure(_("{file} is not a file.").format(file=path), code=USAGE, slug="unreadable")
        found.append(File(path=path, size=status.st_size, changed_ns=status.st_mtime_ns))
    return found


def _unreadable(file: Path, error: OSError) -> Failure:
    what = _("The file {file} cannot be read: {why}").format(file=file, why=why(error))
    return Failure(what, code=USAGE, slug="unreadable")


def send_files(client: Client, files: Sequence[File], *, quiet: bool) -> list[dict[str, Any]]:
    """Send attachments to the node; return name, size and hash of each.

    Raises:
        Failure: One changed since it was chosen, or the node refused it.
    """
    found = []
    with _bar(files, quiet=quiet) as bar:
        done = 0
        for file in files:
            mt = mimetypes.guess_type(file.path.name)[0]
            query = {"name": file.path.name, "size": file.size, "mt": mt}
            answer = client.upload(f"/uploads/{file.upload}", file.path, _beyond(bar, done), **query)
            _refuse_changed(file)
            done += file.size
            found.append({name: answer[name] for name in ("name", "size", "sha256")})
    return found


def _refuse_changed(file: File) -> None:
    """Stop when a file is not the one that was chosen any more."""
    with suppress(OSError):
        status = file.path.stat()
        if (status.st_size, status.st_mtime_ns) == (file.size, file.changed_ns):
            return
    what = _("The file {file} changed while it was sent.").format(file=file.path)
    raise Failure(what, _("Close the program that writes it and send again."), slug="attachment.changed")


def discard(client: Client, files: Sequence[File]) -> None:
    """Take back what no letter or draft took up."""
    # The node sweeps at its next start what this does not reach.
    with suppress(Failure):
        for file in files:
            client.post(f"/uploads/{file.upload}/discard")


def _beyond(bar: Progress | None, done: int) -> Progress | None:
    return None if bar is None else lambda count: bar(done + count)


@contextmanager
def _bar(files: Sequence[File], *, quiet: bool) -> Iterator[Progress | None]:
    """Show how far all uploads are together, on a terminal only."""
    if quiet or not files or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Shown

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Shown(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=sum(file.size for file in files))
        yield lambda count: shown.update(task, completed=count)
