"""The menu shows what one may do."""

from officers import Officer, signed_in

from rogatory_node.casework.roles import Role


async def test_a_person_sees_his_own_places(officer: Officer) -> None:
    await signed_in(officer, Role.ADMINISTRATOR)
    assert 'href="/inbox"' not in (await officer.get("/account")).text
    await signed_in(officer, Role.REGISTRAR, name="Bo Prova")
    assert 'href="/inbox"' in (await officer.get("/account")).text
