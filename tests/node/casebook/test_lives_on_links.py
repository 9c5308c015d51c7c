"""Whole lives between two nodes on a real socket: what each side has stored folds into the same case."""

import hashlib
import json
import os
from pathlib import Path

from lifecase import complete
from pairs import AIDS, Joined, Node, joined, node, until
from sqlalchemy import select

from rogatory_node.casebook.opening import facts_of, letters_of
from rogatory_node.casework.clocks.running import clocks_of
from rogatory_node.casework.life.allowed import allowed
from rogatory_node.casework.life.case import Case, Request
from rogatory_node.casework.life.fold import fold
from rogatory_node.casework.roles import Role
from rogatory_node.casework.types import catalogue
from rogatory_node.services.composing import Order, compose
from rogatory_node.services.sending import Draft
from rogatory_node.storage.seal import RowSealer
from rogatory_node.storage.tables import evidence, letters
from rogatory_protocol.ids import Id16

TYPES = [kind.code for kind in catalogue.types()]
ROLES = [role.value for role in Role]
LIFE = (
    ("Q", "acknowledge"),
    ("Q", "accept"),
    ("R", "ask_status"),
    ("Q", "execute"),
    ("Q", "answer_finally"),
    ("R", "feed_back"),
    ("R", "close"),
)


def composed(name: str, form: dict[str, object], conv: Id16) -> Draft:
    other = AIDS["XB" if name == "XA" else "XA"]
    raw = json.dumps(form).encode()
    order = Order(id=Id16(os.urandom(16)), to=(other,), form=raw, conv=conv, lang="en")
    return compose(order, me=AIDS[name], random=os.urandom)


async def case_of(name: str, each: Node) -> Case:
    """Fold what a node has stored."""
    sealer = RowSealer(hashlib.sha256(name.encode()).digest())
    came = letters_of(sealer, await each.rows(select(letters)))
    assert [letter.why for letter in came if letter.why] == []
    return fold([*(one.letter for one in came if one.letter), *facts_of(sealer, await each.rows(select(evidence)))])


def conv_of(code: str) -> Id16:
    return Id16(hashlib.sha256(code.encode()).digest()[:16])


def next_letter(name: str, request: Request, side: str, move: str) -> Draft:
    (measure,) = request.measures
    (choice,) = (each for each in allowed(request, side, ROLES) if each.move == move)
    assert choice.possible, (measure.type, move, choice.refused)
    # All of this happens within seconds; the order follows from what each letter says that its sender had seen.
    return composed(name, complete(choice, request, measure), conv_of(measure.type))


async def sent(a: Node, b: Node, both: Joined, name: str, drafts: list[Draft]) -> None:
    """Let a node send letters, and wait until both have the same letters and all evidence of them."""
    await (a if name == "XA" else b).queue(*drafts)
    both.wake()
    total = max(await a.count(letters), await b.count(letters))
    for each in (a, b):
        await until(lambda each=each: each.count(letters), total)  # type: ignore[misc]
        await until(lambda each=each: each.count(evidence), total)  # type: ignore[misc]


async def test_every_type_lives_between_two_nodes(tmp_path: Path) -> None:
    async with node("XA", tmp_path) as a, node("XB", tmp_path) as b, joined(a, b, tmp_path) as both:
        await sent(a, b, both, "XA", [composed("XA", catalogue.example(code), conv_of(code)) for code in TYPES])
        for side, move in LIFE:
            name, mine = ("XA", a) if side == "R" else ("XB", b)
            case = await case_of(name, mine)
            await sent(a, b, both, name, [next_letter(name, each, side, move) for each in case.requests])
        ours, theirs = await case_of("XA", a), await case_of("XB", b)
    assert ours == theirs
    assert clocks_of(ours) == clocks_of(theirs)
    assert sorted(each.measures[0].type for each in ours.requests) == sorted(TYPES)
    assert {each.state for each in ours.requests} == {"CLOSED"}
    assert [kept for each in ours.requests for kept in each.kept] == []
