"""Export over the socket: what lands on disk is checked by the verifier itself."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from rogatory_keys.bundle import check
from rogatory_keys.bundle_verdict import Item, Verdict, What
from rogatory_node.api.context import Node
from rogatory_node.services.intake import Intake, Taken
from rogatory_node.storage.tables import audit
from rogatory_protocol.evidence import Level
from rogatory_protocol.ids import Digest, Id16

Ask = Callable[..., Awaitable[tuple[int, Any]]]
Came = Callable[..., Awaitable[Digest]]
CONV = Id16(b"\xc0" * 16)
CASE = CONV.hex()


def verdict_of(answer: dict[str, Any]) -> Verdict:
    with Path(answer["bundle"]).open("rb") as file:
        return check(file, registries=[each["digits"] for each in answer["registries"]])


async def test_P31_a_case_that_came_and_was_taken_goes_out_and_holds(
    ask: Ask, came: Came, node: Node, tmp_path: Path
) -> None:
    digest = await came(conv=CONV)
    assert (await ask("POST", "/case/acknowledge", json={"case": CASE}))[0] == 200
    out = str(tmp_path / "proof.zip")
    status, answer = await ask("POST", "/case/export", json={"case": CASE, "out": out})
    assert (status, answer["bundle"], answer["letters"]) == (200, out, [digest.hex()])
    assert answer["bytes"] == Path(out).stat().st_size
    verdict = verdict_of(answer)
    assert verdict.holds, verdict.first_failure
    levels = {each.args["level"] for each in verdict.findings if "level" in each.args}
    assert levels == {Level.COMPLETE, Level.TAKEN}
    events = {each.args["event"] for each in verdict.about(Item.CONTINUITY) if "event" in each.args}
    assert events == {"letter.stored", "evidence.issued"}  # and nothing of who opened it


async def test_an_export_leaves_a_leaf_with_the_role(ask: Ask, came: Came, node: Node, tmp_path: Path) -> None:
    digest = await came(conv=CONV)
    asked = {"case": CASE, "out": str(tmp_path / "proof.zip")}
    assert (await ask("POST", "/case/export", json=asked, headers={"Rogatory-As": "registrar"}))[0] == 200
    async with node.readers.connect() as connection:
        (row,) = await connection.execute(select(audit).where(audit.c.ev == "letter.exported"))
    assert row.obj == digest
    assert b"registrar" in row.leaf


async def test_what_is_withheld_stays_here(ask: Ask, came: Came, node: Node, tmp_path: Path) -> None:
    first = await came(b'{"kind":"request","what":"a secret"}', conv=CONV)
    await came(conv=CONV)
    asked = {"case": CASE, "out": str(tmp_path / "proof.zip"), "letters": [first.hex()[:8]], "withhold": ["form"]}
    status, answer = await ask("POST", "/case/export", json=asked)
    assert (status, answer["letters"]) == (200, [first.hex()])
    assert b"a secret" not in Path(answer["bundle"]).read_bytes()
    verdict = verdict_of(answer)
    assert verdict.holds, verdict.first_failure
    assert What.FORM_WITHHELD in {each.what for each in verdict.findings}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"case": "nothing"}, 404, "case.unknown"),
        ({"letters": ["00000000"]}, 404, "letter.unknown"),
        ({"letters": "all"}, 400, "field"),
        ({"out": "proof.zip"}, 400, "field"),
        ({"out": None}, 400, "field"),
        ({"out": "/nonexistent/folder/proof.zip"}, 409, "export.unwritable"),
        ({"withhold": ["attachments"]}, 400, "field"),
        ({"withhold": ["att:x"]}, 400, "field"),
        ({"withhold": ["att:256"]}, 400, "field"),
        ({"withhold": ["att:0"]}, 404, "export.attachment"),
    ],
)
async def test_what_cannot_be_exported_is_refused_by_name(
    ask: Ask, came: Came, tmp_path: Path, changes: dict[str, Any], status: int, code: str
) -> None:
    await came(conv=CONV)
    asked = {"case": CASE, "out": str(tmp_path / "proof.zip")} | changes
    found, answer = await ask("POST", "/case/export", json=asked)
    assert (found, answer["code"]) == (status, code)
    assert not (tmp_path / "proof.zip").exists()


async def test_a_file_that_is_there_is_replaced_only_when_forced(ask: Ask, came: Came, tmp_path: Path) -> None:
    await came(conv=CONV)
    out = tmp_path / "proof.zip"
    out.write_bytes(b"mine")
    asked = {"case": CASE, "out": str(out)}
    status, answer = await ask("POST", "/case/export", json=asked)
    assert (status, answer["code"], out.read_bytes()) == (409, "export.exists", b"mine")
    status, answer = await ask("POST", "/case/export", json=asked | {"force": True})
    assert status == 200
    assert verdict_of(answer).holds


async def test_an_attachment_that_still_arrives_is_said_to_be_absent(
    ask: Ask, came: Came, node: Node, tmp_path: Path
) -> None:
    await came(conv=CONV, taken=[taken_in(node, b"content")])
    status, answer = await ask("POST", "/case/export", json={"case": CASE, "out": str(tmp_path / "proof.zip")})
    assert status == 200
    verdict = verdict_of(answer)
    assert verdict.holds, verdict.first_failure
    assert What.ATTACHMENT_ABSENT in {each.what for each in verdict.findings}


def taken_in(node: Node, content: bytes) -> Taken:
    intake = Intake(node.blobs, boot=node.own.boot, name="list.bin", mt="text/plain", size=len(content))
    intake.feed(content)
    return intake.finish()
