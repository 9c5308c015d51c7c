"""The menu shows what one may do, and where one is."""

from officers import Officer, signed_in

from rogatory_node.casework.roles import Role


async def test_a_person_sees_his_own_places_and_where_he_is(officer: Officer) -> None:
    assert "<nav" not in (await officer.get("/sign-in")).text
    await signed_in(officer, Role.ADMINISTRATOR)
    assert 'href="/account" aria-current="page"' in (await officer.get("/account")).text
