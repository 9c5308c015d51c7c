"""The status page over real HTTP: readable without a script, right to left in Arabic, closed to everything else."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web
from tests.node.services.test_watching import XB, fill

from rogatory_node.storage.engine import open_reading
from rogatory_node.storage.writer import Writer
from rogatory_node.web.status import Seen, add


@pytest.fixture
async def address(writer: Writer, database: str, language: str) -> AsyncIterator[str]:
    readers = open_reading(database)
    seen = Seen(
        title="<Authority of XA>",
        language=language,
        readers=readers,
        name_of=lambda aid: "XB & others" if aid == XB else aid.hex()[:8],
    )
    app = web.Application()
    add(app, seen)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()
    await readers.dispose()


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_page_shows_states_and_marks_and_nothing_of_the_content(
    writer: Writer, address: str, language: str
) -> None:
    writer.submit(fill, None).result()
    async with ClientSession() as session, session.get(address) as answer:
        text = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in text
    assert "&lt;Authority of XA&gt;" in text
    assert "XB &amp; others" in text
    assert "<script" not in text
    assert "secret" not in text
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("language", ["en"])
async def test_an_empty_page_says_so_and_the_style_is_served(address: str) -> None:
    async with ClientSession() as session:
        async with session.get(address) as answer:
            assert "Nothing has passed yet." in await answer.text()
        async with session.get(f"{address}/status.css") as answer:
            assert answer.content_type == "text/css"
        async with session.post(address) as answer:
            assert answer.status == 405
