"""Decisions after a restore by commands: nothing without a confirmation, one document for programs."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Connection

from rogatory_node.api.context import Node
from rogatory_node.services.releasing import Asked, Releasing
from rogatory_node.storage.tables import peers
from rogatory_protocol.ids import Id16

Cli = Callable[..., Awaitable[tuple[int, Any]]]
CONV = Id16(b"\xc0" * 16)


async def test_a_release_is_confirmed_and_then_listed(cli: Cli, came, node: Node, world) -> None:
    assert await cli("held", text=True) == (0, "Nothing waits.\n")
    digest = await came(conv=CONV)
    await node.writer.execute(Releasing(wall=node.sending.wall).asked, Asked(letter=digest, peer=world.xb.aid))
    _, text = await cli("held", text=True)
    assert f"asks for {digest.hex()}" in text
    status, found = await cli("release", "XB", "--as", "duty")
    assert (status, found["error"]["code"]) == (2, "unconfirmed")
    status, found = await cli("release", "XB", "--as", "duty", "--letter", digest.hex(), "--yes")
    assert (status, [each["letter"] for each in found["letters"]]) == (0, [digest.hex()])
    _, text = await cli("held", text=True)
    assert "released 20" in text
    status, found = await cli("release", "XB", "--as", "duty", "--yes")
    assert (status, found["error"]["code"]) == (1, "release.none")


async def test_an_override_is_confirmed(cli: Cli, came, node: Node, world) -> None:
    await came(conv=CONV)

    def note(connection: Connection, commands: list[None]) -> list[None]:
        connection.execute(peers.insert(), {"aid": world.xb.aid, "unsynced": 2_000_000_000})
        return [None for _ in commands]

    await node.writer.execute(note, None)
    status, found = await cli("override", CONV.hex(), "--as", "duty")
    assert (status, found["error"]["code"]) == (2, "unconfirmed")
    _, text = await cli("held", text=True)
    assert "has not given back what was lost, since" in text
    status, text = await cli("override", CONV.hex(), "--as", "duty", "--yes", text=True)
    assert (status, text) == (0, "The letters of this case go now.\n")
