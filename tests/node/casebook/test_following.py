"""The book follows the log: every letter leaves its line, once, whatever it holds and whenever it stops."""

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from desk import came, node, own, world
from sqlalchemy import select

from rogatory_node.api.context import Node
from rogatory_node.casebook import following as module
from rogatory_node.casebook import understanding
from rogatory_node.casebook.following import START, Following, Mark, Piece, left, mark_of, write
from rogatory_node.casebook.reindex import count, reindex
from rogatory_node.casebook.searching import Searching
from rogatory_node.casebook.words import Macs
from rogatory_node.services.answering import Issue
from rogatory_node.services.composing import Order, compose
from rogatory_node.services.sending import Draft
from rogatory_node.storage.book_tables import book_cases, book_clocks, book_measures, book_terms
from rogatory_node.storage.tables import letters
from rogatory_protocol import parts
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Digest, Id16

__all__ = ["came", "node", "own", "world"]
Came = Callable[..., Awaitable[Digest]]
REQUEST = {
    "kind": "request", "type": "data.content", "references": {"sender": "XB-2026-7"}, "purpose": "the mail of Rosa",
    "urgency": {"grade": "PRIORITY", "reasons": "a hearing"}, "legal_basis": [{"instrument": "UNTOC"}],
    "offences": [{"title": "Illegal access", "crime_type": "cybercrime"}],
}  # fmt: skip
FIRST, SECOND = Id16(b"\x01" * 16), Id16(b"\x02" * 16)


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url")
    return found


@pytest.fixture
def book(node: Node) -> Following:
    return made(node)


def made(node: Node) -> Following:
    return Following(me=node.own.aid, sealer=node.own.sealer, writer=node.writer, readers=node.readers)


def raw(**form: Any) -> bytes:
    return json.dumps(form).encode()


async def read(node: Node, work: Any, *args: Any) -> Any:
    async with node.readers.connect() as connection:
        return await connection.run_sync(work, *args)


async def followed(book: Following) -> int:
    steps = 0
    while (await book.step()).entries:
        steps += 1
    return steps


async def rows(node: Node, table: Any = book_cases) -> list[Any]:
    return list(await read(node, lambda core: core.execute(select(table).order_by(*table.primary_key)).all()))


async def dump(node: Node) -> list[list[dict[str, Any]]]:
    """Return the whole book, opened: nonces differ each time."""

    def plain(row: Any) -> Iterator[tuple[str, Any]]:
        for name, value in row._mapping.items():
            sealed = name.endswith("_sealed") and value is not None
            yield name, node.own.sealer.open("book_cases", name, row.case, value) if sealed else value

    tables = (book_cases, book_measures, book_clocks, book_terms)
    return [[dict(plain(row)) for row in await rows(node, table)] for table in tables]


