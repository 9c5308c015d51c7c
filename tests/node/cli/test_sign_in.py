"""The link for the first people, by a command."""

from collections.abc import Awaitable, Callable
from typing import Any

from rogatory_node.api.context import Node
from rogatory_node.casebook.people import Adding, People
from rogatory_node.casework.roles import Role

Cli = Callable[..., Awaitable[tuple[int, Any]]]


async def test_a_link_is_printed_for_people_and_for_programs(cli: Cli, node: Node) -> None:
    people = People(sealer=node.own.sealer)
    await node.writer.execute(people.add, Adding(name="Ana Prova", roles=frozenset({Role.ADMINISTRATOR})))
    node.ports["desk"] = 8080  # type: ignore[index]
    status, made = await cli("sign-in-link", "Ana Prova")
    assert (status, made["link"][:30]) == (0, "http://localhost:8080/welcome/")
    status, text = await cli("sign-in-link", "Ana Prova", text=True)
    assert status == 0
    assert text.startswith("http://localhost:8080/welcome/")
    assert "Works once" in text
    assert (await cli("sign-in-link", "Bo"))[0] == 1
