"""What waits after a restore, and the decisions on it, over the API."""

from typing import Any

from sqlalchemy import Connection, func, select

from rogatory_node.api.context import Node
from rogatory_node.services.releasing import Asked, Releasing
from rogatory_node.storage.tables import audit, letters, peers
from rogatory_protocol.ids import Aid, Digest, Id16

CONV = Id16(b"\xc0" * 16)


async def unsynced(node: Node, aid: Aid) -> None:
    def note(connection: Connection, commands: list[Aid]) -> list[None]:
        since = connection.execute(select(func.max(letters.c.stored_at))).scalar_one()
        connection.execute(peers.insert(), [{"aid": each, "unsynced": since} for each in commands])
        return [None for _ in commands]

    await node.writer.execute(note, aid)


async def roles(node: Node, name: str) -> int:
    async with node.readers.connect() as connection:
        query = select(func.count()).select_from(audit).where(audit.c.ev == name)
        found: int = (await connection.execute(query)).scalar_one()
        return found


async def test_letters_that_were_asked_for_are_released_once(ask, came, node: Node, world) -> None:
    assert await ask("GET", "/held") == (200, {"requests": [], "authorities": [], "cases": []})
    digest: Digest = await came(conv=CONV)
    body: dict[str, Any] = {"to": "XB"}
    status, found = await ask("POST", "/held/release", json=body)
    assert (status, found["code"]) == (404, "release.none")
    await node.writer.execute(Releasing(wall=node.sending.wall).asked, Asked(letter=digest, peer=world.xb.aid))
    _, found = await ask("GET", "/held")
    [request] = found["requests"]
    assert (request["letter"], request["authority"]["cc"], request["released"]) == (digest.hex(), "XB", None)
    status, found = await ask("POST", "/held/release", json=body | {"check": True})
    assert (status, [each["letter"] for each in found["letters"]]) == (200, [digest.hex()])
    assert await roles(node, "letter.released") == 0
    status, found = await ask("POST", "/held/release", json=body | {"letters": ["00" * 32]})
    assert (status, found["code"]) == (404, "release.none")
    status, found = await ask("POST", "/held/release", json=body | {"letters": [digest.hex()]})
    assert status == 200
    assert await roles(node, "letter.released") == 1
    status, found = await ask("POST", "/held/release", json=body)
    assert (status, found["code"]) == (404, "release.none")


async def test_a_case_is_overridden_while_a_party_owes_something(ask, came, node: Node, world) -> None:
    await came(conv=CONV)
    body: dict[str, Any] = {"case": CONV.hex()}
    status, found = await ask("POST", "/held/override", json=body)
    assert (status, found["code"]) == (409, "override.none")
    await unsynced(node, world.xb.aid)
    _, found = await ask("GET", "/held")
    assert [(each["authority"]["cc"], each["letters"]) for each in found["authorities"]] == [("XB", 0)]
    status, found = await ask("POST", "/held/override", json=body | {"check": True})
    assert (status, [each["cc"] for each in found["authorities"]]) == (200, ["XB"])
    assert (await roles(node, "conversation.overridden"), world.woken) == (0, [])
    status, found = await ask("POST", "/held/override", json=body)
    assert (status, found["case"]) == (200, CONV.hex())
    assert (await roles(node, "conversation.overridden"), world.woken) == (1, [world.xb.aid])
