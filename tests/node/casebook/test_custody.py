"""Notes and erasing of evidence, in a real database with real attachments."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from desk import came, node, own, world
from sqlalchemy import select, update

from rogatory_node.api.asking import read
from rogatory_node.api.context import Node
from rogatory_node.casebook import custody as book
from rogatory_node.casebook.actors import Acting, UnknownActorError
from rogatory_node.casework.custody import chain
from rogatory_node.services import proving_audit
from rogatory_node.services.intake import Intake, Taken
from rogatory_node.storage.book_tables import book_cases, custody_notes
from rogatory_node.storage.tables import audit, blobs
from rogatory_protocol.audit import parse_leaf
from rogatory_protocol.ids import Id16

__all__ = ["came", "node", "own", "world"]

Came = Callable[..., Awaitable[bytes]]
CASE = Id16(b"\xc0" * 16)
BY = Acting(role="custodian")


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """SQLite, or the other engine for the tests that ask for it."""
    found: str = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url")
    return found


class Desk:
    """The book's custody on a node, with one answer that brought a file."""

    def __init__(self, node: Node, digest: bytes) -> None:
        self.node, self.digest = node, digest
        self.book = book.Custody(me=node.own.aid, sealer=node.own.sealer, wall=node.sending.wall)
        self.key = f"{digest.hex()[:16]}.0"

    async def do(self, action: str, item: str | None = None, **words: str) -> str:
        key = self.key if item is None else item
        noting = book.Noting(case=CASE, item=key, action=action, words=words, by=BY)
        return await self.node.writer.execute(self.book.note, noting)

    async def view(self) -> chain.Custody:
        return await read(self.node, self.book.view, CASE)

    async def events(self) -> list[str]:
        return list(await read(self.node, lambda conn: conn.execute(select(audit.c.ev)).scalars().all()))

    def erasing(self, why: str = "time limit reached", item: str | None = None) -> book.Erasing:
        return book.Erasing(case=CASE, item=item or self.key, why=why, by=BY)


@pytest.fixture
async def desk(node: Node, came: Came) -> Desk:
    def take_in() -> Taken:
        intake = Intake(node.blobs, boot=node.own.boot, name="mail.zip", mt="application/zip", size=9)
        intake.feed(b"nine byte")
        return intake.finish()

    taken = await asyncio.to_thread(take_in)
    form = {"kind": "response.final", "evidence": [{"name": "mail.zip", "acquired_by": "Police"}]}
    digest = await came(json.dumps(form).encode(), conv=CASE, taken=[taken])

    def complete(connection: Any, _: Any) -> list[None]:
        connection.execute(update(blobs).values(verified=True, path=taken.blob))
        return [None]

    await node.writer.execute(complete, None)
    return Desk(node, digest)


async def test_a_note_is_sealed_and_audited_and_part_of_the_chain(desk: Desk) -> None:
    await desk.do("kept", place="Strongroom 4")
    key = await desk.do("recorded", "", description="Ledger with a red cover")
    view = await desk.view()
    assert [each.name for each in view.items] == ["mail.zip", "Ledger with a red cover"]
    assert view.of(key) is not None
    assert "Strongroom 4" in [each.words.get("place") for each in view.links]
    rows = await read(desk.node, lambda conn: conn.execute(select(custody_notes)).all())
    assert not any(b"Strongroom" in row.words_sealed or "Strongroom" in row.item for row in rows)
    assert (await desk.events()).count("custody.noted") == 2


