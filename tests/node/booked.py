"""Letters that came in and that the book has read: for the tests of the ways in. Functions to import."""

import json
from typing import Any

from rogatory_node.api.context import Node
from rogatory_node.casebook.following import Following
from rogatory_protocol.ids import Id16

REQUEST = {
    "kind": "request", "type": "data.content", "references": {"sender": "XB-2026-7"}, "purpose": "the mail of Rosa",
    "urgency": {"grade": "PRIORITY", "reasons": "a hearing"},
}  # fmt: skip
FIRST, SECOND = Id16(b"\x01" * 16), Id16(b"\x02" * 16)


async def follow(node: Node) -> None:
    """Have the book read all that there is."""
    book = Following(me=node.own.aid, sealer=node.own.sealer, writer=node.writer, readers=node.readers)
    while (await book.step()).entries:
        pass


async def booked(node: Node, came: Any) -> None:
    """Let two requests come in, the second with a letter that has no effect; the book reads them."""
    await came(json.dumps(REQUEST).encode(), conv=FIRST)
    await came(json.dumps(REQUEST | {"type": "data.preserve", "purpose": "an account"}).encode(), conv=SECOND)
    await came(json.dumps({"kind": "decision", "outcome": "ACCEPTED"}).encode(), conv=SECOND)
    await follow(node)
