"""One case whole, from what stands beside its line."""

from functools import partial
from typing import Any

import pytest
from booked import FIRST, SECOND, booked
from desk import came, node, own, url, world

from rogatory_node.api.context import Node
from rogatory_node.casebook.showing import NotYetError, called, own_references, whole
from rogatory_node.services.cases import Cases, Naming
from rogatory_protocol.ids import Id16

__all__ = ["came", "node", "own", "url", "world"]


async def read(node: Node, work: Any, *args: Any) -> Any:
    async with node.readers.connect() as connection:
        return await connection.run_sync(work, *args)


async def test_a_case_is_shown_with_its_requests_and_what_had_no_effect(node: Node, came: Any) -> None:
    await booked(node, came)
    found = await read(node, partial(whole, sealer=node.own.sealer, case=SECOND))
    (request,) = found.folded.requests
    assert (request.reference, request.measures[0].type) == ("XB-2026-7", "data.preserve")
    assert [each.reason for each in request.kept] == ["wrong_side"]
    assert found.entry.summary == "an account"
    assert found.unread == {}
    assert found.own_ref is None


async def test_own_references_are_shown_and_found(node: Node, came: Any) -> None:
    await booked(node, came)
    naming = Naming(case=FIRST, reference="2026/1", role="registrar")
    await node.writer.execute(Cases(me=node.own.aid).name, naming)
    found = await read(node, partial(whole, sealer=node.own.sealer, case=FIRST))
    assert found.own_ref == "2026/1"
    assert await read(node, partial(own_references, shown=(found.entry,))) == {FIRST: "2026/1"}
    assert (await read(node, partial(called, sealer=node.own.sealer, word="2026/1"))).case == FIRST
    assert await read(node, partial(called, sealer=node.own.sealer, word="2026/2")) is None


async def test_a_case_that_was_not_read_is_not_shown_half(node: Node, came: Any) -> None:
    await came(conv=FIRST)
    with pytest.raises(NotYetError):
        await read(node, partial(whole, sealer=node.own.sealer, case=Id16(FIRST)))
