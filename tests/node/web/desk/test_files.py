"""What leaves a case as a file."""

import io
import zipfile
from typing import Any

import pytest
from officers import Officer, signed_in
from sqlalchemy import select

from rogatory_node.api.context import Node
from rogatory_node.casework.roles import Role
from rogatory_node.storage.tables import cases
from rogatory_node.web.desk.files import SANDBOX, _named
from rogatory_protocol.ids import Id16

CONV = Id16(b"\xc0" * 16)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a/../b", "a_.._b"),
        ("..", "attachment"),
        ("x\u202efdp.exe", "x\ufffdfdp.exe"),
        ("C:\\a", "C:_a"),
        ("", "attachment"),
    ],
)
def test_ATT_01_a_name_is_no_path(name: str, shown: str) -> None:
    assert _named(name) == shown


async def test_a_proof_is_saved_and_nothing_stays_behind(officer: Officer, node: Node, came: Any) -> None:
    await came(conv=CONV)
    async with node.readers.connect() as connection:
        case = bytes((await connection.execute(select(cases.c.id))).scalar_one()).hex()
    await signed_in(officer, Role.REGISTRAR)
    await officer.get(f"/case/{case}")
    told = {"Cookie": "; ".join(f"{name}={value}" for name, value in officer.cookies.items())}
    address = f"{officer.pages.address}/case/{case}/proof"
    headers = told | {"Origin": officer.pages.address}
    async with officer.http.post(address, data={"token": officer.token}, headers=headers) as reply:
        raw = await reply.read()
        assert reply.status == 200
        assert reply.headers["Content-Security-Policy"] == SANDBOX
        assert reply.headers["Content-Disposition"].startswith(f'attachment; filename="proof-{case[:8]}.zip"')
    assert "README.txt" in {name.rpartition("/")[2] for name in zipfile.ZipFile(io.BytesIO(raw)).namelist()}
    assert not [each for each in node.home.root.iterdir() if each.name.startswith("proof-")]
