"""The menu shows what one may do, and where one is."""

from officers import Officer, signed_in

from rogatory_node.casework.roles import Role


async def test_a_person_sees_his_own_places_and_where_he_is(officer: Officer) -> None:
    assert "<nav" not in (await officer.get("/sign-in")).text
    await signed_in(officer, Role.REGISTRAR)
    assert 'href="/inbox" aria-current="page"' in (await officer.get("/inbox")).text
    assert 'href="/inbox">' in (await officer.get("/account")).text
    await signed_in(officer, Role.ADMINISTRATOR, name="Bo Prova")
    assert 'href="/inbox"' not in (await officer.get("/account")).text
