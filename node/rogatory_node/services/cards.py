"""Cards: our own, made from the configuration, and the newest of every other authority (B.7).

What others call:

* ``await Cards.open(trust, me=…, seal=…, writer=…, readers=…)``.
* ``await cards.renew(urls=…, pins=…, contacts=…) -> bytes``: our own card, a new one if anything changed, the statement
  did, or half its life is over; call it at start and once a day. ``contacts_of(config)`` are its contacts.
* ``cards.own -> bytes | None``; ``cards.raw(aid) -> bytes | None``; ``cards.card(aid) -> Card | None``;
  ``cards.all() -> list[Card]``; ``cards.stale(aid) -> bool`` (missing or past its date).
* ``await cards.accept(raw) -> Card``: a card that came, from anybody; raises RefusedError.
* ``cards.watch(callback)``: called with the authority when a newer card of it is held.
* ``cards.address_of(aid) -> (urls, pins) | None``: where to dial a good authority.

Rules:

* The highest (statement version, sequence) wins, in the store too: a restart never brings a lower one back.
* Our own card is made here only; whoever brings a higher one has our seal key, and is refused with an alarm.
* An address outlives its card's date: the handshake proves who answers, and an old address is better than none.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.config import Config
from rogatory_node.services.trust import Trust
from rogatory_node.storage.rows import insert
from rogatory_node.storage.tables import cards
from rogatory_node.storage.writer import Writer
from rogatory_protocol.card import Card, Channel, Contact, accept_card, build_card, parse_card
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid
from rogatory_protocol.limits import MAX_CARD_LIFE_SECONDS
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.suite import Signer

MAX_CARDS: Final = 4_096  # more than there are central authorities; they are kept in memory

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A card and the bytes that were signed."""

    card: Card
    raw: bytes = field(repr=False)


def contacts_of(config: Config) -> tuple[Contact, ...]:
    """Return the points of contact of the configuration as a card holds them."""
    return tuple(
        Contact(
            role=each.role,
            languages=each.languages,
            hours=each.hours,
            zone=each.zone,
            channels=tuple(Channel(kind=way.kind, value=way.value) for way in each.channel),
        )
        for each in config.contact
    )


def keep(connection: Connection, commands: Sequence[Held]) -> list[bool]:
    """Store cards, each unless a newer one of its authority is there (a transaction function); tell which were."""
    kept = []
    for each in commands:
        where = cards.c.aid == each.card.aid
        row = connection.execute(select(cards.c.ver, cards.c.seq).where(where)).one_or_none()
        newer = row is None or (row.ver, row.seq) < each.card.rank
        if newer:
            values = {"ver": each.card.ver, "seq": each.card.seq, "raw": each.raw}
            statement = insert(connection, cards).values(aid=each.card.aid, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=[cards.c.aid], set_=values))
        kept.append(newer)
    return kept


def read(connection: Connection) -> dict[Aid, Held]:
    """Read the stored cards; they were verified when they came."""
    rows = connection.execute(select(cards.c.aid, cards.c.raw))
    return {Aid(row.aid): Held(card=parse_card(row.raw).content, raw=bytes(row.raw)) for row in rows}


