"""One's own page."""

import re

from officers import Officer, Pages, signed_in

from rogatory_node.casework.roles import Role


async def test_sessions_are_listed_and_ended(officer: Officer, pages: Pages) -> None:
    person = await signed_in(officer, Role.REGISTRAR)
    others = [await pages.session(person) for _ in range(3)]
    page = await officer.get("/account")
    found = re.findall(r'name="session" value="([0-9a-f]{64})"', page.text)
    assert len(found) == 3
    assert (await officer.post("/account/sessions", {"session": found[0]})).status == 303
    assert len(re.findall(r'value="([0-9a-f]{64})"', (await officer.get("/account")).text)) == 2
    assert (await officer.post("/account/sessions", {"session": "others"})).status == 303
    assert 'name="session"' not in (await officer.get("/account")).text
    assert (await officer.post("/account/sessions", {"session": "x"})).status == 404
    from rogatory_node.web.desk.serving import SESSION_COOKIE

    for words in others:
        officer.cookies[SESSION_COOKIE] = words
        assert (await officer.get("/account")).status == 303


async def test_a_passkey_of_another_is_not_there(officer: Officer) -> None:
    await signed_in(officer, Role.REGISTRAR)
    for word in ("00" * 32, "x"):
        assert (await officer.get(f"/account/passkeys/{word}")).status == 404
        assert (await officer.post(f"/account/passkeys/{word}", {"token": officer.token})).status in (403, 404)
