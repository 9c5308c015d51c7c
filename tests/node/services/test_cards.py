"""Cards: our own is made when it must be, others' only ever get newer."""

from collections.abc import AsyncIterator

import pytest
from offices import DAY, NOW, Authority, Registry, follow
from sqlalchemy.ext.asyncio import AsyncEngine

from rogatory_node.config import parse
from rogatory_node.services.cards import Cards, contacts_of
from rogatory_node.services.trust import Trust
from rogatory_node.storage import audit_log
from rogatory_node.storage.engine import open_reading
from rogatory_node.storage.writer import Writer
from rogatory_protocol import decision as d
from rogatory_protocol.card import Card, Channel, Contact, parse_card
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.signed import Context, verify_one

ME, PEER = Authority("me", "XB"), Authority("peer")
URLS = ("wss://me.example:8443",)
CONTACT = Contact(
    role="duty", languages=("en",), hours="24/7", zone="UTC", channels=(Channel(kind="phone", value="+0 1"),)
)


class World:
    """A node of ME that follows a registry which admitted PEER."""

    def __init__(self, writer: Writer, readers: AsyncEngine) -> None:
        self.writer, self.readers, self.time = writer, readers, float(NOW + 10)
        self.registry = Registry()
        self.registry.admit(PEER)
        self.trust: Trust
        self.cards: Cards

    async def start(self) -> None:
        self.trust = await Trust.open(self.writer, self.readers, follow(self.registry), wall=lambda: self.time)
        await self.catch_up()
        await self.restart()

    async def restart(self) -> None:
        self.cards = await Cards.open(
            self.trust, me=ME.aid, seal=ME.seal, writer=self.writer, readers=self.readers, wall=lambda: self.time
        )

    async def catch_up(self) -> None:
        head = self.trust.head(self.registry.aid)
        size = 0 if head is None else head.size
        await self.trust.take(self.registry.aid, self.registry.head(), self.registry.leaves[size:])

    async def refused(self, raw: bytes) -> Code:
        with pytest.raises(RefusedError) as caught:
            await self.cards.accept(raw)
        return caught.value.code


@pytest.fixture
async def world(writer: Writer, database: str) -> AsyncIterator[World]:
    await writer.execute(lambda conn, _: [audit_log.found(conn, now=NOW, random=bytes)], None)
    readers = open_reading(database)
    made = World(writer, readers)
    await made.start()
    yield made
    await readers.dispose()


async def test_a_card_is_kept_and_gives_the_address_also_after_a_restart(world: World) -> None:
    assert world.cards.address_of(PEER.aid) is None
    assert world.cards.stale(PEER.aid)
    raw, told = PEER.card(), []
    world.cards.watch(told.append)
    card = await world.cards.accept(raw)
    await world.cards.accept(raw)
    assert told == [PEER.aid]
    for _ in range(2):
        assert world.cards.card(PEER.aid) == card
        assert world.cards.raw(PEER.aid) == raw
        assert world.cards.all() == [card]
        assert world.cards.address_of(PEER.aid) == (card.urls, card.pins)
        assert not world.cards.stale(PEER.aid)
        await world.restart()


async def test_DIR_03_an_older_card_is_refused_also_after_a_restart(world: World) -> None:
    await world.cards.accept(PEER.card(5))
    again = PEER.card(5)  # the same content under another signature
    for _ in range(2):
        assert await world.refused(PEER.card(4)) is Code.NOT_GOOD
        assert await world.refused(PEER.card(5, urls=())) is Code.NOT_GOOD
        await world.cards.accept(again)
        await world.restart()
    assert (await world.cards.accept(PEER.card(6))).seq == 6


