"""What this node knows of treaties: what is shipped, and the packs of registries over it.

* A pack is a publication of kind ``law`` whose content is a pack; its name and version are those of the publication.
* It is read again before it is taken: nothing stands in the database that this program cannot read.
* Packs are put over one another in the order in which they were taken.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rogatory_node.casebook.publications import Signed, UnreadableError, is_news
from rogatory_node.casework.law import changes, records
from rogatory_node.casework.law.changes import Change
from rogatory_node.casework.law.corpus import Corpus, put_together, shipped
from rogatory_node.casework.law.records import Pack, PackError
from rogatory_protocol import publication as p
from rogatory_protocol.ids import Digest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What taking a pack would do.

    Attributes:
        pack: The pack.
        held: The version that is held, or None.
        news: Whether anything is new.
        changes: What will be known otherwise.
        facts: How many facts it holds.
    """

    pack: Pack
    held: int | None
    news: bool
    changes: tuple[Change, ...]
    facts: int


@lru_cache(maxsize=2)
def over_shipped(publications: tuple[bytes, ...]) -> Corpus:
    """Return what is shipped with these publications over it; they were verified when they were taken.

    A pack that an earlier program took and this one cannot read is left out: no check may fail for it.
    """
    return put_together(_readable(publications), under=shipped())


def _readable(publications: Iterable[bytes]) -> Iterator[Pack]:
    for raw in publications:
        read = p.parse(raw)
        try:
            yield records.read(read.said.content)
        except PackError:
            log.warning("law.pack.unreadable", extra={"digest": read.digest.hex()})


def pack_of(signed: Signed) -> Pack:
    """Return the pack in a publication.

    Raises:
        UnreadableError: It is no pack, or its name or version is not that of the publication.
    """
    try:
        pack = records.read(signed.said.content)
    except PackError as error:
        raise UnreadableError(error.where) from None
    if (pack.name, pack.version) != (signed.said.name, signed.said.ver):
        raise UnreadableError("$.version")
    return pack


def preview(publications: tuple[bytes, ...], held: tuple[int, Digest] | None, signed: Signed) -> Preview:
    """Say what taking a pack would do. It takes a moment: call it in a thread.

    Args:
        publications: What is held.
        held: What is held under the name of the pack.
        signed: The pack.

    Raises:
        UnreadableError: It is no pack that this program reads.
        OlderError: A newer version is held.
        TwoFacedError: The same version is held with another content.
    """
    pack = pack_of(signed)
    return Preview(
        pack=pack,
        held=None if held is None else held[0],
        news=is_news(held, signed),
        changes=changes.changes(over_shipped(publications), pack),
        facts=changes.facts(pack),
    )