@pytest.mark.parametrize(
    ("action", "item", "words", "error"),
    [
        ("burnt", None, {}, book.NoteUnfitError),
        ("erased", None, {"why": "x"}, book.NoteUnfitError),
        ("transferred", None, {}, book.NoteUnfitError),
        ("copied", None, {"colour": "red"}, book.NoteUnfitError),
        ("copied", None, {"why": "x" * 4_001}, book.NoteUnfitError),
        ("copied", "0" * 16 + ".0", {}, book.ItemUnknownError),
    ],
)
async def test_what_does_not_fit_leaves_nothing(
    desk: Desk, action: str, item: str | None, words: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await desk.do(action, item, **words)
    assert "custody.noted" not in await desk.events()


@pytest.mark.parametrize("url", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_erasing_is_proved_and_leaves_letter_and_hash(desk: Desk) -> None:
    found = await desk.node.writer.execute(desk.book.erase, desk.erasing())
    assert found is not None
    assert (await asyncio.to_thread((desk.node.blobs.root / found[2]).stat)).st_size > 0
    await asyncio.to_thread(desk.node.blobs.erase, found[2])
    await desk.node.writer.execute(desk.book.erased, desk.erasing())
    view = await desk.view()
    assert view.gone == {desk.key}
    item = view.of(desk.key)
    assert item is not None
    assert item.file is not None
    assert view.links[-1].words == {"why": "time limit reached", "sha256": item.file.sha256}
    assert await read(desk.node, lambda conn: conn.execute(select(blobs)).all()) == []
    assert [each for each in await desk.events() if each.startswith("evidence.eras")] == [
        "evidence.erasing",
        "evidence.erased",
    ]
    with pytest.raises(book.ItemUnknownError):
        await desk.node.writer.execute(desk.book.erase, desk.erasing())
    # A proof of the letter shows it to others, under the head of the log that they hold.
    leaves = await read(desk.node, proving_audit.read, [desk.digest])
    shown = [parse_leaf(leaf) for _, leaf in leaves.shown[0]]
    assert (shown[-1].ev, shown[-1].obj, shown[-1].who) == ("evidence.erased", desk.digest, "custodian")


@pytest.mark.parametrize("url", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_closed_cases_that_hold_evidence_are_listed_until_it_is_gone(desk: Desk) -> None:
    def closed(connection: Any, _: Any) -> list[None]:
        row = {name.name: 0 for name in book_cases.c if not name.nullable} | {
            "case": CASE, "conv": CASE, "grade": "ROUTINE", "owes": "", "folded_sealed": b"", "closed_at": 500,
        }  # fmt: skip
        connection.execute(book_cases.insert(), [row])
        return [None]

    assert await read(desk.node, desk.book.kept_longer, 1_000) == []
    await desk.node.writer.execute(closed, None)
    (kept,) = await read(desk.node, desk.book.kept_longer, 1_000)
    assert (kept.case, kept.items, kept.held) == (CASE, (desk.key,), False)
    assert await read(desk.node, desk.book.kept_longer, 400) == []
    await desk.do("held", chain.ALL, why="trial")
    assert (await read(desk.node, desk.book.kept_longer, 1_000))[0].held
    await desk.do("hold-ended", chain.ALL, why="judgment")
    await desk.node.writer.execute(desk.book.erased, desk.erasing())
    assert await read(desk.node, desk.book.kept_longer, 1_000) == []


async def test_what_is_held_owed_or_on_its_way_is_not_erased(desk: Desk, came: Came) -> None:
    refused = partial(desk.node.writer.execute, desk.book.erase)
    await desk.do("held", chain.ALL, why="trial")
    with pytest.raises(book.HeldError):
        await refused(desk.erasing())
    await desk.do("hold-ended", chain.ALL, why="judgment")
    with pytest.raises(book.NoteUnfitError):
        await refused(desk.erasing(why=" "))
    form = {"kind": "evidence.handover", "items": [{"description": "Disk", "return_by": "2031-06-30"}]}
    other = await came(json.dumps(form).encode(), conv=CASE)
    with pytest.raises(book.OwedError):
        await refused(desk.erasing(item=f"{other.hex()[:16]}.o0"))

    def arriving(connection: Any, _: Any) -> list[None]:
        connection.execute(update(blobs).values(verified=False))
        return [None]

    await desk.node.writer.execute(arriving, None)
    with pytest.raises(book.TravellingError):
        await refused(desk.erasing())


async def test_nobody_that_is_not_known_notes_anything(desk: Desk) -> None:
    stranger = Acting(person=Id16(b"\7" * 16))
    noting = book.Noting(case=CASE, item=desk.key, action="copied", by=stranger)
    with pytest.raises(UnknownActorError):
        await desk.node.writer.execute(desk.book.note, noting)
