"""Links for people, made by the operator."""

from rogatory_node.api.context import Node
from rogatory_node.casebook.people import Adding, People
from rogatory_node.casebook.sign_in import SignIn
from rogatory_node.casework.roles import Role


async def test_a_link_is_made_for_who_is_there(ask, node: Node) -> None:
    people = People(sealer=node.own.sealer)
    ana = await node.writer.execute(people.add, Adding(name="Ana Prova", roles=frozenset({Role.ADMINISTRATOR})))
    node.ports["desk"] = 8080  # type: ignore[index]
    status, made = await ask("POST", "/people/sign-in-link", json={"person": "Ana Prova"})
    assert (status, made["person"]) == (201, ana.id.hex())
    address, _, words = made["link"].rpartition("/")
    assert address == "http://localhost:8080/welcome"
    async with node.readers.connect() as connection:
        found = await connection.run_sync(SignIn(sealer=node.own.sealer).link_of, words)
    assert found.person == ana.id
    assert (await ask("POST", "/people/sign-in-link", json={"person": "Bo"}))[0] == 404
    await node.writer.execute(people.add, Adding(name="Ana Prova", roles=frozenset({Role.AUDITOR})))
    assert (await ask("POST", "/people/sign-in-link", json={"person": "Ana Prova"}))[0] == 409