@pytest.mark.parametrize("url", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_a_letter_becomes_a_line_and_what_is_said_of_it_changes_the_line(
    node: Node, book: Following, came: Came
) -> None:
    digest = await came(raw(**REQUEST), conv=FIRST)
    await followed(book)
    (line,) = await rows(node)
    assert (line.type, line.state, line.grade, line.rank) == ("data.content", "DELIVERED", "PRIORITY", 3)
    assert (line.side, line.attention, line.owes) == ("Q", 2, "acknowledge take")
    (measure,) = await rows(node, book_measures)
    assert (measure.instruments, measure.crimes, measure.category) == ("UNTOC", "cybercrime", "content")
    assert measure.acknowledged_at is None
    await node.writer.execute(node.answering.issue, Issue(letter=digest, level=Level.TAKEN, role="registrar"))
    await node.writer.execute(node.answering.issue, Issue(letter=digest, level=Level.ACCEPTED, role="decider"))
    await followed(book)
    (line,) = await rows(node)
    assert (line.state, line.owes, line.n) == ("UNDER_REVIEW", "", line.n)
    found = await read(node, Searching(sealer=node.own.sealer, macs=Macs(node.own.sealer)).find, "rosa XB-2026-7")
    assert [each.summary for each in found.cases] == ["the mail of Rosa"]
    (measure,) = await rows(node, book_measures)
    assert measure.acknowledged_at
    assert measure.decided_at
    assert await read(node, left) == 0


def unfit(kind: str, data: bytes) -> Callable[..., Draft]:
    """Compose letters that no program of ours lets go."""

    def composed(order: Order, **more: Any) -> Draft:
        draft = compose(order, **more)
        salt, item = bytes(32), parts.form_bytes(parts.Form(mt="application/json", data=data))
        body = replace(draft.body, kind=kind, form=parts.commit(salt, item))
        return replace(draft, body=body, parts=parts.parts_bytes((salt, item), ()))

    return composed


async def test_what_cannot_be_read_has_a_line_and_stops_nothing(
    node: Node, book: Following, came: Came, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("desk.compose", unfit("request", b"\xff\x00"))
        await came(conv=FIRST)
        patch.setattr("desk.compose", unfit("hologram", b"{}"))
        await came(conv=SECOND)
    await came(raw(kind="request", version=9, type="data.content"), conv=Id16(b"\x03" * 16))
    await came(raw(**REQUEST | {"type": "x" * 900 + "\u0000"}), conv=Id16(b"\x04" * 16))
    await came(raw(**REQUEST), conv=Id16(b"\x05" * 16))
    await followed(book)
    lines = await rows(node)
    assert [line.unread for line in lines] == [1, 1, 1, 0, 0]
    assert {line.attention for line in lines} == {2}
    assert lines[3].type.startswith("#")
    assert lines[4].type == "data.content"


async def test_a_row_that_the_disk_changed_has_a_line(node: Node, book: Following, came: Came) -> None:
    digest = await came(raw(**REQUEST), conv=FIRST)
    change = letters.update().where(letters.c.digest == digest).values(raw_sealed=bytes(60))
    await node.writer.execute(lambda core, _: [core.execute(change) and None], None)
    await followed(book)
    (line,) = await rows(node)
    assert (line.unread, line.type) == (1, None)


async def test_a_fault_of_ours_stops_nothing(
    node: Node, book: Following, came: Came, monkeypatch: pytest.MonkeyPatch
) -> None:
    await came(raw(**REQUEST), conv=FIRST)

    def broken(_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(understanding, "fold", broken)
    await followed(book)
    (line,) = await rows(node)
    assert (line.unread, line.attention) == (1, 2)


async def test_an_answer_that_came_first_is_read_again_when_the_request_is_there(
    node: Node, book: Following, came: Came
) -> None:
    await came(raw(kind="reminder", in_reply_to=["ab" * 32]), conv=FIRST)
    await followed(book)
    assert [(line.state, line.letters) for line in await rows(node)] == [(None, 1)]
    await came(raw(**REQUEST), conv=FIRST)
    await followed(book)
    assert [(line.state, line.letters) for line in await rows(node)] == [("DELIVERED", 2)]


async def test_small_pieces_and_a_new_writing_make_the_same_book(
    node: Node, book: Following, came: Came, monkeypatch: pytest.MonkeyPatch
) -> None:
    for conv in (FIRST, SECOND, FIRST):
        digest = await came(raw(**REQUEST | {"remarks": f"of {conv[0]}"}), conv=conv)
        await node.writer.execute(node.answering.issue, Issue(letter=digest, level=Level.TAKEN, role="duty"))
        await followed(book)
    first = await dump(node)
    monkeypatch.setattr(module, "MOST_LETTERS", 1)
    monkeypatch.setattr(module, "MOST_TERMS", 3)
    seen: list[int] = []
    assert await reindex(made(node), node.writer, seen.append) > len(seen) > 3
    assert await dump(node) == first
    assert seen[-1] == 0
    assert await read(node, count) == 2


async def test_what_another_wrote_first_stands(node: Node, book: Following, came: Came) -> None:
    await came(raw(**REQUEST), conv=FIRST)
    await followed(made(node))
    before, mark = await dump(node), await read(node, mark_of)
    late = Piece(before=None, after=Mark(0, 1), cases=(), terms=((1, 1),))
    assert await node.writer.execute(write, late) is False
    assert await dump(node) == before
    assert await read(node, mark_of) == mark


async def test_a_greater_version_begins_again_and_keeps_numbers(
    node: Node, book: Following, came: Came, monkeypatch: pytest.MonkeyPatch
) -> None:
    await came(raw(**REQUEST), conv=FIRST)
    await followed(book)
    before = await dump(node)
    monkeypatch.setattr(module, "VERSION", 2)
    assert await read(node, mark_of) is None
    assert (await made(node).step()).mark > START
    await followed(made(node))
    assert await dump(node) == before
