"""The page of a case: everything that happened, to who may see it, with a trace."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from officers import Officer, Pages, signed_in
from sqlalchemy import select

from rogatory_node.api.context import Node
from rogatory_node.casebook.following import Following
from rogatory_node.casework.roles import Role
from rogatory_node.casework.types import catalogue
from rogatory_node.storage.tables import audit, cases, evidence
from rogatory_protocol.audit import parse_leaf
from rogatory_protocol.ids import Digest, Id16

Came = Callable[..., Awaitable[Digest]]
CONV = Id16(b"\xc0" * 16)


async def one(node: Node, query: Any) -> Any:
    async with node.readers.connect() as connection:
        return (await connection.execute(query)).scalars().all()


@pytest.fixture
async def case(node: Node, came: Came) -> str:
    """A case of XB that the book has understood; its digits."""
    form = catalogue.example("data.preserve") | {"facts_summary": "<script>alert(1)</script>\n\u202ereversed"}
    await came(json.dumps(form).encode(), conv=CONV)
    following = Following(me=node.own.aid, sealer=node.own.sealer, writer=node.writer, readers=node.readers)
    while (await following.step()).entries:
        pass
    return bytes((await one(node, select(cases.c.id)))[0]).hex()


async def test_a_case_shows_its_letters_and_leaves_a_trace(officer: Officer, node: Node, case: str) -> None:
    person = await signed_in(officer, Role.REGISTRAR)
    assert f'href="/case/{case}"' in (await officer.get("/inbox")).text
    page = await officer.get(f"/case/{case}")
    assert page.status == 200
    assert "Expedited preservation of stored computer data" in page.words
    assert "<script>alert" not in page.text
    assert "<script>alert(1)</script>" in page.words
    leaves = [parse_leaf(bytes(leaf)) for leaf in await one(node, select(audit.c.leaf).order_by(audit.c.n))]
    assert (leaves[-1].ev, leaves[-1].who) == ("letter.opened", f"registrar {person.hex()}")


async def test_WEB_01_a_case_of_others_is_not_there(officer: Officer, case: str) -> None:
    await signed_in(officer, Role.HANDLER)
    letter = "00" * 32
    for path in (f"/case/{case}", f"/case/{case}/files/{letter}/0", "/case/" + "ff" * 16, "/case/x"):
        assert (await officer.get(path)).status == 404, path
    await officer.get("/account")
    assert (await officer.post(f"/case/{case}/proof")).status == 404
    assert (await officer.post(f"/case/{case}/acknowledge")).status == 403


async def test_a_registrar_takes_charge_under_a_reference(
    officer: Officer, pages: Pages, node: Node, world: Any, case: str
) -> None:
    await signed_in(officer, Role.REGISTRAR)
    await officer.get(f"/case/{case}")
    wrong = await officer.post(f"/case/{case}/acknowledge", {"reference": "a" * 200})
    assert wrong.status == 422
    assert await one(node, select(evidence.c.lvl)) == [30] or 40 not in await one(node, select(evidence.c.lvl))
    done = await officer.post(f"/case/{case}/acknowledge", {"reference": "XA-2027-1"})
    assert (done.status, done.headers["Location"]) == (303, f"/case/{case}")
    page = await officer.get(f"/case/{case}")
    assert "XA-2027-1" in page.words
    assert "taken by a person" in page.words
    assert "I take charge" not in page.words
    assert 40 in await one(node, select(evidence.c.lvl))
    assert world.xb.aid in world.woken
    again = await officer.post(f"/case/{case}/acknowledge")
    assert again.status == 303


async def test_an_auditor_says_why_before_he_sees_anything(officer: Officer, node: Node, case: str) -> None:
    await signed_in(officer, Role.AUDITOR)
    away = await officer.get(f"/case/{case}")
    assert away.headers["Location"] == f"/case/{case}/open"
    await officer.get(f"/case/{case}/open")
    assert (await officer.post(f"/case/{case}/open", {"reason": " "})).status == 422
    page = await officer.post(f"/case/{case}/open", {"reason": "Complaint 7"})
    assert "Expedited preservation of stored computer data" in page.words
    names = [parse_leaf(bytes(leaf)).ev for leaf in await one(node, select(audit.c.leaf).order_by(audit.c.n))]
    assert names[-2:] == ["case.opened", "letter.opened"]
    assert (await officer.post(f"/case/{case}/proof")).status == 403
    await signed_in(officer, Role.HANDLER, name="Bo Prova")
    await officer.get("/account")
    assert (await officer.post(f"/case/{case}/open", {"reason": "I want to"})).status == 404


async def test_a_page_after_a_letter_that_is_not_there_is_none(officer: Officer, case: str) -> None:
    await signed_in(officer, Role.REGISTRAR)
    assert (await officer.get(f"/case/{case}?after=" + "00" * 32)).status == 404
