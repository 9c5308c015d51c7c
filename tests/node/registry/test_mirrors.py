"""A follower serves the log that it follows, byte for byte."""

import pytest
from offices import Authority, Registry

from rogatory_node.registry.mirrors import Mirrors
from rogatory_node.registry.tiles import Tiles
from rogatory_protocol.tiles import decode_bundle


@pytest.fixture
def url(sqlite_url: str) -> str:
    """What is asked of the database here is the same on both engines."""
    return sqlite_url


@pytest.fixture
async def mirrors(house) -> Mirrors:
    house.registry.admit(Authority("A"))
    await house.trust.take(house.registry.aid, house.registry.head(), house.registry.leaves)
    return Mirrors(house.trust, lambda aid: Tiles(house.readers, aid))


async def test_a_followed_log_is_served_as_the_registry_serves_it(house, mirrors: Mirrors) -> None:
    root = f"/log/{house.registry.aid.hex()}"
    assert await mirrors.get(f"{root}/checkpoint") == house.registry.head()
    entries = await mirrors.get(f"{root}/tile/entries/000.p/3")
    assert decode_bundle(entries, 3) == house.registry.leaves
    assert len(await mirrors.get(f"{root}/tile/0/000.p/3")) == 96


async def test_nothing_else_is_there(house, mirrors: Mirrors) -> None:
    aid, other = house.registry.aid.hex(), Registry("south").aid.hex()
    for path in (
        "/", "/log/", f"/log/{aid}", f"/log/{aid}/", f"/log/{aid}/card", f"/log/{aid}/tile/entries/000.p/4",
        f"/log/{aid.upper()}/checkpoint", f"/log/{aid[:-2]}/checkpoint", f"/log/{other}/checkpoint",
        f"/log/{aid}/../checkpoint", "/rgt/x", f"/log/ü/{aid}",
    ):  # fmt: skip
        assert await mirrors.get(path) is None


async def test_a_log_that_forked_is_not_served(house, mirrors: Mirrors) -> None:
    house.registry.leaves[1:] = [b"\x01\x40", b"\x02\x40"]
    await house.trust.hear(house.registry.head())
    assert await mirrors.get(f"/log/{house.registry.aid.hex()}/checkpoint") is None
