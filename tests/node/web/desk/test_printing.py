"""The printed document, from the page."""

import json
from typing import Any

from officers import Officer, signed_in
from sqlalchemy import select
from writers import begun

from rogatory_node.api.context import Node
from rogatory_node.casework.roles import Role
from rogatory_node.casework.types import catalogue
from rogatory_node.storage.tables import audit, cases
from rogatory_node.web.desk.files import SANDBOX
from rogatory_protocol.ids import Id16


async def saved(officer: Officer, path: str) -> bytes:
    told = {"Cookie": "; ".join(f"{name}={value}" for name, value in officer.cookies.items())}
    async with officer.http.get(officer.pages.address + path, headers=told) as reply:
        assert reply.status == 200
        assert reply.content_type == "application/pdf"
        assert reply.headers["Content-Security-Policy"] == SANDBOX
        assert reply.headers["Content-Disposition"].startswith("attachment; filename=")
        return await reply.read()


async def test_a_draft_and_a_letter_are_saved_as_documents(officer: Officer, node: Node, came: Any, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER, Role.REGISTRAR)
    address = await begun(officer, world)
    assert (await saved(officer, f"{address}/print")).startswith(b"%PDF-")
    digest = await came(json.dumps(catalogue.example("data.preserve")).encode(), conv=Id16(b"\xc0" * 16))
    async with node.readers.connect() as connection:
        case = bytes((await connection.execute(select(cases.c.id))).scalar_one()).hex()
    assert (await saved(officer, f"/case/{case}/print/{digest.hex()}")).startswith(b"%PDF-")
    async with node.readers.connect() as connection:
        names = (await connection.execute(select(audit.c.ev).order_by(audit.c.n))).scalars().all()
    assert names[-1] == "letter.opened"
    for word in ("00" * 32, "x"):
        assert (await officer.get(f"/case/{case}/print/{word}")).status == 404
