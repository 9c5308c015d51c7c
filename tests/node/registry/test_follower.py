"""A node that follows a registry: honest, away, lying, endless."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from offices import Authority, Registry, follow
from sqlalchemy import select

from rogatory_keys.directory import Freshness
from rogatory_node.registry import reading as module
from rogatory_node.registry.follower import Follower, Outcome
from rogatory_node.registry.http import Pages
from rogatory_node.registry.listening import serving
from rogatory_node.registry.tiles import Tiles
from rogatory_node.services.cards import Cards
from rogatory_node.services.trust import Trust
from rogatory_node.storage.tables import audit
from rogatory_node.transport.fetch import Fetcher
from rogatory_protocol.audit import parse_leaf
from rogatory_protocol.decision import Act
from rogatory_protocol.errors import Code
from rogatory_protocol.tiles import encode_bundle, parse_path

DAY = 86_400


class Mirror:
    """A registry's web server that does whatever a test tells it to."""

    def __init__(self) -> None:
        self.registry = Registry()
        self.asked: list[str] = []
        self.away = False
        self.note: bytes | None = None
        self.card: bytes | None = None
        self.broken: bytes | None = None
        self.posted: list[bytes] = []
        self.refusing = False

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{path:.+}", self.answer)
        app.router.add_post("/statement", self.take)
        return app

    async def take(self, request: web.Request) -> web.Response:
        if self.refusing:
            raise web.HTTPTooManyRequests
        self.posted.append(await request.read())
        return web.json_response({"taken": "waits"}, status=202)

    async def answer(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        self.asked.append(path)
        if self.away:
            raise web.HTTPServiceUnavailable
        if path == "checkpoint":
            return web.Response(body=self.note or self.registry.head())
        if path == "card":
            return web.Response(body=self.card or b"")
        if self.broken is not None:
            return web.Response(body=self.broken)
        tile = parse_path(path)
        first = tile.index * 256
        return web.Response(body=encode_bundle(self.registry.leaves[first : first + tile.width]))


class World:
    def __init__(self, house, mirror: Mirror, url: str, fetch: Fetcher) -> None:
        self.house, self.mirror, self.url, self.fetch = house, mirror, url, fetch
        self.trust: Trust
        self.follower: Follower

    async def start(self) -> None:
        wall, writer, readers = self.house.wall, self.house.writer, self.house.readers
        self.trust = await Trust.open(writer, readers, follow(self.mirror.registry), wall=wall)
        me = Authority("me")
        cards = await Cards.open(self.trust, me=me.aid, seal=me.seal, writer=writer, readers=readers, wall=wall)
        self.cards = cards
        self.follower = Follower(self.trust, cards, self.mirror.registry.aid, self.url + "/")

    async def poll(self) -> Outcome:
        return await self.follower.poll(self.fetch)

    @property
    def size(self) -> int:
        head = self.trust.head(self.mirror.registry.aid)
        return 0 if head is None else head.size


@pytest.fixture
def url(sqlite_url: str) -> str:
    """What is asked of the database here is the same on both engines."""
    return sqlite_url


@pytest.fixture
async def world(house) -> AsyncIterator[World]:
    mirror = Mirror()
    async with serving(mirror.application(), "127.0.0.1", 0, None) as port, Fetcher() as fetch:
        made = World(house, mirror, f"http://127.0.0.1:{port}", fetch)
        await made.start()
        yield made


async def test_only_what_is_new_is_asked_for(world: World) -> None:
    registry = world.mirror.registry
    registry.admit(Authority("A"))
    assert await world.poll() is Outcome.NEWER
    assert world.trust.admitted(Authority("A").aid)
    world.mirror.asked.clear()
    assert await world.poll() is Outcome.SAME
    assert world.mirror.asked == ["checkpoint"]
    registry.admit(Authority("B", "XB"))
    assert await world.poll() is Outcome.NEWER
    assert world.mirror.asked[1:] == ["checkpoint", "tile/entries/000.p/5"]
    assert world.follower.status.seen_at == int(world.house.time)


async def test_the_registrys_card_is_taken(world: World) -> None:
    registry = world.mirror.registry
    world.mirror.card = registry.card()
    await world.poll()
    assert world.cards.raw(registry.aid) == registry.card() or world.cards.card(registry.aid).seq == 1
    assert world.cards.address_of(registry.aid) is not None


async def test_a_real_registry_is_followed_over_http(house) -> None:
    await house.found()
    pages = Pages(house.admitting, Tiles(house.readers, house.registry.aid), house.cards)
    async with serving(pages.application(), "127.0.0.1", 0, None) as port, Fetcher() as fetch:
        fresh = Follower(house.trust, None, house.registry.aid, f"http://127.0.0.1:{port}")
        assert await fresh.poll(fetch) is Outcome.SAME


async def test_a_registry_that_is_away_changes_nothing_and_comes_back(world: World) -> None:
    registry, who = world.mirror.registry, Authority("A")
    registry.admit(who)
    await world.poll()
    world.mirror.away = True
    assert await world.poll() is Outcome.AWAY
    assert world.trust.good(who.aid)
    world.house.time += 3 * DAY
    assert await world.poll() is Outcome.AWAY
    assert world.trust.freshness(registry.aid) is Freshness.WARN
    assert world.trust.good(who.aid)
    world.mirror.away = False
    registry.clock = int(world.house.time)
    assert await world.poll() is Outcome.SAME
    assert world.trust.freshness(registry.aid) is Freshness.FRESH


async def test_DIR_03_a_smaller_log_is_refused_also_after_a_restart(world: World) -> None:
    registry = world.mirror.registry
    registry.admit(Authority("A"))
    await world.poll()
    world.mirror.note = registry.head(1)
    for _ in range(2):
        assert await world.poll() is Outcome.REFUSED
        assert world.follower.status.code is Code.DIRECTORY_OLD
        await world.start()
        assert world.size == 3


async def test_DIR_02_a_log_that_was_rewritten_is_proved_once(world: World) -> None:
    registry = world.mirror.registry
    registry.admit(Authority("A"))
    await world.poll()
    honest = registry.head()
    registry.leaves[1:] = []
    registry.admit(Authority("B"))
    registry.admit(Authority("C"))
    assert await world.poll() is Outcome.REFUSED
    assert world.trust.forks == {registry.aid: (honest, registry.head())}
    assert await world.poll() is Outcome.REFUSED
    assert world.follower.status.code is Code.NOT_GOOD


async def test_DIR_22_the_log_of_another_registry_is_refused(world: World) -> None:
    true = world.mirror.registry
    world.mirror.registry = Registry("south")
    assert await world.poll() is Outcome.REFUSED
    assert world.trust.head(true.aid) is None


@pytest.mark.parametrize("broken", [b"", b"\0", b"\0\1x" * 300, b"\xff" * 100_000])
async def test_DIR_06_wrong_leaves_are_refused_and_change_nothing(world: World, broken: bytes) -> None:
    world.mirror.broken = broken
    assert await world.poll() in (Outcome.REFUSED, Outcome.AWAY)
    assert world.size == 0
    world.mirror.broken = None
    assert await world.poll() is Outcome.NEWER


async def test_DIR_06_leaves_of_another_moment_are_refused(world: World) -> None:
    registry = world.mirror.registry
    registry.admit(Authority("A"))
    leaves = registry.leaves
    registry.head()
    world.mirror.note = registry.head()
    registry.leaves = [leaves[0], leaves[2], leaves[1]]
    assert await world.poll() is Outcome.REFUSED
    assert world.size == 0


@pytest.mark.parametrize("note", [b"x", b"a\nb\nc\n\n", b"\xff", bytes(70_000)])
async def test_a_checkpoint_that_is_none_is_refused(world: World, note: bytes) -> None:
    world.mirror.note = note
    assert await world.poll() in (Outcome.REFUSED, Outcome.AWAY)
    assert world.mirror.asked == ["checkpoint"]


async def test_DIR_07_a_log_that_never_ends_is_not_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = world.mirror.registry
    world.mirror.note = registry.head().replace(b"\n1\n", b"\n%d\n" % 2**62, 1)
    assert await world.poll() is Outcome.REFUSED
    assert world.follower.status.code is Code.TOO_LARGE
    assert world.mirror.asked == ["checkpoint"]
    world.mirror.note = None
    monkeypatch.setattr(module, "MAX_BYTES", 100)
    assert await world.poll() is Outcome.REFUSED


async def test_DIR_09_a_decision_replayed_by_the_registry_has_no_effect(world: World) -> None:
    registry, who = world.mirror.registry, Authority("A")
    registry.admit(who)
    admitted = registry.leaves[-1]
    registry.decide(who, Act.SUSPEND)
    registry.leaves.append(admitted)
    await world.poll()
    assert not world.trust.admitted(who.aid)


async def test_a_poke_asks_at_once(world: World) -> None:
    registry = world.mirror.registry
    seen = asyncio.Event()
    world.trust.watch(lambda _: seen.set())
    running = asyncio.create_task(world.follower.run())
    async with asyncio.timeout(5):
        await seen.wait()
        seen.clear()
        registry.admit(Authority("A"))
        world.follower.poke()
        await seen.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert world.size == 3


async def test_our_own_statement_is_sent_until_the_log_has_it(world: World) -> None:
    registry, who = world.mirror.registry, Authority("A")
    own = (*who.chain, who.renew())
    follower = Follower(world.trust, None, registry.aid, world.url, own)
    await follower.poll(world.fetch)
    await follower.poll(world.fetch)
    assert world.mirror.posted == [own[0].raw]
    world.house.time += 600
    await follower.poll(world.fetch)
    assert world.mirror.posted == [own[0].raw] * 2
    registry.state(own[0])
    world.house.time += 600
    await follower.poll(world.fetch)
    assert world.mirror.posted[2:] == [own[1].raw]
    registry.state(own[1])
    world.house.time += 600
    await follower.poll(world.fetch)
    assert len(world.mirror.posted) == 3


async def test_DIR_08_a_registry_that_withholds_our_newest_statement_is_an_alarm_in_ten_minutes(world: World) -> None:
    registry, who = world.mirror.registry, Authority("A")
    own = (*who.chain, who.renew())
    follower = Follower(world.trust, None, registry.aid, world.url, own)
    for _ in range(3):  # the first statement waits for people
        await follower.poll(world.fetch)
        world.house.time += 600
    assert not follower.status.withholds
    registry.state(own[0])
    for expected in (False, True, True):
        await follower.poll(world.fetch)
        assert follower.status.withholds is expected
        world.house.time += 600
    async with world.house.readers.connect() as connection:
        leaves = (await connection.execute(select(audit.c.leaf))).scalars()
        assert [parse_leaf(bytes(each)).ev for each in leaves].count("registry.withholds") == 1
    registry.state(own[1])
    await follower.poll(world.fetch)
    assert not follower.status.withholds


async def test_a_registry_that_takes_no_statement_is_followed_all_the_same(world: World) -> None:
    world.mirror.refusing = True
    follower = Follower(world.trust, None, world.mirror.registry.aid, world.url, Authority("A").chain)
    assert await follower.poll(world.fetch) is Outcome.NEWER
