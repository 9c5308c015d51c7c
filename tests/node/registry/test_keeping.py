"""A restored registry reads back what it had signed, and only then signs more."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from offices import Authority

from rogatory_node.registry.fence import LISTEN_SECONDS, State
from rogatory_node.registry.follower import Follower
from rogatory_node.registry.http import Pages
from rogatory_node.registry.keeping import Keeping, mirror_at
from rogatory_node.registry.listening import serving
from rogatory_node.registry.tiles import Tiles
from rogatory_node.transport.fetch import Fetcher, FetchError
from rogatory_node.transport.reaching import Outward
from rogatory_protocol.errors import RefusedError
from rogatory_protocol.ids import Aid
from rogatory_protocol.tiles import encode_bundle, parse_path

PRIVATE = Outward(allow_private=True)


@pytest.fixture
def url(sqlite_url: str) -> str:
    """What is asked of the database here is the same on both engines."""
    return sqlite_url


class Copy:
    """A copy of the log as a member serves it, over a registry that a test fills."""

    def __init__(self, house) -> None:
        self.registry, self.asked = house.registry, 0

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/log/{aid}/{path:.+}", self.answer)
        return app

    async def answer(self, request: web.Request) -> web.Response:
        assert request.match_info["aid"] == self.registry.aid.hex()
        self.asked += 1
        path = request.match_info["path"]
        if path == "checkpoint":
            return web.Response(body=self.registry.head())
        tile = parse_path(path)
        first = tile.index * 256
        return web.Response(body=encode_bundle(self.registry.leaves[first : first + tile.width]))


@pytest.fixture
async def copy(house) -> AsyncIterator[tuple[Copy, str, Fetcher]]:
    made = Copy(house)
    async with serving(made.application(), "127.0.0.1", 0, None) as port, Fetcher() as fetch:
        yield made, f"ws://127.0.0.1:{port}/rgt/x", fetch


def keeping(house, *addresses: str, mirrors: tuple[str, ...] = ()) -> Keeping:
    chain = [each.raw for each in house.registry.chain]
    return Keeping(
        house.admitting,
        house.trust,
        chain,
        mirrors=mirrors,
        addresses=lambda: addresses,
        outward=PRIVATE,
    )


def test_a_node_serves_logs_beside_its_links() -> None:
    registry = Aid(bytes(32))
    assert mirror_at("wss://a.example:8443/x", registry) == f"https://a.example:8443/log/{'00' * 32}"


@pytest.mark.parametrize("named", [False, True])
async def test_DIR_21_a_restored_registry_reads_back_what_members_hold(house, copy, named: bool) -> None:
    _, address, fetch = copy
    await house.found()
    house.registry.admit(Authority("A"))
    house.registry.admit(Authority("B", "XB"))
    await house.start(compared=False)
    mirror = mirror_at(address, house.registry.aid)
    keeper = keeping(house, mirrors=(mirror,)) if named else keeping(house, "ws://127.0.0.1:1/", address)
    await house.log.hear(house.registry.head())
    house.monotonic += LISTEN_SECONDS
    assert house.fence.state is State.BEHIND
    await keeper.round(fetch)
    assert house.log.head.raw == house.registry.head()
    assert house.fence.state is State.COMPARING
    house.fence.claimed(Authority("A").aid, [(house.log.head.origin, 5, house.log.head.root)])
    await keeper.round(fetch)
    assert await house.admitting.submit(Authority("B", "XB").renew().raw) == "appended"


async def test_it_does_not_ask_all_the_time(house, copy) -> None:
    made, address, fetch = copy
    await house.found()
    house.registry.state(Authority("A").newest)
    await house.log.hear(house.registry.head())
    house.registry.leaves = house.registry.leaves[:1]
    keeper = keeping(house, address)
    for _ in range(3):
        await keeper.round(fetch)
    assert made.asked == 1
    house.time += 30
    await keeper.round(fetch)
    assert made.asked == 2


async def test_what_is_no_copy_of_our_log_changes_nothing(house, copy) -> None:
    _, address, fetch = copy
    await house.found()
    before = house.log.head
    house.registry.leaves[0:0] = [b"\x01\x40"]
    with pytest.raises(RefusedError):
        await keeping(house).refill(fetch, mirror_at(address, house.registry.aid))
    with pytest.raises(FetchError):
        await keeping(house).refill(fetch, "http://127.0.0.1:1/log/x")
    assert house.log.head == before


async def test_a_follower_brings_what_the_registry_has_lost(house, copy) -> None:
    _, _, fetch = copy
    await house.found()
    pages = Pages(house.admitting, Tiles(house.readers, house.registry.aid), house.cards)
    house.registry.state(Authority("A").newest)
    lost = house.registry.head()
    async with serving(pages.application(), "127.0.0.1", 0, None) as port:
        ahead = Ahead(house, lost)
        follower = Follower(ahead, None, house.registry.aid, f"http://127.0.0.1:{port}")
        assert await follower.poll(fetch) == "refused"
        assert house.fence.state is State.BEHIND
        assert house.fence.ahead.raw == lost


class Ahead:
    """A follower's directory that has seen more of the log than the registry has now."""

    def __init__(self, house, note: bytes) -> None:
        from rogatory_protocol.checkpoint import Checkpoint

        self._house, self._head = house, Checkpoint.open(note, house.registry.log_keys.public)

    def head(self, _registry: Aid):
        return self._head

    def now(self) -> int:
        return int(self._house.time)

    async def take(self, _registry: Aid, _note: bytes, _leaves: object) -> None:
        from rogatory_protocol.errors import Code

        raise RefusedError(Code.DIRECTORY_OLD, "log goes back")
