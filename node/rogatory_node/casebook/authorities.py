"""The directory of competent authorities of this node: entries that were published, and what is taken or signed.

* An entry is a publication of kind ``entry``; its name is the entry's identifier.
* Who may say what is decided once, when it is taken (`casework.authorities.directory.voice_of`): the authority itself,
  or a registry for an authority that has no node.
* Many entries at once are taken together or not at all.
* What comes with the program is shown only as long as nothing was published.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rogatory_node.casebook import publications as pub
from rogatory_node.casebook.publications import ENTRY, IssuerError, OlderError, Signed, UnreadableError
from rogatory_node.casework.authorities import directory
from rogatory_node.casework.authorities import entry as e
from rogatory_node.casework.authorities.directory import Listed, Voice
from rogatory_node.casework.authorities.entry import Entry, EntryError
from rogatory_node.services.trust import Trust
from rogatory_protocol import publication as p
from rogatory_protocol.ids import Aid, Digest

FORMAT: Final = 1
MAX_TOGETHER: Final = 5_000

log = logging.getLogger(__name__)

Held = dict[tuple[Aid, str], tuple[int, Digest, bytes]]
"""By issuer and name: version, digest and content of what is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What a file of entries holds.

    Attributes:
        news: What is to be taken.
        known: How many are held already, in this or a newer version.
    """

    news: tuple[Signed, ...]
    known: int


def listed(publications: Sequence[bytes]) -> tuple[Listed, ...]:
    """Return the directory: what was published, or what comes with the program when nothing was."""
    return _listed(tuple(publications)) or directory.practice()


def held(publications: Sequence[bytes]) -> Held:
    """Return what is held, to compare with."""
    read = [p.parse(raw) for raw in publications]
    return {(each.said.issuer, each.said.name): (each.said.ver, each.digest, each.said.content) for each in read}


def entry_of(trust: Trust, signed: Signed) -> Entry:
    """Return the entry in a publication.

    Raises:
        UnreadableError: It is no entry, or has another name.
        IssuerError: Its issuer may not say it.
    """
    try:
        entry = e.read(signed.said.content)
    except EntryError as error:
        raise UnreadableError(error.where) from None
    if entry.id != signed.said.name:
        raise UnreadableError("$.id")
    registry = pub.follows(trust, signed.said.issuer)
    if directory.voice_of(entry, signed.said.issuer.hex(), registry=registry) is None:
        raise IssuerError("entry")
    return entry


def opened(trust: Trust, raw: bytes, known: Held) -> Sorted:
    """Verify a file: one publication, or many together.

    Raises:
        PublicationError: One of them is not to be taken; then none is.
    """
    signed = [pub.opened(trust, each, ENTRY) for each in _apart(raw)]
    for each in signed:
        entry_of(trust, each)
    news = [each for each in signed if _is_news(known, each)]
    return Sorted(news=tuple(news), known=len(signed) - len(news))


def together(publications: Iterable[bytes]) -> bytes:
    """Return one file of many publications, for others to take."""
    told = {"format": FORMAT, "publications": [raw.hex() for raw in publications]}
    return json.dumps(told, indent=0).encode()


def next_version(known: Held, issuer: Aid, entry: Entry) -> int | None:
    """Return the version that an entry gets when this issuer signs it now; None when it is held as it is."""
    before = known.get((issuer, entry.id))
    if before is None:
        return 1
    return None if before[2] == e.written(entry) else before[0] + 1


def _is_news(known: Held, signed: Signed) -> bool:
    before = known.get((signed.said.issuer, signed.said.name))
    try:
        return pub.is_news(None if before is None else before[:2], signed)
    except OlderError:
        return False  # a file of many is mostly older than what its authors said since


def _apart(raw: bytes) -> list[bytes]:
    if not raw.lstrip().startswith(b"{"):
        return [raw]
    try:
        told = json.loads(raw)
        several = [bytes.fromhex(each) for each in told["publications"]]
        known = told["format"] == FORMAT
    except (ValueError, RecursionError, KeyError, TypeError):
        raise UnreadableError("file") from None
    if not known or len(several) > MAX_TOGETHER:
        raise UnreadableError("format")
    return several


@lru_cache(maxsize=2)
def _listed(publications: tuple[bytes, ...]) -> tuple[Listed, ...]:
    return tuple(found for raw in publications if (found := _one(raw)) is not None)


@lru_cache(maxsize=8192)
def _one(raw: bytes) -> Listed | None:
    """Read one publication; None when an earlier program took it and this one cannot read it."""
    read = p.parse(raw)
    try:
        entry = e.read(read.said.content)
    except EntryError:
        log.warning("entry.unreadable", extra={"digest": read.digest.hex()})
        return None
    return Listed(
        entry=entry,
        voice=Voice.SECRETARIAT if entry.aid is None else Voice.ITSELF,
        issuer=read.said.issuer.hex(),
        version=read.said.ver,
        signed_at=read.said.ts,
        digest=read.digest.hex(),
    )
