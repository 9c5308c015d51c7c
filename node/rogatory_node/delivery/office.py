"""What every session of an authority shares; built once, by the composition root.

* Delivery knows neither the directory nor the cards: what it needs of them are functions here.
* Nothing here changes but the meter of what was served.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.delivery.quotas import Quotas
from rogatory_node.services.completing import Completing
from rogatory_node.services.expiring import Expiring
from rogatory_node.services.receiving import Receiving
from rogatory_node.services.sending import Sending
from rogatory_node.storage.blobs import BlobFolder
from rogatory_node.storage.writer import Writer
from rogatory_protocol.audit import Head
from rogatory_protocol.ids import Aid, Digest, Id16
from rogatory_protocol.letter import KeyLookup
from rogatory_protocol.limits import KIB
from rogatory_protocol.suite import Signer

T = TypeVar("T")
Claim = tuple[str, int, bytes]
"""Origin, size and root of a registry's log."""

INLINE_BYTES: Final = 64 * KIB  # below, a thread costs more than the work; above, the event loop would stand still
LOOK_SECONDS: Final = 0.02  # between two looks into the database for what is not letters, however often one is woken
MOST_METERED: Final = 4_096  # blobs and recipients that are counted; the oldest is forgotten first
TIMES_SERVED: Final = 3  # B.18: PULL bytes per blob and recipient

_log = logging.getLogger(__name__)


def _note(event: str, peer: Aid, letter: Digest | None) -> None:
    _log.warning(event, extra={"peer": peer.hex(), "letter": None if letter is None else letter.hex()})


class Meter:
    """How many bytes of each blob each peer has pulled since the start."""

    def __init__(self) -> None:
        """Start with none."""
        self._served: dict[tuple[Aid, bytes, int], int] = {}

    def admits(self, peer: Aid, letter: bytes, index: int, *, count: int, stored: int) -> bool:
        """Count bytes in, unless the blob was served three times over already."""
        place = (peer, letter, index)
        served = self._served.pop(place, 0)
        allowed = served + count <= TIMES_SERVED * stored
        self._served[place] = served + count if allowed else served
        if len(self._served) > MOST_METERED:
            del self._served[next(iter(self._served))]
        return allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What every session of an authority shares.

    Attributes:
        me: The authority.
        seal: Its seal key.
        seal_key: The public seal key of an authority, good at a time or now; raises RefusedError.
        sealing_key: The same for what we send, which an officer may allow by an old directory.
        admitted: Whether an authority is admitted now.
        sending: The transactions of sending.
        receiving: The transactions of receiving.
        completing: The transactions of attachments that arrive.
        expiring: The transactions of deadlines.
        blobs: The attachment files.
        writer: The one writer.
        readers: The engine of the readers.
        inc: Incarnation of the database.
        boot: Of this process.
        wall: The clock.
        heads: The log heads to claim in READY, at most four.
        audit: The newest audit head of a peer that we hold.
        card: The digest of our card.
        quoted: Told of the audit heads in verified letters and evidence of a peer.
        you: One-time-key objects of other boots of a peer, seen in the last day, at most two.
        refresh: Told of a peer whose answer shows that one directory is behind.
        alarm: Told of what should never happen between correct nodes: event, peer, letter.
        meter: What was served.
        quotas: What each peer has used of us.
    """

    me: Aid
    seal: Signer = field(repr=False)
    seal_key: KeyLookup
    sealing_key: KeyLookup
    admitted: Callable[[Aid], bool]
    sending: Sending
    receiving: Receiving
    completing: Completing
    expiring: Expiring
    blobs: BlobFolder
    writer: Writer
    readers: AsyncEngine
    inc: Id16
    boot: Id16
    wall: Callable[[], float] = time.time
    heads: Callable[[], Sequence[Claim]] = tuple
    audit: Callable[[Aid], Head | None] = lambda _peer: None
    card: Callable[[], Digest | None] = lambda: None
    quoted: Callable[[Aid, Sequence[Head]], None] = lambda _peer, _heads: None
    you: Callable[[Aid], Sequence[bytes]] = lambda _peer: ()
    refresh: Callable[[Aid], None] = lambda _peer: None
    alarm: Callable[[str, Aid, Digest | None], None] = _note
    meter: Meter = field(default_factory=Meter)
    quotas: Quotas = field(default_factory=Quotas)


async def worked(size: int, work: Callable[[], T]) -> T:
    """Do work over *size* bytes: here when they are few, else in a thread beside the event loop."""
    if size < INLINE_BYTES:
        return work()
    return await asyncio.to_thread(work)
