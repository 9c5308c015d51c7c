"""Reading a log that is not followed yet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from offices import NOW, Authority, Registry

from rogatory_node.registry.listening import serving
from rogatory_node.registry.reading import MAX_LEAVES, claimed_size, look, read_leaves, read_note
from rogatory_node.transport.fetch import Fetcher, FetchError
from rogatory_protocol.errors import Code, RefusedError
from rogatory_protocol.tiles import encode_bundle, entry_bundles


@asynccontextmanager
async def static(registry: Registry, folder: Path) -> AsyncIterator[str]:
    """A mirror of plain files."""
    (folder / "checkpoint").write_bytes(registry.head())
    for tile in entry_bundles(0, len(registry.leaves)):
        path = folder / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        first = tile.index * 256
        path.write_bytes(encode_bundle(registry.leaves[first : first + tile.width]))
    app = web.Application()
    app.router.add_static("/", folder)
    async with serving(app, "127.0.0.1", 0, None) as port:
        yield f"http://127.0.0.1:{port}"


async def test_a_mirror_of_plain_files_is_read_and_says_whose_log_it_is(tmp_path: Path) -> None:
    registry, who = Registry(), Authority("A")
    registry.admit(who)
    registry.leaves += [b"\xff"] * 300  # what nobody takes is in the tree all the same
    async with static(registry, tmp_path) as url, Fetcher() as fetch:
        assert await read_note(fetch, url) == registry.head()
        assert list(await read_leaves(fetch, url, 255, 303)) == registry.leaves[255:303]
        seen = await look(fetch, url, now=NOW + 10)
    assert seen.registry.aid == registry.aid
    seen.directory.admitted(who.aid, NOW + 10)


async def test_DIR_22_a_log_that_does_not_begin_with_a_registry_is_none(tmp_path: Path) -> None:
    registry = Registry()
    registry.leaves.insert(0, registry.leaves[0][:-1])
    async with static(registry, tmp_path) as url, Fetcher() as fetch:
        with pytest.raises(RefusedError):
            await look(fetch, url, now=NOW)


async def test_DIR_06_entries_of_another_moment_are_refused(tmp_path: Path) -> None:
    registry = Registry()
    async with static(registry, tmp_path) as url, Fetcher() as fetch:
        registry.admit(Authority("A"))
        (tmp_path / "checkpoint").write_bytes(registry.head())
        with pytest.raises(FetchError):
            await look(fetch, url, now=NOW + 10)


def test_DIR_07_a_claim_of_too_much_is_refused() -> None:
    registry = Registry()
    head = registry.head()
    assert claimed_size(head, 0) == 1
    with pytest.raises(RefusedError) as caught:
        claimed_size(head.replace(b"\n1\n", b"\n%d\n" % (MAX_LEAVES + 6), 1), 5)
    assert caught.value.code is Code.TOO_LARGE
