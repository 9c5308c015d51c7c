"""Cards and heads find their way over links: who lacks one gets it, and nobody is asked or told twice."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from rogatory_node.delivery.cards import Exchange, Shelf
from rogatory_node.delivery.peers import Peers
from rogatory_node.delivery.session import Session
from rogatory_node.transport.reaching import Outward
from rogatory_protocol.card import Card, build_card, parse_card
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.ids import Aid
from rogatory_protocol.link.frames import Type
from rogatory_protocol.signed import Context, sign
from rogatory_protocol.suite import SigningKey

PRIVATE = Outward(allow_private=True)

DAY = 86_400
LOG = "log.north.example"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def card(aid: Aid, key: SigningKey, seq: int = 1) -> bytes:
    now = int(time.time())
    content = Card(aid=aid, ver=1, seq=seq, ts=now, exp=now + DAY, urls=(f"wss://{aid.hex()[:8]}.example",))
    return sign(key, Context.CARD, build_card(content))


@dataclass
class Member:
    """A node with a shelf of cards in memory."""

    node: Any
    gate: Any
    clock: Clock = field(default_factory=Clock)
    held: dict[Aid, bytes] = field(default_factory=dict)
    accepted: list[bytes] = field(default_factory=list)
    members: list[Aid] = field(default_factory=list)
    followed: list[Aid] = field(default_factory=list)
    heads: list[tuple[str, int, bytes]] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    refusing: Code | None = None
    sessions: list[Session] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.exchange = Exchange(
            Shelf(
                me=self.node.aid,
                raw=lambda aid: self.held.get(aid),
                accept=self.accept,
                stale=lambda aid: aid not in self.held,
                members=lambda: self.members,
                followed=lambda: self.followed,
                heads=lambda: self.heads,
                note_of=lambda origin: next((_note(*each) for each in self.heads if each[0] == origin), None),
                hear=self.hear,
            ),
            monotonic=self.clock,
        )

    async def accept(self, raw: bytes) -> None:
        if self.refusing is not None:
            raise RefusedError(self.refusing, "card")
        self.accepted.append(raw)
        self.held[parse_card(raw).content.aid] = raw

    async def hear(self, _peer: Aid, note: bytes) -> None:
        self.heard.append(note)

    def own_card(self, seq: int = 1) -> bytes:
        raw = card(self.node.aid, self.node.world.seals[self.node.name], seq)
        self.held[self.node.aid] = raw
        return raw

    @asynccontextmanager
    async def serving(self, other: "Member | None" = None) -> AsyncIterator[None]:
        """Serve links; dial the other one if there is one."""
        own = self.held.get(self.node.aid)
        digest = None if own is None else parse_card(own).object.digest
        office = replace(self.node.office, card=lambda: digest, heads=lambda: self.heads)
        ways = {} if other is None else {other.node.aid: ((other.gate.url,), (other.gate.pin,))}
        peers = Peers(
            office,
            self.node.identity,
            ways.get,
            followed=lambda: ways,
            outward=PRIVATE,
            parts=(self.sessions.append, self.exchange.join),
        )
        running = asyncio.ensure_future(peers.run())
        await self.gate.open(self.node, peers.accept)
        try:
            yield
        finally:
            await peers.stop()
            await running


def _note(origin: str, size: int, root: bytes) -> bytes:
    return f"{origin}\n{size}\n{root.hex()}\n".encode()


def root(n: int) -> bytes:
    return hashlib.sha256(bytes((n,))).digest()


@pytest.fixture
async def two(nodes: Any, gates: Callable[[], Any]) -> tuple[Member, Member]:
    return Member(await nodes("XA"), gates()), Member(await nodes("XB"), gates())


async def test_each_side_asks_for_the_card_that_it_lacks(two: tuple[Member, Member], until: Any) -> None:
    a, b = two
    cards = {each.node.aid: each.own_card() for each in two}
    b.held[a.node.aid] = card(a.node.aid, a.node.world.seals["XA"], 0)
    async with b.serving(), a.serving(b):
        await until(lambda: a.held == b.held == cards)


async def test_a_card_that_is_held_is_not_asked_for(two: tuple[Member, Member], until: Any) -> None:
    a, b = two
    a.held[b.node.aid] = b.own_card()
    a.own_card()
    async with b.serving(), a.serving(b):
        await until(lambda: len(b.accepted), 1)
        # What is asked later is answered later.
        answer = await a.sessions[0].line.inquire(Type.GETCARD, a.node.world.aids["XC"])
        assert (answer.type, answer.body["code"]) == (Type.ERROR, Code.NOT_FOUND)
        assert a.accepted == []


async def test_a_followed_registry_is_asked_for_the_cards_of_all_members(
    two: tuple[Member, Member], until: Any
) -> None:
    a, b = two
    others = [Aid(bytes((n,)) * 32) for n in range(1, 21)]
    for aid in others:
        b.held[aid] = card(aid, a.node.world.seals["XC"])
    a.followed, a.members = [b.node.aid], [a.node.aid, b.node.aid, *others, Aid(bytes(32))]
    async with b.serving(), a.serving(b):
        await until(lambda: len(a.held), 20)
        assert a.held == b.held
        # One more member: it alone is asked for, and nobody is asked for twice within the minute.
        new = Aid(b"\x99" * 32)
        b.held[new] = card(new, a.node.world.seals["XC"])
        a.members.append(new)
        a.exchange.changed()
        await until(lambda: a.held == b.held)
        assert len(a.accepted) == 21


async def test_a_registry_gets_our_card_as_soon_as_it_changes(two: tuple[Member, Member], until: Any) -> None:
    a, b = two
    first = a.own_card()
    a.followed = [b.node.aid]
    async with b.serving(), a.serving(b):
        await until(lambda: b.held.get(a.node.aid) == first)
        second = a.own_card(2)
        a.exchange.changed()
        await until(lambda: b.held[a.node.aid] == second)
        assert b.accepted == [first, second]


async def test_a_card_that_comes_unasked_is_acknowledged_or_refused(two: tuple[Member, Member], until: Any) -> None:
    a, b = two
    async with b.serving(), a.serving(b):
        await until(lambda: len(a.exchange._told), 1)
        raw = card(a.node.aid, a.node.world.seals["XA"])
        answer = await a.sessions[0].line.inquire(Type.CARD, raw)
        assert (answer.type, answer.body) == (Type.ACKD, (parse_card(raw).object.digest,))
        b.refusing = Code.NOT_GOOD
        answer = await a.sessions[0].line.inquire(Type.CARD, raw)
        assert (answer.type, answer.body["code"]) == (Type.ERROR, Code.NOT_GOOD)


async def test_DIR_who_holds_the_larger_head_shows_it(two: tuple[Member, Member], until: Any) -> None:
    a, b = two
    a.heads, b.heads = [(LOG, 5, root(5))], [(LOG, 7, root(7)), ("log.other.example", 9, root(9))]
    async with b.serving(), a.serving(b):
        await until(lambda: a.heard, [_note(LOG, 7, root(7))])
        assert b.heard == []


async def test_P10_two_roots_of_one_size_are_shown_by_both(two: tuple[Member, Member], until: Any) -> None:
    a, b = two
    a.heads, b.heads = [(LOG, 5, root(5))], [(LOG, 5, root(6))]
    async with b.serving(), a.serving(b):
        await until(lambda: (a.heard, b.heard), ([_note(LOG, 5, root(6))], [_note(LOG, 5, root(5))]))


async def test_P29_a_head_that_grows_is_shown_at_once_but_once_in_ten_seconds(
    two: tuple[Member, Member], until: Any
) -> None:
    a, b = two
    a.heads = b.heads = [(LOG, 5, root(5))]
    async with b.serving(), a.serving(b):
        await until(lambda: len(a.exchange._told), 1)
        await until(lambda: LOG in b.exchange._of(a.node.aid).theirs)
        b.heads = [(LOG, 6, root(6))]
        b.exchange.changed()
        await until(lambda: a.heard, [_note(LOG, 6, root(6))])
        b.heads = [(LOG, 7, root(7))]
        b.exchange.changed()
        answer = await b.sessions[0].line.inquire(Type.GETCARD, a.node.aid)
        assert answer.type is Type.ERROR
        assert len(a.heard) == 1
        for each in two:
            each.clock.now += 10
        b.exchange.changed()
        await until(lambda: a.heard[1:], [_note(LOG, 7, root(7))])


async def test_B18_heads_that_come_too_often_are_not_judged(two: tuple[Member, Member], until: Any) -> None:
    a, b = two
    async with b.serving(), a.serving(b):
        await until(lambda: len(a.exchange._told), 1)
        for n in range(20):
            a.sessions[0].line.notify(Type.HEAD, _note(LOG, n + 1, root(n)))
        await a.sessions[0].line.inquire(Type.GETCARD, b.node.aid)
        await until(lambda: len(b.heard), 1)