class Cards:
    """The cards that this node holds. Make it with ``open``."""

    def __init__(
        self,
        trust: Trust,
        held: dict[Aid, Held],
        *,
        me: Aid,
        seal: Signer,
        writer: Writer,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Take what is stored."""
        self._trust, self._held, self._me, self._seal = trust, held, me, seal
        self._writer, self._wall = writer, wall
        self._turn = asyncio.Lock()
        self._watchers: list[Callable[[Aid], None]] = []

    @classmethod
    async def open(
        cls,
        trust: Trust,
        *,
        me: Aid,
        seal: Signer,
        writer: Writer,
        readers: AsyncEngine,
        wall: Callable[[], float] = time.time,
    ) -> "Cards":
        """Load the stored cards."""
        async with readers.connect() as connection:
            held = await connection.run_sync(read)
        return cls(trust, held, me=me, seal=seal, writer=writer, wall=wall)

    # --- Our own ----------------------------------------------------------------------------------------------------

    @property
    def own(self) -> bytes | None:
        """Our own card as it is signed, once ``renew`` was called."""
        return self.raw(self._me)

    async def renew(
        self, *, urls: Sequence[str] = (), pins: Sequence[bytes] = (), contacts: Sequence[Contact] = (), ver: int = 1
    ) -> bytes:
        """Return our own card, made anew if it has to be.

        Args:
            urls: Our ``wss://`` addresses.
            pins: SHA-256 of the public keys of our TLS certificates.
            contacts: Our points of contact.
            ver: Number of our newest statement.

        Raises:
            RefusedError: MALFORMED or TOO_LARGE: every node would refuse a card of these.
            StorageError: It cannot be stored; the old one stays.
        """
        async with self._turn:
            now, held = int(self._wall()), self._held.get(self._me)
            wanted = Card(
                aid=self._me, ver=ver, seq=0, ts=now, exp=now + MAX_CARD_LIFE_SECONDS,
                urls=tuple(urls), pins=tuple(pins), contacts=tuple(contacts),
            )  # fmt: skip
            if held is not None and not _due(held.card, wanted):
                return held.raw
            # The clock in the number: a restored node goes on above what it gave out before.
            seq = now if held is None or held.card.ver < ver else max(now, held.card.seq + 1)
            card = replace(wanted, seq=seq)
            raw = await asyncio.to_thread(sign, self._seal, Context.CARD, build_card(card))
            parse_card(raw)  # the limit is of the signed card
            await self._keep(Held(card=card, raw=raw))
            return raw

    # --- Everybody's ------------------------------------------------------------------------------------------------

    def card(self, aid: Aid) -> Card | None:
        """Return the newest card of an authority."""
        held = self._held.get(aid)
        return None if held is None else held.card

    def raw(self, aid: Aid) -> bytes | None:
        """Return the newest card of an authority as it was signed."""
        held = self._held.get(aid)
        return None if held is None else held.raw

    def all(self) -> list[Card]:
        """Return every card."""
        return [held.card for held in self._held.values()]

    def watch(self, watcher: Callable[[Aid], None]) -> None:
        """Call *watcher* with each authority of which a newer card is held, on the event loop."""
        self._watchers.append(watcher)

    def stale(self, aid: Aid) -> bool:
        """Tell whether an authority's card is missing or past its date."""
        card = self.card(aid)
        return card is None or card.exp < self._wall()

    def address_of(self, aid: Aid) -> tuple[tuple[str, ...], tuple[bytes, ...]] | None:
        """Return addresses and pins of an authority that is admitted or followed; None when there is none to dial."""
        card = self.card(aid)
        if card is None or not card.urls or not self._trust.admitted(aid):
            return None
        return card.urls, card.pins

    async def accept(self, raw: bytes) -> Card:
        """Take a card if it is newer than the one held; the same one again is accepted and changes nothing.

        Raises:
            RefusedError: TOO_LARGE, MALFORMED; DIRECTORY_OLD: authority, key or statement unknown; NOT_GOOD: not
                admitted, or not newer; SIGNATURE, EXPIRED, FUTURE; DISAGREE: it calls itself ours; BUSY: too many.
            StorageError: It cannot be stored.
        """
        unverified = parse_card(raw)
        aid = unverified.content.aid
        held = self.card(aid)
        if held == unverified.content:
            return held
        public = self._trust.card_key(aid, unverified.object.signatures[0].kid)
        card = accept_card(unverified, public, held, ver=self._trust.version(aid), now=int(self._wall()))
        if aid == self._me:
            _log.error("card.forged", extra={"seq": card.seq, "ver": card.ver})
            raise RefusedError(Code.DISAGREE, "a card of our own that we did not make")
        if held is None and len(self._held) >= MAX_CARDS:
            raise RefusedError(Code.BUSY, "too many cards")
        async with self._turn:
            await self._keep(Held(card=card, raw=raw))
        return card

    async def _keep(self, new: Held) -> None:
        kept = await self._writer.execute(keep, new)
        held = self._held.get(new.card.aid)
        if kept and (held is None or held.card.rank < new.card.rank):
            self._held[new.card.aid] = new
            for watcher in self._watchers:
                watcher(new.card.aid)


def _due(held: Card, wanted: Card) -> bool:
    """Tell whether our card must be made anew: something changed, or half its life is over."""
    same: dict[str, Any] = {"seq": held.seq, "ts": held.ts, "exp": held.exp}
    half = held.ts + (held.exp - held.ts) // 2
    return replace(wanted, **same) != held or wanted.ts >= half or wanted.ts < held.ts
