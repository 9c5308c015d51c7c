"""Lists and search as an officer sees them."""

import re
import time
from typing import Any

import pytest
from officers import Officer, signed_in

from rogatory_node.bench import bookcase
from rogatory_node.casework.roles import Role
from rogatory_node.services.own import Own
from rogatory_node.storage.engine import open_writing


@pytest.fixture
def book(database: str, own: Own, request: pytest.FixtureRequest) -> int:
    """A book of so many made-up cases, filled before the node has its database."""
    count: int = getattr(request, "param", 120)
    opened = open_writing(database)
    bookcase.fill(opened, own.sealer, count)
    opened.close()
    return count


def links(page: Any) -> list[str]:
    return re.findall(r'href="/case/([0-9a-f]{32})"', page.text)


async def test_all_pages_of_a_list_hold_every_case_once(book: int, officer: Officer) -> None:
    await signed_in(officer, Role.REGISTRAR)
    page, seen = await officer.get("/inbox?view=all"), []
    while True:
        seen += links(page)
        more = re.search(r'href="(/inbox\?view=all&amp;after=[0-9.]+)"', page.text)
        if more is None:
            break
        page = await officer.get(more[1].replace("&amp;", "&"))
    assert len(seen) == len(set(seen)) == book
    needs, waits = [links(await officer.get(f"/inbox?view={view}")) for view in ("action", "waiting")]
    assert needs
    assert waits
    assert set(needs).isdisjoint(waits)


async def test_WEB_01_a_person_sees_only_his_own_cases(book: int, officer: Officer) -> None:
    await signed_in(officer, Role.HANDLER)
    page = await officer.get("/inbox?view=all")
    assert links(page) == []
    assert "There are no cases yet." in page.words
    assert links(await officer.get(f"/search?q={bookcase.reference(3)}")) == []
    await signed_in(officer, Role.ADMINISTRATOR, name="Bo Prova")
    for path in ("/inbox", "/search?q=x", "/case/" + "00" * 16):
        assert (await officer.get(path)).status == 403


async def test_search_finds_a_case_by_its_reference(book: int, officer: Officer) -> None:
    await signed_in(officer, Role.REGISTRAR)
    page = await officer.get(f"/search?q={bookcase.reference(3)}")
    assert links(page) == [(3).to_bytes(16, "big").hex()]
    assert links(await officer.get(f"/search?q={bookcase.word(0)}"))
    nothing = await officer.get("/search?q=nothing-holds-this")
    assert "No case holds all these words." in nothing.words


@pytest.mark.parametrize("after", ["", "x", "1.2.3", "1.2.3.4.5", "1.2.3.-4", "9" * 30 + ".1.1.1", "1.99.1.1"])
async def test_a_place_that_is_none_is_refused_or_the_end(book: int, officer: Officer, after: str) -> None:
    await signed_in(officer, Role.REGISTRAR)
    page = await officer.get(f"/inbox?after={after}")
    assert page.status == (200 if after == "1.99.1.1" else 400)
    assert links(page) == []


@pytest.mark.slow
@pytest.mark.parametrize("book", [10_000], indirect=True)
async def test_P2_a_list_of_ten_thousand_is_quick(book: int, officer: Officer) -> None:
    await signed_in(officer, Role.REGISTRAR)
    took = []
    for _ in range(40):
        begun = time.perf_counter()
        page = await officer.get("/inbox?view=all", **{"Accept-Encoding": "gzip"})
        took.append(time.perf_counter() - begun)
        assert int(page.headers["Content-Length"]) < 15_000
    assert sorted(took)[37] < 0.1
