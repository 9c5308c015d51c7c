"""What stands in the rows becomes letters, facts and words."""

import json
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from desk import came, node, own, url, world
from sqlalchemy import select

from rogatory_node.api.context import Node
from rogatory_node.casebook.opening import DAMAGED, fact, macs_of, opened
from rogatory_node.casebook.words import Macs
from rogatory_node.services.answering import Issue
from rogatory_node.storage.tables import evidence, letters
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Digest, Id16

__all__ = ["came", "node", "own", "url", "world"]
FORM = {"kind": "request", "remarks": "Rosa", "persons": [{"name": "Quercus"}, {"aliases": ["Betula"]}]}


async def rows(node: Node, query: Any) -> list[Any]:
    async with node.readers.connect() as connection:
        return list((await connection.execute(query)).all())


async def test_a_letter_is_opened_with_all_its_words(node: Node, came: Callable[..., Awaitable[Digest]]) -> None:
    digest = await came(json.dumps(FORM).encode(), conv=Id16(bytes(16)))
    (row,) = await rows(node, select(letters))
    each = opened(node.own.sealer, row)
    assert (each.digest, each.outgoing, each.why) == (digest, False, None)
    assert each.letter is not None
    assert (each.letter.kind, each.letter.payload) == ("request", FORM)
    assert each.to == (node.own.aid.hex(),)
    macs = Macs(node.own.sealer)
    assert macs_of(macs, each) >= macs.of({"rosa", "quercus", "betula"})
    broken = opened(node.own.sealer, SimpleNamespace(**{**row._mapping, "parts_sealed": b""}))
    assert (broken.why, broken.letter, broken.entries) == (DAMAGED, None, ())


async def test_the_officer_who_took_it_is_read_from_the_evidence(
    node: Node, came: Callable[..., Awaitable[Digest]]
) -> None:
    digest = await came(conv=Id16(bytes(16)))
    for level, role in ((Level.TAKEN, "duty"), (Level.ACCEPTED, "decider")):
        await node.writer.execute(node.answering.issue, Issue(letter=digest, level=level, role=role))
    found = [fact(node.own.sealer, row) for row in await rows(node, select(evidence).order_by(evidence.c.lvl))]
    assert [(each.level, each.role) for each in found] == [(35, None), (40, "duty"), (50, None)]
    assert {each.issuer for each in found} == {node.own.aid.hex()}
