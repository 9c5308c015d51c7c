"""From "What do you need?" to a letter on its way: as two people do it without a script."""

import html
import re
from typing import Any

import pytest
from officers import Officer, Pages, signed_in
from sqlalchemy import select
from writers import begun, filled, post, version_in

from rogatory_node.api.context import Node
from rogatory_node.casework.roles import Role
from rogatory_node.storage.tables import letters
from rogatory_node.web.desk.serving import SESSION_COOKIE


async def test_a_request_is_written_checked_approved_by_another_and_sent(
    officer: Officer, pages: Pages, node: Node, world: Any
) -> None:
    await signed_in(officer, Role.DRAFTER)
    assert "There are no drafts." in (await officer.get("/drafts")).words
    assert "Expedited preservation of stored computer data" in (await officer.get("/drafts/new")).words
    address = await begun(officer, world)
    assert "Not started" in (await officer.get(address)).words
    await filled(officer, address)
    tasks = await officer.get(address)
    assert "missing)" not in tasks.words
    assert "Not started" not in tasks.words
    check = await officer.get(f"{address}/check")
    assert "Who did what" not in check.words
    assert "Example Hosting" in check.words
    handed = await officer.post(f"{address}/submit", {"version": version_in(check)})
    assert handed.status == 303
    assert "Approvals: 0 of 1" in (await officer.get(f"{address}/check")).words
    author = officer.cookies[SESSION_COOKIE]

    await signed_in(officer, Role.SIGNATORY, name="Bo Prova")
    assert f"{address}/approve" in (await officer.get("/drafts")).text
    page = await officer.get(f"{address}/approve")
    hash = re.search(r'name="hash" value="([0-9a-f]{64})"', page.text)
    assert hash is not None
    assert (await officer.post(f"{address}/approve", {"hash": "00" * 32})).status == 409
    done = await officer.post(f"{address}/approve", {"hash": hash[1]})
    assert (done.status, done.headers["Location"]) == (303, f"{address}/done")
    assert "Sealed and on its way" in (await officer.get(f"{address}/done")).words
    assert world.xb.aid in world.woken
    async with node.readers.connect() as connection:
        assert len((await connection.execute(select(letters.c.digest))).all()) == 1
    again = await officer.post(f"{address}/approve", {"hash": hash[1]})
    assert again.status == 303
    officer.cookies[SESSION_COOKIE] = author
    assert (await officer.get(f"{address}/facts")).status == 200
    late = await post(officer, f"{address}/facts", {"version": "12", "/facts_summary": "changed"})
    assert late.status == 409


async def test_WEB_05_who_wrote_it_does_not_approve_it(officer: Officer, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER, Role.SIGNATORY)
    address = await begun(officer, world)
    await filled(officer, address)
    await officer.post(f"{address}/submit", {"version": version_in(await officer.get(f"{address}/check"))})
    page = await officer.get(f"{address}/approve")
    hash = re.search(r'name="hash" value="([0-9a-f]{64})"', page.text)
    assert hash is not None
    assert (await officer.post(f"{address}/approve", {"hash": hash[1]})).status == 403


async def test_WEB_04_what_was_changed_is_not_what_was_approved(officer: Officer, pages: Pages, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER)
    author = officer.cookies[SESSION_COOKIE]
    address = await begun(officer, world)
    await officer.post(f"{address}/submit", {"version": version_in(await officer.get(f"{address}/check"))})
    await signed_in(officer, Role.SIGNATORY, name="Bo Prova")
    signatory = officer.cookies[SESSION_COOKIE]
    page = await officer.get(f"{address}/approve")
    found = re.search(r'name="hash" value="([0-9a-f]{64})"', page.text)
    assert found is not None
    officer.cookies[SESSION_COOKIE] = author
    version = version_in(await officer.get(f"{address}/facts"))
    assert (await post(officer, f"{address}/facts", {"version": version, "/facts_summary": "new"})).status == 303
    officer.cookies[SESSION_COOKIE] = signatory
    await officer.get("/account")
    assert (await officer.post(f"{address}/approve", {"hash": found[1]})).status == 409
    pages.now += 6 * 60
    assert (await officer.get(f"{address}/approve")).headers["Location"].startswith("/prove?")


