"""Accepting and refusing at the page."""

import json
from typing import Any

import pytest
from officers import Officer, Pages, signed_in
from sqlalchemy import select

from rogatory_node.api.context import Node
from rogatory_node.casework.roles import Role
from rogatory_node.casework.types import catalogue
from rogatory_node.storage.tables import cases, evidence, letters
from rogatory_protocol.ids import Id16


@pytest.fixture
async def case(node: Node, came: Any) -> str:
    await came(json.dumps(catalogue.example("data.preserve")).encode(), conv=Id16(b"\xc0" * 16))
    async with node.readers.connect() as connection:
        return bytes((await connection.execute(select(cases.c.id))).scalar_one()).hex()


async def levels(node: Node) -> set[int]:
    async with node.readers.connect() as connection:
        return set((await connection.execute(select(evidence.c.lvl))).scalars())


async def ours(node: Node) -> int:
    async with node.readers.connect() as connection:
        return len((await connection.execute(select(letters.c.digest).where(letters.c.direction == "out"))).all())


async def test_a_refusal_has_a_ground_and_reasons_and_is_final(
    officer: Officer, node: Node, world: Any, case: str
) -> None:
    await signed_in(officer, Role.DECIDER)
    assert f"/case/{case}/decide" in (await officer.get(f"/case/{case}")).text
    await officer.get(f"/case/{case}/decide")
    for fields in ({}, {"outcome": "refuse"}, {"outcome": "refuse", "ground": "DE_MINIMIS"},
                   {"outcome": "refuse", "ground": "strange", "reasons": "x"}):  # fmt: skip
        assert (await officer.post(f"/case/{case}/decide", fields)).status == 422
    assert await levels(node) <= {30, 35}
    fields = {"outcome": "refuse", "ground": "DE_MINIMIS", "reasons": "Too small <b>"}
    assert (await officer.post(f"/case/{case}/decide", fields)).status == 303
    assert 51 in await levels(node)
    assert await ours(node) == 1
    assert world.xb.aid in world.woken
    page = await officer.get(f"/case/{case}")
    assert "Too small <b>" in page.words
    assert f"/case/{case}/decide" not in page.text
    assert (await officer.post(f"/case/{case}/decide", fields)).status == 409
    assert await ours(node) == 1


async def test_an_acceptance_needs_no_letter(officer: Officer, node: Node, case: str) -> None:
    await signed_in(officer, Role.DECIDER)
    await officer.get(f"/case/{case}/decide")
    assert (await officer.post(f"/case/{case}/decide", {"outcome": "accept"})).status == 303
    assert 50 in await levels(node)
    assert await ours(node) == 0


async def test_only_who_decides_decides_and_just_now(officer: Officer, pages: Pages, case: str) -> None:
    await signed_in(officer, Role.REGISTRAR)
    assert f"/case/{case}/decide" not in (await officer.get(f"/case/{case}")).text
    assert (await officer.get(f"/case/{case}/decide")).status == 403
    assert (await officer.post(f"/case/{case}/decide", {"outcome": "accept"})).status == 403
    await signed_in(officer, Role.DECIDER, name="Bo Prova")
    pages.now += 6 * 60
    assert (await officer.get(f"/case/{case}/decide")).headers["Location"].startswith("/prove")
