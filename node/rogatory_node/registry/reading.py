"""Reading a registry's log from anywhere that has its tiles: a registry, a mirror, a folder of files (B.6.2).

* A size that a note claims is not believed; it only says what to ask for, and how much is too much.
* ``look`` is for whoever does not follow the registry yet: it reads the whole log and finds out whose it is.
"""

from dataclasses import dataclass
from typing import Final

from rogatory_keys.directory import Directory
from rogatory_keys.replay import Followed, Local
from rogatory_node.registry.spool import Spool
from rogatory_node.transport.fetch import Fault, Fetcher, FetchError
from rogatory_protocol import note as notes
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid
from rogatory_protocol.limits import MAX_LEAF_BYTES, SKEW_REFUSE_SECONDS
from rogatory_protocol.note import MAX_NOTE_BYTES
from rogatory_protocol.statement import Statement, accept
from rogatory_protocol.statement_fields import ANYWHERE
from rogatory_protocol.tiles import TILE_WIDTH, LeafKind, Tile, decode_bundle, entry_bundles, parse_leaf

BRIEF_SECONDS: Final = 10.0  # for a checkpoint or a card
BUNDLE_SECONDS: Final = 120.0  # 256 statements over a slow line
MAX_LEAVES: Final = 1_000_000  # of one round; ten times what a busy network writes in ten years
MAX_BYTES: Final = 4 * 1024**3  # of one round, on disk: four times what a hundred thousand leaves take
_MAX_DIGITS: Final = 19


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A log that was read whole and fits its checkpoint.

    Attributes:
        registry: The registry's own first statement; whether it is the right one, a person must say.
        directory: All that the log says, if it is the right one.
    """

    registry: Statement
    directory: Directory


def claimed_size(note: bytes, known: int) -> int:
    """Return the size that a note claims; nothing is verified.

    Raises:
        RefusedError: TOO_LARGE, MALFORMED: not a checkpoint, or more than is read in one round.
    """
    lines = notes.parse(note).text.split("\n")
    number = lines[1] if len(lines) > 1 else ""
    if not number.isascii() or not number.isdigit() or len(number) > _MAX_DIGITS:
        raise RefusedError(Code.MALFORMED, "checkpoint")
    if int(number) - known > MAX_LEAVES:
        raise RefusedError(Code.TOO_LARGE, "log")
    return int(number)


async def read_note(fetch: Fetcher, url: str) -> bytes:
    """Read the checkpoint.

    Raises:
        FetchError: It cannot be had.
    """
    return (await fetch.get(f"{url}/checkpoint", most=MAX_NOTE_BYTES, seconds=BRIEF_SECONDS)).body


async def read_leaves(fetch: Fetcher, url: str, known: int, size: int) -> Spool:
    """Read the leaves from *known* up to *size*; they wait on disk.

    Raises:
        FetchError: They cannot be had, or there is no room for them.
        RefusedError: MALFORMED: a bundle does not hold what its name says; TOO_LARGE.
    """
    leaves = Spool()
    try:
        for tile in entry_bundles(known, size):
            for entry in (await _bundle(fetch, url, tile))[max(0, known - tile.index * TILE_WIDTH) :]:
                leaves.add(entry)
            if leaves.size > MAX_BYTES:
                raise RefusedError(Code.TOO_LARGE, "log")
        return leaves.whole()
    except OSError:
        raise FetchError(Fault.TOO_LARGE) from None


async def look(fetch: Fetcher, url: str, *, now: int) -> Seen:
    """Read a log that is not followed yet, whole, and check that it fits its checkpoint.

    Raises:
        FetchError: It cannot be had.
        RefusedError: It is no log of a registry.
    """
    note = await read_note(fetch, url)
    size = claimed_size(note, 0)
    if size == 0:
        raise RefusedError(Code.MALFORMED, "empty log")
    leaves = await read_leaves(fetch, url, 0, size)
    first = parse_leaf(leaves[0])
    if first.kind is not LeafKind.STATEMENT:
        raise RefusedError(Code.MALFORMED, "log does not begin with a statement")
    registry = accept(first.object, None, latest=now + SKEW_REFUSE_SECONDS)
    local = Local(followed=(Followed(aid=Aid(registry.aid), scope=(ANYWHERE,)),))
    directory = Directory(local)
    directory.apply(registry.aid, note, leaves, now=now)
    return Seen(registry=registry, directory=directory)


async def _bundle(fetch: Fetcher, url: str, tile: Tile) -> list[bytes]:
    most = tile.width * (2 + MAX_LEAF_BYTES)
    return decode_bundle((await fetch.get(f"{url}/{tile.path}", most=most, seconds=BUNDLE_SECONDS)).body, tile.width)
