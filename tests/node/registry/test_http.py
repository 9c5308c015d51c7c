"""A registry over real HTTP: what anybody may read, and the one thing that it takes."""

from collections.abc import AsyncIterator, Mapping

import pytest
from aiohttp import ClientSession
from offices import Authority

from rogatory_node.registry.admitting import Order
from rogatory_node.registry.http import FOR_EVER, Pace, Pages
from rogatory_node.registry.listening import serving
from rogatory_node.registry.tiles import Tiles
from rogatory_protocol.decision import Act


class Site:
    def __init__(self, house, base: str, session: ClientSession) -> None:
        self.house, self.base, self.session, self.time = house, base, session, 0.0

    async def get(self, path: str, **headers: str) -> tuple[int, bytes, Mapping[str, str]]:
        async with self.session.get(self.base + path, headers=headers) as response:
            return response.status, await response.read(), response.headers

    async def post(self, body: bytes) -> int:
        async with self.session.post(self.base + "/statement", data=body) as response:
            await response.read()
            return response.status


@pytest.fixture
def url(sqlite_url: str) -> str:
    """What is asked of the database here is the same on both engines."""
    return sqlite_url


@pytest.fixture
async def site(house) -> AsyncIterator[Site]:
    made: Site
    tiles = Tiles(house.readers, house.registry.aid)
    pages = Pages(house.admitting, tiles, house.cards, clock=lambda: made.time)
    async with serving(pages.application(), "127.0.0.1", 0, None) as port, ClientSession() as session:
        made = Site(house, f"http://127.0.0.1:{port}", session)
        yield made


async def test_everything_that_a_follower_needs_is_there(site: Site) -> None:
    assert (await site.get("/checkpoint"))[0] == 404
    await site.house.found()
    status, body, headers = await site.get("/checkpoint")
    assert (status, body, headers["Cache-Control"]) == (200, site.house.log.head.raw, "no-cache")
    assert (await site.get("/checkpoint", **{"If-None-Match": headers["ETag"]}))[0] == 304
    status, body, headers = await site.get("/tile/entries/000.p/1")
    assert (status, headers["Cache-Control"]) == (200, FOR_EVER)
    assert body[2:] == site.house.registry.leaves[0]
    assert (await site.get("/tile/0/000.p/1"))[0] == 200
    assert (await site.get("/card"))[0] == 404
    raw = await site.house.cards.renew(urls=("wss://r.example",))
    assert (await site.get("/card"))[:2] == (200, raw)
    assert headers["Server"] == "rogatory"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["/tile/entries/000.p/2", "/tile/entries/000", "/tile/0/0.p/1", "/tile/0/%2e%2e/000", "/tile/9/000", "/tile/",
     "/tile/entries/000.p/01"],
)  # fmt: skip
async def test_paths_that_are_no_tile_of_this_log_are_not_found(site: Site, path: str) -> None:
    await site.house.found()
    assert (await site.get(path))[0] == 404


async def test_an_applicant_applies_and_renews(site: Site) -> None:
    await site.house.found()
    who = Authority("A")
    assert await site.post(who.newest.raw) == 202
    await site.house.admitting.decide(Order(act=Act.ADMIT, aid=who.aid), "secretary")
    site.time += 60
    assert await site.post(who.renew().raw) == 201
    assert site.house.log.head.size == 4
    site.time += 60
    assert await site.post(who.newest.raw) == 200


async def test_in_a_trial_several_authorities_apply_from_this_machine(house) -> None:
    pages = Pages(house.admitting, Tiles(house.readers, house.registry.aid), house.cards, trial=True)
    async with serving(pages.application(), "127.0.0.1", 0, None) as port, ClientSession() as session:
        site = Site(house, f"http://127.0.0.1:{port}", session)
        await house.found()
        first = Authority("A").newest.raw
        assert [await site.post(raw) for raw in (first, Authority("B").newest.raw, first)] == [202, 202, 429]


async def test_one_statement_a_minute_from_an_address(site: Site) -> None:
    await site.house.found()
    assert await site.post(Authority("A").newest.raw) == 202
    assert await site.post(Authority("B").newest.raw) == 429
    site.time += 59.9
    assert await site.post(Authority("B").newest.raw) == 429
    site.time += 0.1
    assert await site.post(Authority("B").newest.raw) == 202


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda raw: b"", 400),
        (lambda raw: b"\xff" * 100, 400),
        (lambda raw: bytes(70_000), 413),
        (lambda raw: raw.replace(b"Authority A", b"Authority B"), 403),
    ],
)
async def test_DIR_01_what_is_not_a_good_statement_is_refused(site: Site, change, status: int) -> None:
    await site.house.found()
    assert await site.post(change(Authority("A").newest.raw)) == status
    assert await site.house.admitting.applications() == []


async def test_a_successor_of_nothing_is_not_found(site: Site) -> None:
    await site.house.found()
    assert await site.post(Authority("A").renew().raw) == 404


async def test_nothing_else_is_there(site: Site) -> None:
    assert (await site.get("/"))[0] == 404
    assert (await site.get("/statement"))[0] == 405


def test_a_stranger_cannot_use_up_the_minute_of_another() -> None:
    clock = [0.0]
    pace = Pace(lambda: clock[0])
    assert pace.may("a")
    pace.note("a")
    assert not pace.may("a")
    assert pace.may("b")
    clock[0] = 60
    assert pace.may("a")
    pace.note("b")
    assert pace.may("a")
