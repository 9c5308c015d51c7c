"""Files of a draft, sent by a form without a script."""

import hashlib
import io
import json
from typing import Any

import pytest
from aiohttp import FormData
from officers import Officer, Seen, signed_in
from writers import begun

from rogatory_node.api.context import Node
from rogatory_node.casebook.drafts import Drafts
from rogatory_node.casework.roles import Role
from rogatory_node.web.desk import uploading
from rogatory_protocol.ids import Id16


async def attach(
    officer: Officer, address: str, name: str, data: bytes, token: str | None = None, **fields: str
) -> Seen:
    form = FormData(quote_fields=False)
    form.add_field("token", officer.token if token is None else token)
    for field, value in fields.items():
        form.add_field(field, value)
    form.add_field("file", io.BytesIO(data), filename=name, content_type="application/pdf")
    return await officer._ask("POST", f"{address}/files", {"Origin": officer.pages.address}, data=form)


async def content(node: Node, address: str) -> Any:
    draft = Id16(bytes.fromhex(address.rpartition("/")[2]))
    async with node.readers.connect() as connection:
        found = await connection.run_sync(Drafts(sealer=node.own.sealer).read, draft)
    assert found.content is not None
    return found.content


async def test_a_file_is_sealed_named_and_taken_away(officer: Officer, node: Node, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER)
    address = await begun(officer, world)
    await officer.get(f"{address}/files")
    data = b"%PDF-1.7 an order of the court"
    done = await attach(officer, address, "أمر order.pdf", data, role="order", certified="yes", describes=" signed ")
    assert done.status == 303, done.words
    held = await content(node, address)
    assert [(entry.name, entry.sz, entry.mt) for entry in held.entries] == [("أمر order.pdf", 30, "application/pdf")]
    assert held.entries[0].h == hashlib.sha256(data).digest()
    said = {"name": "أمر order.pdf", "role": "order", "certified": True, "describes": "signed"}
    assert json.loads(held.form)["attachments"] == [said]
    files = list(node.blobs.root.iterdir())
    assert len(files) == 1
    assert b"court" not in files[0].read_bytes()
    page = await officer.get(f"{address}/files")
    assert "أمر order.pdf" in page.words
    assert (await officer.post(f"{address}/files/remove", {"name": "أمر order.pdf"})).status == 303
    held = await content(node, address)
    assert (held.entries, "attachments" in json.loads(held.form)) == ((), False)


async def test_what_cannot_be_attached_is_said(
    officer: Officer, node: Node, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "MOST_BYTES", 1_000)
    await signed_in(officer, Role.DRAFTER)
    address = await begun(officer, world)
    await officer.get(f"{address}/files")
    assert (await attach(officer, address, "", b"")).status == 422
    assert (await attach(officer, address, "C:\\a\\order.pdf", b"x")).status == 303
    again = await attach(officer, address, "order.pdf", b"y")
    assert "There is a file of this name already." in again.words
    assert (await attach(officer, address, "big", bytes(1_001))).status == 413
    assert [entry.name for entry in (await content(node, address)).entries] == ["order.pdf"]
    assert len(list(node.blobs.root.iterdir())) == 1


async def test_WEB_07_a_file_from_elsewhere_is_not_read(officer: Officer, node: Node, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER)
    address = await begun(officer, world)
    await officer.get(f"{address}/files")
    assert (await attach(officer, address, "a.pdf", b"x", token="x")).status == 403
    form = {"Origin": "https://evil.example"}
    assert (await officer._ask("POST", f"{address}/files", form, data={"token": officer.token})).status == 403
    assert (await officer.post(f"{address}/files", {"file": "x"})).status == 415
    await signed_in(officer, Role.DRAFTER, name="Bo Prova")
    await officer.get("/drafts")
    assert (await attach(officer, address, "a.pdf", b"x")).status == 404
    assert list(node.blobs.root.iterdir()) == []


async def test_who_may_read_but_not_write_attaches_nothing(officer: Officer, node: Node, world: Any) -> None:
    await signed_in(officer, Role.DRAFTER)
    address = await begun(officer, world)
    await signed_in(officer, Role.REVIEWER, name="Bo Prova")
    assert (await officer.get(f"{address}/files")).status == 200
    assert (await attach(officer, address, "a.pdf", b"x")).status == 403
    assert list(node.blobs.root.iterdir()) == []