async def test_DIR_05_a_new_statement_cures_a_sequence_driven_to_its_end(world: World) -> None:
    peer = Authority("driven", roles=("extradition",))
    world.registry.admit(peer)
    await world.catch_up()
    await world.cards.accept(peer.card(2**64 - 1))
    peer.renew()
    assert await world.refused(peer.card(1)) is Code.DIRECTORY_OLD  # we have not seen the statement yet
    world.registry.state(peer.newest)
    await world.catch_up()
    assert (await world.cards.accept(peer.card(1))).rank == (2, 1)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", Code.MALFORMED),
        (b"\x00" * 65_537, Code.TOO_LARGE),
        (Authority("stranger").card(), Code.DIRECTORY_OLD),
        (PEER.card(exp=NOW + 9), Code.EXPIRED),
        (PEER.card(ts=NOW + 11 + 600, exp=NOW + 30 * DAY), Code.FUTURE),
    ],
)
async def test_what_is_not_a_good_card_is_refused(world: World, raw: bytes, code: Code) -> None:
    assert await world.refused(raw) is code


async def test_the_card_of_a_suspended_authority_is_refused_and_not_dialled(world: World) -> None:
    await world.cards.accept(PEER.card(1))
    world.registry.decide(PEER, d.Act.SUSPEND)
    await world.catch_up()
    assert await world.refused(PEER.card(2)) is Code.NOT_GOOD
    assert world.cards.address_of(PEER.aid) is None


async def test_an_address_outlives_its_card(world: World) -> None:
    await world.cards.accept(PEER.card())
    world.time = NOW + 91 * DAY
    assert world.cards.stale(PEER.aid)
    assert world.cards.address_of(PEER.aid) is not None


async def test_our_card_is_made_once_and_anew_when_it_must_be(world: World) -> None:
    assert world.cards.own is None
    seen: list[Card] = []

    async def renew(**changes: object) -> bool:
        raw = await world.cards.renew(**({"urls": URLS, "contacts": (CONTACT,)} | changes))  # type: ignore[arg-type]
        assert world.cards.own == raw
        parsed = parse_card(raw)
        verify_one(parsed.object, ME.seal.public, Context.CARD)
        fresh = not seen or parsed.content != seen[-1]
        if fresh:
            assert not seen or parsed.content.rank > seen[-1].rank
            seen.append(parsed.content)
        return fresh

    assert await renew()
    assert not await renew()
    await world.restart()
    assert not await renew()
    assert await renew(pins=(bytes(32),))
    assert await renew()
    assert await renew(ver=2)
    world.time += 44 * DAY
    assert not await renew(ver=2)
    world.time += DAY
    assert await renew(ver=2)
    assert seen[-1].exp == int(world.time) + 90 * DAY
    assert seen[-1].contacts == (CONTACT,)


async def test_a_clock_that_went_back_makes_a_new_card_above_the_old(world: World) -> None:
    first = parse_card(await world.cards.renew(urls=URLS)).content
    world.time -= DAY
    second = parse_card(await world.cards.renew(urls=URLS)).content
    assert second.rank > first.rank
    assert second.ts < first.ts


async def test_a_card_of_our_own_that_we_did_not_make_is_refused(world: World) -> None:
    world.registry.admit(ME)
    await world.catch_up()
    raw = await world.cards.renew(urls=URLS)
    await world.cards.accept(raw)
    assert await world.refused(ME.card(2**40)) is Code.DISAGREE
    assert world.cards.own == raw


async def test_DIR_01_a_card_by_a_node_key_is_refused(world: World) -> None:
    assert await world.refused(PEER.card(signer=PEER.node)) is Code.DIRECTORY_OLD
    assert await world.refused(PEER.card(signer=ME.seal)) is Code.DIRECTORY_OLD


def test_contacts_of_the_configuration_are_those_of_the_card() -> None:
    text = 'name = "X"\n[[contact]]\nrole = "duty"\nlanguages = ["en"]\n'
    text += '[[contact.channel]]\nkind = "phone"\nvalue = "+0 1"\n'
    assert contacts_of(parse(text)) == (CONTACT,)
