"""Letters entered by hand: in the same book, unproved, whole or not at all, and moved when the partner joins."""

from dataclasses import replace
from typing import Any

import pytest
from desk import came, node, own, world
from sqlalchemy import select

from rogatory_node.api.asking import read
from rogatory_node.api.context import Node
from rogatory_node.casebook import offnetwork as book
from rogatory_node.casebook.following import Following
from rogatory_node.casebook.reindex import reindex
from rogatory_node.casebook.searching import Searching
from rogatory_node.casebook.words import Macs
from rogatory_node.storage.book_tables import book_cases, partners, recorded_letters
from rogatory_node.storage.tables import cases
from rogatory_protocol.ids import Id16

__all__ = ["came", "node", "own", "world"]

REQUEST = {"kind": "request", "type": "data.preserve", "references": {"sender": "XA-7"}, "facts_summary": "Zanahoria"}
ACK = {"kind": "acknowledgement", "reference": "D/44"}


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """SQLite, or the other engine for the tests that ask for it."""
    found: str = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url")
    return found


class Hand:
    """The book of a node and what enters letters by hand."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.at = int(node.sending.wall()) - 1_000
        self.book = book.OffNetwork(me=node.own.aid, sealer=node.own.sealer, wall=node.sending.wall)
        self.following = Following(me=node.own.aid, sealer=node.own.sealer, writer=node.writer, readers=node.readers)

    def entered(self, form: dict[str, Any], *, outgoing: bool = True, after: int = 0) -> book.Entered:
        at = self.at + after
        return book.Entered(cc="XD", name="Ministry", outgoing=outgoing, form=form, channel="post", at=at)

    async def record(self, *letters: book.Entered, case: Id16 | None = None, own_ref: str | None = None) -> Id16:
        recording = book.Recording(case=case, letters=letters, role="registrar", own_ref=own_ref)
        return (await self.node.writer.execute(self.book.record, [recording]))[0]

    async def lines(self) -> list[Any]:
        while (await self.following.step()).entries:
            pass
        return list(await read(self.node, lambda core: core.execute(select(book_cases)).all()))


@pytest.fixture
def hand(node: Node) -> Hand:
    return Hand(node)


async def test_entered_letters_make_a_line_of_the_book_and_are_found(hand: Hand) -> None:
    case = await hand.record(hand.entered(REQUEST), own_ref="XA-7")
    (line,) = await hand.lines()
    assert (line.case, line.side, line.state, line.type) == (case, "R", "TRANSMITTED", "data.preserve")
    assert line.counterpart == book.partner_of("XD", "ministry ")
    await hand.record(hand.entered(ACK, outgoing=False, after=10), case=case)
    (line,) = await hand.lines()
    assert (line.state, line.letters, line.opened_at) == ("ACKNOWLEDGED", 2, line.changed_at)
    searching = Searching(sealer=hand.node.own.sealer, macs=Macs(hand.node.own.sealer))
    found = await read(hand.node, searching.find, "zanahoria")
    assert [each.case for each in found.cases] == [case]
    assert await read(hand.node, book.unproved, [case, Id16(bytes(16))]) == {case}


async def test_a_book_that_is_written_anew_holds_them_again(hand: Hand) -> None:
    await hand.record(hand.entered(REQUEST), hand.entered(ACK, outgoing=False, after=5))
    (before,) = await hand.lines()
    await reindex(Hand(hand.node).following, hand.node.writer, lambda _: None)
    (after,) = await hand.lines()
    assert (
        (after.state, after.letters, after.n)
        == (before.state, before.letters, before.n)
        == ("ACKNOWLEDGED", 2, after.n)
    )


async def test_words_and_names_are_sealed(hand: Hand) -> None:
    await hand.record(hand.entered(REQUEST))
    for table in (recorded_letters, partners):
        rows = await read(hand.node, lambda core, table=table: core.execute(select(table)).all())
        assert rows
        assert not any(word in str(tuple(row)) for row in rows for word in ("Zanahoria", "Ministry", "XA-7"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cc": "xd"}, "partner"),
        ({"name": " "}, "name"),
        ({"channel": "pigeon"}, "channel"),
        ({"form": {"kind": "poem"}}, "kind"),
        ({"form": {}}, "kind"),
        ({"at": 2**39}, "on"),
        ({"form": {"kind": "request", "x": "y" * 1_100_000}}, "form"),
    ],
)
async def test_one_bad_letter_leaves_nothing_of_all(hand: Hand, change: dict[str, Any], field: str) -> None:
    good = book.Recording(case=None, letters=(hand.entered(REQUEST),), role="registrar")
    bad = replace(good, letters=(replace(hand.entered(REQUEST), **change),))
    with pytest.raises(book.LetterUnfitError) as caught:
        await hand.node.writer.execute(hand.book.record, [good, bad])
    assert caught.value.field == field
    assert await read(hand.node, lambda core: core.execute(select(cases)).all()) == []


async def test_a_case_of_another_or_a_reference_that_is_taken_is_refused(hand: Hand) -> None:
    case = await hand.record(hand.entered(REQUEST), own_ref="XA-7")
    with pytest.raises(book.CaseOfAnotherError):
        await hand.record(replace(hand.entered(ACK), cc="XE"), case=case)
    with pytest.raises(book.LetterUnfitError):
        await hand.record(hand.entered(REQUEST), own_ref="XA-7")


@pytest.mark.parametrize("url", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_a_partner_that_joins_keeps_its_cases(hand: Hand, world: Any) -> None:
    case = await hand.record(hand.entered(REQUEST), hand.entered(ACK, outgoing=False, after=5))
    await hand.lines()
    partner = book.partner_of("XD", "Ministry")
    joining = book.Joining(partner=partner, aid=world.xb.aid, role="registrar")
    assert await hand.node.writer.execute(hand.book.join, joining) == 1
    (line,) = await hand.lines()
    assert (line.case, line.counterpart, line.state) == (case, world.xb.aid, "ACKNOWLEDGED")
    shown = await read(hand.node, hand.book.shown, case)
    assert [each.partner.aid for each in shown] == [world.xb.aid] * 2
    with pytest.raises(book.PartnerUnknownError):
        await hand.node.writer.execute(hand.book.join, replace(joining, aid=world.xc.aid))


async def test_after_joining_a_letter_of_the_network_goes_on_with_the_case(hand: Hand, world: Any, came: Any) -> None:
    case = await hand.record(hand.entered(REQUEST))
    joining = book.Joining(partner=book.partner_of("XD", "Ministry"), aid=world.xb.aid, role="registrar")
    await hand.node.writer.execute(hand.book.join, joining)
    await came(b'{"kind": "acknowledgement", "reference": "D/44"}', conv=case)
    (line,) = await hand.lines()
    assert (line.case, line.state, line.letters) == (case, "ACKNOWLEDGED", 2)