async def test_it_is_returned_with_a_reason_that_the_author_sees(officer: Officer, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER)
    author = officer.cookies[SESSION_COOKIE]
    address = await begun(officer, world)
    await officer.post(f"{address}/submit", {"version": version_in(await officer.get(f"{address}/check"))})
    await signed_in(officer, Role.REVIEWER, name="Bo Prova")
    page = await officer.get(f"{address}/approve")
    found = re.search(r'name="hash" value="([0-9a-f]{64})"', page.text)
    assert found is not None
    assert (await officer.post(f"{address}/return", {"hash": found[1], "reason": " "})).status == 422
    assert (await officer.post(f"{address}/return", {"hash": found[1], "reason": "The dates <b>"})).status == 303
    officer.cookies[SESSION_COOKIE] = author
    page = await officer.get(address)
    assert "The dates <b>" in page.words
    assert "The dates <b>" not in page.text


async def test_two_who_save_see_both_texts(officer: Officer, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER)
    address = await begun(officer, world)
    version = version_in(await officer.get(f"{address}/facts"))
    first = await post(officer, f"{address}/facts", {"version": version, "/facts_summary": "mine"})
    assert first.status == 303
    second = await post(officer, f"{address}/facts", {"version": version, "/facts_summary": "yours"})
    assert second.status == 409
    assert "yours" in second.text
    assert version_in(second) != version
    assert "mine" in (await officer.get(f"{address}/facts")).text
    saved = await post(officer, f"{address}/facts", {"version": version_in(second), "/facts_summary": "yours"})
    assert saved.status == 303


async def test_another_entry_is_added_without_losing_what_was_typed(officer: Officer, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER)
    address = await begun(officer, world)
    version = version_in(await officer.get(f"{address}/basis"))
    fields = {"version": version, "/legal_basis/0/instrument": "UNTOC", "add": "/legal_basis"}
    done = await post(officer, f"{address}/basis", fields)
    page = await officer.get(done.headers["Location"].partition("#")[0])
    assert 'name="/legal_basis/1/instrument"' in page.text
    assert 'value="UNTOC"' in page.text


async def test_WEB_01_a_draft_of_others_is_not_there(officer: Officer, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER)
    address = await begun(officer, world)
    await signed_in(officer, Role.DRAFTER, name="Bo Prova")
    for path in ("", "/check", "/approve", "/facts", "/discard", "/done"):
        assert (await officer.get(address + path)).status == 404, path
    assert (await post(officer, f"{address}/facts", {"version": "1", "/facts_summary": "x"})).status == 404
    for path in ("/submit", "/recall", "/discard"):
        assert (await officer.post(address + path)).status == 404, path
    assert (await officer.get("/drafts/" + "00" * 16)).status == 404


async def test_a_draft_is_discarded_after_a_question(officer: Officer, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER)
    address = await begun(officer, world)
    assert (await officer.get(f"{address}/discard")).status == 200
    assert (await officer.post(f"{address}/discard")).status == 303
    assert (await officer.get(address)).status == 404


@pytest.mark.parametrize("to", ["", "XB2", "ff" * 32])
async def test_an_authority_is_chosen(officer: Officer, to: str) -> None:
    await signed_in(officer, Role.DRAFTER)
    await officer.get("/drafts/new?type=data.preserve")
    assert (await officer.post("/drafts/new", {"type": "data.preserve", "to": to})).status == 422
    assert (await officer.get("/drafts/new?type=strange")).status == 404


async def test_ATT_12_what_was_typed_is_never_markup(officer: Officer, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER)
    address = await begun(officer, world)
    typed = "</textarea><script>alert(1)</script>{{7*7}}%(x)s{0}"
    for part, field in (("facts", "/facts_summary"), ("authority", "/references/sender")):
        version = version_in(await officer.get(f"{address}/{part}"))
        assert (await post(officer, f"{address}/{part}", {"version": version, field: typed})).status == 303
        for path in (f"{address}/{part}", f"{address}/check"):
            page = await officer.get(path)
            assert "<script>alert" not in page.text
            assert typed in html.unescape(page.text)
