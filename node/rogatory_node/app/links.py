"""The links of a running node, joined with its directory, its cards, its registries and the brake.

* What one link tells another part goes through here: a card that came gives an address to dial, a head that was shown
  lets the registries be asked, a changed directory closes links and is shown to peers.
* A live copy of ourselves pulls the brake: every link ends, nothing is signed any more, the pages still say why.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from rogatory_node.app.store import Store
from rogatory_node.config import Config
from rogatory_node.delivery.boots import Boots, Self, known_in
from rogatory_node.delivery.cards import Exchange
from rogatory_node.delivery.office import Office
from rogatory_node.delivery.peers import Peers
from rogatory_node.delivery.quotas import GIB, Allowed, Quotas
from rogatory_node.delivery.resync import Resync
from rogatory_node.delivery.shelf import claims_of, own_digest, shelf_of
from rogatory_node.delivery.views import Views
from rogatory_node.registry.running import Registries
from rogatory_node.services.cards import Cards
from rogatory_node.services.completing import Completing
from rogatory_node.services.expiring import Expiring
from rogatory_node.services.halting import Brake
from rogatory_node.services.receiving import Receiving
from rogatory_node.services.recovering import Recovering
from rogatory_node.services.resuming import Resuming
from rogatory_node.services.resyncing import Resyncing
from rogatory_node.services.sending import Sending
from rogatory_node.services.trust import Trust
from rogatory_node.transport.link import Identity
from rogatory_node.transport.reaching import outward_of


@dataclass(slots=True, eq=False)
class Halt:
    """The brake of a process, and who waits for it."""

    brake: Brake = field(init=False)
    pulled: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Make the brake."""
        self.brake = Brake(lambda _reason: self.pulled.set())

    def guarded(self, store: Store) -> Store:
        """Return the store with a seal key that obeys the brake."""
        return replace(store, own=replace(store.own, seal=self.brake.guard(store.own.seal)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What works on links.

    Attributes:
        office: What sessions share.
        peers: All links.
        identity: Who we are on links.
        exchange: Cards and heads on all links.
        halt: The brake.
    """

    office: Office
    peers: Peers
    identity: Identity
    exchange: Exchange
    halt: Halt

    async def end_when_halted(self) -> None:
        """End all links once the brake is pulled."""
        await self.halt.pulled.wait()
        await self.peers.stop()

    async def renew(self, work: Callable[[], Awaitable[object]]) -> None:
        """Renew our card and show it to registries; a halted node signs none."""
        if self.halt.brake.reason is None:
            await work()
            self.exchange.changed()


async def make(store: Store, trust: Trust, cards: Cards, registries: Registries, halt: Halt) -> Links:
    """Make the links of a node; nothing is dialled yet."""
    me, config = store.own, store.config
    office = _office(store, trust, cards, registries)
    views = await Views.open(writer=store.writer, readers=store.readers, wall=office.wall, alarm=office.alarm)
    boots = Boots(
        Self(aid=me.aid, boot=me.boot, started=me.started, seal_key=trust.seal_key),
        known=known_in(store.readers),
        halt=halt.brake.pull,
    )
    resync = Resync(
        Resyncing(me=me.aid, sealer=me.sealer, served_days=config.restore.served_days),
        Recovering(me=me.aid, sealer=me.sealer),
        Resuming(me=me.aid, sealer=me.sealer),
        office,
    )
    views.meets = resync.met
    # The exchange tells the peers of addresses, and they give it their links.
    shelf = shelf_of(
        trust,
        cards,
        me=me.aid,
        poke=registries.poke,
        found=lambda aid: peers.found(aid),
        claimed=registries.claimed,
    )
    exchange = Exchange(shelf)
    identity = Identity(aid=me.aid, signer=me.node, node_key=trust.node_key)
    office = replace(office, audit=views.head_of, quoted=views.quoted, you=boots.others)
    peers = Peers(
        office,
        identity,
        cards.address_of,
        followed=lambda: [each.registry for each in registries.followers],
        outward=outward_of(config),
        parts=(exchange.join, views.join, boots.join, resync.join),
    )
    cards.watch(peers.found)  # a card may also come over HTTP, of a registry that could not be dialled before
    trust.watch(lambda _alarms: peers.recheck())
    trust.watch(lambda _alarms: exchange.changed())
    return Links(office=office, peers=peers, identity=identity, exchange=exchange, halt=halt)


def _allowed(config: Config) -> Allowed:
    quotas = config.quotas
    return Allowed(
        letters=quotas.letters_a_day,
        offers=quotas.offers_a_day,
        attachment_bytes=quotas.attachment_gib_a_day * GIB,
    )


def _office(store: Store, trust: Trust, cards: Cards, registries: Registries) -> Office:
    me = store.own
    quotas = Quotas(allowed=_allowed(store.config))
    return Office(
        me=me.aid,
        seal=me.seal,
        seal_key=trust.seal_key,
        sealing_key=trust.sealing_key,
        admitted=trust.admitted,
        sending=Sending(me=me.aid, signer=me.seal, sealer=me.sealer),
        receiving=Receiving(me=me.aid, signer=me.seal, sealer=me.sealer, admits=quotas.admits),
        completing=Completing(me=me.aid, signer=me.seal, sealer=me.sealer),
        expiring=Expiring(me=me.aid, signer=me.seal, sealer=me.sealer),
        blobs=store.blobs,
        writer=store.writer,
        readers=store.readers,
        inc=me.inc,
        boot=me.boot,
        card=lambda: own_digest(cards),
        heads=lambda: claims_of(trust),
        refresh=lambda _peer: registries.poke(),
        quotas=quotas,
    )
