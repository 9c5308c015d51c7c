"""Orders of translations: sealed, audited, ended once."""

from typing import Any

import pytest
from desk import came, node, own, world
from sqlalchemy import select

from rogatory_node.api.asking import read
from rogatory_node.api.context import Node
from rogatory_node.casebook import translations as book
from rogatory_node.storage.book_tables import translations
from rogatory_node.storage.tables import audit
from rogatory_protocol.ids import Digest, Id16

__all__ = ["came", "node", "own", "world"]
CASE = Id16(b"\xc0" * 16)


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """SQLite, or the other engine for the tests that ask for it."""
    found: str = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url")
    return found


@pytest.fixture
async def order(node: Node, came: Any) -> book.Ordering:
    letter = await came(b'{"kind": "request"}', conv=CASE)
    words = {"translator": "Rosa Prova", "note": ""}
    return book.Ordering(case=CASE, letter=letter, language="fr", due_at=5, words=words, role="handler")


@pytest.mark.parametrize("url", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_an_order_is_sealed_audited_and_ends_once(node: Node, order: book.Ordering) -> None:
    kept = book.Translations(sealer=node.own.sealer, wall=node.sending.wall)
    made = await node.writer.execute(kept.order, order)
    assert (made.words, made.outcome) == ({"translator": "Rosa Prova"}, None)
    rows = await read(node, lambda core: core.execute(select(translations)).all())
    assert "Rosa" not in str(rows)
    ending = book.Ending(case=CASE, order=made.id, outcome=book.DONE, words={"certified": "yes"}, role="handler")
    ended = await node.writer.execute(kept.end, ending)
    assert (ended.outcome, ended.words) == ("done", {"translator": "Rosa Prova", "certified": "yes"})
    with pytest.raises(book.OrderUnknownError):
        await node.writer.execute(kept.end, ending)
    events = await read(node, lambda core: core.execute(select(audit.c.ev)).scalars().all())
    assert [each for each in events if each.startswith("translation.")] == ["translation.ordered", "translation.done"]


@pytest.mark.parametrize(
    "change", [{"language": "fr fr"}, {"letter": Digest(bytes(32))}, {"words": {"note": "x" * 1_001}}]
)
async def test_what_does_not_fit_is_refused(node: Node, order: book.Ordering, change: dict[str, Any]) -> None:
    kept = book.Translations(sealer=node.own.sealer, wall=node.sending.wall)
    values = {name: getattr(order, name) for name in order.__slots__} | change
    with pytest.raises(book.OrderUnfitError):
        await node.writer.execute(kept.order, book.Ordering(**values))
    assert await read(node, kept.listed, CASE) == []
