"""The administrator's pages."""

import re

from officers import Officer, Pages, signed_in

from rogatory_node.casework.roles import Role


async def added(officer: Officer, name: str, *roles: str) -> str:
    """Add a person; return the address of his page."""
    await officer.get("/people/new")
    done = await officer._ask(
        "POST", "/people/new", {"Origin": officer.pages.address},
        data=[("token", officer.token), ("name", name), *(("role", role) for role in roles)],
    )  # fmt: skip
    assert done.status == 303, done.words
    return done.headers["Location"]


async def test_a_person_is_added_linked_changed_and_disabled(officer: Officer) -> None:
    await signed_in(officer, Role.ADMINISTRATOR)
    address = await added(officer, "<Bo> Prova", "handler")
    page = await officer.get(address)
    assert "<Bo> Prova" in page.words
    linked = await officer.post(f"{address}/link")
    words = re.search(r"/welcome/([A-Za-z0-9_-]{43})", linked.text)
    assert words is not None
    assert (await officer.get(f"/welcome/{words[1]}")).status == 200
    assert "/welcome/" not in (await officer.get(address)).text
    await officer.get(address)
    assert (await officer.post(address, {"role": "decider"})).status == 303
    assert "decision-maker" in (await officer.get("/people")).words
    assert (await officer.post(address, {"role": "auditor-general"})).status == 422
    assert (await officer.post(f"{address}/disable")).status == 303
    assert "Disabled" in (await officer.get("/people")).words
    assert (await officer.post(f"{address}/link")).status == 409


async def test_roles_that_do_not_go_together_are_refused_and_what_was_typed_stays(officer: Officer) -> None:
    await signed_in(officer, Role.ADMINISTRATOR)
    await officer.get("/people/new")
    page = await officer.post("/people/new", {"name": "Bo Prova", "role": ""})
    assert page.status == 422
    assert 'value="Bo Prova"' in page.text


async def test_nobody_changes_himself_and_power_wants_a_fresh_proof(officer: Officer, pages: Pages) -> None:
    person = await signed_in(officer, Role.ADMINISTRATOR)
    address = f"/people/{person.hex()}"
    assert "Nobody changes himself." in (await officer.get(address)).words
    for path in ("", "/link", "/disable"):
        assert (await officer.post(address + path)).status == 403
    pages.now += 16 * 60
    assert (await officer.get(address)).headers["Location"].startswith("/prove")
    stale = await officer.post(f"{address}/disable")
    assert stale.headers["Location"] == f"/prove?back=%2Fpeople%2F{person.hex()}"


async def test_who_reads_people_changes_nobody(officer: Officer) -> None:
    person = await signed_in(officer, Role.REGISTRAR)
    page = await officer.get("/people")
    assert "Ana Prova" in page.words
    assert f"/people/{person.hex()}" not in page.text
    for path in ("/people/new", f"/people/{person.hex()}"):
        assert (await officer.get(path)).status == 403
        assert (await officer.post(path)).status == 403
