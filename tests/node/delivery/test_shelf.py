"""A node's own directory and cards, as links see them."""

from collections.abc import AsyncIterator

import pytest
from offices import NOW, Authority, Registry, follow

from rogatory_node.delivery.cards import Shelf
from rogatory_node.delivery.shelf import claims_of, own_digest, shelf_of
from rogatory_node.services.cards import Cards
from rogatory_node.services.trust import Trust
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import open_reading
from rogatory_node.storage.writer import Writer
from rogatory_protocol.card import parse_card
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid

ME, PEER, STRANGER = Authority("me", "XB"), Authority("peer"), Authority("stranger", "XC")


class World:
    """What a node of ME knows, that follows a registry which admitted PEER and itself."""

    def __init__(self, trust: Trust, cards: Cards, registry: Registry) -> None:
        self.trust, self.cards, self.registry = trust, cards, registry
        self.found: list[Aid] = []
        self.poked = 0
        self.shelf: Shelf = shelf_of(trust, cards, me=ME.aid, poke=self.poke, found=self.found.append)

    def poke(self) -> None:
        self.poked += 1


@pytest.fixture
async def world(writer: Writer, database: str) -> AsyncIterator[World]:
    await writer.execute(lambda conn, _: [audit_log.found(conn, now=NOW, random=bytes)], None)
    readers, registry = open_reading(database), Registry()
    for each in (ME, PEER):
        registry.admit(each)
    registry.state(STRANGER.newest)
    trust = await Trust.open(writer, readers, follow(registry), wall=lambda: float(NOW + 10))
    await trust.take(registry.aid, registry.head(), registry.leaves)
    cards = await Cards.open(
        trust, me=ME.aid, seal=ME.seal, writer=writer, readers=readers, wall=lambda: float(NOW + 10)
    )
    yield World(trust, cards, registry)
    await readers.dispose()


async def test_members_are_the_admitted_and_the_followed_registries(world: World) -> None:
    assert set(world.shelf.members()) == {ME.aid, PEER.aid, world.registry.aid}
    assert world.shelf.followed() == [world.registry.aid]


async def test_a_card_that_came_is_on_the_shelf_and_its_address_is_told(world: World) -> None:
    assert world.shelf.stale(PEER.aid)
    raw = PEER.card()
    await world.shelf.accept(raw)
    assert world.shelf.raw(PEER.aid) == raw
    assert not world.shelf.stale(PEER.aid)
    with pytest.raises(RefusedError):
        await world.shelf.accept(STRANGER.card())
    assert world.found == [PEER.aid]


async def test_our_own_card_is_named_by_its_digest(world: World) -> None:
    assert own_digest(world.cards) is None
    raw = await world.cards.renew(urls=("wss://me.example",))
    assert world.shelf.raw(ME.aid) == raw
    assert own_digest(world.cards) == parse_card(raw).object.digest


async def test_a_head_that_a_peer_shows_is_judged_and_lets_the_registry_be_asked(world: World) -> None:
    ((origin, size, _root),) = claims_of(world.trust)
    assert (origin, size) == (world.registry.log_keys.public.origin, len(world.registry.leaves))
    assert world.shelf.note_of(origin) == world.registry.head()
    world.registry.admit(STRANGER)
    await world.shelf.hear(PEER.aid, world.registry.head())
    assert world.poked == 1
    with pytest.raises(RefusedError) as refusal:
        await world.shelf.hear(PEER.aid, Registry("south").head())
    assert refusal.value.code is Code.NOT_FOUND
    assert world.poked == 1
