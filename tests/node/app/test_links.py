"""The links of a node know its directory, its cards and its brake."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rogatory_node.app.links import Halt, Links, make
from rogatory_node.app.store import Store, opened
from rogatory_node.config import load
from rogatory_node.delivery.boots import COPY
from rogatory_node.home import Home
from rogatory_node.registry.running import begin
from rogatory_node.services.cards import Cards
from rogatory_node.services.halting import HaltedError
from rogatory_node.services.trust import Trust, local_of
from rogatory_protocol.card import parse_card
from rogatory_protocol.signed import Context, sign


@asynccontextmanager
async def linked(home: Home) -> AsyncIterator[tuple[Store, Cards, Links]]:
    """Make the links of a node that follows nobody."""
    config = load(home)
    async with opened(home, config, {}) as plain:
        halt = Halt()
        store = halt.guarded(plain)
        me = store.own
        trust = await Trust.open(store.writer, store.readers, local_of(config, me.statement))
        cards = await Cards.open(trust, me=me.aid, seal=me.seal, writer=store.writer, readers=store.readers)
        registries = await begin(config, me, trust, cards, writer=store.writer, readers=store.readers)
        yield store, cards, await make(store, trust, cards, registries, halt)


async def test_our_ready_names_the_card_that_we_hold_now(home: Home) -> None:
    async with linked(home) as (_, cards, links):
        assert links.office.card() is None
        await cards.renew(urls=("wss://xa.example",))
        assert cards.own is not None
        assert links.office.card() == parse_card(cards.own).object.digest
        assert links.office.heads() == []


async def test_P28_a_halted_node_ends_its_links_and_signs_nothing_more(home: Home) -> None:
    async with linked(home) as (store, _, links):
        renewed: list[int] = []

        async def renew() -> None:
            renewed.append(1)

        await links.renew(renew)
        sign(store.own.seal, Context.CARD, b"x")
        running = [asyncio.ensure_future(work()) for work in (links.peers.run, links.end_when_halted)]
        links.halt.brake.pull(COPY)
        async with asyncio.timeout(5):
            await asyncio.gather(*running)
        await links.renew(renew)
        assert renewed == [1]
        with pytest.raises(HaltedError):
            sign(store.own.seal, Context.CARD, b"x")
        await links.peers.accept(_Refused())  # a link that comes now is closed unheard


class _Refused:
    """A link that is only ever closed."""

    async def close(self) -> Any:
        return None
